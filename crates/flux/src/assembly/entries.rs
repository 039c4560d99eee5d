//! Where clusters begin in a repository: what Flux itself is told to apply.

mod alone;
mod instance;
mod pins;

use std::collections::BTreeSet;
use std::sync::Arc;

use yaml::Dialect;

pub(super) use pins::flux_of;

use super::ignore::join;
use crate::files::Files;
use crate::object::Object;
use crate::value::{self, Data, Field, Map, Place, Value};
use instance::Instance;
use pins::Pin;

/// How deep folders are looked through.
const DEEPEST: usize = 64;

/// What `flux bootstrap` calls the file that says where a cluster begins.
const SYNC: &str = "gotk-sync.yaml";

/// The name and namespace that Flux gives to what it begins with.
pub(super) const ROOT: &str = "flux-system";

/// Where a cluster begins: a Flux Kustomization that nobody else applies.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The Kustomization: as it is written, or as Flux makes it.
    pub object: Object,
    /// The folder that it builds, relative to the repository.
    pub path: String,
    /// The folder that tells its cluster from others: that of the file that says it, where no
    /// bootstrap does.
    pub cluster: String,
    /// The address of its source; empty where nothing says it.
    pub address: String,
    /// Whether its source is another repository, so that nothing can be said of what it builds.
    pub is_elsewhere: bool,
    /// The folder that its artifact is made of, where that is not the whole repository.
    pub base: String,
}

/// A source, as a Kustomization or release names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Reference {
    pub(super) fn of(flux: &Object) -> Self {
        let text = |key: &str| flux.text(&["spec", "sourceRef", key]).to_owned();
        let namespace = match flux.text(&["spec", "sourceRef", "namespace"]) {
            "" => flux.namespace(),
            namespace => namespace,
        };
        Self {
            kind: text("kind"),
            namespace: namespace.to_owned(),
            name: text("name"),
        }
    }

    /// Whether it names an object; one in a file may get its namespace later.
    pub(super) fn is(&self, object: &Object) -> bool {
        (object.kind(), object.name()) == (&self.kind, &self.name)
            && (object.namespace().is_empty() || object.namespace() == self.namespace)
    }
}

/// A repository's objects that say where something begins, and its sources.
pub(super) struct Declared {
    pub(super) entries: Vec<Entry>,
    /// `GitRepositories`, `OCIRepositories` and Buckets.
    pub(super) sources: Vec<Object>,
    /// What is said of Flux itself.
    pub(super) pins: Vec<Pin>,
}

/// Where clusters begin, in the order of their paths.
///
/// These are the paths of a `FluxInstance`, written as one or in the values of its chart, and
/// the Kustomizations that `flux bootstrap` writes, named `flux-system`, or the folders in which
/// it is yet to write them. Where there are none of
/// them, they are the Kustomizations whose files no other one builds.
pub fn entries(files: &dyn Files) -> Vec<Entry> {
    declared(files).entries
}

