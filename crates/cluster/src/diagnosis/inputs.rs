//! Secrets and `ConfigMap`s that an app names and that are not there.

use std::collections::BTreeSet;

use kubernetes_client::{Client, Listing};
use serde::Deserialize;

use super::focus::Focus;
use crate::cause::Cause;
use crate::overview::{Facts, Group, Object, Unanswered};

/// So many are asked for.
const MOST: usize = 40;

/// A pod, as far as it names others.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Pod {
    spec: Option<Spec>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    containers: Option<Vec<Container>>,
    init_containers: Option<Vec<Container>>,
    volumes: Option<Vec<Volume>>,
    image_pull_secrets: Option<Vec<Reference>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    env: Option<Vec<Variable>>,
    env_from: Option<Vec<Variables>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Variable {
    value_from: Option<ValueFrom>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ValueFrom {
    secret_key_ref: Option<Reference>,
    config_map_key_ref: Option<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Variables {
    secret_ref: Option<Reference>,
    config_map_ref: Option<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Volume {
    secret: Option<Reference>,
    config_map: Option<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    /// As volumes of Secrets have it.
    #[serde(rename = "secretName")]
    secret_name: Option<String>,
    name: Option<String>,
    optional: Option<bool>,
}

impl Pod {
    fn names(self, namespace: &str) -> Vec<Object> {
        let spec = self.spec.unwrap_or_default();
        let mut found: Vec<(&str, Reference)> = Vec::new();
        let containers = { spec.containers.into_iter() }.chain(spec.init_containers);
        for container in containers.flatten() {
            for one in container.env_from.into_iter().flatten() {
                found.extend(one.secret_ref.map(|one| ("Secret", one)));
                found.extend(one.config_map_ref.map(|one| ("ConfigMap", one)));
            }
            for one in container.env.into_iter().flatten() {
                let from = one.value_from.unwrap_or_default();
                found.extend(from.secret_key_ref.map(|one| ("Secret", one)));
                found.extend(from.config_map_key_ref.map(|one| ("ConfigMap", one)));
            }
        }
        for one in spec.volumes.into_iter().flatten() {
            found.extend(one.secret.map(|one| ("Secret", one)));
            found.extend(one.config_map.map(|one| ("ConfigMap", one)));
        }
        let pull = spec.image_pull_secrets.into_iter().flatten();
        found.extend(pull.map(|one| ("Secret", one)));
        let needed = found
            .into_iter()
            .filter(|(_, one)| one.optional != Some(true));
        needed
            .filter_map(|(kind, one)| {
                let name = one.secret_name.or(one.name)?;
                Some(Object::new(kind, namespace, &name))
            })
            .collect()
    }
}

/// Asks which of them are there.
pub(super) fn missing(
    client: &Client,
    facts: &Facts,
    focus: &Focus,
    groups: &[Group],
    unanswered: &mut Vec<Unanswered>,
) -> Vec<Object> {
    let own = facts.flux.iter().filter(|one| focus.has(&one.object()));
    let mut named: BTreeSet<Object> = own.flat_map(|one| one.needs.iter().cloned()).collect();
    let waiting = groups.iter().filter(|group| {
        matches!(
            group.cause,
            Cause::Container | Cause::NotReady | Cause::ImagePull
        )
    });
    let mut fell = |what: &str, why: String| {
        unanswered.push(Unanswered {
            what: what.to_owned(),
            why,
        });
    };
    for group in waiting {
        let namespace = &group.owner.namespace;
        let listing = Listing::all("v1", "pods").within(namespace);
        let Some(pod) = group.pods.first() else {
            continue;
        };
        match client.one::<Pod>(&listing, pod) {
            Ok(pod) => named.extend(pod.unwrap_or_default().names(namespace)),
            Err(fault) => fell("Pod", fault.to_string()),
        }
    }
    let mut missing = Vec::new();
    for object in named.into_iter().take(MOST) {
        let plural = match object.kind.as_str() {
            "Secret" => "secrets",
            "ConfigMap" => "configmaps",
            _ => continue,
        };
        let listing = Listing::all("v1", plural).within(&object.namespace);
        match client.is_there(&listing, &object.name) {
            Ok(true) => {}
            Ok(false) => missing.push(object),
            Err(fault) => fell(&object.kind, fault.to_string()),
        }
    }
    missing
}
