//! The namespaces of everything: as git has them, and bare ones where it has none.

use std::collections::BTreeMap;

use flux::assembled::Assembled;
use flux::object::Object;
use flux::value::Value;
use helm::is_namespace;
use repository::{Kind, View};
use serde_json::json;

use super::{Secret, Wanted};

/// Where a folder stands for a namespace, as the family's scripts take it.
const APPS: &str = "kubernetes/apps";

/// What every cluster has.
const OWN: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// All of them, by name.
pub(super) fn of(
    view: &View<'_>,
    assembled: &Assembled,
    secrets: &[Secret],
    wanted: &[&[Wanted]],
) -> Vec<Object> {
    let mut all: BTreeMap<String, Object> = BTreeMap::new();
    for object in assembled.kustomizations.iter().flat_map(|one| &one.objects) {
        if object.kind() == "Namespace" && object.api_version() == "v1" {
            let name = object.name().to_owned();
            all.entry(name).or_insert_with(|| object.clone());
        }
    }
    let listed = view.list(APPS).unwrap_or_default().into_iter();
    let folders = listed
        .filter(|entry| entry.kind == Some(Kind::Folder) && is_namespace(&entry.name))
        .map(|entry| entry.name);
    let releases = wanted.iter().flat_map(|list| list.iter());
    let others = { releases.map(|wanted| wanted.namespace.clone()) }
        .chain(
            secrets
                .iter()
                .map(|secret| secret.object().namespace().to_owned()),
        )
        .chain(folders);
    for name in others {
        if !OWN.contains(&name.as_str()) && !name.is_empty() {
            all.entry(name.clone()).or_insert_with(|| bare(&name));
        }
    }
    all.into_values().collect()
}

fn bare(name: &str) -> Object {
    let json = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    Object(Value::from_json(&json))
}
