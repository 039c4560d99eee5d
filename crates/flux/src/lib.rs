//! What a cluster would get from a Flux repository, told without a network, a disk or a clock.
//!
//! - [`value`]: values of Kubernetes objects, each with the place where it is written.
//! - [`object`]: an object: kind, name, namespace, and its values.
//! - [`assembly`]: a cluster put together from a repository, as Flux does it.
//! - [`assembled`]: everything that a cluster would get, by who applies it.
//! - [`entries`]: the keys of `ConfigMaps` and Secrets, and what is known of their values.
//! - [`helm`]: the values and the chart of a release, as helm-controller finds them.
//! - [`substitute`]: the variables of `postBuild`, put into objects as Flux does it.
//! - [`unknown`]: what stands in the place of values that only the cluster knows.
//! - [`files`]: the repository as this crate reads it.
//! - [`diff`]: what changes in the cluster between two states of a repository.
//! - [`graph`]: what needs what, and what is reached from where; as pictures and as a page.
//! - [`images`]: the container images that objects name.
//! - [`inventory`]: what is there, by kind and name, and what else may be.
//! - [`kustomize`]: what `kustomize build` makes of a folder.
//! - [`lint`]: what would break, or looks wrong, though each object by itself is right.
//! - [`redact`]: objects as they may be shown.
//!
//! **Invariant:** no I/O; no value of a Secret in any message; no panic on any input.

pub mod assembled;
pub mod assembly;
pub mod diff;
pub mod entries;
pub mod files;
pub mod graph;
pub mod helm;
pub mod images;
pub mod inventory;
pub mod kustomize;
pub mod lint;
pub mod object;
pub mod redact;
pub mod rules;
pub mod substitute;
pub mod unknown;
pub mod value;
