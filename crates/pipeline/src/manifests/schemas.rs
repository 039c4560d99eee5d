//! The cache of definitions of kinds, below `.ichor/schemas`: one file each, which `schemas sync`
//! writes. Nothing depends on it: the folder may be deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Source};
use flux::object::Object;
use flux::value::{Value, documents};
use repository::write::{Batch, REPLACING};
use repository::{Kind, View};
use serde_json::json;
use yaml::Dialect;

/// The folder of the cache, relative to the repository.
pub const FOLDER: &str = ".ichor/schemas";

/// What keeps the folder out of git.
const IGNORE: (&str, &[u8]) = (".ichor/schemas/.gitignore", b"*\n");

/// How deep a folder is looked through, and how many files of it are read.
const DEEPEST: usize = 32;
const MOST_FILES: usize = 20_000;

/// Definitions by name, such as `gateways.gateway.networking.k8s.io`, as JSON of what counts.
#[derive(Debug, Default)]
pub struct Definitions(BTreeMap<String, String>);

impl Definitions {
    /// Adds the definitions among some objects; how many there were.
    pub fn add<'a>(&mut self, objects: impl Iterator<Item = &'a Value>) -> usize {
        let mut count = 0;
        for value in objects {
            let object = Object(value.clone());
            if is_definition(&object)
                && let Some((name, text)) = kept(&object)
            {
                self.0.insert(name, text);
                count += 1;
            }
        }
        count
    }

    /// Adds those of a text of YAML or JSON.
    pub fn add_text(&mut self, text: &str) -> usize {
        let (values, _) = documents(&Arc::new(Source::new("", text)), Dialect::Kubernetes);
        self.add(values.iter())
    }

    /// Adds those of the files of a folder, however deep.
    pub fn add_folder(&mut self, view: &View<'_>) -> usize {
        let mut paths = Vec::new();
        gather(view, "", 0, &mut paths);
        let texts = paths
            .iter()
            .filter_map(|path| view.text(path).ok().flatten());
        let texts = texts.filter(|source| source.text().contains("CustomResourceDefinition"));
        texts.map(|source| self.add_text(source.text())).sum()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Puts them into the cache: all of them, or none.
    ///
    /// # Errors
    ///
    /// What cannot be written.
    pub fn keep(&self, root: &Utf8Path) -> Result<(), Diagnostics> {
        let batch = Batch::open(root)?;
        batch.stage(IGNORE.0, IGNORE.1, REPLACING)?;
        for (name, text) in &self.0 {
            batch.stage(&format!("{FOLDER}/{name}.json"), text.as_bytes(), REPLACING)?;
        }
        batch.commit()
    }
}

/// The texts of the cache that define kinds of some groups.
pub(super) fn cached(view: &View<'_>, objects: &[&Object]) -> Vec<Source> {
    let groups: BTreeSet<&str> = objects.iter().map(|object| object.group()).collect();
    let names = view.list(FOLDER).unwrap_or_default().into_iter();
    let wanted = names.filter(|entry| {
        let name = entry
            .name
            .strip_suffix(".json")
            .and_then(|name| name.split_once('.'));
        name.is_some_and(|(_, group)| groups.contains(group))
    });
    wanted
        .filter_map(|entry| view.text(format!("{FOLDER}/{}", entry.name)).ok().flatten())
        .collect()
}

/// The name of a definition, which is that of a file, and what of it counts.
fn kept(definition: &Object) -> Option<(String, String)> {
    let name = definition.name();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if !name.bytes().all(is_plain) || !name.contains('.') || name.starts_with('.') {
        return None;
    }
    let spec = definition.0.get("spec")?;
    let part = |key: &str| spec.get(key).map(Value::to_json);
    let versions = spec.get("versions").map(Value::items).unwrap_or_default();
    let versions = versions.iter().map(|version| {
        let part = |key: &str| version.get(key).map(Value::to_json);
        json!({"name": part("name"), "served": part("served"), "schema": part("schema")})
    });
    let text = json!({
        "apiVersion": definition.api_version(),
        "kind": definition.kind(),
        "metadata": {"name": name},
        "spec": {
            "group": part("group"),
            "names": part("names"),
            "scope": part("scope"),
            "versions": versions.collect::<Vec<_>>(),
        },
    });
    Some((name.to_owned(), text.to_string()))
}

fn gather(view: &View<'_>, folder: &str, depth: usize, paths: &mut Vec<String>) {
    for entry in view.list(folder).unwrap_or_default() {
        if paths.len() >= MOST_FILES {
            return;
        }
        let path = match folder {
            "" => entry.name.clone(),
            folder => format!("{folder}/{}", entry.name),
        };
        let is_text = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| entry.name.ends_with(end));
        match entry.kind {
            Some(Kind::Folder) if depth < DEEPEST && !entry.name.starts_with('.') => {
                gather(view, &path, depth + 1, paths);
            }
            Some(Kind::File) if is_text => paths.push(path),
            _ => {}
        }
    }
}

/// Whether an object defines a kind.
pub(super) fn is_definition(object: &Object) -> bool {
    object.kind() == "CustomResourceDefinition" && object.group() == "apiextensions.k8s.io"
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ks.example.org}\n\
        spec: {group: example.org, scope: Namespaced, names: {kind: K}, versions: [{name: v1, served: true, schema: {openAPIV3Schema: {type: object}}, subresources: {status: {}}}]}\n";

    #[test]
    fn definitions_of_a_folder_are_kept_under_names_that_lead_nowhere() {
        let folder = View::from_iter([
            ("a/k.yaml", DEFINITION.to_owned()),
            (
                "a/b/two.yml",
                format!("{DEFINITION}---\n{}", DEFINITION.replace("ks.", "ls.")),
            ),
            (
                "bad.yaml",
                DEFINITION.replace("ks.example.org", "../x.example.org"),
            ),
            ("other.yaml", "kind: ConfigMap\n".to_owned()),
            ("notes.txt", DEFINITION.to_owned()),
            (".git/k.yaml", DEFINITION.replace("ks.", "gs.")),
        ]);
        let mut found = Definitions::default();
        assert_eq!(found.add_folder(&folder), 3);
        assert_eq!(
            found.names().collect::<Vec<_>>(),
            ["ks.example.org", "ls.example.org"]
        );
        assert!(!found.0["ks.example.org"].contains("subresources"));
    }

    #[test]
    fn only_what_some_object_needs_is_read() {
        let view = View::from_iter([
            (".ichor/schemas/ks.example.org.json", "{}"),
            (".ichor/schemas/ls.example.com.json", "{}"),
            (".ichor/schemas/.gitignore", "*"),
        ]);
        let (values, _) = documents(
            &Arc::new(Source::new("", "apiVersion: example.org/v1\nkind: K\n")),
            Dialect::Go,
        );
        let object = Object(values.into_iter().next().expect("there is one"));
        let found = cached(&view, &[&object]);
        let names: Vec<_> = found
            .iter()
            .map(|source| source.name().to_owned())
            .collect();
        assert_eq!(names, [".ichor/schemas/ks.example.org.json"]);
    }
}
