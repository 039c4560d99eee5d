//! Digits to numbers, as the dialects share it.

use super::dialect::Resolved;

/// An optional sign and at least one digit of a radix, nothing else.
pub(super) fn integer(text: &str, radix: u32) -> Option<Resolved> {
    let (negative, digits) = split_sign(text);
    match (unsigned(digits, radix)?, negative) {
        (Resolved::Integer(number), true) => Some(Resolved::Integer(-number)),
        (Resolved::BigInteger(digits), true) => {
            // The one number that fits only with its sign.
            let text = format!("-{digits}");
            Some(
                text.parse()
                    .map_or(Resolved::BigInteger(text), Resolved::Integer),
            )
        }
        (number, _) => Some(number),
    }
}

/// At least one digit of a radix, nothing else.
pub(super) fn unsigned(digits: &str, radix: u32) -> Option<Resolved> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    Some(match i128::from_str_radix(digits, radix) {
        Ok(number) => Resolved::Integer(number),
        Err(_) => Resolved::BigInteger(decimal(digits, radix)),
    })
}

/// A decimal number with a point or an exponent: `[-+]? ( \. digits | digits ( \. digits? )? )
/// ( [eE] [-+]? digits )?`.
pub(super) fn float(text: &str) -> Option<Resolved> {
    let (_, body) = split_sign(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(split_sign(&body[at + 1..]).1)),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.find('.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let good = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    // Rust reads the same grammar.
    good.then(|| text.parse().ok().map(Resolved::Float))
        .flatten()
}

/// Whether there is a `-`, and what follows the sign.
pub(super) fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Digits of any radix as decimal digits, without leading zeros.
///
/// Quadratic, which is why very long ones are left as they are when they are decimal already.
fn decimal(digits: &str, radix: u32) -> String {
    if radix == 10 {
        let trimmed = digits.trim_start_matches('0');
        return if trimmed.is_empty() { "0" } else { trimmed }.to_owned();
    }
    /// Decimal digits that one limb holds.
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(radix) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut text = limbs.last().map(u64::to_string).unwrap_or_default();
    for limb in limbs.iter().rev().skip(1) {
        text.push_str(&format!("{limb:09}"));
    }
    text
}
