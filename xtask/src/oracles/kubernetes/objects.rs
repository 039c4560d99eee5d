//! What a cluster holds: all of it, what has changed, and what two of them differ in by meaning.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::super::differences;
use super::rig::Rig;

/// Kinds that controllers write by themselves all the time.
const RESTLESS: [&str; 6] = [
    "events",
    "events.events.k8s.io",
    "leases.coordination.k8s.io",
    "nodes",
    "endpointslices.discovery.k8s.io",
    "flowschemas.flowcontrol.apiserver.k8s.io",
];

/// Kinds that follow from others, under names of chance.
const DERIVED: [&str; 7] = [
    "Pod",
    "Endpoints",
    "ReplicaSet",
    "ControllerRevision",
    "CertificateSigningRequest",
    "IPAddress",
    "FluxReport",
];

/// Who left the other cluster.
const ORIGINAL: &str = "the original";

/// Objects by their kind, namespace and name.
pub(super) type Objects = BTreeMap<String, Value>;

/// All objects of a cluster, but for those that change by themselves.
pub(super) fn all(rig: &Rig) -> Result<Objects> {
    let kinds = rig.kubectl(&["api-resources", "--verbs=list", "--output=name"])?;
    let kinds: Vec<_> = kinds
        .lines()
        .filter(|kind| !RESTLESS.contains(kind) && !kind.ends_with(".metrics.k8s.io"))
        .collect();
    let kinds = kinds.join(",");
    let get = ["get", &kinds, "--all-namespaces", "--output=json"];
    let mut list: Value =
        serde_json::from_str(&rig.kubectl(&[&get[..], &["--show-managed-fields"]].concat())?)
            .context("kubectl did not answer with a list")?;
    let items: Vec<Value> = serde_json::from_value(list["items"].take())?;
    Ok(items
        .into_iter()
        .map(|item| {
            let text = |of: &Value| of.as_str().unwrap_or("-").to_owned();
            let version = text(&item["apiVersion"]);
            let group = version.rsplit_once('/').map_or("", |(group, _)| group);
            let metadata = &item["metadata"];
            let [namespace, name] = ["namespace", "name"].map(|key| text(&metadata[key]));
            let kind = text(&item["kind"]);
            (format!("{kind} {group} {namespace}/{name}"), item)
        })
        .collect())
}

/// Which objects are not what they were: made, gone, or of another `resourceVersion`.
pub(super) fn changed(before: &Objects, after: &Objects) -> BTreeSet<String> {
    let version =
        |object: Option<&Value>| object.map(|object| object["metadata"]["resourceVersion"].clone());
    before
        .keys()
        .chain(after.keys())
        .filter(|name| version(before.get(*name)) != version(after.get(*name)))
        .cloned()
        .collect()
}

/// What two clusters differ in, by what their objects mean: a line each.
pub(super) fn differences(one: &Objects, other: &Objects) -> Vec<String> {
    let [one, other] = [one, other].map(meant);
    let mut found = Vec::new();
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    for name in names {
        match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) => {
                differences::compare(name, one, other, ORIGINAL, &mut found);
            }
            (Some(_), None) => found.push(format!("{name}: only ichor's")),
            (None, _) => found.push(format!("{name}: only {ORIGINAL}'s")),
        }
    }
    found
}

/// What is in an object because somebody wanted it.
fn meant(objects: &Objects) -> Objects {
    objects
        .iter()
        .filter(|(_, object)| !is_derived(object))
        .map(|(name, object)| {
            let mut object = object.clone();
            if let Some(all) = object.as_object_mut() {
                all.remove("status");
            }
            // Where nobody says which, a Service gets one of chance.
            if object["kind"] == "Service"
                && let Some(spec) = object["spec"].as_object_mut()
            {
                spec.retain(|key, _| !key.starts_with("clusterIP"));
            }
            if let Some(metadata) = object["metadata"].as_object_mut() {
                for key in [
                    "uid",
                    "resourceVersion",
                    "creationTimestamp",
                    "generation",
                    "selfLink",
                ] {
                    metadata.remove(key);
                }
                if let Some(managers) = metadata.remove("managedFields") {
                    metadata.insert("managers".to_owned(), named(&managers));
                }
                if let Some(notes) = metadata
                    .get_mut("annotations")
                    .and_then(Value::as_object_mut)
                {
                    // Stamps of when somebody asked, and digests of releases that have a time in them.
                    notes.retain(|key, _| {
                        !key.contains("requestedAt") && !key.ends_with("/revision")
                    });
                }
            }
            (name.clone(), object)
        })
        .collect()
}

/// Who has written to an object, and how.
pub(super) fn named(managers: &Value) -> Value {
    let managers = managers.as_array().map(Vec::as_slice).unwrap_or_default();
    let names: BTreeSet<_> = managers
        .iter()
        .filter(|one| one["subresource"].is_null())
        .map(|one| {
            let [manager, operation] =
                ["manager", "operation"].map(|key| one[key].as_str().unwrap_or_default());
            format!("{manager}/{operation}")
        })
        .collect();
    names.into_iter().collect::<Vec<_>>().into()
}

fn is_derived(object: &Value) -> bool {
    let kind = object["kind"].as_str().unwrap_or_default();
    DERIVED.contains(&kind)
        // Those of Helm hold times, and their number is a fact of its own.
        || object["type"] == "helm.sh/release.v1"
        || kind == "APIService"
        // A token of its own for each cluster.
        || object["metadata"]["name"] == "flux-operator-entitlement"
}
