//! `+ - * / // % **` and the signs.

use minijinja::Value;

use super::fault::{Fault, Outcome};
use super::float::from_integer;
use super::items::{check_count, check_text};
use super::objects::{List, Tuple};
use super::view::{View, integer};

/// `left + right`.
pub(crate) fn add(left: &Value, right: &Value) -> Outcome<Value> {
    if let Some(result) = whole(left, right, i128::checked_add) {
        return result;
    }
    match (View::of(left), View::of(right)) {
        (View::Text(first), View::Text(second)) => {
            check_text(first.len() + second.len())?;
            Ok(if left.is_safe() || right.is_safe() {
                Value::from_safe_string(format!("{}{}", escaped(left), escaped(right)))
            } else {
                Value::from(format!("{first}{second}"))
            })
        }
        (View::List(left), View::List(right)) => {
            let mut items = left.read().clone();
            items.extend(right.read().iter().cloned());
            check_count(items.len())?;
            Ok(List::value(items))
        }
        (View::Tuple(left), View::Tuple(right)) => {
            let items: Vec<_> = left.items.iter().chain(&right.items).cloned().collect();
            check_count(items.len())?;
            Ok(Tuple::value(items))
        }
        _ => floats(left, right, "+", |left, right| Ok(left + right)),
    }
}

/// `left - right`.
pub(crate) fn subtract(left: &Value, right: &Value) -> Outcome<Value> {
    whole(left, right, i128::checked_sub)
        .unwrap_or_else(|| floats(left, right, "-", |left, right| Ok(left - right)))
}

/// `left * right`.
pub(crate) fn multiply(left: &Value, right: &Value) -> Outcome<Value> {
    if let Some(result) = whole(left, right, i128::checked_mul) {
        return result;
    }
    let (left_view, right_view) = (View::of(left), View::of(right));
    if let Some(times) = right_view.as_integer()
        && let Some(result) = repeat(left, &left_view, times)
    {
        return result;
    }
    if let Some(times) = left_view.as_integer()
        && let Some(result) = repeat(right, &right_view, times)
    {
        return result;
    }
    floats(left, right, "*", |left, right| Ok(left * right))
}

/// `left / right`: always a float.
pub(crate) fn divide(left: &Value, right: &Value) -> Outcome<Value> {
    floats(left, right, "/", |left, right| {
        if right == 0.0 {
            Err(by_zero())
        } else {
            Ok(left / right)
        }
    })
}

/// `left // right`: rounded down.
pub(crate) fn floor_divide(left: &Value, right: &Value) -> Outcome<Value> {
    if let (Some(left), Some(right)) = pair(left, right) {
        if right == 0 {
            return Err(by_zero());
        }
        return left
            .checked_div_euclid(right)
            .map(|quotient| {
                // Euclid rounds towards the sign of the divisor, Python down.
                let adjust = right < 0 && left.rem_euclid(right) != 0;
                integer(quotient - i128::from(adjust))
            })
            .ok_or_else(too_large);
    }
    floats(left, right, "//", |left, right| {
        if right == 0.0 {
            Err(by_zero())
        } else {
            Ok((left / right).floor())
        }
    })
}

/// `left % right` of numbers: the sign of the right one.
pub(crate) fn modulo(left: &Value, right: &Value) -> Outcome<Value> {
    if let (Some(left), Some(right)) = pair(left, right) {
        if right == 0 {
            return Err(by_zero());
        }
        return left
            .checked_rem(right)
            .map(|rest| {
                let adjust = rest != 0 && (rest < 0) != (right < 0);
                integer(if adjust { rest + right } else { rest })
            })
            .ok_or_else(too_large);
    }
    floats(left, right, "%", |left, right| {
        if right == 0.0 {
            return Err(by_zero());
        }
        let rest = left % right;
        let adjust = rest != 0.0 && (rest < 0.0) != (right < 0.0);
        Ok(if adjust { rest + right } else { rest })
    })
}

