//! Numbers in the forms of `%f`, `%e` and `%g`.

use super::float::signed_exponent;

/// `%.{precision}f`
pub(crate) fn fixed(number: f64, precision: usize) -> String {
    not_finite(number).unwrap_or_else(|| format!("{number:.precision$}"))
}

/// `%.{precision}e`
pub(crate) fn scientific(number: f64, precision: usize) -> String {
    not_finite(number).unwrap_or_else(|| {
        let (digits, exponent) = parts(number, precision);
        format!("{digits}e{}", signed_exponent(exponent))
    })
}

/// `%.{precision}g`; `alternate` keeps final zeros.
pub(crate) fn general(number: f64, precision: usize, alternate: bool) -> String {
    if let Some(text) = not_finite(number) {
        return text;
    }
    let precision = precision.max(1);
    let (digits, exponent) = parts(number, precision - 1);
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    if (-4..limit).contains(&exponent) {
        let decimals = usize::try_from(limit - 1 - exponent).unwrap_or(0);
        return without_zeros(format!("{number:.decimals$}"), alternate);
    }
    let digits = without_zeros(digits, alternate);
    format!("{digits}e{}", signed_exponent(exponent))
}

/// A whole number in another base, without a prefix, with its sign.
pub(crate) fn in_base(number: i128, kind: char) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let magnitude = number.unsigned_abs();
    match kind {
        'b' => format!("{sign}{magnitude:b}"),
        'o' => format!("{sign}{magnitude:o}"),
        'x' => format!("{sign}{magnitude:x}"),
        'X' => format!("{sign}{magnitude:X}"),
        _ => format!("{sign}{magnitude}"),
    }
}

fn parts(number: f64, precision: usize) -> (String, i32) {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_owned(), exponent.parse().unwrap_or(0))
}

fn without_zeros(text: String, alternate: bool) -> String {
    if alternate || !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn not_finite(number: f64) -> Option<String> {
    if number.is_nan() {
        Some("nan".to_owned())
    } else if number.is_infinite() {
        Some(if number > 0.0 { "inf" } else { "-inf" }.to_owned())
    } else {
        None
    }
}
