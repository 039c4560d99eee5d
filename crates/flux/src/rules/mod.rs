//! Rules about what a cluster would get.

mod assembly;
mod helm;
mod kustomize;
mod substitute;
mod value;

pub use assembly::*;
pub use helm::*;
pub use kustomize::*;
pub use substitute::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[
    assembly::TABLE,
    helm::TABLE,
    kustomize::TABLE,
    substitute::TABLE,
    value::TABLE,
];
