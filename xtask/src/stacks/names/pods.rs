//! What selects pods by their labels, and ports of theirs by name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::inventory::{Inventory, Pods};
use crate::stacks::{items, name, text};

/// The label that every namespace has.
const NAMESPACE: &str = "/namespaceSelector/matchLabels/kubernetes.io~1metadata.name";

/// The label that each pod of a `StatefulSet` has of its own.
const POD: &str = "statefulset.kubernetes.io/pod-name";

/// What an object selects and no pod is: where it says so, and what is wrong. Owners of pods that
/// are selected are put into `used`.
pub(super) fn unselected(
    inventory: &Inventory<'_>,
    object: &Value,
    used: &mut BTreeSet<String>,
) -> Vec<(String, String)> {
    let namespace = text(object, "/metadata/namespace");
    let mut faults = Vec::new();
    let mut select = |at: &str, namespace: &str, labels: Option<&Value>| -> Vec<&Pods<'_>> {
        let labels = labels.and_then(Value::as_object);
        let Some(labels) = labels.filter(|labels| !labels.is_empty()) else {
            return Vec::new();
        };
        let selected: Vec<_> = { inventory.pods.iter() }
            .filter(|pods| pods.namespace == namespace && has(pods, labels))
            .collect();
        if selected.is_empty() {
            let labels = Value::Object(labels.clone());
            faults.push((
                at.to_owned(),
                format!("no pod of `{namespace}` has {labels}"),
            ));
        }
        used.extend(selected.iter().map(|pods| name(pods.owner)));
        selected
    };
    match text(object, "/kind") {
        "Service" => {
            let selected = select("spec.selector", namespace, object.pointer("/spec/selector"));
            let missing = selected.iter().flat_map(|pods| unnamed(object, pods));
            let missing: Vec<_> = missing.collect();
            faults.extend(missing);
        }
        "PodDisruptionBudget" => {
            let labels = object.pointer("/spec/selector/matchLabels");
            select("spec.selector", namespace, labels);
        }
        "NetworkPolicy" => {
            let labels = object.pointer("/spec/podSelector/matchLabels");
            select("spec.podSelector", namespace, labels);
            for (list, peers) in [("ingress", "/from"), ("egress", "/to")] {
                for rule in items(object, &format!("/spec/{list}")) {
                    for peer in items(rule, peers) {
                        let elsewhere = text(peer, NAMESPACE);
                        let labels = peer.pointer("/podSelector/matchLabels");
                        let at = format!("spec.{list}{}", peers.replace('/', "."));
                        match (peer.get("namespaceSelector"), elsewhere) {
                            (None, _) => drop(select(&at, namespace, labels)),
                            // Pods of any namespace.
                            (Some(_), "") => {}
                            (Some(_), elsewhere) => drop(select(&at, elsewhere, labels)),
                        }
                    }
                }
            }
        }
        _ => {}
    }
    faults
}

fn has(pods: &Pods<'_>, wanted: &serde_json::Map<String, Value>) -> bool {
    let labels = pods.template.pointer("/metadata/labels");
    wanted.iter().all(|(key, value)| {
        if key == POD {
            let number = value.as_str().and_then(|value| value.rsplit_once('-'));
            number.is_some_and(|(name, _)| text(pods.owner, "/metadata/name") == name)
        } else {
            labels.is_some_and(|labels| labels.get(key) == Some(value))
        }
    })
}

/// Ports of a Service that go to a port by a name that no container of the pods has.
fn unnamed(service: &Value, pods: &Pods<'_>) -> Vec<(String, String)> {
    let containers = items(pods.template, "/spec/containers").iter();
    let ports = containers.flat_map(|container| items(container, "/ports"));
    let names: BTreeSet<&str> = ports.map(|port| text(port, "/name")).collect();
    let targets = items(service, "/spec/ports").iter();
    let targets = targets.map(|port| text(port, "/targetPort"));
    { targets.filter(|target| !target.is_empty() && !names.contains(target)) }
        .map(|target| {
            let owner = name(pods.owner);
            let words = format!("the pods of {owner} have no port `{target}`");
            ("spec.ports".to_owned(), words)
        })
        .collect()
}
