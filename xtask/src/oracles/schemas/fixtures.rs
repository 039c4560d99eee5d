//! Every object of every fixture, as Flux would apply it, before a real API server that has the
//! namespaces: taken, and without a warning. Of each template of pods a pod is made, since the
//! security profile of a namespace holds for pods alone.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use super::super::flux::cluster::Cluster;
use super::api::Api;
use crate::stacks::{self, name, text};

/// How many objects were taken; what is wrong is put into `problems`, each once.
pub(super) fn judged(
    cluster: &Cluster<'_>,
    api: &Api,
    problems: &mut Vec<String>,
) -> Result<usize> {
    let mut objects = BTreeMap::new();
    let mut namespaces = BTreeMap::new();
    for fixture in stacks::clusters()? {
        for object in fixture.objects.into_iter().chain(fixture.before) {
            if text(&object, "/kind") == "Namespace" {
                namespaces.insert(text(&object, "/metadata/name").to_owned(), object.clone());
            }
            let template = object.pointer("/spec/template");
            let template = template.filter(|_| matches!(stacks::group(&object), "apps" | "batch"));
            let pod = template.map(|template| pod(&object, template));
            for object in pod.into_iter().chain([object]) {
                // The same object stands in many fixtures.
                objects.insert(object.to_string(), (fixture.fixture.clone(), object));
            }
        }
    }
    for (_, object) in objects.values() {
        let namespace = text(object, "/metadata/namespace");
        let made =
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
        if !namespace.is_empty() {
            namespaces.entry(namespace.to_owned()).or_insert(made);
        }
    }
    let made: Vec<Value> = namespaces.into_values().collect();
    cluster.apply(&made)?;
    let mut told = BTreeSet::new();
    for (fixture, object) in objects.values() {
        let judgement = match api.judges(object, text(object, "/metadata/namespace")) {
            Ok(judgement) => judgement,
            Err(error) => {
                told.insert(format!("{fixture}: {}: {error:#}", name(object)));
                continue;
            }
        };
        for words in judgement.refused.into_iter().chain(judgement.warnings) {
            told.insert(format!("{fixture}: {}: {words}", name(object)));
        }
    }
    problems.extend(told);
    Ok(objects.len())
}

/// A pod of a workload's template.
fn pod(workload: &Value, template: &Value) -> Value {
    let mut pod = template.clone();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = workload["metadata"]["name"].clone();
    pod["metadata"]["namespace"] = workload["metadata"]["namespace"].clone();
    // What the workload's controller and the claims of a StatefulSet add.
    for claim in stacks::items(workload, "/spec/volumeClaimTemplates") {
        let volume = json!({ "name": claim["metadata"]["name"], "emptyDir": {} });
        match pod
            .pointer_mut("/spec/volumes")
            .and_then(Value::as_array_mut)
        {
            Some(volumes) => volumes.push(volume),
            None => pod["spec"]["volumes"] = json!([volume]),
        }
    }
    pod
}
