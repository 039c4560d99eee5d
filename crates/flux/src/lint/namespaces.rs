//! Namespaces that are used and that nothing makes.

use std::collections::BTreeSet;

use diagnostics::{Diagnostics, Severity};

use super::context::Elsewhere;
use super::{at_place, is_open};
use crate::inventory::{Entry, Inventory, kinds, target_namespace};
use crate::rules;
use crate::value::{Place, Value};

/// Namespaces that every cluster with Flux has.
const ALWAYS: &[&str] = &[
    "default",
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "flux-system",
];

/// Kinds without a namespace, of groups that repositories often have. kustomize does not know
/// them and gives them one, which the cluster ignores.
const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "AdminNetworkPolicy",
    "CSIDriver",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodeFeatureRule",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeSnapshotClass",
];

pub(super) fn check(inventory: &Inventory<'_>, elsewhere: &Elsewhere, problems: &mut Diagnostics) {
    if !inventory.knows_all() {
        return;
    }
    let mut known: BTreeSet<&str> = ALWAYS.iter().copied().collect();
    known.extend(inventory.all(kinds::NAMESPACE).map(|one| one.object.name()));
    for release in &inventory.assembled.releases {
        let install = release.object.0.at(&["spec", "install", "createNamespace"]);
        if install.and_then(Value::as_bool) == Some(true) {
            known.insert(target_namespace(release));
        }
    }
    let mut told = BTreeSet::new();
    let mut missing = Vec::new();
    for entry in &inventory.objects {
        let object = entry.object;
        let namespace = object.namespace();
        if namespace.is_empty() || is_open(namespace) || known.contains(namespace) {
            continue;
        }
        if !is_namespaced(object.kind()) {
            continue;
        }
        if told.insert(namespace) && !elsewhere.makes(kinds::NAMESPACE, "", namespace) {
            missing.push((namespace, place(inventory, *entry)));
        }
    }
    let made = inventory.all(kinds::NAMESPACE).count();
    // Where hardly any namespace is made here, something else makes them all.
    if missing.len() > made.max(3) {
        let names: Vec<_> = { missing.iter() }
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let message = format!("nothing makes the namespaces {}", names.join(", "));
        let problem = rules::FLUX_NAMESPACE_MISSING.report_as(Severity::Note, message);
        let first = missing.into_iter().next().map(|(_, place)| place);
        problems.push(at_place(problem, &first.unwrap_or_default()));
        return;
    }
    for (namespace, place) in missing {
        let message = format!("nothing makes the namespace `{namespace}`");
        problems.push(at_place(
            rules::FLUX_NAMESPACE_MISSING.report(message),
            &place,
        ));
    }
}

/// Whether objects of a kind lie in a namespace, as far as that is known here.
fn is_namespaced(kind: &str) -> bool {
    !CLUSTER_SCOPED.contains(&kind)
        && (kind == "Cluster" || !kind.starts_with("Cluster"))
        && !kind.starts_with("CiliumLoadBalancer")
        && !kind.starts_with("CiliumBGP")
        && !kind.starts_with("CiliumL2")
}

/// Where it is said that an object lies in its namespace.
fn place(inventory: &Inventory<'_>, entry: Entry<'_>) -> Place {
    let namespace = entry.object.namespace();
    let set_by = inventory.owner(entry).and_then(|owner| {
        let value = owner.object.0.at(&["spec", "targetNamespace"])?;
        (value.as_text() == Some(namespace)).then(|| value.place.clone())
    });
    let own = entry.object.0.at(&["metadata", "namespace"]);
    set_by
        .or_else(|| own.map(|value| value.place.clone()))
        .unwrap_or_default()
        .or(&entry.object.place())
}
