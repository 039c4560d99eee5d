//! Go's two readers: `yaml.v3`, and `sigs.k8s.io/yaml` over `yaml.v2`, both into untyped values.
//!
//! Source: `resolve.go` and `decode.go` of go.yaml.in/yaml v3.0.5 and v2.4.4, and what they
//! gave for `tests/fixtures/scalars.tsv`.

use super::date;
use super::dialect::Resolved;
use super::number;
use crate::scalar::{Scalar, Style};

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `yaml.v3`.
    Three,
    /// `yaml.v2`, then through JSON.
    Two,
}

/// What one of the two makes of a scalar.
pub(super) fn read(scalar: &Scalar, version: Version) -> Resolved {
    let text = scalar.text();
    let untagged = || Resolved::Text(text.to_owned());
    let resolved = match scalar.tag() {
        None if scalar.style() == Style::Plain => plain(text, version, true),
        // `!` alone: text to the older one only.
        Some(tag) if tag.name() == "!" && scalar.style() == Style::Plain => match version {
            Version::Three => plain(text, version, true),
            Version::Two => untagged(),
        },
        None => untagged(),
        Some(tag) => match tag.core() {
            Some("binary") if !is_base64(text) => Resolved::Refused("not base64"),
            Some("binary") => Resolved::Binary(text.to_owned()),
            Some(core @ ("bool" | "int" | "float" | "null" | "timestamp")) => {
                tagged(core, text, version)
            }
            _ => untagged(),
        },
    };
    match resolved {
        Resolved::Timestamp(text) if version == Version::Two => Resolved::Text(text),
        Resolved::Float(number) if version == Version::Two && !number.is_finite() => {
            Resolved::Refused("JSON has no such number")
        }
        other => other,
    }
}

fn tagged(core: &str, text: &str, version: Version) -> Resolved {
    let resolved = plain(text, version, core == "timestamp");
    match (core, resolved) {
        ("bool", value @ Resolved::Bool(_))
        | ("int", value @ Resolved::Integer(_))
        | ("float", value @ Resolved::Float(_))
        | ("null", value @ Resolved::Null)
        | ("timestamp", value @ Resolved::Timestamp(_)) => value,
        // Only what fits a signed number is converted.
        ("float", Resolved::Integer(value)) if i64::try_from(value).is_ok() => {
            number::to_float(&Resolved::Integer(value))
                .map_or(Resolved::Refused("not a number"), Resolved::Float)
        }
        ("bool", _) => Resolved::Refused("not a truth value"),
        ("int", _) => Resolved::Refused("not a whole number of 64 bits"),
        ("float", _) => Resolved::Refused("not a number"),
        ("null", _) => Resolved::Refused("not a null"),
        (_, _) => Resolved::Refused("not a date"),
    }
}

fn plain(text: &str, version: Version, dates: bool) -> Resolved {
    if let Some(resolved) = word(text, version) {
        return resolved;
    }
    let number = match text.as_bytes().first() {
        Some(b'.') => float_with_underscores(text).map(Resolved::Float),
        Some(b'+' | b'-' | b'0'..=b'9') => {
            if dates && date::is_go_timestamp(text) {
                return Resolved::Timestamp(text.to_owned());
            }
            digits(&text.replace('_', ""), version)
        }
        _ => None,
    };
    number.unwrap_or_else(|| Resolved::Text(text.to_owned()))
}

fn word(text: &str, version: Version) -> Option<Resolved> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if version == Version::Two => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if version == Version::Two => {
            Resolved::Bool(false)
        }
        _ => return None,
    })
}

/// A number without its underscores, which count nowhere.
fn digits(text: &str, version: Version) -> Option<Resolved> {
    let (negative, body) = number::split_sign(text);
    let (radix, magnitude) = match body.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, &body[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &body[2..]),
        [b'0', b'x' | b'X', _, ..] => (16, &body[2..]),
        [b'0', _, ..] => (8, &body[1..]),
        _ => (10, body),
    };
    let signed = body.len() < text.len();
    if let Some(number) = sixty_four_bits(magnitude, radix, negative, signed) {
        return Some(number);
    }
    if let Some(number) = number::float(text) {
        // Out of range is no number to Go.
        return number.is_finite().then_some(Resolved::Float(number));
    }
    // A second sign behind the prefix slips through.
    let prefixed = match version {
        Version::Three => text.strip_prefix("0o").map(|digits| (digits, 8)),
        Version::Two => None,
    };
    let (digits, radix) = prefixed.or_else(|| text.strip_prefix("0b").map(|rest| (rest, 2)))?;
    let (negative, magnitude) = number::split_sign(digits);
    sixty_four_bits(magnitude, radix, negative, magnitude.len() < digits.len())
}

/// A number that fits 64 bits; signed ones have one bit less for their digits.
fn sixty_four_bits(digits: &str, radix: u32, negative: bool, signed: bool) -> Option<Resolved> {
    let Resolved::Integer(number) = number::unsigned(digits, radix)? else {
        return None;
    };
    let number = if negative { -number } else { number };
    let fits = i64::try_from(number).is_ok() || (!signed && u64::try_from(number).is_ok());
    fits.then_some(Resolved::Integer(number))
}

/// A float that starts with a point; underscores may stand between two digits.
fn float_with_underscores(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let separated = (0..bytes.len())
        .filter(|&at| bytes[at] == b'_')
        .all(|at| at > 0 && digit(at - 1) && digit(at + 1));
    separated
        .then(|| number::float(&text.replace('_', "")))
        .flatten()
        .filter(|number| number.is_finite())
}

/// Whether Go's `base64.StdEncoding` decodes it: padded, line breaks aside.
fn is_base64(text: &str) -> bool {
    let text = text.replace(['\r', '\n'], "");
    let data = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - data.len() <= 2
        && data
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
