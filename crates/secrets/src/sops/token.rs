//! `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`: one encrypted value.

use std::fmt::Write as _;

use aes_gcm::aead::consts::{U12, U32};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::value::Value;

const START: &str = "ENC[AES256_GCM,data:";
/// Bytes of a GCM tag.
const TAG: usize = 16;
/// Bytes of a nonce as sops writes it, and as all of its commands take it.
const NONCE: usize = 32;

/// The key that encrypts all values of a file.
pub(crate) type DataKey = Zeroizing<[u8; 32]>;

/// The system has no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRandomness;

/// Why a token cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// It does not have the form of one.
    Malformed,
    /// It was changed, moved to another key, or encrypted under another data key.
    NotAuthentic,
    /// What came out is not of the type that it claims.
    WrongType,
}

/// Encrypts and decrypts values under one data key.
pub(crate) struct Cipher {
    key: DataKey,
    wide: AesGcm<Aes256, U32>,
}

/// A new data key.
pub(crate) fn generate_data_key() -> Result<DataKey, NoRandomness> {
    let mut key = Zeroizing::new([0; 32]);
    fill_random(key.as_mut_slice())?;
    Ok(key)
}

/// Random bytes of the system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

/// Whether a text has the form of a token, as sops tells it: what follows the end is ignored.
pub(crate) fn is_token(text: &str) -> bool {
    parts(text).is_some()
}

/// The type that a token names, such as `str`.
pub(crate) fn type_of(text: &str) -> Option<&str> {
    parts(text).map(|parts| parts.kind)
}

impl Cipher {
    pub(crate) fn new(key: &DataKey) -> Self {
        Self {
            key: key.clone(),
            wide: AesGcm::new(key.as_slice().try_into().expect("a data key has 32 bytes")),
        }
    }

    /// For nonces as most other programs have them, which sops reads too.
    fn narrow(&self) -> AesGcm<Aes256, U12> {
        AesGcm::new(
            self.key
                .as_slice()
                .try_into()
                .expect("a data key has 32 bytes"),
        )
    }

    /// A token of a value under a nonce of its own. `additional` is what it belongs to.
    ///
    /// The value must not be nothing or empty: SOPS leaves such as they are.
    pub(crate) fn encrypt(&self, value: &Value, additional: &str) -> Result<String, NoRandomness> {
        let mut nonce = [0; NONCE];
        fill_random(&mut nonce)?;
        let payload = Payload {
            msg: value.as_bytes(),
            aad: additional.as_bytes(),
        };
        // The only failure is a plaintext of more than 64 GiB.
        let sealed = self
            .wide
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| NoRandomness)?;
        let (data, tag) = sealed.split_at(sealed.len() - TAG);
        let mut token = String::with_capacity(START.len() + sealed.len() * 4 / 3 + 110);
        token.push_str(START);
        BASE64_STANDARD.encode_string(data, &mut token);
        token.push_str(",iv:");
        BASE64_STANDARD.encode_string(nonce, &mut token);
        token.push_str(",tag:");
        BASE64_STANDARD.encode_string(tag, &mut token);
        let kind = value.stored_name().unwrap_or("str");
        write!(token, ",type:{kind}]").expect("strings take what is written to them");
        Ok(token)
    }

    /// The value of a token.
    pub(crate) fn decrypt(&self, token: &str, additional: &str) -> Result<Value, TokenError> {
        let parts = parts(token).ok_or(TokenError::Malformed)?;
        let decode = |text: &str| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|_| TokenError::Malformed)
        };
        let mut sealed = decode(parts.data)?;
        let tag = decode(parts.tag)?;
        let nonce = decode(parts.nonce)?;
        if tag.len() != TAG {
            return Err(TokenError::Malformed);
        }
        sealed.extend_from_slice(&tag);
        let payload = Payload {
            msg: &sealed,
            aad: additional.as_bytes(),
        };
        let opened = if let Ok(nonce) = <[u8; 32]>::try_from(nonce.as_slice()) {
            self.wide.decrypt(&Nonce::from(nonce), payload)
        } else if let Ok(nonce) = <[u8; 12]>::try_from(nonce.as_slice()) {
            // Written by other programs than sops.
            self.narrow().decrypt(&Nonce::from(nonce), payload)
        } else {
            return Err(TokenError::Malformed);
        };
        let opened = Zeroizing::new(opened.map_err(|_| TokenError::NotAuthentic)?);
        Value::from_stored(parts.kind, opened).ok_or(TokenError::WrongType)
    }
}

struct Parts<'a> {
    data: &'a str,
    nonce: &'a str,
    tag: &'a str,
    kind: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let rest = text.strip_prefix(START)?;
    let (data, rest) = rest.split_once(",iv:")?;
    let (nonce, rest) = rest.split_once(",tag:")?;
    let (tag, rest) = rest.split_once(",type:")?;
    let (kind, _) = rest.split_once(']')?;
    let filled = [data, nonce, tag, kind].iter().all(|part| !part.is_empty());
    filled.then_some(Parts {
        data,
        nonce,
        tag,
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> Cipher {
        Cipher::new(&Zeroizing::new([b'f'; 32]))
    }

    #[test]
    fn what_is_encrypted_decrypts_to_the_same_value_and_only_in_its_place() {
        for value in [
            Value::text("hunter2"),
            Value::text(vec![0xff, 0, 7]),
            Value::integer(-42),
            Value::float(1.5),
            Value::bool(true),
            Value::time("2024-01-01").expect("a date"),
            Value::comment(" note"),
        ] {
            let token = cipher().encrypt(&value, "a:b:").expect("encrypted");
            assert!(cipher().decrypt(&token, "a:b:").expect("decrypted") == value);
            assert_eq!(
                cipher().decrypt(&token, "a:").err(),
                Some(TokenError::NotAuthentic)
            );
            assert!(is_token(&token));
            let again = cipher().encrypt(&value, "a:b:").expect("encrypted");
            assert_ne!(token, again, "nonces are random");
        }
    }

    #[test]
    fn a_short_nonce_is_read_and_what_follows_the_end_is_ignored() {
        let payload = Payload {
            msg: b"foo",
            aad: b"bar:",
        };
        let sealed = cipher()
            .narrow()
            .encrypt(&Nonce::from([7; 12]), payload)
            .expect("sealed");
        let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        let token = format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str] and more",
            base64(&sealed[..3]),
            base64(&[7; 12]),
            base64(&sealed[3..])
        );
        assert_eq!(
            cipher().decrypt(&token, "bar:").expect("read").as_bytes(),
            b"foo"
        );
    }

    #[test]
    fn what_has_no_form_of_a_token_is_none() {
        for text in [
            "",
            "ENC[",
            "plain",
            "ENC[AES256_GCM,data:,iv:a,tag:b,type:str]",
            "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str",
            " ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]",
        ] {
            assert!(!is_token(text), "{text}");
        }
    }
}
