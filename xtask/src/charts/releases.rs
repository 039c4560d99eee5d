//! The releases of a rendered repository: `HelmRelease` objects, joined with their sources and with
//! the Flux Kustomizations that apply them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::text;

/// One release, with its values as Helm gets them.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) name: String,
    pub(super) namespace: String,
    /// The chart's name, empty where its source was not found.
    pub(super) chart: String,
    /// The pinned version, empty where there is none.
    pub(super) pinned: String,
    pub(super) values: Value,
}

/// Finds every release below `root`, in the order of the files.
pub(super) fn find(root: &Utf8Path) -> Result<Vec<Release>> {
    let mut texts = Vec::new();
    for path in text::files(root, |path| {
        matches!(path.extension(), Some("yaml" | "yml"))
    })? {
        let text = text::read(&path)?;
        texts.push((path.strip_prefix(root).unwrap_or(&path).to_owned(), text));
    }

    let variables = variables(&texts)?;
    let mut objects = Vec::new();
    for (path, text) in &texts {
        let documents = text::documents(&substitute(text, &variables));
        for document in documents.with_context(|| path.to_string())? {
            objects.push((path.clone(), document));
        }
    }

    let releases = objects
        .iter()
        .filter(|(_, object)| kind(object) == "HelmRelease");
    Ok(releases
        .map(|(path, object)| release(path, object, &objects))
        .collect())
}

type Objects = [(Utf8PathBuf, Value)];

fn release(path: &Utf8Path, object: &Value, objects: &Objects) -> Release {
    let direct = &object["spec"]["chart"]["spec"];
    let (chart, pinned) = if direct["chart"].is_string() {
        (string(&direct["chart"]), string(&direct["version"]))
    } else {
        source(path, &object["spec"]["chartRef"], objects)
    };
    Release {
        name: string(&object["metadata"]["name"]),
        namespace: namespace(path, object, objects),
        chart,
        pinned,
        values: match &object["spec"]["values"] {
            Value::Null => Value::Object(serde_json::Map::new()),
            values => values.clone(),
        },
    }
}

/// Chart and version of the `OCIRepository` that a `chartRef` names. Names repeat over namespaces,
/// so the one in the same folder goes first.
fn source(path: &Utf8Path, reference: &Value, objects: &Objects) -> (String, String) {
    let mut sources: Vec<_> = objects
        .iter()
        .filter(|(_, object)| kind(object) == "OCIRepository")
        .filter(|(_, object)| object["metadata"]["name"] == reference["name"])
        .collect();
    sources.sort_by_key(|(other, _)| other.parent() != path.parent());
    let Some((_, source)) = sources.first() else {
        return (String::new(), String::new());
    };
    let url = string(&source["spec"]["url"]);
    let chart = url
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let reference = &source["spec"]["ref"];
    let pinned = [&reference["tag"], &reference["semver"]]
        .into_iter()
        .find(|pin| pin.is_string());
    (chart, pinned.map(string).unwrap_or_default())
}

/// The namespace that the release lands in: its own, or the target of the innermost Flux
/// Kustomization whose path holds the file.
fn namespace(path: &Utf8Path, object: &Value, objects: &Objects) -> String {
    if let Some(own) = object["metadata"]["namespace"].as_str() {
        return own.to_owned();
    }
    let applied = objects
        .iter()
        .filter(|(_, object)| kind(object) == "Kustomization")
        .filter_map(|(_, object)| {
            let folder = object["spec"]["path"].as_str()?.trim_start_matches("./");
            let target = object["spec"]["targetNamespace"].as_str()?;
            path.starts_with(folder).then_some((folder.len(), target))
        })
        .max();
    applied.map_or("default", |(_, target)| target).to_owned()
}

/// What Flux substitutes: the entries of every Secret named `cluster-secrets` in plaintext.
fn variables(texts: &[(Utf8PathBuf, String)]) -> Result<BTreeMap<String, String>> {
    let mut variables = BTreeMap::new();
    for (path, text) in texts
        .iter()
        .filter(|(_, text)| text.contains("cluster-secrets"))
    {
        for object in text::documents(text).with_context(|| path.to_string())? {
            let ours = kind(&object) == "Secret" && object["metadata"]["name"] == "cluster-secrets";
            let entries = object["stringData"].as_object().filter(|_| ours);
            for (name, value) in entries.into_iter().flatten() {
                if let Some(value) = value.as_str().filter(|value| !value.starts_with("ENC[")) {
                    variables.insert(name.clone(), value.to_owned());
                }
            }
        }
    }
    Ok(variables)
}

/// The text with the plain form `${NAME}` of each variable filled in.
fn substitute(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    text
}

fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
