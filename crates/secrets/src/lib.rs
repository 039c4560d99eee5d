//! The keys that a cluster's secrets are encrypted to.
//!
//! So far the crate holds age identities: reading the file that keeps one, deriving the
//! public key, making a new one. SOPS documents follow.
//!
//! **Invariant:** this crate reads no file, no environment variable and no clock, and knows
//! nothing of clusters or templates. Text comes in, text and values come out. No `Debug`
//! and no message of it shows a secret.
//!
//! ```
//! use secrets::Identity;
//!
//! let identity = Identity::generate();
//! let file = identity.to_file("2026-01-02T03:04:05Z");
//! let source = diagnostics::Source::new("age.key", file.as_str());
//! let read = secrets::parse_identity_file(&source).expect("it was just written");
//! assert_eq!(read[0].recipient(), identity.recipient());
//! ```

mod identity;

pub use identity::{Identity, parse_identity_file};
