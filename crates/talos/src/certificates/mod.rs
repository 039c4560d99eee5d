//! Certificates and keys as Talos makes and stores them: base64 of PEM, and PEM in documents of
//! Talos 1.14.
//!
//! Authorities for ten years, client certificates of the Talos API, and reading of what others
//! made. The clock and the randomness are passed in.

mod admin;
mod algorithm;
mod authority;
mod certificate;
mod error;
mod handshake;
mod issue;
mod pair;
mod pem;
mod private_key;
mod rsa_key;
mod signed;

pub use admin::{ApiRole, DEFAULT_LIFETIME, admin, serves};
pub use algorithm::Algorithm;
pub use certificate::{CertificateFault, Facts};
pub use error::IssueError;
pub use handshake::{KeyDer, certificates_der};
pub use pair::KeyPair;
pub use pem::PemFault;
pub use private_key::KeyFault;
pub use randomness::CryptoRng;

pub(crate) use authority::authority;
pub(crate) use certificate::Certificate;
pub(crate) use pem::labels as pem_labels;
pub(crate) use private_key::ReadKey;
pub(crate) use rsa_key::service_account_key;

/// What stands for a key that was taken out on purpose.
pub const REDACTED: &str = "******";
