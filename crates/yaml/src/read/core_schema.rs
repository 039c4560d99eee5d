//! The core schema of YAML 1.2.2, section 10.3.2.

use super::dialect::Resolved;
use super::number;
use crate::scalar::{Scalar, Style};

/// What the core schema makes of a scalar.
pub(super) fn read(scalar: &Scalar) -> Resolved {
    let text = scalar.text();
    let Some(tag) = scalar.tag() else {
        return match scalar.style() {
            Style::Plain => plain(text),
            _ => Resolved::Text(text.to_owned()),
        };
    };
    match (tag.core(), plain(text)) {
        (Some("null"), value @ Resolved::Null)
        | (Some("bool"), value @ Resolved::Bool(_))
        | (Some("int"), value @ (Resolved::Integer(_) | Resolved::BigInteger(_)))
        | (Some("float"), value @ Resolved::Float(_)) => value,
        (Some("null"), _) => Resolved::Refused("not a null"),
        (Some("bool"), _) => Resolved::Refused("neither `true` nor `false`"),
        (Some("int"), _) => Resolved::Refused("not a whole number"),
        (Some("float"), other) => {
            number::to_float(&other).map_or(Resolved::Refused("not a number"), Resolved::Float)
        }
        (Some("binary"), _) => Resolved::Binary(text.to_owned()),
        _ => Resolved::Text(text.to_owned()),
    }
}

fn plain(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        _ => {}
    }
    // No sign goes with the two prefixes.
    if let Some(digits) = text.strip_prefix("0o") {
        number::unsigned(digits, 8)
    } else if let Some(digits) = text.strip_prefix("0x") {
        number::unsigned(digits, 16)
    } else {
        number::integer(text, 10)
            .or_else(|| number::float(text).map(Resolved::Float))
            .or_else(|| special(text).map(Resolved::Float))
    }
    .unwrap_or_else(|| Resolved::Text(text.to_owned()))
}

fn special(text: &str) -> Option<f64> {
    let (negative, body) = number::split_sign(text);
    match body {
        ".inf" | ".Inf" | ".INF" if negative => Some(f64::NEG_INFINITY),
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => Some(f64::NAN),
        _ => None,
    }
}
