//! Python's `PyYAML` `safe_load`: YAML 1.1, with the patterns of its resolver.
//!
//! makejinja 2.8.1 reads data files with `yaml.safe_load_all`, the loader in plain Python.
//! Source: `resolver.py` and `constructor.py` of `PyYAML` 6.0.3, and what it gave for
//! `tests/fixtures/scalars.tsv`.

use super::date;
use super::dialect::Resolved;
use super::number;
use crate::scalar::{Scalar, Style};

/// What `safe_load` makes of a scalar.
pub(super) fn read(scalar: &Scalar) -> Resolved {
    let text = scalar.text();
    match scalar.tag() {
        None if scalar.style() == Style::Plain => implicit(text),
        None => Resolved::Text(text.to_owned()),
        // `!` alone asks for the implicit type, of quoted text too.
        Some(tag) if tag.name() == "!" => implicit(text),
        Some(tag) => match tag.core() {
            Some("str") => Resolved::Text(text.to_owned()),
            Some("null") => Resolved::Null,
            Some("bool") => truth(text),
            Some("int") => integer(text),
            Some("float") => float(text),
            Some("binary") => binary(text),
            Some("timestamp") => match date::python_tagged(text) {
                date::Python::Valid => Resolved::Timestamp(text.to_owned()),
                date::Python::Invalid => Resolved::Refused("no such date or time"),
                date::Python::Other => Resolved::Refused("not a date"),
            },
            _ => Resolved::Refused("a tag that Python's safe_load does not know"),
        },
    }
}

fn implicit(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Resolved::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Resolved::Bool(false);
        }
        // Known to the resolver, but not to the constructor.
        "<<" => return Resolved::Refused("a merge key in the place of a value"),
        "=" => return Resolved::Refused("a default key in the place of a value"),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return Resolved::Text(text.to_owned());
    }
    if is_float(text) {
        return float(text);
    }
    if is_integer(text) {
        return integer(text);
    }
    match date::python_plain(text) {
        date::Python::Valid => Resolved::Timestamp(text.to_owned()),
        date::Python::Invalid => Resolved::Refused("no such date or time"),
        date::Python::Other => Resolved::Text(text.to_owned()),
    }
}

/// `[-+]?0b[0-1_]+ | [-+]?0[0-7_]+ | [-+]?(0 | [1-9][0-9_]*) | [-+]?0x[0-9a-fA-F_]+ |
/// [-+]?[1-9][0-9_]*(:[0-5]?[0-9])+`
fn is_integer(text: &str) -> bool {
    let (_, body) = number::split_sign(text);
    let all = |text: &str, radix: u32| {
        !text.is_empty() && text.chars().all(|c| c == '_' || c.is_digit(radix))
    };
    if let Some(rest) = body.strip_prefix('0') {
        return rest.is_empty()
            || all(rest, 8)
            || rest.strip_prefix('b').is_some_and(|rest| all(rest, 2))
            || rest.strip_prefix('x').is_some_and(|rest| all(rest, 16));
    }
    let mut parts = body.split(':');
    parts.next().is_some_and(|first| {
        first.starts_with(|digit: char| digit.is_ascii_digit()) && all(first, 10)
    }) && parts.all(is_sixtieth)
}

/// `[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)? | \.[0-9][0-9_]*([eE][-+][0-9]+)? |
/// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]* | [-+]?\.inf | \.nan` with their three cases.
fn is_float(text: &str) -> bool {
    let (_, body) = number::split_sign(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_digit())
    };
    let leading =
        |text: &str| text.starts_with(|digit: char| digit.is_ascii_digit()) && digits(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let good_exponent = exponent.is_none_or(|exponent| {
        let (_, digits) = number::split_sign(exponent);
        digits.len() < exponent.len()
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return false;
    };
    if whole.is_empty() {
        // This form takes no sign.
        return body.len() == text.len() && leading(fraction) && good_exponent;
    }
    if !digits(fraction) {
        return false;
    }
    match whole.split_once(':') {
        None => leading(whole) && good_exponent,
        Some((first, rest)) => {
            exponent.is_none() && leading(first) && rest.split(':').all(is_sixtieth)
        }
    }
}

/// `[0-5]?[0-9]`
fn is_sixtieth(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

/// As the constructor does, which removes underscores first and takes what `int()` takes.
fn integer(text: &str) -> Resolved {
    const REFUSED: Resolved = Resolved::Refused("not a whole number");
    let text = text.replace('_', "");
    let (negative, body) = number::split_sign(&text);
    let (radix, digits) = if let Some(digits) = body.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = body.strip_prefix("0x") {
        (16, digits)
    } else if body.starts_with('0') {
        (8, body)
    } else if body.contains(':') {
        return number::sexagesimal(&text).unwrap_or(REFUSED);
    } else {
        (10, body)
    };
    let digits = digits.trim();
    let signed = if negative {
        format!("-{digits}")
    } else {
        digits.to_owned()
    };
    if digits.starts_with(['+', '-']) {
        return REFUSED;
    }
    number::integer(&signed, radix).unwrap_or(REFUSED)
}

/// As the constructor does, which takes what `float()` takes.
fn float(text: &str) -> Resolved {
    let text = text.replace('_', "").to_lowercase();
    let (negative, body) = number::split_sign(&text);
    let magnitude = match body.trim() {
        ".inf" | "inf" | "infinity" => Some(f64::INFINITY),
        ".nan" | "nan" => Some(f64::NAN),
        body if body.contains(':') => number::sexagesimal_float(body),
        body => number::float(body),
    };
    match magnitude {
        Some(number) => Resolved::Float(if negative { -number } else { number }),
        None => Resolved::Refused("not a number"),
    }
}

fn truth(text: &str) -> Resolved {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" => Resolved::Bool(true),
        "no" | "false" | "off" => Resolved::Bool(false),
        _ => Resolved::Refused("not a truth value"),
    }
}

/// Python skips what is not base64, but wants the padding right.
fn binary(text: &str) -> Resolved {
    let mut data = 0_usize;
    let mut padding = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'=' => padding += 1,
            b'+' | b'/' => data += 1,
            _ if byte.is_ascii_alphanumeric() => data += 1,
            _ => {}
        }
    }
    let padded = match data % 4 {
        0 => true,
        1 => false,
        rest => padding >= 4 - rest,
    };
    if text.is_ascii() && padded {
        Resolved::Binary(text.to_owned())
    } else {
        Resolved::Refused("not base64")
    }
}
