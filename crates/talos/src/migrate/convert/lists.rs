//! Lists whose items become documents.

use serde_json::{Value, json};

use super::{Done, NOT_ONE, deletion, items};
use crate::migrate::row::Row;
use crate::migrate::tree::{Tree, UNKNOWN};
use crate::migrate::work::Work;

/// Items that have a name: each a document of that name, with the other fields as they are.
pub(crate) fn named(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err(NOT_ONE.into());
    }
    for item in items(tree)? {
        one(work, row, item, &[])?;
    }
    Ok(None)
}

/// One item; fields may have another name in the document.
fn one(
    work: &mut Work<'_>,
    row: &'static Row,
    mut item: Tree,
    renamed: &[(&str, &str)],
) -> Result<(), String> {
    let deleted = deletion(&item);
    let head = std::mem::take(&mut item.notes.above);
    let mut name = item.take("name").ok_or("one of its items has no name")?;
    if name.text().is_none_or(str::is_empty) {
        return Err(UNKNOWN.into());
    }
    let above = std::mem::take(&mut name.notes.above);
    let document = work.document(row.kind, Some(name), row.path);
    document.head.extend(head.into_iter().chain(above));
    document.deleted = deleted;
    for (key, value) in item.into_entries() {
        let other = renamed.iter().find(|(old, _)| *old == key.name);
        let name = other.map_or(key.name.as_str(), |(_, new)| new);
        document.fields.put(name, value);
    }
    Ok(())
}

/// Whether Kubernetes takes a name.
fn is_dns_name(name: &str) -> bool {
    let fine = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit();
    let part = |part: &str| {
        part.starts_with(fine)
            && part.ends_with(fine)
            && part.chars().all(|one| fine(one) || one == '-')
    };
    name.len() <= 253 && name.split('.').all(part)
}

pub(crate) fn inline_manifests(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err(NOT_ONE.into());
    }
    for item in items(tree)? {
        let name = item.get("name").and_then(Tree::text).unwrap_or_default();
        if !is_dns_name(name) {
            return Err(format!(
                "`{name}` is no name of a document: lower case letters, digits, `-` and `.`"
            ));
        }
        one(work, row, item, &[("contents", "manifest")])?;
    }
    Ok(None)
}

pub(crate) fn external_manifests(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err(NOT_ONE.into());
    }
    let headers = work.original.at("cluster.extraManifestHeaders").cloned();
    if headers.as_ref().is_some_and(Tree::is_deletion) {
        return Err("its headers are deleted, and each document has its own".into());
    }
    let mut taken: Vec<String> = Vec::new();
    for mut item in items(tree)? {
        let head = std::mem::take(&mut item.notes.above);
        let Some(url) = item.text() else {
            return Err(UNKNOWN.into());
        };
        let stem = name_of(url);
        let mut name = stem.clone();
        while taken.contains(&name) {
            name = format!("{stem}-{}", taken.len() + 1);
        }
        taken.push(name.clone());
        let document = work.document(row.kind, Some(Value::from(name).into()), row.path);
        document.head.extend(head);
        document.fields.put("url", item);
        if let Some(headers) = headers.as_ref().filter(|headers| !headers.is_empty()) {
            document.fields.put("headers", headers.clone());
        }
    }
    Ok(None)
}

/// A name for the manifest at a URL: that of its file.
fn name_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path
        .rsplit('/')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let stem = file
        .trim_end_matches(".yaml")
        .trim_end_matches(".yml")
        .trim_end_matches(".json");
    let name: String = stem
        .to_ascii_lowercase()
        .chars()
        .map(|one| {
            if one.is_ascii_alphanumeric() {
                one
            } else {
                '-'
            }
        })
        .collect();
    let name = name.trim_matches('-');
    if is_dns_name(name) {
        name.to_owned()
    } else {
        "manifest".to_owned()
    }
}

/// They went with the manifests, each of which has its own.
pub(crate) fn manifest_headers(work: &mut Work<'_>, _: &'static Row, tree: Tree) -> Done {
    let manifests = work.original.at("cluster.extraManifests");
    if manifests.is_none() && !tree.is_empty() {
        return Err("each KubeExternalManifestConfig has its own `headers`".into());
    }
    Ok(None)
}

pub(crate) fn static_pods(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err(NOT_ONE.into());
    }
    for mut pod in items(tree)? {
        let head = std::mem::take(&mut pod.notes.above);
        let name = pod
            .at("metadata.name")
            .and_then(Tree::text)
            .unwrap_or_default();
        if !is_dns_name(name) {
            return Err("the document is named as the pod, and that has no name".into());
        }
        let name = Some(json!(name).into());
        let document = work.document(row.kind, name, row.path);
        document.head.extend(head);
        document.fields.put(
            "pod",
            Tree {
                written: None,
                ..pod
            },
        );
    }
    Ok(None)
}
