//! Every rule of this crate: what can be wrong, and why it cannot work.

mod creation;
mod files;
mod formats;
mod keys;
mod rendered;

pub use creation::*;
pub use files::*;
pub use formats::*;
pub use keys::*;
pub use rendered::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[
    creation::TABLE,
    files::TABLE,
    formats::TABLE,
    keys::TABLE,
    rendered::TABLE,
];
