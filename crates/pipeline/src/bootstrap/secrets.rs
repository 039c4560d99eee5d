//! The secrets that have to be there before Flux decrypts any: in the clear, in memory.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostics, Source};
use flux::object::Object;
use flux::value::{Data, Field, Map, Value, documents};
use repository::{Kind, View};
use secrets::{File, Identity};
use yaml::Dialect;
use zeroize::Zeroize as _;

use super::FLUX_NAMESPACE;
use crate::rules;

/// Folders whose own files count.
const FOLDERS: [&str; 2] = ["bootstrap", "kubernetes/bootstrap"];

/// Where a file of the variables of all Kustomizations lies, in whichever folder below.
const COMPONENTS: &str = "kubernetes/components";

/// The names of that file.
const VARIABLES: [&str; 2] = ["cluster-secrets.sops.yaml", "cluster-secrets.sops.yml"];

/// How deep components are looked into.
const DEPTH: usize = 4;

/// How many files are read at most.
const MOST: usize = 100;

/// A Secret in the clear, with its namespace; all values are below `data`. Overwritten in memory
/// when it is dropped; has no `Debug`.
pub struct Secret(Object);

impl Secret {
    /// The object, as an API server takes it.
    pub fn object(&self) -> &Object {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut self.0.0);
    }
}

fn wipe(value: &mut Value) {
    match &mut value.data {
        Data::Text(text) => text.zeroize(),
        Data::List(items) => items.iter_mut().for_each(wipe),
        Data::Map(map) => map.values_mut().for_each(|field| wipe(&mut field.value)),
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}

/// All of them, in the order of their files.
pub(super) fn read(
    view: &View<'_>,
    identities: &[Identity],
    problems: &mut Diagnostics,
) -> Vec<Secret> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        let names = listed(view, folder, Kind::File).into_iter();
        let encrypted =
            names.filter(|name| name.ends_with(".sops.yaml") || name.ends_with(".sops.yml"));
        paths.extend(encrypted.map(|name| format!("{folder}/{name}")));
    }
    variables(view, COMPONENTS, DEPTH, &mut paths);
    let mut all: Vec<Secret> = Vec::new();
    for path in paths.iter().take(MOST) {
        for secret in of_file(view, path, identities, problems) {
            let id = secret.0.id();
            if all.iter().all(|known| known.0.id() != id) {
                all.push(secret);
            }
        }
    }
    all
}

fn variables(view: &View<'_>, folder: &str, depth: usize, paths: &mut Vec<String>) {
    let files = VARIABLES.iter().map(|name| format!("{folder}/{name}"));
    paths.extend(files.filter(|path| view.is_file(path)));
    if depth > 0 && paths.len() < MOST {
        for name in listed(view, folder, Kind::Folder) {
            variables(view, &format!("{folder}/{name}"), depth - 1, paths);
        }
    }
}

/// The names in a folder, sorted.
fn listed(view: &View<'_>, folder: &str, kind: Kind) -> Vec<String> {
    let listed = view.list(folder).unwrap_or_default().into_iter();
    let mut names: Vec<String> = listed
        .filter(|entry| entry.kind == Some(kind))
        .map(|entry| entry.name)
        .collect();
    names.sort_unstable();
    names
}

fn of_file(
    view: &View<'_>,
    path: &str,
    identities: &[Identity],
    problems: &mut Diagnostics,
) -> Vec<Secret> {
    let content = match view.bytes(path) {
        Ok(Some(content)) => content,
        Ok(None) => return Vec::new(),
        Err(problem) => {
            problems.push(problem);
            return Vec::new();
        }
    };
    let decrypted = match secrets::decrypt(&File::new(path, &content), identities) {
        Ok(decrypted) => decrypted,
        Err(found) => {
            problems.extend(found);
            return Vec::new();
        }
    };
    let Ok(text) = std::str::from_utf8(&decrypted.content) else {
        return Vec::new();
    };
    // No excerpt shows a line of it.
    let source = Arc::new(vault::identities::hidden(path, text));
    let (values, found) = documents(&source, Dialect::Kubernetes);
    problems.extend(found);
    { values.into_iter() }
        .map(Object)
        .filter(|object| object.kind() == "Secret" && object.api_version() == "v1")
        .filter_map(|object| {
            if object.name().is_empty() {
                problems.push(nameless(&source));
                return None;
            }
            Some(Secret(whole(object)))
        })
        .collect()
}

fn nameless(source: &Source) -> diagnostics::Diagnostic {
    rules::BOOTSTRAP_SECRET_NAMELESS
        .report("a Secret has no name")
        .at(source.location(0..0))
}

/// With a namespace, and with all values below `data`: the API server would keep no account of
/// what came by `stringData`, so that keys that go would stay.
fn whole(mut object: Object) -> Object {
    let Some(map) = object.0.as_map_mut() else {
        return object;
    };
    let mut data = map
        .shift_remove("data")
        .map(|field| field.value)
        .unwrap_or_default();
    let given = map.shift_remove("stringData").map(|field| field.value);
    if data.as_map().is_none() {
        data.data = Data::Map(Map::default());
    }
    if let (Some(data), Some(Data::Map(given))) = (data.as_map_mut(), given.map(|it| it.data)) {
        for (key, mut field) in given {
            if let Data::Text(text) = &mut field.value.data {
                let encoded = STANDARD.encode(text.as_bytes());
                text.zeroize();
                *text = encoded;
            }
            data.insert(key, field);
        }
    }
    map.insert("data".to_owned(), field(data));
    if let Some(metadata) = map.get_mut("metadata").map(|field| &mut field.value)
        && metadata
            .get("namespace")
            .and_then(Value::as_text)
            .is_none_or(str::is_empty)
        && let Some(metadata) = metadata.as_map_mut()
    {
        metadata.insert("namespace".to_owned(), field(Value::text(FLUX_NAMESPACE)));
    }
    object
}

fn field(value: Value) -> Field {
    Field {
        value,
        ..Field::default()
    }
}
