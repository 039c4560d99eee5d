//! Namespaces that are used and that nothing makes.

use std::collections::BTreeSet;

use diagnostics::Diagnostics;

use super::at_place;
use super::context::Elsewhere;
use crate::inventory::{Inventory, kinds, target_namespace};
use crate::rules;
use crate::value::Value;

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
    for entry in &inventory.objects {
        let object = entry.object;
        let kind = object.kind();
        let namespace = object.namespace();
        let is_scoped = !CLUSTER_SCOPED.contains(&kind)
            && (kind == "Cluster" || !kind.starts_with("Cluster"))
            && !kind.starts_with("CiliumLoadBalancer")
            && !kind.starts_with("CiliumBGP")
            && !kind.starts_with("CiliumL2");
        if namespace.is_empty() || !is_scoped || known.contains(namespace) {
            continue;
        }
        if !told.insert(namespace) || elsewhere.bootstraps(kinds::NAMESPACE, "", namespace) {
            continue;
        }
        let set_by = inventory.owner(*entry).and_then(|owner| {
            let value = owner.object.0.at(&["spec", "targetNamespace"])?;
            (value.as_text() == Some(namespace)).then(|| value.place.clone())
        });
        let own = object.0.at(&["metadata", "namespace"]);
        let place = set_by
            .or_else(|| own.map(|value| value.place.clone()))
            .unwrap_or_default()
            .or(&object.place());
        let message = format!("nothing makes the namespace `{namespace}`");
        problems.push(at_place(
            rules::FLUX_NAMESPACE_MISSING.report(message),
            &place,
        ));
    }
}
