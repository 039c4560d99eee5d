//! `text % values`, Python's oldest way to format.

use minijinja::Value;

use super::arithmetic::escape;
use super::fault::{Fault, Outcome};
use super::float::from_integer;
use super::items::{check_text, is_true};
use super::numbers;
use super::print;
use super::view::View;

/// One `%…` of a format.
#[derive(Default)]
struct Directive {
    key: Option<String>,
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    kind: char,
}

/// `format % values`.
pub(crate) fn percent(format: &Value, values: &Value) -> Outcome<Value> {
    let text = format.as_str().unwrap_or_default();
    let escaping = format.is_safe();
    let mut supply = Supply::new(values);
    let mut out = String::new();
    let mut rest = text;
    while let Some(index) = rest.find('%') {
        out.push_str(&rest[..index]);
        rest = &rest[index + 1..];
        let directive = parse(&mut rest, &mut supply)?;
        if directive.kind == '%' {
            out.push('%');
            continue;
        }
        let value = supply.take(directive.key.as_deref())?;
        let shown = show(&directive, &value)?;
        if escaping && !value.is_safe() {
            out.push_str(&escape(&shown));
        } else {
            out.push_str(&shown);
        }
        check_text(out.len())?;
    }
    out.push_str(rest);
    supply.finish()?;
    Ok(if escaping {
        Value::from_safe_string(out)
    } else {
        Value::from(out)
    })
}

/// The values that directives take.
struct Supply<'a> {
    whole: &'a Value,
    items: std::vec::IntoIter<Value>,
    by_key: bool,
}

impl<'a> Supply<'a> {
    fn new(whole: &'a Value) -> Self {
        let items = match View::of(whole) {
            View::Tuple(tuple) => tuple.items.clone(),
            _ => vec![whole.clone()],
        };
        Self {
            whole,
            items: items.into_iter(),
            by_key: false,
        }
    }

    fn take(&mut self, key: Option<&str>) -> Outcome<Value> {
        if let Some(key) = key {
            self.by_key = true;
            let View::Dict(dict) = View::of(self.whole) else {
                return Err(Fault::type_error("a format with names needs a dict"));
            };
            return dict
                .get_text(key)
                .ok_or_else(|| Fault::value_error(format!("the dict has no key `{key}`")));
        }
        self.items
            .next()
            .ok_or_else(|| Fault::value_error("the format asks for more values than there are"))
    }

    /// Values left over are an error, except a dict.
    fn finish(&mut self) -> Outcome<()> {
        let left_over = self.items.next().is_some();
        let excused = self.by_key
            || matches!(
                View::of(self.whole),
                View::Dict(_) | View::List(_) | View::Range(_)
            );
        if left_over && !excused {
            return Err(Fault::value_error("not all values are used by the format"));
        }
        Ok(())
    }
}

fn parse(rest: &mut &str, supply: &mut Supply<'_>) -> Outcome<Directive> {
    let mut directive = Directive::default();
    let incomplete = || Fault::value_error("the format ends in the middle of a `%`");
    if let Some(after) = rest.strip_prefix('(') {
        let mut depth = 1;
        let end = after
            .char_indices()
            .find(|(_, character)| {
                depth += match character {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth == 0
            })
            .map(|(index, _)| index)
            .ok_or_else(incomplete)?;
        directive.key = Some(after[..end].to_owned());
        *rest = &after[end + 1..];
    }
    loop {
        match rest.chars().next() {
            Some('-') => directive.minus = true,
            Some('+') => directive.plus = true,
            Some(' ') => directive.space = true,
            Some('0') => directive.zero = true,
            Some('#') => directive.alternate = true,
            _ => break,
        }
        *rest = &rest[1..];
    }
    if let Some(width) = count(rest, supply)? {
        directive.minus |= width < 0;
        directive.width = size(width.abs())?;
    }
    if let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        let precision = count(rest, supply)?.unwrap_or(0).max(0);
        directive.precision = Some(size(precision)?);
    }
    *rest = rest.trim_start_matches(['h', 'l', 'L']);
    directive.kind = rest.chars().next().ok_or_else(incomplete)?;
    *rest = &rest[directive.kind.len_utf8()..];
    Ok(directive)
}

fn count(rest: &mut &str, supply: &mut Supply<'_>) -> Outcome<Option<i128>> {
    if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        let value = supply.take(None)?;
        return View::of(&value)
            .as_integer()
            .map(Some)
            .ok_or_else(|| Fault::type_error("`*` in a format needs an int"));
    }
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(length);
    *rest = after;
    if digits.is_empty() {
        return Ok(None);
    }
    Ok(Some(digits.parse().unwrap_or(i128::MAX)))
}

fn size(number: i128) -> Outcome<usize> {
    let size = usize::try_from(number).unwrap_or(usize::MAX);
    check_text(size)?;
    Ok(size)
}

