//! Rules about what a cluster would get.

mod substitute;
mod value;

pub use substitute::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[substitute::TABLE, value::TABLE];
