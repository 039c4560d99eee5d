//! Rules about what a cluster would get.

mod kustomize;
mod value;

pub use kustomize::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[kustomize::TABLE, value::TABLE];
