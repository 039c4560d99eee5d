//! What a node says of itself: every value of every resource, and which may be another once parts
//! of its configuration are documents.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use regex::RegexSet;
use serde_json::Value;
use talos::migrate::Subsystem;

use super::super::super::helper::said;
use super::super::repository::Repository;

/// How many types are asked for at once.
const AT_ONCE: usize = 4;

/// Types whose values are of the moment, or issued anew whenever what they are made of is looked at.
const MOMENTARY: [&str; 18] = [
    "ResourceDefinitions",
    "MachineConfigs",
    "Services",
    "ServicePIDs",
    "CPUStats",
    "MemoryStats",
    "DNSUpstreams",
    "ManifestStatuses",
    "StaticPodStatuses",
    "StaticPodServerStatuses",
    "ConfigStatuses",
    "SecretStatuses",
    "ApiCertificates",
    "EtcdSecrets",
    "KubernetesDynamicCerts",
    "KubernetesSecrets",
    "MaintenanceRootSecrets",
    "TrustdCertificates",
];

/// Values that count how often something was rendered, or hold for one boot.
const ANEW: [&str; 6] = [
    r"^StaticPods/.*\.annotations\.talos\.dev/",
    r"^EtcFileStatuses/.*\.specVersion = ",
    r"^PKIStatuses/.*\.version = ",
    r"^KubeletConfigs/.*\.staticPodListURL = ",
    r"^KubeletSpecs/.*\.staticPodURL = ",
    // What the kernel had when Talos first looked.
    r"^KernelParamStatuses/.*\.default = ",
];

/// What is meant to be another once a part has moved.
const MEANT: [(Subsystem, &[&str]); 5] = [
    // Its document comes with a file of authenticators in the place of a flag, with probes, and with
    // the machine's trust.
    (
        Subsystem::ApiServer,
        &[
            r#"^APIServerConfigs/.*\.args\[\] = "--(anonymous-auth=false|authentication-config=.*)"$"#,
            r"^APIServerConfigs/.*\.(startupProbesEnabled|useAuthenticationConfig) = ",
            r#"^APIServerConfigs/.*\.extraVolumes\[0\]\..* = ("/etc/ssl/certs"|"ca-roots"|true)$"#,
            r"^AuthenticationConfigs/.*\.(apiVersion|kind|anonymous\.enabled) = ",
            r#"^AuthenticationConfigs/.*\.anonymous\.conditions\[\d\]\.path = "/(livez|readyz|healthz)"$"#,
            r#"^StaticPods/k8s/kube-apiserver\..*\.command\[\] = "--(anonymous-auth=false|authentication-config=.*)"$"#,
            r"^StaticPods/k8s/kube-apiserver\..*\.(liveness|readiness|startup)Probe\.",
            r#"^StaticPods/k8s/kube-apiserver\..*\.(volumes|volumeMounts)\[5\]\..* = ("/etc/ssl/certs"|"ca-roots"|true)$"#,
        ],
    ),
    // The same keys elsewhere: what they encrypt is compared as the API server is given it.
    (
        Subsystem::EtcdEncryption,
        &[
            r"^KubernetesRootSecrets/secrets/k8s\.(secretboxEncryptionSecret|etcdEncryptionConfig\.)",
        ],
    ),
    // A file in the place of flags.
    (
        Subsystem::Proxy,
        &[
            r"^BootstrapManifestsConfigs/controlplane/manifests\.proxy",
            r"^Manifests/controlplane/10-kube-proxy\[",
        ],
    ),
    // The document's name is the resource's.
    (
        Subsystem::StaticPods,
        &[r"^StaticPods/k8s/(kube-system-)?rig\."],
    ),
    // A fragment of containerd's configuration has another name, which is also a comment before it.
    (
        Subsystem::Files,
        &[
            r"^CustomizationConfigs/cri/(customization|containerd)\.content = ",
            r"^EtcFileSpecs/files/cri/conf\.d/cri\.toml\.contents = ",
        ],
    ),
];

/// What the first configuration of the contract 1.14 switches on or off (`docs/talos-1.14.md`).
pub(super) const OF_THE_CONTRACT: &[&str] = &[
    // Nothing in the clear is read any more; that the key is the same, a secret of before shows.
    r"^EtcdEncryptionConfigs/k8s/k8s\.configuration = ",
    r"^VolumeTrimSchedules/",
    r"^(Volume)?Mount(Requests|Statuses)/runtime/EPHEMERAL\..*secure = ",
];

