//! Who gets which part of a patch.

use crate::fields::{CONTROL_PLANE_LABEL, is_for_control_planes};
use crate::migrate::tree::Tree;
use crate::migrate::work::Document;

/// The field that has the taint of control planes.
const TAINTS: &str = "taints";

/// Which documents of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// All of them.
    All,
    /// Those that workers take too.
    Everybody,
    /// Those that only control planes take.
    ControlPlanes,
}

/// What of a document somebody gets, if anything.
pub(super) fn share(document: &Document, audience: Audience) -> Option<Document> {
    let mut own = document.clone();
    if audience == Audience::All {
        return Some(own);
    }
    let control_planes = audience == Audience::ControlPlanes;
    if !takes_taint(document) {
        let refused = is_for_control_planes(document.kind) && document.deleted.is_none();
        return (refused == control_planes).then_some(own);
    }
    // A worker has no such taint to lose; the rest of the document is for it, too.
    let mut taints = own.fields.take(TAINTS)?;
    let taint = taints.take(CONTROL_PLANE_LABEL)?;
    let rest = !taints.is_empty() || !own.fields.is_empty();
    if control_planes {
        own.fields = Tree::map();
        taints = Tree::map();
        taints.put_key(CONTROL_PLANE_LABEL, taint);
        if rest {
            own.head.clear();
        }
    }
    if !taints.is_empty() {
        own.fields.put(TAINTS, taints);
    }
    (!own.fields.is_empty()).then_some(own)
}

/// Whether a document takes the taint of control planes away.
pub(super) fn takes_taint(document: &Document) -> bool {
    let taints = document.fields.get(TAINTS);
    let taint = taints.and_then(|taints| taints.get(CONTROL_PLANE_LABEL));
    document.kind == "KubeNodeConfig" && taint.is_some_and(Tree::is_deletion)
}
