//! The core schema of YAML 1.2.2, section 10.3.2.

use super::dialect::Resolved;
use super::number;
use crate::scalar::{Scalar, Style};

/// What the core schema makes of a scalar.
pub(super) fn read(scalar: &Scalar) -> Resolved {
    let text = scalar.text();
    match scalar.tag().map(|tag| tag.core()) {
        None if scalar.style() == Style::Plain => plain(text),
        None | Some(None) => Resolved::Text(text.to_owned()),
        Some(Some("null")) if matches!(plain(text), Resolved::Null) => Resolved::Null,
        Some(Some("bool")) => match plain(text) {
            truth @ Resolved::Bool(_) => truth,
            _ => Resolved::Refused("not `true` or `false`"),
        },
        Some(Some("int")) => match plain(text) {
            number @ (Resolved::Integer(_) | Resolved::BigInteger(_)) => number,
            _ => Resolved::Refused("not a whole number"),
        },
        Some(Some("float")) => match plain(text) {
            number @ Resolved::Float(_) => number,
            #[expect(clippy::cast_precision_loss, reason = "that is what a float is")]
            Resolved::Integer(number) => Resolved::Float(number as f64),
            Resolved::BigInteger(digits) => Resolved::Float(digits.parse().unwrap_or(f64::NAN)),
            _ => Resolved::Refused("not a number"),
        },
        Some(Some("null")) => Resolved::Refused("not a null"),
        Some(Some("binary")) => Resolved::Binary(text.to_owned()),
        Some(Some(_)) => Resolved::Text(text.to_owned()),
    }
}

fn plain(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        _ => {}
    }
    let radix = if text.starts_with("0o") {
        8
    } else if text.starts_with("0x") {
        16
    } else {
        10
    };
    let number = if radix == 10 {
        number::integer(text, 10)
    } else {
        // No sign goes with a prefix.
        number::unsigned(&text[2..], radix)
    };
    number
        .or_else(|| number::float(text))
        .or_else(|| special(text))
        .unwrap_or_else(|| Resolved::Text(text.to_owned()))
}

fn special(text: &str) -> Option<Resolved> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    match body {
        ".inf" | ".Inf" | ".INF" if negative => Some(Resolved::Float(f64::NEG_INFINITY)),
        ".inf" | ".Inf" | ".INF" => Some(Resolved::Float(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => Some(Resolved::Float(f64::NAN)),
        _ => None,
    }
}
