//! Which templates a repository is rendered from, and the copies that users made of them.

pub mod builtin;
pub mod eject;
mod set;

pub use set::{BUILT_IN_PREFIX, CONFIG, File, Files, OVERRIDES, Overridden, SUFFIX, built_in, own};
