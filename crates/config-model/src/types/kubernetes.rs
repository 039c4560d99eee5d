//! Values that Kubernetes and the kernel read.

use super::text::{InvalidValue, checked_text, is_label};
use crate::rules;

/// What may follow the number of a quantity.
const SUFFIXES: &[&str] = &[
    "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "n", "u", "m", "k", "M", "G", "T", "P", "E",
];

checked_text! {
    /// The key of a label: a name, with an optional DNS name before it.
    LabelKey, |text| {
        let (prefix, name) = match text.split_once('/') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        let prefix_fits = prefix.is_none_or(|prefix| {
            prefix.len() <= 253 && prefix.split('.').all(is_label)
        });
        if prefix_fits && is_qualified(name) {
            Ok(())
        } else {
            Err(InvalidValue::new(&rules::NODE_INVALID_LABEL_KEY, "is not the key of a label"))
        }
    }
}

checked_text! {
    /// The value of a label.
    LabelValue, |text| {
        if text.is_empty() || is_qualified(text) {
            Ok(())
        } else {
            Err(InvalidValue::new(&rules::NODE_INVALID_LABEL, "is not the value of a label"))
        }
    }
}

checked_text! {
    /// An amount of storage, such as `10Gi`.
    Quantity, |text| {
        let invalid = |reason: &str| InvalidValue::new(&rules::VALUE_INVALID_QUANTITY, reason);
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let split = unsigned
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(split);
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit())
            && number.matches('.').count() <= 1;
        if !is_number {
            return Err(invalid("is not an amount of storage such as `10Gi`"));
        }
        if !number.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            return Err(invalid("is no storage at all"));
        }
        let exponent = suffix.strip_prefix(['e', 'E']).is_some_and(|power| {
            let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        if SUFFIXES.contains(&suffix) || exponent {
            return Ok(());
        }
        let invalid = invalid("is not an amount of storage such as `10Gi`");
        let unit = suffix.trim().trim_end_matches(['b', 'B']).trim_end_matches('i');
        Err(match unit.to_ascii_uppercase().as_str() {
            unit @ ("M" | "G" | "T" | "P") => invalid.hint_that(format!("write `{number}{unit}i`")),
            _ => invalid,
        })
    }
}

checked_text! {
    /// A duration of the Gateway API (GEP-2257), such as `1m30s`.
    Duration, |text| {
        let mut rest = text;
        let mut parts = 0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let after = &rest[digits..];
            let unit = ["ms", "h", "m", "s"].iter().find(|unit| after.starts_with(**unit));
            let Some(unit) = unit.filter(|_| (1..=5).contains(&digits)) else {
                return Err(not_a_duration(text));
            };
            rest = &after[unit.len()..];
            parts += 1;
        }
        if (1..=4).contains(&parts) {
            Ok(())
        } else {
            Err(not_a_duration(text))
        }
    }
}

checked_text! {
    /// The name of a kernel module.
    KernelModule, |text| {
        let fits = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits {
            return Ok(());
        }
        let invalid = InvalidValue::new(&rules::NODE_INVALID_MODULE, "is not the name of a kernel module");
        Err(match text.strip_suffix(".ko") {
            Some(name) => invalid.hint_that(format!("leave the file's extension out: `{name}`")),
            None => invalid,
        })
    }
}

fn not_a_duration(text: &str) -> InvalidValue {
    let invalid = InvalidValue::new(
        &rules::VALUE_INVALID_DURATION,
        "is not a duration such as `120s` or `1m30s`",
    );
    if (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return invalid.hint_that(format!("add the unit, such as `{text}s`"));
    }
    invalid
}

/// The name part of a label key, and a label value that is not empty.
fn is_qualified(text: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && edge(text.bytes().next())
        && edge(text.bytes().last())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
