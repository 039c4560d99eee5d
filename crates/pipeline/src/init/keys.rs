//! The keys of a new repository, made from the system's random numbers.

use secrets::Identity;
use ssh_key::rand_core::{OsRng, RngCore};
use ssh_key::{Algorithm, LineEnding, PrivateKey};
use zeroize::Zeroizing;

/// How many random bytes the webhook token has.
const PUSH_TOKEN_BYTES: usize = 32;

/// Which kind of age key a new repository gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgeKey {
    /// X25519, which every version of sops and Flux reads.
    #[default]
    Classic,
    /// ML-KEM-768 with X25519, which needs age 1.3, sops 3.12 or Flux 2.9.
    PostQuantum,
}

/// The text of a new `age.key`. `created` is an RFC 3339 time.
pub(super) fn age_key(kind: AgeKey, created: &str) -> Zeroizing<String> {
    let identity = match kind {
        AgeKey::Classic => Identity::generate(),
        AgeKey::PostQuantum => Identity::generate_post_quantum(),
    };
    identity.to_file(created)
}

/// A new ed25519 key pair in OpenSSH's formats: private key, public key.
///
/// # Errors
///
/// Where the system has no random numbers to give.
pub(super) fn deploy_key() -> Result<(Zeroizing<String>, String), ssh_key::Error> {
    let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519)?;
    key.set_comment("deploy-key");
    let private = key.to_openssh(LineEnding::LF)?;
    let public = key.public_key().to_openssh()? + "\n";
    Ok((private, public))
}

/// A new token that proves the origin of a push notification, in hexadecimal digits.
pub(super) fn push_token() -> Zeroizing<String> {
    random_hex(PUSH_TOKEN_BYTES)
}

/// Random bytes as hexadecimal digits.
pub(crate) fn random_hex(bytes: usize) -> Zeroizing<String> {
    let mut random = Zeroizing::new(vec![0_u8; bytes]);
    OsRng.fill_bytes(&mut random);
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes + 1));
    for byte in random.iter() {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    text
}
