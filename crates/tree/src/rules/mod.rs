//! Every rule of this crate: what can be wrong, and why it cannot work.

mod commit;
mod outputs;
mod plan;
mod record;

pub use commit::*;
pub use outputs::*;
pub use plan::*;
pub use record::*;

/// The tables.
pub static RULES: &[diagnostics::Table] =
    &[commit::TABLE, outputs::TABLE, plan::TABLE, record::TABLE];
