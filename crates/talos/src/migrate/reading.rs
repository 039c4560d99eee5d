//! What a node reads of a configuration, whichever form it has.

use std::collections::BTreeSet;

use documents::change::Change;
use serde_json::{Map, Value, json};

use super::configuration::{authorizers, has_kubernetes, is_control_plane, node, within};
use super::subsystem::Subsystem;
use super::work::Scope;
use crate::compare;
use crate::fields::{is_for_control_planes, kind_of_value};

/// What a node reads: all that can be in documents, in documents, and nothing that goes
/// without saying. Has no `Debug`: it holds secrets.
pub struct Reading {
    documents: Vec<Value>,
}

/// What two configurations make a node read differently.
#[derive(Debug, Default)]
pub struct Differences {
    /// What the other has switched on that v1alpha1 does not know; [`switched_on`] has the words.
    ///
    /// [`switched_on`]: crate::validate::switched_on
    pub new: Vec<Change>,
    /// What decrypts what is stored, in addition to what did: the first key is the same.
    pub grown: Vec<Change>,
    /// What no longer reads what was stored before anything encrypted it: all else is the same.
    pub sealed: Vec<Change>,
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

    /// Every one of them, what is new included.
    pub fn all(self) -> Vec<Change> {
        [self.identity, self.other, self.grown, self.sealed, self.new].concat()
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
    ("VolumeConfig", "mount.secure", "false"),
    ("EtcFileConfig", "mode", "0"),
    ("EtcFileConfig", "mode", "420"),
    ("RegistryMirrorConfig", "skipFallback", "false"),
    ("v1alpha1", "debug", "false"),
    ("v1alpha1", "persist", "true"),
    ("v1alpha1", "machine.features.rbac", "true"),
];

/// What 1.14 switches on, by document and path.
const NEW: &[(&str, &str)] = &[
    ("SecurityProfileConfig", ""),
    ("FilesystemTrimConfig", ""),
    ("VolumeConfig/EPHEMERAL", "mount"),
    ("KubeAPIServerConfig", "startupProbes"),
    ("KubeAuthenticationConfig", "configuration.anonymous"),
];

/// The document of what is stored in etcd.
const ENCRYPTION: &str = "KubeEtcdEncryptionConfig";

/// What makes a cluster the one that it is.
const IDENTITY: &[(&str, &str)] = &[
    ("DiscoveryIdentityConfig", ""),
    ("KubeServiceAccountConfig", ""),
    ("KubeAPIServerCAConfig", ""),
    ("KubeAggregatorCAConfig", ""),
    (ENCRYPTION, ""),
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
        let (grows, seals) = self.decrypts_otherwise(after);
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
            let new = NEW.iter().any(|(document, path)| {
                is(document, path) || (path.is_empty() && change.document == *document)
            });
            let identity = IDENTITY.iter().any(|(document, path)| is(document, path));
            if new && change.before.is_none() {
                found.new.push(change);
            } else if grows && change.document == ENCRYPTION {
                found.grown.push(change);
            } else if seals && change.document == ENCRYPTION {
                found.sealed.push(change);
            } else if identity {
                found.identity.push(change);
            } else {
                found.other.push(change);
            }
        }
        found
    }

    /// Whether the other has all providers of this one, in their order, and more behind them; and
    /// whether it has the same ones, but for what reads what nothing encrypted.
    fn decrypts_otherwise(&self, after: &Self) -> (bool, bool) {
        let providers = |one: &Self| {
            let mut documents = one.documents.iter();
            let document = documents.find(|document| kind_of_value(document) == ENCRYPTION)?;
            let providers = document.pointer("/config/resources/0/providers")?;
            let mut providers = providers.as_array()?.clone();
            let plain = providers.pop_if(|last| last.get("identity").is_some());
            Some((providers, plain.is_some()))
        };
        let (Some((before, reads)), Some((after, will))) = (providers(self), providers(after))
        else {
            return (false, false);
        };
        let same = !before.is_empty() && after.starts_with(&before);
        let more = after.len() > before.len();
        (same && more && (will || !reads), same && reads && !will)
    }
}
