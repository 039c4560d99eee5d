//! Sections of the machine that are a document in another shape.

use serde_json::{Value, json};

use super::{Done, deletion};
use crate::migrate::row::Row;
use crate::migrate::tree::{Body, Tree, each_as};
use crate::migrate::work::{Scope, Work, flag};

/// The volume of all that is not the system's.
const EPHEMERAL: &str = "EPHEMERAL";

pub(crate) fn hostname(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if !tree.is_deletion() {
        // A generated configuration has a name made of the machine's identity, which excludes
        // any other.
        work.set(row.kind, "auto", json!("off").into(), row.path);
    }
    work.set(row.kind, row.field, tree, row.path);
    Ok(None)
}

/// The name that a machine makes of its identity where nobody gives it one. Contracts before 1.12
/// have it beside the name that is given, and the document cannot be beside it.
pub(crate) fn stable_hostname(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    let named = work.original.at("machine.network.hostname").is_some();
    if named || work.is_patch() {
        work.drop(
            row,
            "a node that is given a name makes none of its identity",
        );
    } else if flag(&tree)? {
        work.set(row.kind, row.field, json!("stable").into(), row.path);
    } else {
        return Ok(Some(tree));
    }
    Ok(None)
}

pub(crate) fn search_domains(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_empty() && !work.is_patch() {
        work.drop(row, "an empty list says nothing in v1alpha1");
    } else {
        work.set(row.kind, row.field, tree, row.path);
    }
    Ok(None)
}

/// A feature with `enabled`: the document is there or not.
pub(crate) fn switched(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if let Some(key) = deletion(&tree) {
        work.delete(row.kind, None, key, row.path);
        return Ok(None);
    }
    let enabled = tree.take("enabled").as_ref().map(flag).transpose()?;
    let head = std::mem::take(&mut tree.notes.above);
    match enabled {
        Some(false) if work.is_patch() => work.delete(row.kind, None, "$patch".into(), row.path),
        None if work.is_patch() && tree.is_empty() => return Ok(None),
        Some(false) | None if !work.is_patch() => {
            work.drop(row, "it is off without a document");
            return Ok(None);
        }
        _ => {
            let port = tree.get("port").map(Tree::value);
            if row.kind == "KubePrismConfig" && matches!(port, None | Some(Value::Null)) {
                tree.put("port", json!(7445).into());
            }
            let document = work.document(row.kind, None, row.path);
            for (key, value) in tree.into_entries() {
                document.fields.put(&key.name, value);
            }
        }
    }
    work.document(row.kind, None, row.path).head.extend(head);
    Ok(None)
}

pub(crate) fn time_disabled(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if tree.is_deletion() {
        work.set(row.kind, row.field, tree, row.path);
    } else if flag(&tree)? {
        tree.body = Body::Scalar(false.into());
        tree.written = None;
        work.set(row.kind, row.field, tree, row.path);
    } else {
        work.drop(row, "time is synchronised unless it is said not to be");
    }
    Ok(None)
}

pub(crate) fn mirrors(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() || tree.has_statements_within() {
        return Err("each mirror is a document of its own".into());
    }
    for (registry, mut mirror) in tree.into_entries() {
        let head = std::mem::take(&mut mirror.notes.above);
        let deleted = deletion(&mirror);
        let overrides = mirror.take("overridePath");
        let mut endpoints = mirror
            .take("endpoints")
            .map(|mut endpoints| each_as("url", &mut endpoints).map(|()| endpoints))
            .transpose()?;
        if let (
            Some(overrides),
            Some(Tree {
                body: Body::List(all),
                ..
            }),
        ) = (overrides, &mut endpoints)
        {
            for endpoint in all {
                endpoint.put("overridePath", overrides.clone());
            }
        }
        let name = Some(Value::from(registry.name.as_str()).into());
        let document = work.document(row.kind, name, row.path);
        document.head.extend(head);
        document.deleted = deleted;
        if let Some(endpoints) = endpoints {
            document.fields.put("endpoints", endpoints);
        }
        for (key, value) in mirror.into_entries() {
            document.fields.put(&key.name, value);
        }
    }
    Ok(None)
}

pub(crate) fn encryption(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    let volume = row
        .path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    let is_patch = work.is_patch();
    let configuration = work.scope == Scope::Configuration;
    let document = work.document(row.kind, Some(Value::from(volume).into()), row.path);
    document.fields.put("encryption", tree);
    // A document is taken for one that says so, and the section never did.
    if configuration && document.name.as_ref().and_then(Tree::text) == Some(EPHEMERAL) {
        document.fields.put("mount.secure", json!(false).into());
    }
    if is_patch {
        let caution =
            "a patch of this document drops its `provisioning`, unless that is said again";
        document.cautions.push(caution.to_owned());
    }
    Ok(None)
}