/// `left ** right`.
pub(crate) fn power(left: &Value, right: &Value) -> Outcome<Value> {
    if let (Some(base), Some(exponent)) = pair(left, right)
        && exponent >= 0
    {
        return match u32::try_from(exponent)
            .ok()
            .and_then(|exponent| base.checked_pow(exponent))
        {
            Some(result) => Ok(integer(result)),
            None if base.abs() <= 1 => Ok(integer(match base {
                -1 if exponent % 2 == 1 => -1,
                -1 => 1,
                other => other,
            })),
            None => Err(too_large()),
        };
    }
    floats(left, right, "**", |left, right| {
        if left == 0.0 && right < 0.0 {
            return Err(Fault::value_error("0 has no negative power"));
        }
        let result = left.powf(right);
        if result.is_nan() && !left.is_nan() && !right.is_nan() {
            return Err(Fault::value_error("this power is a complex number"));
        }
        Ok(result)
    })
}

/// `-value`.
pub(crate) fn negative(value: &Value) -> Outcome<Value> {
    match View::of(value) {
        View::Float(number) => Ok(Value::from(-number)),
        view => match view.as_integer() {
            Some(number) => number.checked_neg().map(integer).ok_or_else(too_large),
            None => Err(sign_fault(&view, "-")),
        },
    }
}

/// `+value`.
pub(crate) fn positive(value: &Value) -> Outcome<Value> {
    match View::of(value) {
        View::Float(_) => Ok(value.clone()),
        view => view
            .as_integer()
            .map(integer)
            .ok_or_else(|| sign_fault(&view, "+")),
    }
}

/// A text with HTML's special characters replaced, unless it is marked as safe.
pub(crate) fn escaped(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if value.is_safe() {
        text.to_owned()
    } else {
        escape(text)
    }
}

/// HTML's special characters replaced, as markupsafe does.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            _ => out.push(character),
        }
    }
    out
}

fn sign_fault(view: &View<'_>, sign: &str) -> Fault {
    match view {
        View::Undefined(Some(undefined)) => undefined.fault(),
        _ => Fault::type_error(format!("`{sign}` cannot stand before {}", view.kind())),
    }
}

fn pair(left: &Value, right: &Value) -> (Option<i128>, Option<i128>) {
    (View::of(left).as_integer(), View::of(right).as_integer())
}

fn whole(
    left: &Value,
    right: &Value,
    calculate: fn(i128, i128) -> Option<i128>,
) -> Option<Outcome<Value>> {
    let (Some(left), Some(right)) = pair(left, right) else {
        return None;
    };
    Some(calculate(left, right).map(integer).ok_or_else(too_large))
}

fn floats(
    left: &Value,
    right: &Value,
    operator: &str,
    calculate: impl FnOnce(f64, f64) -> Outcome<f64>,
) -> Outcome<Value> {
    let (left, right) = (View::of(left), View::of(right));
    let number = |view: &View<'_>| match view {
        View::Float(number) => Some(*number),
        _ => view.as_integer().map(from_integer),
    };
    if let (Some(left), Some(right)) = (number(&left), number(&right)) {
        return calculate(left, right).map(Value::from);
    }
    for view in [&left, &right] {
        if let View::Undefined(Some(undefined)) = view {
            return Err(undefined.fault());
        }
    }
    Err(Fault::type_error(format!(
        "`{operator}` does not work between {} and {}",
        left.kind(),
        right.kind()
    )))
}

fn repeat(value: &Value, view: &View<'_>, times: i128) -> Option<Outcome<Value>> {
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    let repeated = |items: &[Value]| {
        // Nothing, however often, is nothing at once.
        let times = if items.is_empty() { 0 } else { times };
        check_count(items.len().saturating_mul(times))?;
        Ok(std::iter::repeat_n(items, times)
            .flatten()
            .cloned()
            .collect())
    };
    Some(match view {
        View::Text(text) => check_text(text.len().saturating_mul(times)).map(|()| {
            let times = if text.is_empty() { 0 } else { times };
            let text = text.repeat(times);
            if value.is_safe() {
                Value::from_safe_string(text)
            } else {
                Value::from(text)
            }
        }),
        View::List(list) => repeated(&list.read().clone()).map(List::value),
        View::Tuple(tuple) => repeated(&tuple.items).map(Tuple::value),
        _ => return None,
    })
}

fn by_zero() -> Fault {
    Fault::value_error("division by zero")
}

fn too_large() -> Fault {
    Fault::limit("whole numbers of more than 127 bits are not supported")
}
