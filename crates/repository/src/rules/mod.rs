//! Every rule of this crate: what can be wrong, and why it cannot work.

mod files;
mod git;

pub use files::*;
pub use git::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[files::TABLE, git::TABLE];
