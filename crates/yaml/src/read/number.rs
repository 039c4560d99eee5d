//! Digits to numbers, as the dialects share it.

use super::dialect::Resolved;

/// Digits beyond which a number is refused: turning digits of one radix into another takes
/// quadratic time, and Python's own limit is the same.
const MOST_DIGITS: usize = 4300;

const TOO_LONG: Resolved = Resolved::Refused("a number of more than 4300 digits");

/// An optional sign and at least one digit of a radix, nothing else.
pub(super) fn integer(text: &str, radix: u32) -> Option<Resolved> {
    let (negative, digits) = split_sign(text);
    unsigned(digits, radix).map(|number| if negative { negated(number) } else { number })
}

/// At least one digit of a radix, nothing else.
pub(super) fn unsigned(digits: &str, radix: u32) -> Option<Resolved> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    if let Ok(number) = i128::from_str_radix(digits, radix) {
        return Some(Resolved::Integer(number));
    }
    let digits = digits.trim_start_matches('0');
    if digits.len() > MOST_DIGITS {
        return Some(TOO_LONG);
    }
    let mut number = Decimal::default();
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        number.multiply_and_add(radix, digit);
    }
    Some(number.into_resolved())
}

/// A whole number to the base of 60, most significant digit first: each part is decimal,
/// the first of any size.
pub(super) fn sexagesimal(text: &str) -> Option<Resolved> {
    if text.len() > MOST_DIGITS {
        return Some(TOO_LONG);
    }
    let (negative, body) = split_sign(text);
    let mut parts = body.split(':');
    let mut number = Decimal::default();
    for digit in parts.next()?.chars() {
        number.multiply_and_add(10, digit.to_digit(10)?);
    }
    for part in parts {
        number.multiply_and_add(60, part.parse().ok()?);
    }
    let number = number.into_resolved();
    Some(if negative { negated(number) } else { number })
}

/// A number to the base of 60 whose last part may have a fraction, added up as Python does:
/// from the last part on, so that it is rounded alike.
pub(super) fn sexagesimal_float(text: &str) -> Option<f64> {
    if text.len() > MOST_DIGITS {
        return None;
    }
    let (negative, body) = split_sign(text);
    let mut sum = 0.0;
    let mut base = Decimal::default();
    base.multiply_and_add(1, 1);
    for part in body.rsplit(':') {
        let part: f64 = part.parse().ok()?;
        // Through text, for the nearest number to a base that may have any size.
        sum += part * base.digits().parse::<f64>().ok()?;
        base.multiply_and_add(60, 0);
    }
    Some(if negative { -sum } else { sum })
}

/// A decimal number with or without point and exponent: `[-+]? ( \. digits | digits
/// ( \. digits? )? ) ( [eE] [-+]? digits )?`.
pub(super) fn float(text: &str) -> Option<f64> {
    let (_, body) = split_sign(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(split_sign(&body[at + 1..]).1)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let good = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    // Rust reads the same grammar.
    good.then(|| text.parse().ok()).flatten()
}

/// A whole number as a float.
pub(super) fn to_float(number: &Resolved) -> Option<f64> {
    match number {
        #[expect(clippy::cast_precision_loss, reason = "that is what a float is")]
        Resolved::Integer(number) => Some(*number as f64),
        Resolved::BigInteger(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// Whether there is a `-`, and what follows the sign.
pub(super) fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn negated(number: Resolved) -> Resolved {
    match number {
        Resolved::Integer(number) => Resolved::Integer(-number),
        Resolved::BigInteger(digits) => {
            // One number fits only with its sign.
            let text = format!("-{digits}");
            text.parse()
                .map_or(Resolved::BigInteger(text), Resolved::Integer)
        }
        other => other,
    }
}

/// A whole number of any size.
#[derive(Default)]
struct Decimal {
    /// Nine decimal digits each, the least significant first.
    limbs: Vec<u64>,
}

impl Decimal {
    const LIMB: u64 = 1_000_000_000;

    fn multiply_and_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.limbs {
            let value = *limb * u64::from(factor) + carry;
            *limb = value % Self::LIMB;
            carry = value / Self::LIMB;
        }
        while carry > 0 {
            self.limbs.push(carry % Self::LIMB);
            carry /= Self::LIMB;
        }
    }

    fn digits(&self) -> String {
        let mut limbs = self.limbs.iter().rev();
        let mut text = limbs.next().unwrap_or(&0).to_string();
        for limb in limbs {
            let digits = limb.to_string();
            text.extend(std::iter::repeat_n('0', 9 - digits.len()));
            text.push_str(&digits);
        }
        text
    }

    fn into_resolved(self) -> Resolved {
        let digits = self.digits();
        match digits.parse() {
            Ok(number) => Resolved::Integer(number),
            Err(_) => Resolved::BigInteger(digits),
        }
    }
}
