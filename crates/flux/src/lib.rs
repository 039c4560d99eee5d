//! What a cluster would get from a Flux repository, told without a network, a disk or a clock.
//!
//! - [`value`]: values of Kubernetes objects, each with the place where it is written.
//! - [`object`]: an object: kind, name, namespace, and its values.
//! - [`files`]: the repository as this crate reads it.
//! - [`kustomize`]: what `kustomize build` makes of a folder.
//! - [`substitute`]: the variables of `postBuild`, put into objects as Flux does it.
//! - [`assembly`]: a cluster put together from a repository, as Flux does it.
//! - [`assembled`]: everything that a cluster would get, by who applies it.
//! - [`entries`]: the keys of `ConfigMaps` and Secrets, and what is known of their values.
//! - [`unknown`]: what stands in the place of values that only the cluster knows.
//! - [`helm`]: the values and the chart of a release, as helm-controller finds them.
//! - [`schema`]: objects as the API server takes them: shapes, formats, CEL rules.
//! - [`inventory`]: what is there, by kind and name, and what else may be.
//! - [`images`]: the container images that objects name.
//! - [`lint`]: what would break, or looks wrong, though each object by itself is right.
//! - [`graph`]: what needs what, and what is reached from where; as pictures and as a page.
//! - [`diff`]: what changes in the cluster between two states of a repository.
//! - [`redact`]: objects as they may be shown.
//! - [`version`]: the version of Flux, and which APIs it serves.
//! - [`verdict`]: whether each Kustomization and HelmRelease would work.
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
mod makers;
pub mod object;
pub mod redact;
pub mod rules;
pub mod schema;
pub mod substitute;
pub mod unknown;
pub mod value;
pub mod verdict;
pub mod version;
