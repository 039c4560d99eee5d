//! The message authentication code over all values of a file.

use sha2::{Digest, Sha512};

use super::value::{Kind, Value};

/// What the hash starts with where only encrypted values count: SHA-256 of `sops`.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Hashes values in the order of the document.
pub(crate) struct Mac {
    hash: Sha512,
    only_encrypted: bool,
}

impl Mac {
    pub(crate) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self {
            hash,
            only_encrypted,
        }
    }

    /// Adds a value in the clear. `selected`: whether the rule encrypts it.
    pub(crate) fn add(&mut self, value: &Value, selected: bool) {
        if value.kind() != Kind::Comment && (selected || !self.only_encrypted) {
            self.hash.update(value.as_bytes());
        }
    }

    /// Upper-case hexadecimal digits.
    pub(crate) fn finish(self) -> Value {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut text = Vec::with_capacity(128);
        for byte in self.hash.finalize() {
            text.push(DIGITS[usize::from(byte >> 4)]);
            text.push(DIGITS[usize::from(byte & 15)]);
        }
        Value::text(text)
    }
}
