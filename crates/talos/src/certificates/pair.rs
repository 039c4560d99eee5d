//! A certificate with its key.

use crate::secret_text::SecretText;

/// A certificate and its key, each in base64 of PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The certificate.
    pub certificate: SecretText,
    /// Its private key; `******` stands for one that was taken out.
    pub key: SecretText,
}
