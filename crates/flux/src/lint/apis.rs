//! Versions of APIs that the pinned Kubernetes no longer serves.

use diagnostics::Diagnostics;

use super::at;
use super::context::Context;
use crate::inventory::Inventory;
use crate::rules;

/// API version, kinds (all where there are none), the minor version of Kubernetes 1 that removed
/// them, and what to write instead. From the Kubernetes deprecation guide.
const REMOVED: &[(&str, &[&str], u32, &str)] = &[
    (
        "extensions/v1beta1",
        &["Ingress"],
        22,
        "networking.k8s.io/v1",
    ),
    (
        "extensions/v1beta1",
        &["NetworkPolicy"],
        16,
        "networking.k8s.io/v1",
    ),
    (
        "extensions/v1beta1",
        &["Deployment", "DaemonSet", "ReplicaSet"],
        16,
        "apps/v1",
    ),
    ("extensions/v1beta1", &["PodSecurityPolicy"], 16, ""),
    ("apps/v1beta1", &[], 16, "apps/v1"),
    ("apps/v1beta2", &[], 16, "apps/v1"),
    (
        "networking.k8s.io/v1beta1",
        &["Ingress", "IngressClass"],
        22,
        "networking.k8s.io/v1",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
        22,
        "admissionregistration.k8s.io/v1",
    ),
    (
        "apiextensions.k8s.io/v1beta1",
        &[],
        22,
        "apiextensions.k8s.io/v1",
    ),
    (
        "apiregistration.k8s.io/v1beta1",
        &[],
        22,
        "apiregistration.k8s.io/v1",
    ),
    (
        "authentication.k8s.io/v1beta1",
        &["TokenReview"],
        22,
        "authentication.k8s.io/v1",
    ),
    (
        "authorization.k8s.io/v1beta1",
        &[],
        22,
        "authorization.k8s.io/v1",
    ),
    (
        "certificates.k8s.io/v1beta1",
        &["CertificateSigningRequest"],
        22,
        "certificates.k8s.io/v1",
    ),
    (
        "coordination.k8s.io/v1beta1",
        &["Lease"],
        22,
        "coordination.k8s.io/v1",
    ),
    (
        "rbac.authorization.k8s.io/v1beta1",
        &[],
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    (
        "scheduling.k8s.io/v1beta1",
        &["PriorityClass"],
        22,
        "scheduling.k8s.io/v1",
    ),
    (
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        22,
        "storage.k8s.io/v1",
    ),
    ("batch/v1beta1", &["CronJob"], 25, "batch/v1"),
    (
        "discovery.k8s.io/v1beta1",
        &["EndpointSlice"],
        25,
        "discovery.k8s.io/v1",
    ),
    ("events.k8s.io/v1beta1", &["Event"], 25, "events.k8s.io/v1"),
    ("autoscaling/v2beta1", &[], 25, "autoscaling/v2"),
    ("policy/v1beta1", &["PodDisruptionBudget"], 25, "policy/v1"),
    ("policy/v1beta1", &["PodSecurityPolicy"], 25, ""),
    (
        "node.k8s.io/v1beta1",
        &["RuntimeClass"],
        25,
        "node.k8s.io/v1",
    ),
    ("autoscaling/v2beta2", &[], 26, "autoscaling/v2"),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        &[],
        26,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    (
        "storage.k8s.io/v1beta1",
        &["CSIStorageCapacity"],
        27,
        "storage.k8s.io/v1",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2",
        &[],
        29,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        &[],
        32,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
];

pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    let Some((1, minor)) = context.kubernetes else {
        return;
    };
    for entry in &inventory.objects {
        let (version, kind) = (entry.object.api_version(), entry.object.kind());
        let removed = REMOVED.iter().find(|(of, kinds, since, _)| {
            *of == version && *since <= minor && (kinds.is_empty() || kinds.contains(&kind))
        });
        let Some((_, _, since, instead)) = removed else {
            continue;
        };
        let message =
            format!("Kubernetes 1.{minor} has no {kind} of `{version}`: it went with 1.{since}");
        let value = entry.object.0.get("apiVersion").unwrap_or(&entry.object.0);
        let problem = at(rules::FLUX_API_REMOVED.report(message), value);
        problems.push(if instead.is_empty() {
            problem
        } else {
            problem.hint(format!("write `{instead}`"))
        });
    }
}
