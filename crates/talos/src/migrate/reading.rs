//! What a node reads of a configuration, whichever form it has.

use std::collections::BTreeSet;

use documents::change::Change;
use serde_json::{Map, Value, json};

use super::configuration::{authorizers, has_kubernetes, is_control_plane, node, within};
use super::subsystem::Subsystem;
use super::table::is_for_control_planes;
use super::work::Scope;
use crate::compare;
use crate::fields::kind_of_value;

/// What a node reads: all that can be in documents, in documents, and nothing that goes
/// without saying. Has no `Debug`: it holds secrets.
pub struct Reading {
    documents: Vec<Value>,
}

/// What two configurations make a node read differently.
#[derive(Debug, Default)]
pub struct Differences {
    /// What the other has switched on that v1alpha1 does not know, each with what it does.
    pub new: Vec<(Change, &'static str)>,
    /// What is the cluster's identity or decrypts what it has stored: this must not be.
    pub identity: Vec<Change>,
    /// All else.
    pub other: Vec<Change>,
}

impl Differences {
    /// Whether a node reads the same, but for what is new.
    pub fn are_none(&self) -> bool {
        self.identity.is_empty() && self.other.is_empty()
    }
}

/// What is the same as nothing, by kind and path.
#[rustfmt::skip]
const SILENT: &[(&str, &str, &str)] = &[
    ("KubeNodeConfig", "nodeIP", "{}"),
    ("KubeNodeConfig", "skipNodeRegistration", "false"),
    ("KubeNodeConfig", "registerWithFQDN", "false"),
    ("KubeletConfig", "config", "{}"),
    ("KubeletConfig", "defaultRuntimeSeccompProfileEnabled", "false"),
    ("KubeAPIServerConfig", "apiPort", "6443"),
    ("SecurityProfileConfig", "workloadIsolation", "false"),
    ("KubeControllerManagerConfig", "enabled", "true"),
    ("KubeSchedulerConfig", "enabled", "true"),
    ("KubeSchedulerConfig", "config", "{}"),
    ("KubeProxyConfig", "enabled", "true"),
    ("KubeProxyConfig", "config", "{}"),
    ("KubeCoreDNSConfig", "enabled", "true"),
    ("KubeAuthenticationConfig", "configuration.jwt", "[]"),
    ("KubeFlannelCNIConfig", "kubeNetworkPoliciesEnabled", "false"),
    ("ResolverConfig", "searchDomains.disableDefault", "false"),
    ("ResolverConfig", "hostDNS.enabled", "false"),
    ("ResolverConfig", "hostDNS.forwardKubeDNSToHost", "false"),
    ("ResolverConfig", "hostDNS.resolveMemberNames", "false"),
    ("TimeSyncConfig", "enabled", "true"),
    ("ImageCacheConfig", "local.enabled", "false"),
    ("EtcFileConfig", "mode", "420"),
    ("RegistryMirrorConfig", "skipFallback", "false"),
    ("v1alpha1", "debug", "false"),
    ("v1alpha1", "persist", "true"),
    ("v1alpha1", "machine.features.rbac", "true"),
];

/// What 1.14 switches on, by document and path, and what that does.
#[rustfmt::skip]
const NEW: &[(&str, &str, &str)] = &[
    ("SecurityProfileConfig", "", "containers no longer see the host's processes and mounts; `workloadIsolation: false` keeps it as it was"),
    ("FilesystemTrimConfig", "", "unused blocks of file systems are given back to the disk every so often"),
    ("VolumeConfig/EPHEMERAL", "mount", "`/var` is mounted without devices and set-user-id programs"),
    ("KubeAPIServerConfig", "startupProbes", "the API server is given time to start before it is asked whether it lives"),
    ("KubeAuthenticationConfig", "configuration.anonymous", "the API server answers its probes without a login; all else it refused before and refuses now"),
];

/// What makes a cluster the one that it is.
const IDENTITY: &[(&str, &str)] = &[
    ("DiscoveryIdentityConfig", ""),
    ("KubeServiceAccountConfig", ""),
    ("KubeAPIServerCAConfig", ""),
    ("KubeAggregatorCAConfig", ""),
    ("KubeEtcdEncryptionConfig", ""),
    ("v1alpha1", "machine.token"),
    ("v1alpha1", "machine.ca"),
    ("v1alpha1", "cluster.token"),
    ("v1alpha1", "cluster.etcd.ca"),
];

/// What a node reads of a configuration.
///
/// ```
/// use serde_json::json;
///
/// let old = [json!({"machine": {"type": "worker", "time": {"servers": ["a"], "disabled": false}}})];
/// let new = [
///     json!({"machine": {"type": "worker"}}),
///     json!({"apiVersion": "v1alpha1", "kind": "TimeSyncConfig", "ntp": {"servers": ["a"]}}),
/// ];
/// let found = talos::migrate::read(&old).against(&talos::migrate::read(&new));
/// assert!(found.are_none());
/// ```
pub fn read(documents: &[Value]) -> Reading {
    let legacy = documents
        .iter()
        .find(|document| kind_of_value(document) == "v1alpha1");
    let mut all = within(documents, &Subsystem::ALL, Scope::Reading).documents;
    if has_kubernetes(&all) && is_control_plane(&all) {
        let has = |kind: &str| all.iter().any(|document| kind_of_value(document) == kind);
        let said = documents
            .iter()
            .any(|document| kind_of_value(document) == "KubeNodeConfig");
        let mut more = Vec::new();
        // A document of the node is taken as it is; v1alpha1 leaves label and taint to Talos.
        if let Some(legacy) = legacy.filter(|_| !said) {
            more.push(node(legacy));
        }
        let server_is_legacy =
            legacy.is_some_and(|one| one.pointer("/cluster/apiServer").is_some());
        if server_is_legacy || !has("KubeAPIServerConfig") {
            more.extend(authorizers(&all));
        }
        let network_is_legacy = legacy.is_some_and(|one| one.pointer("/cluster/network").is_some());
        let cni = legacy.and_then(|one| one.pointer("/cluster/network/cni"));
        if network_is_legacy && cni.is_none() {
            more.push(json!({"apiVersion": "v1alpha1", "kind": "KubeFlannelCNIConfig", "backendType": "vxlan", "backendPort": 4789}));
        }
        for document in more {
            merge(&mut all, document);
        }
    }
    // What is refused on workers was not looked at there in its old form either.
    if !is_control_plane(&all) {
        all.retain(|document| !is_for_control_planes(kind_of_value(document)));
    }
    Reading {
        documents: all.into_iter().filter_map(plain).collect(),
    }
}

/// Lays what is implied below what is said.
fn merge(all: &mut Vec<Value>, document: Value) {
    let kind = kind_of_value(&document).to_owned();
    let is_named = document.get("name").is_some();
    let there = all
        .iter_mut()
        .find(|one| !is_named && kind_of_value(one) == kind);
    let Some(there) = there.and_then(Value::as_object_mut) else {
        all.push(document);
        return;
    };
    let Value::Object(more) = document else {
        return;
    };
    for (key, value) in more {
        match (there.get_mut(&key), value) {
            (Some(Value::Object(there)), Value::Object(more)) => {
                for (key, value) in more {
                    there.entry(key).or_insert(value);
                }
            }
            (Some(_), _) => {}
            (None, value) => {
                there.insert(key, value);
            }
        }
    }
}

/// A document without what goes without saying; none if nothing else is in it.
fn plain(mut document: Value) -> Option<Value> {
    let kind = kind_of_value(&document).to_owned();
    for (_, path, value) in SILENT.iter().filter(|(one, ..)| *one == kind) {
        let value: Value = serde_json::from_str(value).unwrap_or_default();
        remove(&mut document, path, &value);
    }
    let map = document.as_object_mut()?;
    map.shift_remove("apiVersion");
    map.shift_remove("version");
    match kind.as_str() {
        // v1alpha1 knows it by its URL.
        "KubeExternalManifestConfig" => {
            if let Some(url) = map.get("url").cloned() {
                map.insert("name".to_owned(), url);
            }
        }
        // Without saying so a document wipes.
        "UnattendedInstallConfig" => {
            let part = map.entry("provisioning").or_insert_with(|| json!({}));
            if let Some(part) = part.as_object_mut() {
                part.entry("wipe").or_insert(true.into());
            }
        }
        _ => {}
    }
    let silent = map.keys().all(|key| matches!(key.as_str(), "kind"));
    (!silent || kind == "v1alpha1").then_some(document)
}

/// Removes a field that has a value, and what is empty without it.
fn remove(value: &mut Value, path: &str, silent: &Value) {
    let Some(map) = value.as_object_mut() else {
        return;
    };
    match path.split_once('.') {
        None => {
            if map.get(path) == Some(silent) {
                map.shift_remove(path);
            }
        }
        Some((key, rest)) => {
            let Some(below) = map.get_mut(key) else {
                return;
            };
            remove(below, rest, silent);
            if below.as_object().is_some_and(Map::is_empty) {
                map.shift_remove(key);
            }
        }
    }
}

impl Reading {
    /// What a node reads, as documents.
    pub fn documents(&self) -> &[Value] {
        &self.documents
    }

