//! Whether what rendered kustomizations list will be there, since kustomize refuses the whole
//! folder otherwise. It is, if it is rendered too, or lies on disk and stays there.

use std::collections::BTreeSet;

use config_model::Templates;
use diagnostics::{Diagnostic, Diagnostics, Severity, Source};
use rayon::prelude::*;
use tree::{Digest, Entry, RECORD_PATH, Record, RelPath, Rendered, Tree};
use yaml::{Node, Once};

use super::{Check, Subject};
use repository::View;
use repository::chart;

use crate::paths::relative;
use crate::rules;

/// The names under which kustomize looks for a kustomization.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields that list files, or folders with a kustomization.
const FILES_OR_FOLDERS: [&str; 6] = [
    "resources",
    "bases",
    "components",
    "generators",
    "transformers",
    "validators",
];

/// Fields that list files.
const FILES: [&str; 3] = ["configurations", "crds", "patchesStrategicMerge"];

/// Fields that list maps of which one key names a file.
const NAMED_FILES: [(&str, &str); 5] = [
    ("patches", "path"),
    ("patchesJson6902", "path"),
    ("replacements", "path"),
    ("helmCharts", "valuesFile"),
    ("openapi", "path"),
];

/// Fields of generators, whose keys list files as `name=path` or `path`.
const GENERATORS: [&str; 2] = ["configMapGenerator", "secretGenerator"];
const GENERATED_FROM: [&str; 3] = ["files", "envs", "env"];

/// What kustomize would miss.
pub(super) struct Kustomizations;

impl Check for Kustomizations {
    fn name(&self) -> &'static str {
        "kustomizations"
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        subject.lacking(tree).iter().cloned().collect()
    }
}

/// Every entry of a rendered kustomization that will not be there; an error with the built-in
/// templates.
pub(super) fn check(subject: &Subject<'_>, tree: &Tree<Rendered>) -> Vec<Diagnostic> {
    let templates = subject.model.origin;
    let there = There::new(&subject.inputs.view, tree);
    let entries: Vec<_> = tree.iter().collect();
    entries
        .par_iter()
        .filter(|(path, _)| {
            NAMES.contains(&file_name(path.as_str()))
                && !chart::is_template(path.as_str(), |path| there.is_file(path))
        })
        .flat_map_iter(|(path, entry)| missing(&subject.parsed, (path, entry), templates, &there))
        .collect()
}

/// What will lie in the repository after the run.
struct There<'a> {
    view: &'a View<'a>,
    tree: &'a Tree<Rendered>,
    folders: BTreeSet<&'a str>,
    /// What earlier runs wrote. If it is not rendered any more, it goes away.
    record: Record,
}

impl<'a> There<'a> {
    fn new(view: &'a View<'a>, tree: &'a Tree<Rendered>) -> Self {
        let mut folders = BTreeSet::from([""]);
        for (path, _) in tree.iter() {
            let path = path.as_str();
            folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        }
        let record = view.text(RECORD_PATH).ok().flatten();
        Self {
            view,
            tree,
            folders,
            record: record
                .map(|source| Record::parse(&source).0)
                .unwrap_or_default(),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.tree.get(path).is_some() || self.stays(path)
    }

    /// Whether a file is on disk that no run removes: it is nobody's output, or was edited.
    fn stays(&self, path: &str) -> bool {
        let Ok(Some(content)) = self.view.output(path) else {
            return self.view.is_file(path) && self.record.get(path).is_empty();
        };
        !self.record.get(path).contains(&Digest::of(&content))
    }

    /// Whether the folder is there, apart from files that go away.
    fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path) || {
            let below = format!("{path}/");
            let goes = self
                .record
                .iter()
                .any(|(owned, _)| owned.as_str().starts_with(&below));
            !goes && self.view.is_folder(path)
        }
    }
}

fn missing(
    parsed: &Once,
    (path, entry): (&RelPath, &Entry),
    templates: Templates,
    there: &There<'_>,
) -> Vec<Diagnostic> {
    let Some(text) = entry.content.as_text() else {
        return Vec::new();
    };
    let source = Source::new(path.as_str(), text);
    // What is no YAML is told of elsewhere.
    let parsed = parsed.parse(&source);
    let folder = path
        .as_str()
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for document in &parsed.documents {
        for (node, item, folders) in listed(document) {
            let Some(target) = relative(folder, item) else {
                continue;
            };
            let holds = |name: &&str| there.is_file(&joined(&target, name));
            if there.is_file(&target) || folders && NAMES.iter().any(holds) || is_remote(item) {
                continue;
            }
            let message = if folders && there.is_folder(&target) {
                format!("`{path}` lists the folder `{item}`, which holds no `kustomization.yaml`")
            } else {
                format!("`{path}` lists `{item}`, which does not exist")
            };
            let severity = match templates {
                Templates::BuiltIn => Severity::Error,
                Templates::Own => Severity::Warning,
            };
            let place = entry.locate(node.range());
            // Only a copy of a built-in template can be changed.
            let hint = if place.file.starts_with("built-in:") {
                format!(
                    "kustomize refuses the whole folder: `ichor template eject {path}` makes a copy to take it out of"
                )
            } else {
                "kustomize refuses the whole folder: take it out of the list, or render it"
                    .to_owned()
            };
            found.push(
                rules::OUTPUT_MISSING_RESOURCE
                    .report_as(severity, message)
                    .at(place)
                    .hint(hint),
            );
        }
    }
    found
}

/// Every path that a kustomization lists, and whether it may be a folder's.
fn listed(document: &Node) -> Vec<(&Node, &str, bool)> {
    let items = |name: &str| {
        let node = document.get(name);
        node.and_then(Node::as_sequence).unwrap_or_default()
    };
    let mut nodes: Vec<(&Node, bool)> = Vec::new();
    for name in FILES_OR_FOLDERS {
        nodes.extend(items(name).iter().map(|node| (node, true)));
    }
    let mut add = |node| nodes.push((node, false));
    FILES.iter().flat_map(|name| items(name)).for_each(&mut add);
    for (name, key) in NAMED_FILES {
        let maps = items(name).iter().chain(document.get(name));
        maps.filter_map(|map| map.get(key)).for_each(&mut add);
    }
    for map in GENERATORS.iter().flat_map(|name| items(name)) {
        for node in GENERATED_FROM.iter().filter_map(|key| map.get(key)) {
            match node.as_sequence() {
                Some(files) => files.iter().for_each(&mut add),
                None => add(node),
            }
        }
    }
    nodes
        .into_iter()
        .filter_map(|(node, folders)| {
            let text = node.text()?;
            // `name=path`, in generators.
            let path = match text.split_once('=') {
                Some((_, path)) if !folders => path,
                _ => text,
            };
            // A patch may stand there itself, and Flux may fill in a part of the path.
            let is_path = !path.is_empty() && !path.contains(['\n', '$', '{']);
            is_path.then_some((node, path, folders))
        })
        .collect()
}

/// Whether kustomize would fetch the entry: an address, or a host with a path.
fn is_remote(entry: &str) -> bool {
    let host = entry.split('/').next().unwrap_or_default();
    entry.contains("://")
        || entry.contains("?ref=")
        || ["git@", "git::", "gh:"]
            .iter()
            .any(|start| entry.starts_with(start))
        || host.trim_matches('.').contains('.') && entry.matches('/').count() >= 2
}

fn joined(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
