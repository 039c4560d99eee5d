//! Filters on numbers, and those that make numbers.

use minijinja::{Error, Value};

use super::choice::attribute_path;
use crate::python::arithmetic;
use crate::python::call::Call;
use crate::python::fault::Fault;
use crate::python::float::{exact_integer, from_integer};
use crate::python::items;
use crate::python::view::{View, integer};

pub(super) fn abs(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["x"], 1)?;
    let value = value.unwrap_or_default();
    match View::of(&value) {
        View::Float(number) => Ok(Value::from(number.abs())),
        view if view.as_integer().is_some_and(|number| number < 0) => {
            Ok(arithmetic::negative(&value)?)
        }
        _ => Ok(arithmetic::positive(&value)?),
    }
}

pub(super) fn int(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, default, base] = call.bind(["value", "default", "base"], 1)?;
    let value = value.unwrap_or_default();
    let base = match base.as_ref().map(View::of) {
        None => 10,
        Some(view) => view
            .as_integer()
            .and_then(|base| u32::try_from(base).ok())
            .filter(|base| *base == 0 || (2..=36).contains(base))
            .ok_or_else(|| Fault::value_error("a base is 0 or from 2 to 36"))?,
    };
    let whole = |number: f64| {
        (number.is_finite())
            .then(|| exact_integer(number.trunc()))
            .flatten()
    };
    let number = match View::of(&value) {
        View::Text(text) => read_integer(text, base).or_else(|| read_float(text).and_then(whole)),
        View::Float(number) => whole(number),
        View::Undefined(Some(undefined)) => return Err(undefined.fault().into()),
        view => view.as_integer(),
    };
    Ok(number.map_or_else(|| default.unwrap_or_else(|| Value::from(0)), integer))
}

pub(super) fn float(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, default] = call.bind(["value", "default"], 1)?;
    let value = value.unwrap_or_default();
    let number = match View::of(&value) {
        View::Text(text) => read_float(text),
        View::Float(number) => Some(number),
        View::Undefined(Some(undefined)) => return Err(undefined.fault().into()),
        view => view.as_integer().map(from_integer),
    };
    Ok(number.map_or_else(|| default.unwrap_or_else(|| Value::from(0.0)), Value::from))
}

pub(super) fn round(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, precision, method] = call.bind(["value", "precision", "method"], 1)?;
    let value = value.unwrap_or_default();
    let precision = match precision.as_ref().map(View::of) {
        None => 0,
        Some(view) => view
            .as_integer()
            .and_then(|precision| i32::try_from(precision).ok())
            .filter(|precision| (-300..=300).contains(precision))
            .ok_or_else(|| Fault::type_error("`round` needs a small int for `precision`"))?,
    };
    let view = View::of(&value);
    let number = match view {
        View::Float(number) => number,
        View::Undefined(Some(undefined)) => return Err(undefined.fault().into()),
        _ => view.as_integer().map(from_integer).ok_or_else(|| {
            Fault::type_error(format!("`round` needs a number, not {}", view.kind()))
        })?,
    };
    let scale = 10f64.powi(precision);
    let rounded = match method.as_ref().map(View::of) {
        None | Some(View::Text("common")) => {
            if let Some(whole) = view.as_integer() {
                return Ok(integer(round_integer(whole, precision)));
            }
            round_half_even(number, precision)
        }
        Some(View::Text("ceil")) => (number * scale).ceil() / scale,
        Some(View::Text("floor")) => (number * scale).floor() / scale,
        Some(_) => {
            return Err(Fault::value_error("`method` is `common`, `ceil` or `floor`").into());
        }
    };
    Ok(Value::from(rounded))
}

pub(super) fn sum(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, attribute, start] = call.bind(["iterable", "attribute", "start"], 1)?;
    let mode = call.settings.undefined;
    let path = attribute_path(attribute.as_ref())?;
    let mut total = start.unwrap_or_else(|| Value::from(0));
    if let View::Text(_) = View::of(&total) {
        return Err(Fault::type_error("`sum` does not add texts")
            .hint("use `join`")
            .into());
    }
    for item in items::items(&value.unwrap_or_default())? {
        total = arithmetic::add(&total, &path.get(item, mode, None)?)?;
    }
    Ok(total)
}

