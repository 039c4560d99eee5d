//! What the bootstrap manifests have made, as Talos notes it in the cluster.

use std::collections::BTreeSet;

use kubernetes_client::{Client, Definition, Fault};
use serde_json::{Map, Value, json};

/// The name of the inventory, and of the ConfigMap that holds it.
pub(super) const INVENTORY: &str = "talos-bootstrap-manifests-inventory";

/// Where that is.
const NAMESPACE: &str = "kube-system";

/// Names of this group may have a `:`, which keys of a ConfigMap may not.
const RBAC: &str = "rbac.authorization.k8s.io";

/// What is called what in an inventory, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    pub(super) group: String,
    pub(super) kind: String,
    /// Empty for what is in none.
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Reference {
    /// As a key of the ConfigMap.
    fn key(&self) -> String {
        let name = if self.group == RBAC {
            self.name.replace(':', "__")
        } else {
            self.name.clone()
        };
        format!("{}_{name}_{}_{}", self.namespace, self.group, self.kind)
    }

    fn read(key: &str) -> Option<Self> {
        let (namespace, rest) = key.split_once('_')?;
        let (rest, kind) = rest.rsplit_once('_')?;
        let (name, group) = rest.rsplit_once('_')?;
        let name = if group == RBAC {
            name.replace("__", ":")
        } else {
            name.to_owned()
        };
        Some(Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name,
        })
    }

    /// As it stands in messages.
    pub(super) fn shown(&self) -> String {
        let Self {
            kind,
            namespace,
            name,
            ..
        } = self;
        if namespace.is_empty() {
            format!("{kind} `{name}`")
        } else {
            format!("{kind} `{namespace}/{name}`")
        }
    }
}

/// The inventory, and how it is in the cluster.
pub(super) struct Inventory {
    stored: BTreeSet<String>,
    wanted: BTreeSet<String>,
    exists: bool,
}

impl Inventory {
    fn definition() -> Definition {
        Definition {
            api_version: "v1".to_owned(),
            kind: "ConfigMap".to_owned(),
            plural: "configmaps".to_owned(),
            is_namespaced: true,
        }
    }

    /// Reads it; none is an empty one.
    pub(super) fn read(client: &Client) -> Result<Self, Fault> {
        let found = client.get(&Self::definition(), NAMESPACE, INVENTORY)?;
        let exists = found.is_some();
        let found = found.unwrap_or_default();
        let data = found.get("data").and_then(Value::as_object);
        let stored: BTreeSet<String> = { data.into_iter() }
            .flat_map(|data| data.keys().cloned())
            .collect();
        Ok(Self {
            wanted: stored.clone(),
            stored,
            exists,
        })
    }

    /// Adds what was applied.
    pub(super) fn add(&mut self, applied: &[Reference]) {
        self.wanted.extend(applied.iter().map(Reference::key));
    }

    /// Takes out what is gone.
    pub(super) fn remove(&mut self, gone: &Reference) {
        self.wanted.remove(&gone.key());
    }

    /// What is in it, and not to be kept.
    pub(super) fn others(&self, kept: &[Reference]) -> Vec<Reference> {
        let is_kept = |one: &Reference| {
            kept.iter().any(|other| {
                (&one.group, &one.kind, &one.name) == (&other.group, &other.kind, &other.name)
                    // Talos 1.13 noted the namespace that a manifest gave to what is in none.
                    && (one.namespace == other.namespace
                        || one.namespace.is_empty()
                        || other.namespace.is_empty())
            })
        };
        let read = self.wanted.iter().filter_map(|key| Reference::read(key));
        read.filter(|one| !is_kept(one)).collect()
    }

    /// Writes what differs.
    pub(super) fn write(&self, client: &Client, manager: &str) -> Result<(), Fault> {
        let added = self.wanted.difference(&self.stored);
        let gone = self.stored.difference(&self.wanted);
        let data: Map<String, Value> = { added.map(|key| (key.clone(), json!(""))) }
            .chain(gone.map(|key| (key.clone(), Value::Null)))
            .collect();
        if data.is_empty() {
            return Ok(());
        }
        let definition = Self::definition();
        if self.exists {
            let patch = json!({ "data": data });
            client.merge(&definition, NAMESPACE, INVENTORY, &patch, manager)?;
        } else {
            let new = json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": { "namespace": NAMESPACE, "name": INVENTORY },
                "data": data,
            });
            client.create(&definition, NAMESPACE, INVENTORY, &new, manager)?;
        }
        Ok(())
    }

    /// Notes that it was written.
    pub(super) fn written(&mut self) {
        self.exists |= !self.wanted.is_empty();
        self.stored.clone_from(&self.wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn keys_are_those_of_talos() {
        let reference = |group: &str, kind: &str, namespace: &str, name: &str| Reference {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        for (one, key) in [
            (
                reference("", "ConfigMap", "kube-system", "coredns"),
                "kube-system_coredns__ConfigMap",
            ),
            (
                reference("apps", "DaemonSet", "kube-system", "kube-proxy"),
                "kube-system_kube-proxy_apps_DaemonSet",
            ),
            (
                reference(super::RBAC, "ClusterRole", "", "system:coredns"),
                "_system__coredns_rbac.authorization.k8s.io_ClusterRole",
            ),
        ] {
            assert_eq!(one.key(), key);
            assert_eq!(Reference::read(key), Some(one));
        }
        for key in ["", "a", "a_b", "a_b_c"] {
            assert_eq!(Reference::read(key), None, "{key}");
        }
    }
}
