//! The API server, and what may be scheduled where.

use serde_json::json;

use super::{Done, deletion, oidc};
use crate::fields::CONTROL_PLANE_LABEL;
use crate::migrate::row::Row;
use crate::migrate::tree::{Body, Tree};
use crate::migrate::work::{Work, flag};

/// The plugin that is generated.
const POD_SECURITY: &str = "PodSecurity";

/// Flags that stay flags, but for those that a document of their own replaces.
pub(crate) fn api_server_arguments(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    let is_own = |name: &str| name.starts_with("oidc-") || name == "anonymous-auth";
    let entries = tree.entries();
    for (key, _) in entries {
        if key.name.starts_with("authorization-") || key.name.starts_with("authentication-config") {
            return Err(format!(
                "`{}` is no flag any more: write a KubeAuthorizerConfig for each authorizer",
                key.name
            ));
        }
    }
    if !entries.iter().any(|(key, _)| is_own(&key.name)) {
        work.set(row.kind, row.field, tree, row.path);
        return Ok(None);
    }
    if tree.has_statements_within() {
        return Err("statements of the template stand between the flags of OIDC".into());
    }
    let notes = std::mem::take(&mut tree.notes);
    let (own, rest): (Vec<_>, Vec<_>) = tree
        .into_entries()
        .into_iter()
        .partition(|(key, _)| is_own(&key.name));
    if !rest.is_empty() {
        let rest = Tree {
            notes,
            written: None,
            body: Body::Map(rest),
        };
        work.set(row.kind, row.field, rest, row.path);
    }
    oidc::authentication(work, row, own)?;
    Ok(None)
}

pub(crate) fn admission(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if let Some(key) = deletion(&tree) {
        let head = std::mem::take(&mut tree.notes.above);
        work.delete(row.kind, Some(POD_SECURITY), key, row.path);
        let name = Some(json!(POD_SECURITY).into());
        work.document(row.kind, name, row.path).head.extend(head);
        return Ok(None);
    }
    super::lists::named(work, row, tree)
}

pub(crate) fn audit(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    match deletion(&tree) {
        Some(key) => {
            work.delete(row.kind, None, key, row.path);
            let caution = "without its document Talos takes its own policy, as it did before";
            let document = work.document(row.kind, None, row.path);
            document.cautions.push(caution.to_owned());
        }
        None => work.set(row.kind, row.field, tree, row.path),
    }
    Ok(None)
}

pub(crate) fn scheduling(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() || !flag(&tree)? {
        work.drop(row, "the taint is there unless it is taken away");
        return Ok(None);
    }
    if work.is_patch() {
        let head = tree.notes.above;
        let document = work.document(row.kind, None, row.path);
        document.head.extend(head);
        let mut taints = document.fields.take(row.field).unwrap_or_else(Tree::map);
        if taints.get(CONTROL_PLANE_LABEL).is_none() {
            taints.put_key(CONTROL_PLANE_LABEL, json!({"$patch": "delete"}).into());
        }
        document.fields.put(row.field, taints);
    }
    Ok(None)
}

/// The items of `authorizationConfig` that Talos has without being told.
pub(crate) const AUTHORIZERS: [(&str, &str); 2] = [("node", "Node"), ("rbac", "RBAC")];
