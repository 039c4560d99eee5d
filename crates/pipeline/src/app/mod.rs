//! Applications of a repository: added in one step, listed, and taken out again.
//!
//! [`add()`] writes what an application needs in the pattern of the built-in templates: the Flux
//! Kustomization, below it the chart's release and source, route and secret; its entry in the
//! `kustomization.yaml` of its namespace, which is made where it is new; its keys in
//! `templates/variables.yaml`, and commented in `cluster.yaml`; its version in `versions.yaml`.
//! What it did is recorded in `.ichor/apps`, so that [`remove()`] undoes that and nothing else,
//! and [`list()`] tells what there is.
//!
//! Where templates belong: files of the application itself are new, so that they go to
//! `templates/overrides`, which adds to the built-in set file by file, or beside a repository's own
//! templates. Built-in lists of namespaces look for themselves what is there (`apps()`).
//!
//! Files are changed by insertions alone: each is recorded as it was put in, and taken out as
//! that. Nothing here writes: [`Changes`] are shown, tried and written by who asked.

mod add;
mod changes;
mod edit;
mod files;
mod host;
mod keys;
mod list;
mod manifests;
mod name;
mod needed;
mod parent;
mod pen;
mod pin;
mod record;
mod remove;
mod request;
mod surroundings;
mod trial;
mod work;

pub use add::{Added, add};
pub use changes::{Change, Changes};
pub use list::{App, Condition, Version, list};
pub use manifests::Manifest;
pub use name::Name;
pub use remove::{Removed, remove};
pub use request::{Gateway, Origin, Request};
pub use trial::try_out;

/// The applications that were added; none where that cannot be told.
pub fn added(view: &repository::View<'_>) -> Vec<String> {
    let records = record::all(view).unwrap_or_default();
    records.keys().map(ToString::to_string).collect()
}

/// Folder of all applications, in templates and in what they render to.
const APPS: &str = "kubernetes/apps";
