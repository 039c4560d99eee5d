//! The RSA key that signs tokens of service accounts.

use std::cmp::Ordering;
use std::thread;

use chacha20::ChaCha20Rng;
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Integer as _, NonZero};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use der::{Decode as _, Encode as _};
use randomness::{CryptoRng, SeedableRng as _};
use rsa::pkcs1::{EncodeRsaPrivateKey as _, RsaPrivateKeyRef, UintRef, Version};
use rsa::{PrivateKey, PublicKey};
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
        if let Ok(key) = PrivateKey::from_p_q(one?, other?, BoxedUint::from(EXPONENT)) {
            let der = key.to_pkcs1_der().map_err(|_| IssueError::Randomness)?;
            return Ok(pem::encode(pem::RSA_KEY, der.as_bytes())?);
        }
    }
    Err(IssueError::Randomness)
}

/// What is told from an RSA key in PKCS#1.
pub(super) struct ReadRsa {
    /// The size of its modulus.
    pub(super) bits: usize,
    /// DER of its public half.
    pub(super) public: Vec<u8>,
}

impl ReadRsa {
    /// Reads a key of two primes whose numbers belong together; it is not made ready for use.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let key = RsaPrivateKeyRef::from_der(der).ok()?;
        if key.version() != Version::TwoPrime || !fits(&key) {
            return None;
        }
        Some(Self {
            bits: number(&key.modulus).bit_width_vartime().try_into().ok()?,
            public: key.public_key().to_der().ok()?,
        })
    }
}

/// Whether the primes make the modulus, and whether the exponents undo each other.
fn fits(key: &RsaPrivateKeyRef<'_>) -> bool {
    let modulus = number(&key.modulus);
    let exponent = number(&key.public_exponent);
    let allowed =
        BoxedUint::from(PublicKey::MIN_PUB_EXPONENT)..=BoxedUint::from(PublicKey::MAX_PUB_EXPONENT);
    let odd = modulus.is_odd().to_bool() && exponent.is_odd().to_bool();
    if !odd || !allowed.contains(&exponent) || exponent >= modulus {
        return false;
    }
    let primes = [&key.prime1, &key.prime2].map(|prime| Zeroizing::new(number(prime)));
    let [one, other] = &primes;
    if Zeroizing::new(one.concatenating_mul(&**other)).cmp_vartime(&modulus) != Ordering::Equal {
        return false;
    }
    let private = Zeroizing::new(number(&key.private_exponent));
    let mut primes = primes.iter();
    primes.all(|prime| undo(&private, &exponent, prime))
}

/// Whether a number to the power of both exponents is the number, modulo a prime.
fn undo(private: &BoxedUint, public: &BoxedUint, prime: &BoxedUint) -> bool {
    let less = NonZero::new(prime.wrapping_sub(BoxedUint::one())).into_option();
    // None if the prime is one.
    less.map(Zeroizing::new).is_some_and(|less| {
        let rest = Zeroizing::new(private.rem_vartime(&*less));
        let product = Zeroizing::new(rest.concatenating_mul(public));
        let rest = Zeroizing::new(product.rem_vartime(&*less));
        rest.is_one().to_bool()
    })
}

/// A number as it stands in a key.
fn number(number: &UintRef<'_>) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(number.as_bytes())
}

/// A prime of half the size, whose two highest bits are set: then a product has the whole size.
fn prime(seed: [u8; 32]) -> Result<BoxedUint, IssueError> {
    let mut random = ChaCha20Rng::from_seed(seed);
    let sieve = SmallFactorsSieveFactory::<BoxedUint>::new(Flavor::Any, BITS / 2, SetBits::TwoMsb)
        .map_err(|_| IssueError::Randomness)?;
    let found = sieve_and_find(&mut random, sieve, |_, candidate| {
        is_prime(Flavor::Any, candidate)
    });
    found.ok().flatten().ok_or(IssueError::Randomness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;

    #[test]
    fn numbers_that_do_not_belong_together_are_no_key() {
        let text = Bundle::placeholder().service_account_key;
        let block = pem::decode(text.expose()).expect("PEM");
        assert_eq!(ReadRsa::read(&block.der).expect("a key").bits, 4096);
        let key = RsaPrivateKeyRef::from_der(&block.der).expect("a key");
        let numbers = [
            &key.modulus,
            &key.public_exponent,
            &key.private_exponent,
            &key.prime1,
            &key.prime2,
        ];
        let others = numbers.map(|number| {
            let mut bytes = number.as_bytes().to_vec();
            *bytes.last_mut().expect("no number is empty") ^= 2;
            bytes
        });
        for (index, other) in others.iter().enumerate() {
            let mut wrong = key.clone();
            let number = [
                &mut wrong.modulus,
                &mut wrong.public_exponent,
                &mut wrong.private_exponent,
                &mut wrong.prime1,
                &mut wrong.prime2,
            ]
            .into_iter()
            .nth(index);
            *number.expect("as many") = UintRef::new(other).expect("a number");
            let der = wrong.to_der().expect("DER");
            assert!(ReadRsa::read(&der).is_none(), "{index}");
        }
    }
}
