//! SOPS files of a repository: found, read, changed and written, one by one or whole trees.
//!
//! What a file needs is decided by `secrets`; here is what touches the disk and git. Every
//! file is written whole or not at all, and keeps its mode. A problem of one file keeps no
//! other from being done, and all problems are reported.
//!
//! A file that `.ichor/outputs` records needs no care here: a secret counts as edited only if
//! its plaintext differs, and a new token for an equal plaintext is none.

mod batch;
mod change;
pub mod check;
mod clock;
mod config;
mod convert;
mod crypt;
mod disk;
mod edit;
mod evidence;
mod find;
pub mod hooks;
pub mod identities;
mod keys;
mod look;
mod merging;
mod names;
mod open;
mod owned;
mod recipients;
pub mod rules;
mod state;
mod steps;
mod values;

#[cfg(test)]
mod tests;

pub use batch::{Action, Outcome, Progress, Report};
pub use change::{Changed, KeyPlan, Overrides};
pub use clock::timestamp;
pub use config::Config;
pub use convert::{conversion_losses, convert, extract};
pub use disk::read;
pub use edit::Editing;
pub use find::{Target, targets};
pub use keys::{Keys, Loader};
pub use merging::{merge, redacted, revealed};
pub use names::may_be_encrypted;
pub use open::Vault;
pub use recipients::Recipients;
pub use state::{FileState, State};
