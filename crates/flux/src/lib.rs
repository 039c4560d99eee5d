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
//! - [`kustomize`]: what `kustomize build` makes of a folder.
//!
//! **Invariant:** no I/O; no value of a Secret in any message; no panic on any input.

pub mod assembled;
pub mod assembly;
pub mod entries;
pub mod files;
pub mod helm;
pub mod kustomize;
pub mod object;
pub mod rules;
pub mod substitute;
pub mod unknown;
pub mod value;
