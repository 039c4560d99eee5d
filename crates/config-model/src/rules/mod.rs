//! The public table of rules: one entry for each thing that can be wrong with a configuration.

mod features;
mod keys;
mod network;
mod nodes;
mod repository;

use diagnostics::Table;

pub use features::*;
pub use keys::*;
pub use network::*;
pub use nodes::*;
pub use repository::*;

/// The tables.
pub static RULES: &[Table] = &[
    features::TABLE,
    keys::TABLE,
    network::TABLE,
    nodes::TABLE,
    repository::TABLE,
];