pub(super) fn filesizeformat(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, binary] = call.bind(["value", "binary"], 1)?;
    let binary = binary.as_ref().map_or(Ok(false), items::is_true)?;
    let value = value.unwrap_or_default();
    let bytes = match View::of(&value) {
        View::Text(text) => read_float(text),
        View::Float(number) => Some(number),
        View::Undefined(Some(undefined)) => return Err(undefined.fault().into()),
        view => view.as_integer().map(from_integer),
    }
    .ok_or_else(|| Fault::type_error("`filesizeformat` needs a number"))?;
    let base = if binary { 1024.0 } else { 1000.0 };
    #[expect(clippy::float_cmp, reason = "Python compares with 1 as well")]
    if bytes == 1.0 {
        return Ok(Value::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{:.0} Bytes", bytes.trunc())));
    }
    let letters = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    let mut unit = base;
    let mut letter = letters[0];
    for candidate in letters {
        unit *= base;
        letter = candidate;
        if bytes < unit {
            break;
        }
    }
    let prefix = if binary {
        format!("{}iB", letter.to_uppercase())
    } else {
        format!("{letter}B")
    };
    Ok(Value::from(format!("{:.1} {prefix}", base * bytes / unit)))
}

/// `int(text, base)`
fn read_integer(text: &str, base: u32) -> Option<i128> {
    let text = text.trim_matches(crate::syntax::is_space);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = digits.get(..2).unwrap_or_default().to_lowercase();
    let prefix_base = match prefix.as_str() {
        "0x" => 16,
        "0o" => 8,
        "0b" => 2,
        _ => 0,
    };
    let (base, digits) = if prefix_base > 0 && (base == prefix_base || base == 0) {
        let rest = &digits[2..];
        (prefix_base, rest.strip_prefix('_').unwrap_or(rest))
    } else if base == 0 {
        if digits.starts_with('0') && digits.bytes().any(|byte| byte != b'0' && byte != b'_') {
            return None;
        }
        (10, digits)
    } else {
        (base, digits)
    };
    let digits = plain_digits(digits)?;
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from_str_radix(&digits, base).ok()?;
    Some(if negative { -number } else { number })
}

/// `float(text)`
fn read_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(crate::syntax::is_space).to_lowercase();
    let bare = text.trim_start_matches(['+', '-']);
    if bare.len() + 1 < text.len() {
        return None;
    }
    match bare {
        "inf" | "infinity" | "nan" => text.parse().ok(),
        _ if bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            plain_digits(&text)?.parse().ok()
        }
        _ => None,
    }
}

/// Digits without the single underscores that Python allows between them.
fn plain_digits(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    for (index, _) in text.match_indices('_') {
        let between = index
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_some_and(u8::is_ascii_alphanumeric)
            && bytes.get(index + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !between {
            return None;
        }
    }
    Some(text.replace('_', ""))
}

/// `round(number, precision)` of a float: the exact value decides, ties go to even.
fn round_half_even(number: f64, precision: i32) -> f64 {
    if !number.is_finite() {
        return number;
    }
    if let Ok(decimals) = usize::try_from(precision) {
        return format!("{number:.decimals$}").parse().unwrap_or(number);
    }
    let scale = 10f64.powi(-precision);
    (number / scale).round_ties_even() * scale
}

fn round_integer(number: i128, precision: i32) -> i128 {
    if precision >= 0 {
        return number;
    }
    let Some(scale) = 10i128.checked_pow(precision.unsigned_abs()) else {
        return 0;
    };
    let (quotient, rest) = (number.div_euclid(scale), number.rem_euclid(scale));
    let up = match (rest * 2).cmp(&scale) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
    };
    (quotient + i128::from(up)) * scale
}
