//! Rules about what a cluster would get.

mod value;

pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[value::TABLE];