pub(super) fn declared(files: &dyn Files) -> Declared {
    let mut paths = Vec::new();
    collect(files, "", 0, &mut paths);
    let mut instances: Vec<(String, Instance)> = Vec::new();
    let mut kustomizations = Vec::new();
    let mut sources = Vec::new();
    let mut bootstraps = BTreeSet::new();
    let mut pins = Vec::new();
    for path in paths {
        bootstraps.extend(bootstrap(&path));
        let Ok(Some(source)) = files.text(&path) else {
            continue;
        };
        pins.extend(pins::of_components(&path, source.text()));
        let is_pin = pins::says_something(source.text());
        if !is_pin && !says_something(source.text()) {
            continue;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let source = Arc::new(source);
        let (values, _) = value::documents_of(&files.parsed(&source), &source, Dialect::Go);
        for value in values {
            let object = Object(value);
            if is_pin {
                pins.extend(pins::of(folder, &object));
            }
            match (object.group(), object.kind()) {
                ("fluxcd.controlplane.io", "FluxInstance") => {
                    let spec = object.0.get("spec");
                    let instance = Instance::of(spec, object.namespace());
                    instances.extend(instance.map(|it| (folder.to_owned(), it)));
                }
                ("helm.toolkit.fluxcd.io", "HelmRelease") => {
                    let spec = object.0.at(&["spec", "values", "instance"]);
                    let instance = Instance::of(spec, object.namespace());
                    instances.extend(instance.map(|it| (folder.to_owned(), it)));
                }
                ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
                    if let Some(entry) = entry(object) {
                        kustomizations.push((folder.to_owned(), entry));
                    }
                }
                ("source.toolkit.fluxcd.io", _) => sources.push(object),
                ("", "") => {
                    let instance = Instance::of(object.0.get("instance"), "");
                    instances.extend(instance.map(|it| (folder.to_owned(), it)));
                }
                _ => {}
            }
        }
    }
    // What was put away begins nothing as long as anything else is there.
    let is_kept = |folder: &str| !is_put_away(folder);
    let folders = kustomizations.iter().map(|(folder, _)| folder);
    let folders = folders.chain(instances.iter().map(|(folder, _)| folder));
    if folders.chain(&bootstraps).any(|folder| is_kept(folder)) {
        kustomizations.retain(|(folder, _)| is_kept(folder));
        instances.retain(|(folder, _)| is_kept(folder));
        bootstraps.retain(|folder| is_kept(folder));
    }
    let mut roots: Vec<Entry> = { instances.iter() }
        .filter_map(|(_, instance)| instance.entry(files, &kustomizations, &sources))
        .collect();
    // Of two that say differently where one begins, the wider builds what the narrower does.
    let all = roots.clone();
    roots.retain(|entry| {
        let wider = |other: &Entry| {
            other.path != entry.path
                && other.object.id() == entry.object.id()
                && is_within(&entry.path, &other.path)
        };
        !all.iter().any(wider)
    });
    let bootstrapped = { kustomizations.iter() }
        .filter(|(_, entry)| (entry.object.name(), entry.object.namespace()) == (ROOT, ROOT));
    // Who says there where it begins, elsewhere or not, is not guessed at.
    let said = bootstrapped.clone();
    let said: Vec<_> = { said.filter_map(|(folder, _)| bootstrap(&join(folder, SYNC))) }.collect();
    bootstraps.retain(|path| !said.contains(path));
    roots.extend(bootstrapped.map(|(_, entry)| entry.clone()));
    // What is still to be written there says nothing yet but its place.
    for path in bootstraps {
        if !roots.iter().any(|entry| entry.path == path) {
            let path = Value::text(format!("./{path}"));
            let object = root(ROOT, ROOT, "GitRepository", path);
            roots.extend(entry(object));
        }
    }
    if roots.is_empty() {
        roots = alone::alone(files, &kustomizations, &sources);
    }
    for entry in &mut roots {
        pushed(files, entry);
    }
    roots.sort_by(|one, other| one.path.cmp(&other.path));
    let mut seen = BTreeSet::new();
    // Clusters may have the same of another folder, each in its own.
    roots.retain(|entry| {
        let Entry { path, cluster, .. } = entry;
        seen.insert((path.clone(), cluster.clone(), entry.object.id()))
    });
    Declared {
        entries: roots,
        sources,
        pins,
    }
}

/// Whether a file may hold what decides where something begins. Most do not, which shows without
/// reading them as YAML.
fn says_something(text: &str) -> bool {
    let has = |words: &str| text.contains(words);
    has("kustomize.toolkit.fluxcd.io/v")
        || has("fluxcd.controlplane.io/v")
        || (has("source.toolkit.fluxcd.io/v") && (has("GitRepository") || has("Bucket")))
        || (has("instance:") && has("sync:"))
}

