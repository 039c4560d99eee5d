//! Shamir's secret sharing over GF(256), as Vault and therefore SOPS does it.
//!
//! Each share has the bytes of the secret, then its x coordinate. The field's polynomial is
//! that of AES, 0x11b.

use zeroize::Zeroizing;

use super::token::{NoRandomness, fill_random};

/// Cuts a secret into `count` shares, `threshold` of which recover it.
///
/// `2 <= threshold <= count <= 255` must hold; the caller has checked it.
pub(crate) fn split(
    secret: &[u8],
    count: usize,
    threshold: usize,
) -> Result<Vec<Zeroizing<Vec<u8>>>, NoRandomness> {
    let coordinates = coordinates(count)?;
    let mut shares: Vec<_> = coordinates
        .iter()
        .map(|_| Zeroizing::new(Vec::with_capacity(secret.len() + 1)))
        .collect();
    let mut polynomial = Zeroizing::new(vec![0; threshold]);
    for &byte in secret {
        fill_random(&mut polynomial[1..])?;
        polynomial[0] = byte;
        for (share, &x) in shares.iter_mut().zip(&coordinates) {
            let y = polynomial
                .iter()
                .rev()
                .fold(0, |sum, &coefficient| multiply(sum, x) ^ coefficient);
            share.push(y);
        }
    }
    for (share, x) in shares.iter_mut().zip(coordinates) {
        share.push(x);
    }
    Ok(shares)
}

/// The secret that shares make. `None` if they cannot belong together.
///
/// Too few shares give a wrong secret, not an error: the format has nothing to tell by.
pub(crate) fn combine(shares: &[Zeroizing<Vec<u8>>]) -> Option<Zeroizing<Vec<u8>>> {
    let length = shares.first()?.len();
    if shares.len() < 2 || length < 2 || shares.iter().any(|share| share.len() != length) {
        return None;
    }
    let coordinates: Vec<u8> = shares.iter().map(|share| share[length - 1]).collect();
    for (index, x) in coordinates.iter().enumerate() {
        if coordinates[..index].contains(x) {
            return None;
        }
    }
    // Lagrange's basis polynomials at 0.
    let weights: Vec<u8> = coordinates
        .iter()
        .map(|&x| {
            coordinates
                .iter()
                .filter(|&&other| other != x)
                .fold(1, |product, &other| {
                    multiply(product, multiply(other, inverse(other ^ x)))
                })
        })
        .collect();
    let mut secret = Zeroizing::new(Vec::with_capacity(length - 1));
    for position in 0..length - 1 {
        secret.push(
            shares
                .iter()
                .zip(&weights)
                .fold(0, |sum, (share, &weight)| {
                    sum ^ multiply(share[position], weight)
                }),
        );
    }
    Some(secret)
}

/// Different coordinates in random order, none of them 0.
fn coordinates(count: usize) -> Result<Vec<u8>, NoRandomness> {
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        let mut byte = [0];
        fill_random(&mut byte)?;
        if byte[0] != 0 && !chosen.contains(&byte[0]) {
            chosen.push(byte[0]);
        }
    }
    Ok(chosen)
}

/// Product in the field, in the same time whatever the factors.
fn multiply(left: u8, right: u8) -> u8 {
    let mut product = 0;
    let mut left = left;
    for bit in 0..8 {
        product ^= left & (right >> bit & 1).wrapping_neg();
        let carry = (left >> 7).wrapping_neg();
        left = left << 1 ^ carry & 0x1b;
    }
    product
}

/// The inverse in the field: the power of 254. That of 0 is 0.
fn inverse(number: u8) -> u8 {
    let mut power = number;
    for _ in 0..6 {
        power = multiply(multiply(power, power), number);
    }
    multiply(power, power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_times_its_inverse_is_one() {
        for number in 1..=255 {
            assert_eq!(multiply(number, inverse(number)), 1);
        }
    }

    #[test]
    fn enough_shares_recover_the_secret_and_too_few_do_not() {
        let secret = [7; 32];
        let shares = split(&secret, 4, 3).expect("random numbers");
        for skip in 0..4 {
            let some: Vec<_> = (0..4)
                .filter(|&index| index != skip)
                .map(|index| shares[index].clone())
                .collect();
            assert_eq!(combine(&some).expect("three").as_slice(), &secret);
        }
        assert_ne!(combine(&shares[..2]).expect("two").as_slice(), &secret);
        assert!(combine(&shares[..1]).is_none());
        assert!(combine(&[shares[0].clone(), shares[0].clone()]).is_none());
    }
}
