//! Every rule of this crate: what can be wrong, and why it cannot work.

mod encryption;
mod init;
mod names;
mod outputs;
mod plugins;

pub use encryption::*;
pub use init::*;
pub use names::*;
pub use outputs::*;
pub use plugins::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[
    encryption::TABLE,
    init::TABLE,
    names::TABLE,
    outputs::TABLE,
    plugins::TABLE,
];
