//! The keys that a cluster's secrets are encrypted to.

mod keys;
mod sops;
pub use keys::*;
pub use sops::*;
