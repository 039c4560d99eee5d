//! All of a node's configuration.

use serde_json::{Value, json};

use super::convert::kubernetes::AUTHORIZERS;
use super::convert::oidc;
use super::subsystem::Subsystem;
use super::tree::Tree;
use super::walk::{Outcome, moved};
use super::work::{Document, Scope, Stay};
use crate::fields::{CONTROL_PLANE_LABEL, document_name, is_for_control_planes, kind_of_value};

/// A configuration, and what of it stays in v1alpha1. Has no `Debug`: it holds secrets.
pub struct Moved {
    /// Its documents; v1alpha1 first, if it was.
    pub documents: Vec<Value>,
    /// What stays, and why.
    pub stays: Vec<Stay>,
}

/// The same configuration with the chosen subsystems in documents, and whatever else has to
/// move with one of them. What v1alpha1 leaves to Talos is said there, since a document is
/// taken for all that is to be.
///
/// ```
/// use serde_json::json;
/// use talos::migrate::{Subsystem, configuration};
///
/// let before = [json!({"machine": {"type": "worker", "sysctls": {"vm.swappiness": "1"}}})];
/// let after = configuration(&before, &Subsystem::ALL);
/// assert_eq!(after.documents[0], json!({"machine": {"type": "worker"}}));
/// assert_eq!(after.documents[1]["kind"], "SysctlConfig");
/// ```
pub fn configuration(documents: &[Value], chosen: &[Subsystem]) -> Moved {
    within(documents, chosen, Scope::Configuration)
}

pub(super) fn within(documents: &[Value], chosen: &[Subsystem], scope: Scope) -> Moved {
    let is_legacy = |document: &&Value| kind_of_value(document) == "v1alpha1";
    let Some(legacy) = documents.iter().find(is_legacy) else {
        return Moved {
            documents: documents.to_vec(),
            stays: Vec::new(),
        };
    };
    let tree = Tree::from(legacy);
    let outcome = moved(&tree, scope, chosen);
    let moves = |subsystem: Subsystem| {
        let mut stays = outcome.stays.iter();
        chosen.contains(&subsystem) && !stays.any(|stay| stay.whole && stay.subsystem == subsystem)
    };
    let mut all: Vec<Value> = Vec::with_capacity(documents.len() + outcome.documents.len());
    for document in documents {
        if is_legacy(&document) {
            all.extend(outcome.left.as_ref().map(Tree::value));
        } else {
            all.push(document.clone());
        }
    }
    let Outcome {
        documents: new,
        stays,
        ..
    } = &outcome;
    // In their old form workers pass over what only control planes look at.
    let looked_at =
        |document: &&Document| !is_for_control_planes(document.kind) || is_control_plane(documents);
    for document in new.iter().filter(looked_at) {
        add(&mut all, document.tree().value());
    }
    if scope == Scope::Configuration && has_kubernetes(&all) {
        for document in implied(legacy, &all, moves) {
            add(&mut all, document);
        }
    }
    Moved {
        documents: all,
        stays: stays.clone(),
    }
}

/// Adds a document, or to the one of its name what that does not say: where both forms speak
/// of one thing, Talos goes by the document.
fn add(all: &mut Vec<Value>, document: Value) {
    let name = document_name(&document);
    match all.iter_mut().find(|one| document_name(one) == name) {
        Some(there) => fill(there, document),
        None => all.push(document),
    }
}

/// What one value has and the other lacks.
fn fill(there: &mut Value, more: Value) {
    let (Value::Object(there), Value::Object(more)) = (there, more) else {
        return;
    };
    for (key, value) in more {
        match there.get_mut(&key) {
            Some(one) => fill(one, value),
            None => {
                there.insert(key, value);
            }
        }
    }
}

/// Whether the node runs Kubernetes: Talos goes by the authority, in either form.
pub(super) fn has_kubernetes(documents: &[Value]) -> bool {
    documents.iter().any(|document| {
        document.pointer("/cluster/ca").is_some()
            || kind_of_value(document) == "KubeAPIServerCAConfig"
    })
}

pub(super) fn is_control_plane(documents: &[Value]) -> bool {
    documents.iter().any(|document| {
        let kind = document.pointer("/machine/type").and_then(Value::as_str);
        matches!(kind, Some("controlplane" | "init"))
    })
}

fn document(kind: &str, fields: Value) -> Value {
    let mut document = json!({"apiVersion": "v1alpha1", "kind": kind});
    if let (Some(document), Value::Object(fields)) = (document.as_object_mut(), fields) {
        document.extend(fields);
    }
    document
}

/// What v1alpha1 has without saying it, and documents have to say.
fn implied(legacy: &Value, all: &[Value], moves: impl Fn(Subsystem) -> bool) -> Vec<Value> {
    let mut more = Vec::new();
    if !is_control_plane(all) {
        return more;
    }
    let has = |kind: &str| all.iter().any(|document| kind_of_value(document) == kind);
    if moves(Subsystem::Node) {
        more.push(node(legacy));
    }
    if moves(Subsystem::ApiServer) {
        if !has(oidc::KIND) {
            let configuration = json!({"anonymous": oidc::anonymous(), "jwt": []});
            more.push(document(
                oidc::KIND,
                json!({"configuration": configuration}),
            ));
        }
        more.extend(authorizers(all));
    }
    if moves(Subsystem::Network) && legacy.pointer("/cluster/network/cni").is_none() {
        let flannel = json!({"backendType": "vxlan", "backendPort": 4789});
        more.push(document("KubeFlannelCNIConfig", flannel));
    }
    if moves(Subsystem::CoreDns) && !has("KubeCoreDNSConfig") {
        more.push(document("KubeCoreDNSConfig", json!({"enabled": true})));
    }
    more
}

/// Label and taint of control planes.
pub(super) fn node(legacy: &Value) -> Value {
    let allowed = ["allowSchedulingOnControlPlanes", "allowSchedulingOnMasters"]
        .iter()
        .any(|key| legacy["cluster"][*key] == json!(true));
    let mut fields = json!({"labels": {CONTROL_PLANE_LABEL: ""}});
    if !allowed {
        fields["taints"] = json!({CONTROL_PLANE_LABEL: "NoSchedule"});
    }
    document("KubeNodeConfig", fields)
}

/// The two that Talos puts before all others.
pub(super) fn authorizers(all: &[Value]) -> impl Iterator<Item = Value> {
    AUTHORIZERS.into_iter().filter_map(|(name, kind)| {
        let is_it = |one: &Value| {
            kind_of_value(one) == "KubeAuthorizerConfig" && one["type"] == json!(kind)
        };
        let there = all.iter().any(is_it);
        (!there).then(|| document("KubeAuthorizerConfig", json!({"name": name, "type": kind})))
    })
}
