//! Random values in the notations of a bundle.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use randomness::CryptoRng;
use zeroize::Zeroizing;

use super::SecretText;

/// The letters of a token.
const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The greatest multiple of 36 that a byte can hold.
const FAIR: u8 = 252;

/// 32 bytes in standard base64.
pub(super) fn secret(random: &mut impl CryptoRng) -> SecretText {
    STANDARD.encode(bytes(random).as_slice()).into()
}

/// 32 bytes in the alphabet for URLs, as identifiers of clusters have always been.
pub(super) fn identifier(random: &mut impl CryptoRng) -> SecretText {
    URL_SAFE.encode(bytes(random).as_slice()).into()
}

/// Six and sixteen letters and digits.
pub(super) fn token(random: &mut impl CryptoRng) -> SecretText {
    let mut out = Zeroizing::new(String::with_capacity(23));
    push(random, &mut out, 6);
    out.push('.');
    push(random, &mut out, 16);
    out.as_str().into()
}

/// So many letters, each as likely as any other: bytes behind the last whole round of 36 are
/// drawn again.
fn push(random: &mut impl CryptoRng, out: &mut String, mut count: usize) {
    while count > 0 {
        let mut byte = [0_u8; 1];
        random.fill_bytes(&mut byte);
        let letter = LETTERS.get(usize::from(byte[0] % 36));
        if let Some(letter) = letter.filter(|_| byte[0] < FAIR) {
            out.push(char::from(*letter));
            count -= 1;
        }
    }
}

/// 32 bytes.
fn bytes(random: &mut impl CryptoRng) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random.fill_bytes(bytes.as_mut_slice());
    bytes
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use randomness::SeedableRng as _;

    #[test]
    fn tokens_use_every_letter_equally_often() {
        let mut random = ChaCha20Rng::from_seed([7; 32]);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..9_000 {
            let token = super::token(&mut random);
            assert!(super::super::shape::is_token(token.expose()));
            for letter in token.expose().chars().filter(|letter| *letter != '.') {
                *counts.entry(letter).or_insert(0_u32) += 1;
            }
        }
        assert_eq!(counts.len(), 36);
        // 5,500 each; seven standard deviations. With `% 36` alone the first four would have
        // some 6,190.
        assert!(
            counts.values().all(|count| count.abs_diff(5_500) < 520),
            "{counts:?}"
        );
    }
}
