//! A classic identity that keeps its public key: age's own computes it anew for every file,
//! which is half of what opening one costs.

use std::str::FromStr;
use std::sync::Arc;

use age::DecryptError;
use age::secrecy::ExposeSecret as _;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, bech32_decode, hkdf};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize as _, Zeroizing};

/// The name of the stanza; [the specification](https://c2sp.org/age#x25519-recipient-stanza).
const STANZA: &str = "X25519";
/// What its key is derived with.
const LABEL: &[u8] = b"age-encryption.org/v1/X25519";
/// The authentication tag that ChaCha20-Poly1305 adds, in bytes.
const TAG: usize = 16;

/// An X25519 identity with its public half.
#[derive(Clone)]
pub(crate) struct Identity {
    age: age::x25519::Identity,
    secret: Arc<StaticSecret>,
    public: PublicKey,
}

/// The text is not a key of this kind, or is damaged.
#[derive(Debug)]
pub(crate) struct Malformed;

impl Identity {
    /// A new one from the system's random numbers.
    pub(crate) fn generate() -> Self {
        let age = age::x25519::Identity::generate();
        Self::new(age).expect("age reads what it writes")
    }

    fn new(age: age::x25519::Identity) -> Result<Self, Malformed> {
        let text = age.to_string();
        let bytes: Zeroizing<Vec<u8>> = bech32_decode(
            text.expose_secret(),
            |_| Malformed,
            |_| Ok(()),
            |_, bytes| Ok(Zeroizing::new(bytes.collect())),
        )?;
        let mut seed = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Malformed)?;
        let secret = StaticSecret::from(seed);
        seed.zeroize();
        Ok(Self {
            public: PublicKey::from(&secret),
            secret: Arc::new(secret),
            age,
        })
    }

    /// `age1…`
    pub(crate) fn recipient(&self) -> String {
        self.age.to_public().to_string()
    }

    /// `AGE-SECRET-KEY-1…`
    pub(crate) fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(self.age.to_string().expose_secret().to_owned())
    }
}

impl FromStr for Identity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::new(text.parse().map_err(|_| Malformed)?)
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != STANZA {
            return None;
        }
        let invalid = || Some(Err(DecryptError::InvalidHeader));
        let [share] = &stanza.args[..] else {
            return invalid();
        };
        let share = BASE64_STANDARD_NO_PAD.decode(share).ok();
        let Some(share) = share.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) else {
            return invalid();
        };
        if stanza.body.len() != FILE_KEY_BYTES + TAG {
            return invalid();
        }
        let shared = self.secret.diffie_hellman(&PublicKey::from(share));
        // A point of low order, whoever it is for.
        if !shared.was_contributory() {
            return invalid();
        }
        let mut salt = [0; 64];
        salt[..32].copy_from_slice(&share);
        salt[32..].copy_from_slice(self.public.as_bytes());
        let key = Zeroizing::new(hkdf(&salt, LABEL, shared.as_bytes()));
        // What does not open may be for somebody else.
        let mut opened = aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body).ok()?;
        Some(Ok(FileKey::init_with_mut(|file_key| {
            file_key.copy_from_slice(&opened);
            opened.zeroize();
        })))
    }
}

#[cfg(test)]
mod tests {
    use age::Recipient as _;

    use super::*;

    #[test]
    fn it_opens_what_age_opens_and_nothing_else() {
        let identity = Identity::generate();
        let other = Identity::generate();
        let key = FileKey::new(Box::new([7; FILE_KEY_BYTES]));
        let recipient = identity.age.to_public();
        let (stanzas, _) = recipient.wrap_file_key(&key).expect("random numbers");
        let [stanza] = &stanzas[..] else {
            panic!("one stanza");
        };
        let opened = |identity: &dyn age::Identity, stanza: &Stanza| {
            let opened = identity.unwrap_stanza(stanza)?;
            Some(
                opened
                    .map(|key| *key.expose_secret())
                    .map_err(|error| error.to_string()),
            )
        };
        assert_eq!(opened(&identity, stanza), Some(Ok([7; FILE_KEY_BYTES])));
        assert_eq!(opened(&other, stanza), None);
        let share = BASE64_STANDARD_NO_PAD.encode([0_u8; 32]);
        let no_point = BASE64_STANDARD_NO_PAD.encode([1_u8; 31]);
        let padded = format!("{}=", stanza.args[0]);
        let with = |args: &[&str], body: &[u8]| Stanza {
            tag: STANZA.to_owned(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            body: body.to_vec(),
        };
        let own = stanza.args[0].as_str();
        let mut changed = stanza.body.clone();
        changed[0] ^= 1;
        for wrong in [
            with(&[&share], &stanza.body),
            with(&[&no_point], &stanza.body),
            with(&[&padded], &stanza.body),
            with(&[own, own], &stanza.body),
            with(&[], &stanza.body),
            with(&[own], &stanza.body[1..]),
            with(&[own], &changed),
        ] {
            assert_eq!(opened(&identity, &wrong), opened(&identity.age, &wrong));
        }
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        let identity = Identity::generate();
        let again: Identity = identity.expose().parse().expect("its own text");
        assert_eq!(*again.expose(), *identity.expose());
        assert_eq!(again.recipient(), identity.recipient());
        assert!("AGE-SECRET-KEY-1QQ".parse::<Identity>().is_err());
    }
}
