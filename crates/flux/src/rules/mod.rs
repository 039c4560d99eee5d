//! Rules about what a cluster would get.

mod schema;
mod value;

pub use schema::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[schema::TABLE, value::TABLE];
