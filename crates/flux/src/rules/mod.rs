//! Rules about what a cluster would get.

mod lint;
mod value;

pub use lint::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[value::TABLE, lint::TABLE];
