//! Floating-point numbers as Python prints them.

/// `repr(number)`: the shortest text that reads back as the same number.
pub(crate) fn repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        return format!("{digits}e{}", signed_exponent(exponent));
    }
    let plain = format!("{number}");
    if plain.contains('.') {
        plain
    } else {
        format!("{plain}.0")
    }
}

/// An exponent with its sign and at least two digits.
pub(crate) fn signed_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.unsigned_abs())
}

/// The whole number that a float is, if it is one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked first, and floats of that size convert exactly"
)]
pub(crate) fn exact_integer(number: f64) -> Option<i128> {
    let limit = 2f64.powi(126);
    (number.fract() == 0.0 && number.abs() < limit).then_some(number as i128)
}

/// A whole number as the nearest float.
#[expect(clippy::cast_precision_loss, reason = "Python rounds the same way")]
pub(crate) fn from_integer(number: i128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::repr;

    #[test]
    fn floats_print_as_in_python() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(repr(number), text);
        }
    }
}
