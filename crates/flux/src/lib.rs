//! What a cluster would get from a Flux repository, told without a network, a disk or a clock.
//!
//! - [`value`]: values of Kubernetes objects, each with the place where it is written.
//! - [`object`]: an object: kind, name, namespace, and its values.
//! - [`assembled`]: everything that a cluster would get, by who applies it.
//! - [`files`]: the repository as this crate reads it.
//! - [`schema`]: objects against the schemas of their kinds, as strict as the API server.
//!
//! **Invariant:** no I/O; no value of a Secret in any message; no panic on any input.

pub mod assembled;
pub mod files;
pub mod object;
pub mod rules;
pub mod schema;
pub mod value;
