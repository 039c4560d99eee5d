//! All objects of a cluster, by name.

use std::collections::HashMap;

use serde_json::Value;

use crate::stacks::text;

/// Kinds without a namespace that are named here.
const CLUSTER_SCOPED: &[&str] = &[
    "CiliumBGPPeerConfig",
    "ClusterIssuer",
    "ClusterRole",
    "GatewayClass",
    "PriorityClass",
    "StorageClass",
];

/// Objects by kind, namespace and name.
pub(super) struct Inventory<'a> {
    named: HashMap<(&'a str, &'a str, &'a str), &'a Value>,
    /// The templates of pods, and where the pods are.
    pub(super) pods: Vec<Pods<'a>>,
}

/// Pods of one template.
pub(super) struct Pods<'a> {
    /// The object that has it.
    pub(super) owner: &'a Value,
    pub(super) namespace: &'a str,
    /// The template: `metadata` with labels, `spec` with containers.
    pub(super) template: &'a Value,
}

impl<'a> Inventory<'a> {
    pub(super) fn new(objects: impl Iterator<Item = &'a Value>) -> Self {
        let mut named = HashMap::new();
        let mut pods = Vec::new();
        for object in objects {
            let kind = text(object, "/kind");
            let namespace = text(object, "/metadata/namespace");
            let at = (kind, scope(kind, namespace), text(object, "/metadata/name"));
            named.insert(at, object);
            let template = match kind {
                "Pod" => Some(object),
                "CronJob" => object.pointer("/spec/jobTemplate/spec/template"),
                "DaemonSet" | "Deployment" | "Job" | "StatefulSet" => {
                    object.pointer("/spec/template")
                }
                _ => None,
            };
            pods.extend(template.map(|template| Pods {
                owner: object,
                namespace,
                template,
            }));
        }
        Self { named, pods }
    }

    /// The object of a name.
    pub(super) fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&'a Value> {
        self.named
            .get(&(kind, scope(kind, namespace), name))
            .copied()
    }
}

/// The namespace, where the kind has one: kustomize gives it to others as well.
fn scope<'n>(kind: &str, namespace: &'n str) -> &'n str {
    if CLUSTER_SCOPED.contains(&kind) {
        ""
    } else {
        namespace
    }
}
