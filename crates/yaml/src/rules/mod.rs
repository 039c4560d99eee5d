//! Every rule of this crate: what can be wrong, and why it cannot work.

mod text;
mod yaml;

pub use text::*;
pub use yaml::*;

/// The tables.
pub static RULES: &[diagnostics::Table] = &[text::TABLE, yaml::TABLE];

/// What is told of YAML itself, whatever a text is about.
pub const OF_YAML: diagnostics::Table = yaml::TABLE;
