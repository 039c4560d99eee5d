//! Who makes Secrets and `ConfigMap`s: the repository, controllers, charts.

use std::collections::BTreeSet;

use super::context::Elsewhere;
use crate::assembled::Release;
use crate::inventory::{Inventory, Kind, follows, is_chart, kinds, release_name, values, walk};
use crate::makers;
use crate::value::Value;

/// `ConfigMap`s that are written into every namespace: by Kubernetes, Istio and `OpenShift`.
const EVERYWHERE: &[&str] = &[
    "istio-ca-root-cert",
    "kube-root-ca.crt",
    "openshift-service-ca.crt",
];

/// Namespace and name of the Secret with the key of the repository, which `flux bootstrap` makes in
/// the cluster and writes into no file.
const BOOTSTRAP: (&str, &str) = ("flux-system", "flux-system");

/// Annotations of controllers that copy a Secret into other namespaces.
const COPIED: &[&str] = &[
    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
    "reflector.v1.k8s.emberstack.com/reflection-allowed",
    "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching",
    "kubed.appscode.com/sync",
];

/// What makes Secrets and `ConfigMap`s.
#[derive(Debug)]
pub(super) struct Producers<'a> {
    inventory: &'a Inventory<'a>,
    elsewhere: &'a Elsewhere,
    /// Namespace and name; every namespace where that is empty.
    made: BTreeSet<(&'a str, &'a str)>,
    /// A policy generates whatever it likes.
    any: bool,
}

impl<'a> Producers<'a> {
    pub(super) fn new(inventory: &'a Inventory<'a>, elsewhere: &'a Elsewhere) -> Self {
        let mut made = BTreeSet::new();
        let mut any = false;
        for entry in &inventory.objects {
            let object = entry.object;
            any |= matches!(
                object.kind(),
                "ClusterPolicy" | "GeneratingPolicy" | "Policy"
            ) && object.group().contains("kyverno");
            made.extend(makers::secret_of(object));
            if object.kind() == "ClusterExternalSecret" {
                let given: [&[&str]; 2] = [
                    &["spec", "externalSecretSpec", "target", "name"],
                    &["spec", "externalSecretName"],
                ];
                let name = given
                    .into_iter()
                    .map(|path| object.text(path))
                    .find(|name| !name.is_empty());
                made.insert(("", name.unwrap_or(object.name())));
            }
            // Issuers make the Secret of their account, Crossplane that of a connection.
            walk(&object.0, &mut |path, value| {
                let is_made = matches!(
                    path.last(),
                    Some(&("privateKeySecretRef" | "writeConnectionSecretToRef"))
                );
                if is_made && let Some(name) = value.get("name").and_then(Value::as_text) {
                    made.insert(("", name));
                }
            });
            if object.kind() == "Certificate" && copies(object.0.at(&["spec", "secretTemplate"])) {
                made.insert(("", object.text(&["spec", "secretName"])));
            }
            if object.kind() == "ExternalSecret"
                && copies(object.0.at(&["spec", "target", "template", "metadata"]))
            {
                let name = object.text(&["spec", "target", "name"]);
                made.insert(("", if name.is_empty() { object.name() } else { name }));
            }
            if matches!(object.kind(), "Secret" | "ConfigMap") && copies(object.0.get("metadata")) {
                made.insert(("", object.name()));
            }
        }
        Self {
            inventory,
            elsewhere,
            made,
            any,
        }
    }

    /// Whether something is there, or may be, that nothing of the repository says is not.
    /// `user` is the release that asks, whose chart does not make what it is told to take.
    pub(super) fn may_make(
        &self,
        kind: Kind,
        namespace: &str,
        name: &str,
        user: Option<&Release>,
    ) -> bool {
        self.inventory.find(kind, namespace, name).is_some()
            || self.any
            || !self.inventory.knows(namespace)
            || self.made.contains(&(namespace, name))
            || self.made.contains(&("", name))
            || (kind == kinds::CONFIG_MAP && EVERYWHERE.contains(&name))
            || (kind == kinds::SECRET && (namespace, name) == BOOTSTRAP)
            || self.elsewhere.makes(kind, namespace, name)
            || self.inventory.may_be_operated(namespace, name)
            || self.may_chart(namespace, name, user)
    }

    fn may_chart(&self, namespace: &str, name: &str, user: Option<&Release>) -> bool {
        let mut releases = self.inventory.releases_into(namespace);
        releases.any(|release| {
            let is_user = user.is_some_and(|user| user.id == release.id);
            let makes = makes_by_values(release, name);
            let names = [release.id.name.as_str(), &release_name(release)];
            let is_named = names.iter().any(|one| follows(name, one));
            makes || (!is_user && is_named && !is_chart(release, "app-template"))
        })
    }
}

/// Whether the values of a release say that its chart makes such a thing.
fn makes_by_values(release: &Release, name: &str) -> bool {
    let Some(values) = values(release) else {
        // They cannot be known.
        return true;
    };
    let has = |key: &str| {
        let map = values.get(key).and_then(Value::as_map);
        map.is_some_and(|map| !map.is_empty())
    };
    let prefix = release_name(release);
    (has("secrets") || has("configMaps") || has("rawResources"))
        && (follows(name, &prefix) || follows(name, &release.id.name))
}

/// Whether what has such annotations is copied to other namespaces.
fn copies(metadata: Option<&Value>) -> bool {
    let annotations = metadata.and_then(|metadata| metadata.get("annotations")?.as_map());
    annotations.is_some_and(|all| COPIED.iter().any(|one| all.contains_key(*one)))
}