    /// What a node would read differently from another configuration.
    pub fn against(&self, after: &Self) -> Differences {
        let mut found = Differences::default();
        let grows = self.decrypts_with_more(after);
        let changes = compare::differences(&self.documents, &after.documents);
        let names = |change: &Change| matches!(change.path.as_str(), "kind" | "name");
        let more: BTreeSet<String> = changes
            .iter()
            .filter(|change| !names(change))
            .map(|change| change.document.clone())
            .collect();
        for change in changes {
            // That a document is there is said by what is in it.
            if names(&change) && more.contains(&change.document) {
                continue;
            }
            let is = |document: &str, path: &str| {
                change.document == document && documents::path::within(&change.path, path)
            };
            let new = NEW.iter().find(|(document, path, _)| {
                is(document, path) || (path.is_empty() && change.document == *document)
            });
            let identity = IDENTITY.iter().any(|(document, path)| is(document, path));
            if let (Some((.., what)), None) = (new, &change.before) {
                found.new.push((change, what));
            } else if grows && change.document == "KubeEtcdEncryptionConfig" {
                found.new.push((change, "one more key decrypts what is stored; the first one, which encrypts, is the same"));
            } else if identity {
                found.identity.push(change);
            } else {
                found.other.push(change);
            }
        }
        found
    }

    /// Whether the other has all providers of this one, in their order, and more behind them.
    fn decrypts_with_more(&self, after: &Self) -> bool {
        let providers = |one: &Self| {
            let document = one
                .documents
                .iter()
                .find(|document| kind_of_value(document) == "KubeEtcdEncryptionConfig")?;
            document
                .pointer("/config/resources/0/providers")?
                .as_array()
                .cloned()
        };
        match (providers(self), providers(after)) {
            (Some(before), Some(after)) => {
                !before.is_empty() && after.len() > before.len() && after.starts_with(&before)
            }
            _ => false,
        }
    }
}
