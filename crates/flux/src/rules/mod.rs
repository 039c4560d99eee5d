//! Rules about what a cluster would get.

mod assembly;
mod helm;
mod kustomize;
mod lint;
mod substitute;
mod value;

pub use assembly::*;
pub use helm::*;
pub use kustomize::*;
pub use lint::*;
pub use substitute::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[
    assembly::TABLE,
    helm::TABLE,
    kustomize::TABLE,
    lint::TABLE,
    substitute::TABLE,
    value::TABLE,
];
