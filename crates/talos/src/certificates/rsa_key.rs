//! The RSA key that signs tokens of service accounts.

use std::thread;

use chacha20::ChaCha20Rng;
use crypto_bigint::BoxedUint;
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use randomness::{CryptoRng, SeedableRng as _};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::{BigUint, RsaPrivateKey};
use zeroize::Zeroizing;

use super::error::IssueError;
use super::pem;
use crate::secret_text::SecretText;

/// The size that Talos has had since 1.7.
const BITS: u32 = 4096;
/// The public exponent that everybody has.
const EXPONENT: u32 = 65_537;

/// A new key in PKCS#1.
///
/// `rsa` makes keys too, but finds primes three times slower than `crypto-primes`; and there
/// are two primes to find, so they are found side by side.
pub(crate) fn service_account_key(random: &mut impl CryptoRng) -> Result<SecretText, IssueError> {
    for _ in 0..128 {
        let mut seeds = Zeroizing::new([[0_u8; 32]; 2]);
        for seed in seeds.iter_mut() {
            random.fill_bytes(seed);
        }
        let [one, other] = thread::scope(|scope| {
            let threads = seeds.map(|seed| scope.spawn(move || prime(seed)));
            threads.map(|thread| thread.join().map_err(|_| IssueError::Randomness)?)
        });
        // Fails if the primes are equal, or one of them less one has the exponent as a factor:
        // then others are taken.
        if let Ok(key) = RsaPrivateKey::from_p_q(one?, other?, BigUint::from(EXPONENT)) {
            let der = key.to_pkcs1_der().map_err(|_| IssueError::Randomness)?;
            return Ok(pem::encode(pem::RSA_KEY, der.as_bytes())?);
        }
    }
    Err(IssueError::Randomness)
}

/// A prime of half the size, whose two highest bits are set: then a product has the whole size.
fn prime(seed: [u8; 32]) -> Result<BigUint, IssueError> {
    let mut random = ChaCha20Rng::from_seed(seed);
    let sieve = SmallFactorsSieveFactory::<BoxedUint>::new(Flavor::Any, BITS / 2, SetBits::TwoMsb)
        .map_err(|_| IssueError::Randomness)?;
    let found = sieve_and_find(&mut random, sieve, |_, candidate| {
        is_prime(Flavor::Any, candidate)
    });
    let found = found.ok().flatten().map(Zeroizing::new);
    let bytes = Zeroizing::new(found.ok_or(IssueError::Randomness)?.to_be_bytes());
    Ok(BigUint::from_bytes_be(&bytes))
}
