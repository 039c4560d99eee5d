//! What a cluster would get from a Flux repository, told without a network, a disk or a clock.
//!
//! - [`value`]: values of Kubernetes objects, each with the place where it is written.
//! - [`object`]: an object: kind, name, namespace, and its values.
//! - [`assembled`]: everything that a cluster would get, by who applies it.
//! - [`files`]: the repository as this crate reads it.
//! - [`inventory`]: what is there, by kind and name, and what else may be.
//! - [`images`]: the container images that objects name.
//! - [`redact`]: objects as they may be shown.
//! - [`lint`]: what would break, or looks wrong, though each object by itself is right.
//! - [`graph`]: what needs what, and what is reached from where; as pictures and as a page.
//! - [`diff`]: what changes in the cluster between two states of a repository.
//!
//! **Invariant:** no I/O; no value of a Secret in any message; no panic on any input.

pub mod assembled;
pub mod diff;
pub mod files;
pub mod graph;
pub mod images;
pub mod inventory;
pub mod lint;
pub mod object;
pub mod redact;
pub mod rules;
pub mod value;
