//! The keys that a cluster's secrets are encrypted to.

pub mod keys;
pub use keys::{Identity, parse_identity_file};
