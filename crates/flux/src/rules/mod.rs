//! Rules about what a cluster would get.

mod assembly;
mod helm;
mod kustomize;
mod lint;
mod schema;
mod substitute;
mod value;

pub use assembly::*;
pub use helm::*;
pub use kustomize::*;
pub use lint::*;
pub use schema::*;
pub use substitute::*;
pub use value::*;

/// Every rule of this crate, by topic.
pub static RULES: &[diagnostics::Table] = &[
    assembly::TABLE,
    helm::TABLE,
    kustomize::TABLE,
    lint::TABLE,
    schema::TABLE,
    substitute::TABLE,
    value::TABLE,
];