fn collect(files: &dyn Files, folder: &str, depth: usize, paths: &mut Vec<String>) {
    for name in files.list(folder) {
        if let Some(name) = name.strip_suffix('/') {
            if depth < DEEPEST && name != ".git" {
                collect(files, &join(folder, name), depth + 1, paths);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            paths.push(join(folder, &name));
        }
    }
}

fn entry(object: Object) -> Option<Entry> {
    let path = normal(object.text(&["spec", "path"]))?;
    Some(Entry {
        object,
        cluster: path.clone(),
        path,
        address: String::new(),
        is_elsewhere: false,
        base: String::new(),
    })
}

/// The folder of the cluster that has a file of `flux bootstrap`.
fn bootstrap(path: &str) -> Option<String> {
    let folder = path.strip_suffix(SYNC)?.strip_suffix('/')?;
    let cluster = folder.strip_suffix(ROOT)?;
    let cluster = cluster.strip_suffix('/').unwrap_or(cluster);
    (cluster.is_empty() || folder.len() > cluster.len() + ROOT.len()).then(|| cluster.to_owned())
}

/// Whether a folder lies where people keep what they use no more: hidden, or in an archive.
fn is_put_away(folder: &str) -> bool {
    folder.split('/').any(|name| {
        name.starts_with('.') || matches!(name.trim_start_matches('_'), "archive" | "archived")
    })
}

/// Whether a folder is another one, or lies below it.
pub(super) fn is_within(folder: &str, path: &str) -> bool {
    let rest = folder.strip_prefix(path);
    path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a source is an artifact that somebody pushes.
fn is_pushed(source: &Reference) -> bool {
    matches!(source.kind.as_str(), "OCIRepository" | "Bucket")
}

/// An artifact that is pushed may be made of a folder of the repository (`flux push artifact
/// --path`), so that paths in it begin there; or of something else altogether.
fn pushed(files: &dyn Files, entry: &mut Entry) {
    if files.is_folder(&entry.path) {
        return;
    }
    if !is_pushed(&Reference::of(&entry.object)) {
        nested(files, entry);
        return;
    }
    let names = files.list("");
    let folders = names.iter().filter_map(|name| name.strip_suffix('/'));
    let has_it = |folder: &&str| files.is_folder(&join(folder, &entry.path));
    let bases: Vec<&str> = folders.filter(has_it).collect();
    match bases.as_slice() {
        [base] => {
            entry.path = join(base, &entry.path);
            (*base).clone_into(&mut entry.base);
        }
        _ => entry.is_elsewhere = true,
    }
}

/// A repository may lie in another as a folder, so that paths in it begin there: above the file
/// that says where its cluster begins.
fn nested(files: &dyn Files, entry: &mut Entry) {
    let source = entry.object.0.place.source();
    let mut above = source.map_or("", |source| source.name());
    while let Some((folder, _)) = above.rsplit_once('/') {
        let path = join(folder, &entry.path);
        if files.is_folder(&path) {
            entry.base = folder.to_owned();
            entry.path = path;
            return;
        }
        above = folder;
    }
}

/// The Kustomization that builds a folder, as Flux makes it.
pub(super) fn root(name: &str, namespace: &str, kind: &str, path: Value) -> Object {
    let place = path.place.clone();
    let map = |fields: Vec<(&str, Value)>| {
        let fields = fields.into_iter().map(|(key, value)| {
            let key_place = Place::default();
            let field = Field {
                key: key_place,
                value,
            };
            (key.to_owned(), field)
        });
        Value::new(Data::Map(fields.collect::<Map>()), Place::default())
    };
    let mut written_name = Value::text(name);
    written_name.place = place;
    Object(map(vec![
        ("apiVersion", Value::text("kustomize.toolkit.fluxcd.io/v1")),
        ("kind", Value::text("Kustomization")),
        (
            "metadata",
            map(vec![
                ("name", written_name),
                ("namespace", Value::text(namespace)),
            ]),
        ),
        (
            "spec",
            map(vec![
                ("path", path),
                ("prune", Value::new(Data::Bool(true), Place::default())),
                (
                    "sourceRef",
                    map(vec![
                        ("kind", Value::text(kind)),
                        ("name", Value::text(name)),
                    ]),
                ),
            ]),
        ),
    ]))
}

/// A path of a Flux Kustomization, relative to the repository; none where it leads outside. As
/// Flux joins it, `..` goes no higher than the root.
pub(super) fn normal(path: &str) -> Option<String> {
    if path.contains("${") || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