fn show(directive: &Directive, value: &Value) -> Outcome<String> {
    let body = match directive.kind {
        's' => clip(print::text(value)?, directive.precision),
        'r' => clip(print::repr(value)?, directive.precision),
        'a' => clip(
            super::quote::ascii(&print::repr(value)?),
            directive.precision,
        ),
        'c' => character(value)?,
        'd' | 'i' | 'u' => return whole(directive, &decimal(value)?, ""),
        'x' | 'X' | 'o' => {
            let number = View::of(value)
                .as_integer()
                .ok_or_else(|| wrong(directive, value))?;
            let prefix = match directive.kind {
                'x' if directive.alternate => "0x",
                'X' if directive.alternate => "0X",
                'o' if directive.alternate => "0o",
                _ => "",
            };
            return whole(directive, &numbers::in_base(number, directive.kind), prefix);
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => return floating(directive, value),
        other => {
            return Err(Fault::value_error(format!(
                "`%{}` is not a format that exists",
                other.escape_debug()
            )));
        }
    };
    Ok(pad(directive, "", body, false))
}

fn clip(text: String, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

fn character(value: &Value) -> Outcome<String> {
    match View::of(value) {
        View::Text(text) if text.chars().count() == 1 => Ok(text.to_owned()),
        view => view
            .as_integer()
            .and_then(|code| u32::try_from(code).ok())
            .and_then(char::from_u32)
            .map(String::from)
            .ok_or_else(|| Fault::type_error("`%c` needs one character or its code")),
    }
}

fn decimal(value: &Value) -> Outcome<String> {
    match View::of(value) {
        View::Float(number) => super::float::exact_integer(number.trunc())
            .map(|number| number.to_string())
            .ok_or_else(|| Fault::value_error("this float is not a whole number")),
        view => view
            .as_integer()
            .map(|number| number.to_string())
            .ok_or_else(|| match view {
                View::Undefined(Some(undefined)) => undefined.fault(),
                view => Fault::type_error(format!("`%d` needs a number, not {}", view.kind())),
            }),
    }
}

fn wrong(directive: &Directive, value: &Value) -> Fault {
    match View::of(value) {
        View::Undefined(Some(undefined)) => undefined.fault(),
        view => Fault::type_error(format!(
            "`%{}` needs an int, not {}",
            directive.kind,
            view.kind()
        )),
    }
}

fn whole(directive: &Directive, digits: &str, prefix: &str) -> Outcome<String> {
    let (sign, magnitude) = match digits.strip_prefix('-') {
        Some(magnitude) => ("-", magnitude),
        None => (plus(directive), digits),
    };
    let zeros = directive
        .precision
        .unwrap_or(0)
        .saturating_sub(magnitude.len());
    let body = format!("{}{magnitude}", "0".repeat(zeros));
    Ok(pad(directive, &format!("{sign}{prefix}"), body, true))
}

fn floating(directive: &Directive, value: &Value) -> Outcome<String> {
    let number = match View::of(value) {
        View::Float(number) => number,
        View::Undefined(Some(undefined)) => return Err(undefined.fault()),
        view => view.as_integer().map(from_integer).ok_or_else(|| {
            Fault::type_error(format!(
                "`%{}` needs a number, not {}",
                directive.kind,
                view.kind()
            ))
        })?,
    };
    let precision = directive.precision.unwrap_or(6);
    let mut text = match directive.kind.to_ascii_lowercase() {
        'e' => numbers::scientific(number.abs(), precision),
        'f' => numbers::fixed(number.abs(), precision),
        _ => numbers::general(number.abs(), precision, directive.alternate),
    };
    if directive.kind.is_ascii_uppercase() {
        text = text.to_uppercase();
    }
    let sign = if number.is_sign_negative() && !number.is_nan() {
        "-"
    } else {
        plus(directive)
    };
    Ok(pad(directive, sign, text, number.is_finite()))
}

fn plus(directive: &Directive) -> &'static str {
    if directive.plus {
        "+"
    } else if directive.space {
        " "
    } else {
        ""
    }
}

fn pad(directive: &Directive, sign: &str, body: String, numeric: bool) -> String {
    let length = sign.chars().count() + body.chars().count();
    let missing = directive.width.saturating_sub(length);
    if missing == 0 {
        return format!("{sign}{body}");
    }
    if directive.minus {
        format!("{sign}{body}{}", " ".repeat(missing))
    } else if directive.zero && numeric {
        format!("{sign}{}{body}", "0".repeat(missing))
    } else {
        format!("{}{sign}{body}", " ".repeat(missing))
    }
}

/// `left % right`: formats where the left one is text, else calculates.
pub(crate) fn modulo(left: &Value, right: &Value) -> Outcome<Value> {
    if let View::Text(_) = View::of(left) {
        if let View::Undefined(Some(undefined)) = View::of(right)
            && undefined.is_strict()
        {
            is_true(right)?;
        }
        return percent(left, right);
    }
    super::arithmetic::modulo(left, right)
}
