//! Every rule of this crate: what can be wrong, and why it cannot work.

mod bundle;
mod cluster;
mod config;
mod patches;

pub use bundle::*;
pub use cluster::*;
pub use config::*;
pub use patches::*;

/// The tables.
pub static RULES: &[diagnostics::Table] =
    &[bundle::TABLE, cluster::TABLE, config::TABLE, patches::TABLE];
