//! A cluster put together from a repository, as Flux does it: from where it begins, the build of
//! each Kustomization, what is decrypted and filled in, the Kustomizations that it applies in
//! turn, and the releases of charts.
//!
//! A variable or value may come from an object that another Kustomization applies, so that
//! everything is built once and filled in several times, until nothing changes any more.
//!
//! - `entries`: where clusters begin; `ignore`: what the source artifact leaves out; `copied`:
//!   artifacts that are copied together.
//! - `edits`: the kustomization file as Flux changes or makes it; `build`: a folder built.
//! - `entries::pins`: which Flux a cluster has; `admission`: what gives it further variables; `store`: the
//!   variables; `metadata`: what is given to everything; `releases`: values and charts; `cluster`: all
//!   of it for one cluster.
//!
//! Source of the behaviour: kustomize-controller 1.9.6, helm-controller 1.6.0.

mod admission;
mod build;
mod cluster;
mod copied;
mod edits;
mod entries;
mod ignore;
mod metadata;
mod releases;
mod store;

use rayon::prelude::*;

use crate::assembled::Assembled;
use crate::files::Files;
use crate::rules;
use crate::substitute::Mode;
use crate::value::Value;

pub use entries::{Entry, entries};
pub use ignore::kept;

/// How a cluster is put together.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// The folder at which to begin, relative to the repository, instead of where the
    /// repository says; empty for the repository itself. Clusters that begin in folders below
    /// are meant where none begins in it.
    pub path: Option<String>,
    /// What becomes of variables that are not set; without, what the Flux does that the repository
    /// pins, or else the newest.
    pub mode: Option<Mode>,
    /// Who decrypts; without, values that are encrypted are unknown.
    pub decrypt: Option<&'a dyn Decrypt>,
}

/// Who has the keys.
pub trait Decrypt: Sync {
    /// A document that SOPS encrypted, as JSON, in the clear and without its metadata; none
    /// where no key is there for it.
    ///
    /// # Errors
    ///
    /// There is a key, and the document cannot be decrypted: why, as a clause without any value.
    fn decrypt(&self, document: &str) -> Result<Option<String>, String>;
}

/// Everything that the clusters of a repository get from it.
///
/// Where the repository has several clusters, those of one come after those of another; see
/// [`entries`].
pub fn assemble(files: &dyn Files, options: &Options<'_>) -> Assembled {
    let declared = entries::declared(files);
    let begin = match &options.path {
        None => declared.entries.clone(),
        Some(path) => {
            let path = entries::normal(path).unwrap_or_default();
            let known = |is: &dyn Fn(&Entry) -> bool| -> Vec<Entry> {
                let known = declared.entries.iter().filter(|entry| is(entry));
                known.cloned().collect()
            };
            let mut begin = known(&|entry| entry.path == path);
            if begin.is_empty() {
                // Clusters lie below folders of their own, such as `flux/cluster`.
                begin = known(&|entry| entries::is_within(&entry.path, &path));
            }
            if begin.is_empty() {
                begin.extend(applied(files, &declared, options, &path));
            }
            if begin.is_empty() {
                let shown = format!("./{path}");
                begin.push(Entry {
                    object: entries::root(
                        entries::ROOT,
                        entries::ROOT,
                        "GitRepository",
                        Value::text(shown),
                    ),
                    cluster: path.clone(),
                    path,
                    address: String::new(),
                    is_elsewhere: false,
                    base: String::new(),
                });
            }
            begin
        }
    };
    let mut all = Assembled::default();
    if begin.is_empty() {
        let problem = rules::FLUX_NO_CLUSTER
            .report("no file says what a cluster gets from this repository")
            .hint("name the folder of the cluster");
        all.problems.push(problem);
    }
    let parts: Vec<Assembled> = { begin.par_iter() }
        .map(|entry| cluster::assemble(files, &declared, entry, options))
        .collect();
    for part in parts {
        let offset = all.kustomizations.len();
        for mut kustomization in part.kustomizations {
            kustomization.parent = kustomization.parent.map(|parent| parent + offset);
            all.kustomizations.push(kustomization);
        }
        for mut release in part.releases {
            release.owner += offset;
            all.releases.push(release);
        }
        all.problems.extend(part.problems);
    }
    all.problems.sort();
    all
}

/// The Kustomization that builds a folder, as the one that applies it leaves it: with its patches
/// and variables. Whom it waits for lies outside.
fn applied(
    files: &dyn Files,
    declared: &entries::Declared,
    options: &Options<'_>,
    path: &str,
) -> Option<Entry> {
    declared.entries.iter().find_map(|entry| {
        let all = cluster::assemble(files, declared, entry, options).kustomizations;
        let found = all
            .into_iter()
            .find(|one| one.path.as_deref() == Some(path))?;
        let mut object = found.object;
        let spec = object.0.as_map_mut().and_then(|map| map.get_mut("spec"));
        if let Some(spec) = spec.and_then(|field| field.value.as_map_mut()) {
            spec.shift_remove("dependsOn");
        }
        Some(Entry {
            object,
            path: path.to_owned(),
            cluster: path.to_owned(),
            is_elsewhere: false,
            ..entry.clone()
        })
    })
}

#[cfg(test)]
mod tests;