/// What is known of a node, and the types that say it.
#[derive(Default)]
pub(super) struct Facts {
    values: BTreeSet<String>,
    types: BTreeSet<String>,
}

impl Facts {
    /// Asks for all types.
    pub(super) fn of(repository: &Repository<'_>) -> Result<Self> {
        let types = objects(repository, &line(repository, "rd"))?;
        let types: Vec<_> = { types.iter() }
            .filter_map(|object| object.pointer("/spec/type")?.as_str())
            .filter(|kind| !MOMENTARY.contains(&short(kind)))
            .collect();
        Self::of_types(repository, &types)
    }

    /// Asks for these types.
    pub(super) fn of_types(
        repository: &Repository<'_>,
        types: &[impl AsRef<str> + Sync],
    ) -> Result<Self> {
        let next = AtomicUsize::new(0);
        let ask = || -> Result<Self> {
            let mut facts = Self::default();
            while let Some(kind) = types.get(next.fetch_add(1, Ordering::Relaxed)) {
                let kind = kind.as_ref();
                for object in objects(repository, &line(repository, kind))? {
                    facts.types.insert(kind.to_owned());
                    let word = |path| object.pointer(path).and_then(Value::as_str);
                    let namespace = word("/metadata/namespace").unwrap_or_default();
                    let id = word("/metadata/id").unwrap_or_default();
                    let path = format!("{}/{namespace}/{id}", short(kind));
                    note(&path, &object["spec"], &mut facts.values);
                }
            }
            Ok(facts)
        };
        let found = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(ask)).collect();
            let joined = asking.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.collect::<Vec<_>>()
        });
        let mut facts = Self::default();
        for found in found {
            let found = found.ok().context("a thread panicked")??;
            facts.values.extend(found.values);
            facts.types.extend(found.types);
        }
        Ok(facts)
    }

    /// The types that said something.
    pub(super) fn types(&self) -> Vec<String> {
        self.types.iter().cloned().collect()
    }

    /// How many values there are, and of how many types.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.values.len(), self.types.len())
    }

    /// What is otherwise now that these parts have moved, and is not meant to be.
    pub(super) fn other(
        &self,
        now: &Self,
        parts: &[Subsystem],
        more: &[&str],
    ) -> Result<Vec<String>> {
        let meant = MEANT.iter().filter(|(part, _)| parts.contains(part));
        let meant = meant.flat_map(|(_, patterns)| patterns.iter());
        let meant = RegexSet::new(meant.chain(&ANEW).chain(more)).context("a pattern is wrong")?;
        let gone = self.values.difference(&now.values);
        let come = now.values.difference(&self.values);
        Ok(gone
            .map(|value| ('-', value))
            .chain(come.map(|value| ('+', value)))
            .filter(|(_, value)| !meant.is_match(value))
            .map(|(sign, value)| format!("{sign} {value}"))
            .collect())
    }
}

fn line(repository: &Repository<'_>, kind: &str) -> String {
    format!("get {kind} -n {} -o json", repository.addresses[0])
}

fn short(kind: &str) -> &str {
    kind.split('.').next().unwrap_or(kind)
}

/// The objects that talosctl prints one after the other.
fn objects(repository: &Repository<'_>, line: &str) -> Result<Vec<Value>> {
    let output = repository.talosctl(line)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let objects = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let objects = objects.collect::<Result<Vec<_>, _>>();
    objects
        .ok()
        .filter(|_| output.status.success())
        .with_context(|| format!("`talosctl {line}` says:\n{}", said(&output)))
}

/// Notes every value with its path. Where a list holds plain values, their order says nothing: what
/// goes and what comes would otherwise be all that follows.
fn note(path: &str, value: &Value, facts: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                note(&format!("{path}.{key}"), value, facts);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if item.is_object() || item.is_array() {
                    note(&format!("{path}[{index}]"), item, facts);
                } else {
                    note(&format!("{path}[]"), item, facts);
                }
            }
        }
        Value::Null => {}
        value => {
            facts.insert(format!("{path} = {value}"));
        }
    }
}
