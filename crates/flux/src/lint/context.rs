//! What is known beside what the cluster would get.

use std::collections::BTreeSet;
use std::sync::Arc;

use yaml::Dialect;

use super::range::Range;
use crate::assembled::{Assembled, Release};
use crate::files::Files;
use crate::inventory::{Kind, kinds};
use crate::object::Object;
use crate::value::{Value, documents};

/// How many files are looked at for what no build reads.
const FILE_LIMIT: usize = 20_000;

/// How deep folders are looked into.
const DEPTH_LIMIT: usize = 32;

/// The default values of the chart that a release installs; none where they are not known.
pub type Defaults<'a> = &'a (dyn Fn(&Release) -> Option<Value> + Sync);

/// What is known of a repository; whatever is left out is not checked.
#[derive(Clone, Default)]
pub struct Context<'a> {
    /// The files of the repository.
    pub files: Option<&'a dyn Files>,
    /// The configured domains: every host lies in one of them.
    pub domains: Vec<String>,
    /// The addresses that load balancers may have, beside those of pools in the repository.
    pub pools: Vec<Range>,
    /// The age recipients that the cluster has the identities of. Where there are none, those
    /// of the repository's `.sops.yaml` count.
    pub recipients: Vec<String>,
    /// The default values of charts.
    pub defaults: Option<Defaults<'a>>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Context")
            .field("domains", &self.domains)
            .field("pools", &self.pools)
            .finish_non_exhaustive()
    }
}

/// The YAML files of a repository that no build reads.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// Each with its objects.
    pub files: Vec<File>,
    /// Folders with a kustomization file that is read.
    pub built_folders: BTreeSet<String>,
}

/// A YAML file that no build reads.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its documents.
    pub objects: Vec<Object>,
    /// Whether somebody else applies it: the bootstrap, or whoever applies a root beside it.
    pub is_applied: bool,
}

impl File {
    /// The folder that it lies in; empty for the repository itself.
    pub fn folder(&self) -> &str {
        folder(&self.path)
    }

    /// Whether somebody runs it before Flux is there.
    pub fn is_bootstrap(&self) -> bool {
        is_bootstrap(&self.path)
    }
}

fn is_bootstrap(path: &str) -> bool {
    path.split('/').any(|part| part == "bootstrap")
}

/// The folder of a file; empty for the repository itself.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file is a kustomization, by its name.
pub(super) fn is_kustomization_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(
        name,
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

impl Elsewhere {
    /// Looks for them.
    pub(super) fn new(files: Option<&dyn Files>, assembled: &Assembled) -> Self {
        let mut found = Self::default();
        let Some(files) = files else {
            return found;
        };
        let read: BTreeSet<&str> = { assembled.kustomizations.iter() }
            .flat_map(|one| &one.files)
            .map(String::as_str)
            .collect();
        let kustomizations = read.iter().filter(|path| is_kustomization_file(path));
        found.built_folders = kustomizations.map(|path| folder(path).to_owned()).collect();
        // The roots come from files, too, that somebody applies.
        let roots: BTreeSet<&str> = { assembled.kustomizations.iter() }
            .filter_map(|one| Some(one.object.0.place.source()?.name()))
            .collect();
        // Who applies a root applies what lies beside it, too.
        let beside: BTreeSet<&str> = { assembled.kustomizations.iter() }
            .filter(|one| one.parent.is_none())
            .filter_map(|one| Some(folder(one.object.0.place.source()?.name())))
            .filter(|folder| !folder.is_empty())
            .collect();
        let mut paths = Vec::new();
        gather(files, "", 0, &mut paths);
        for path in paths {
            if read.contains(path.as_str()) || roots.contains(path.as_str()) {
                continue;
            }
            let Ok(Some(source)) = files.text(&path) else {
                continue;
            };
            // Most of the files that no build reads are no manifests.
            if !["kind:", "releases:"]
                .iter()
                .any(|key| source.text().contains(key))
            {
                continue;
            }
            let (values, _) = documents(&Arc::new(source), Dialect::Go);
            let objects = values.into_iter().map(Object).collect();
            let is_beside = |folder: &&str| {
                let rest = path.strip_prefix(*folder);
                rest.is_some_and(|rest| rest.starts_with('/'))
            };
            let is_applied = is_bootstrap(&path) || beside.iter().any(is_beside);
            found.files.push(File {
                path,
                objects,
                is_applied,
            });
        }
        found
    }

    /// Whether a file that somebody else applies makes such an object.
    pub(super) fn makes(&self, kind: Kind, namespace: &str, name: &str) -> bool {
        self.written(kind, namespace, name)
            .any(|(file, _)| file.is_applied)
    }

    /// Such objects in files that no build reads.
    pub(super) fn written<'e>(
        &'e self,
        kind: Kind,
        namespace: &'e str,
        name: &'e str,
    ) -> impl Iterator<Item = (&'e File, &'e Object)> {
        let objects = { self.files.iter() }
            .flat_map(|file| file.objects.iter().map(move |object| (file, object)));
        objects.filter(move |(_, object)| {
            object.kind() == kind.1
                && object.group() == kind.0
                && object.name() == name
                && (kind == kinds::NAMESPACE
                    || matches!(object.namespace(), "")
                    || object.namespace() == namespace)
        })
    }
}

fn gather(files: &dyn Files, folder: &str, depth: usize, paths: &mut Vec<String>) {
    for name in files.list(folder) {
        if paths.len() >= FILE_LIMIT {
            return;
        }
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if let Some(inner) = path.strip_suffix('/') {
            // Hidden folders are tools' own.
            if depth < DEPTH_LIMIT && !name.starts_with('.') && name != "node_modules/" {
                gather(files, inner, depth + 1, paths);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            paths.push(path);
        }
    }
}
