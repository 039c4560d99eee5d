//! Documents that are there twice, or that say what another says already.

use std::borrow::Cow;

use serde_json::Value;

use super::encryption;
use super::formats;
use super::place::{Place, Report};
use crate::fields::Schema;
use crate::rules;

/// Kinds of which only one can have a name.
const LINKS: &[&str] = &[
    "BondConfig",
    "BridgeConfig",
    "DummyLinkConfig",
    "LinkConfig",
    "VLANConfig",
    "VRFConfig",
    "WireguardConfig",
];
const GROUPS: [&[&str]; 3] = [
    LINKS,
    &["Layer2VIPConfig", "HCloudVIPConfig"],
    &["UserVolumeConfig", "ExistingVolumeConfig"],
];

/// The minor version of Talos that moved nearly everything into documents.
const DOCUMENTS: u32 = 14;

/// All documents, by name.
pub(super) fn check(documents: &[(String, Cow<'_, Value>)], report: &mut Report) {
    let main = documents
        .iter()
        .find(|(name, _)| name == "v1alpha1")
        .map(|(name, document)| Place::new(name, document));
    for (index, (name, document)) in documents.iter().enumerate() {
        let place = Place::new(name, document);
        let earlier = documents.get(..index).unwrap_or_default();
        among_documents(&place, name, earlier, report);
        if let Some(main) = &main {
            with_main(&place, main, report);
        }
    }
}

fn among_documents(
    place: &Place<'_>,
    name: &str,
    earlier: &[(String, Cow<'_, Value>)],
    report: &mut Report,
) {
    if earlier.iter().any(|(other, _)| other == name) {
        report.add(
            place,
            &rules::MACHINE_CONFIG_DUPLICATE_DOCUMENT,
            format!("the document `{name}` is there twice"),
            "merge the two, or take one of them out",
        );
    }
    let Some((kind, own)) = name.split_once('/') else {
        return;
    };
    let clash = earlier.iter().find(|(other, _)| {
        other.split_once('/').is_some_and(|(other_kind, other)| {
            let group = GROUPS.iter().find(|group| group.contains(&kind));
            other == own && other_kind != kind && group.is_some_and(|g| g.contains(&other_kind))
        })
    });
    if let Some((other, _)) = clash {
        report.add(
            place,
            &rules::MACHINE_CONFIG_CONFLICT,
            format!("`{name}` and `{other}` are one thing under one name"),
            "take one of them out, or rename it",
        );
    }
}

/// What a document and v1alpha1 both say.
fn with_main(document: &Place<'_>, main: &Place<'_>, report: &mut Report) {
    let kind = document.key("kind").text();
    for old in OLD.iter().filter(|old| old.document == kind) {
        let place = main.keys(old.section);
        if (old.is_set)(&place) && (old.with.is_empty() || !document.key(old.with).is_empty()) {
            clash(&place, old, report);
        }
    }
    if kind == "VolumeConfig" && encryption::is_set(&document.key("encryption")) {
        let partition = document.key("name").text();
        let old = VOLUMES.iter().find(|(name, _)| *name == partition);
        if let Some((_, old)) = old.filter(|(_, old)| main.keys(old.section).is_there()) {
            clash(&main.keys(old.section), old, report);
        }
    }
}

/// A section of v1alpha1 beside which Talos takes no document of a kind.
struct Old {
    document: &'static str,
    section: &'static [&'static str],
    is_set: fn(&Place<'_>) -> bool,
    /// The key of the document that says the same; empty for the document as a whole.
    with: &'static str,
    /// Whether they say the same, or Talos only takes them for it.
    same: bool,
}

const fn old(
    document: &'static str,
    section: &'static [&'static str],
    is_set: fn(&Place<'_>) -> bool,
) -> Old {
    Old {
        document,
        section,
        is_set,
        with: "",
        same: true,
    }
}

/// The section is there, be it empty.
fn there(place: &Place<'_>) -> bool {
    place.is_there()
}

/// There is something in it.
fn filled(place: &Place<'_>) -> bool {
    !place.is_empty()
}

/// Talos leaves out what is no address.
fn has_address(place: &Place<'_>) -> bool {
    let items = place.items();
    items.iter().any(|item| formats::is_address(item.text()))
}

fn lasts(place: &Place<'_>) -> bool {
    formats::duration(place.text()).is_some_and(|duration| duration != 0)
}

/// The table: `V1Alpha1ConflictValidate` of every document of the machinery 1.14.1.
#[rustfmt::skip]
const OLD: &[Old] = &[
    old("CRIBaseRuntimeSpecConfig", &["machine", "baseRuntimeSpecOverrides"], there),
    old("DiscoveryIdentityConfig", &["cluster", "id"], filled),
    old("DiscoveryIdentityConfig", &["cluster", "secret"], filled),
    old("DiscoveryServiceConfig", &["cluster", "discovery"], there),
    old("HostnameConfig", &["machine", "network", "hostname"], filled),
    old("HostnameConfig", &["machine", "features", "stableHostname"], filled),
    old("ImageCacheConfig", &["machine", "features", "imageCache"], there),
    old("KubeAPIServerCAConfig", &["cluster", "ca"], there),
    old("KubeAPIServerConfig", &["cluster", "apiServer"], there),
    old("KubeAPIServerConfig", &["cluster", "controlPlane", "localAPIServerPort"], filled),
    old("KubeAdmissionControlConfig", &["cluster", "apiServer", "admissionControl"], filled),
    old("KubeAggregatorCAConfig", &["cluster", "aggregatorCA"], there),
    old("KubeAuditPolicyConfig", &["cluster", "apiServer", "auditPolicy"], filled),
    // It is the plugins of admission that Talos looks at here, not the authorizers.
    Old { same: false, ..old("KubeAuthorizerConfig", &["cluster", "apiServer", "admissionControl"], filled) },
    old("KubeClusterConfig", &["cluster", "clusterName"], filled),
    old("KubeClusterConfig", &["cluster", "controlPlane", "endpoint"], there),
    old("KubeControllerManagerConfig", &["cluster", "controllerManager"], there),
    old("KubeControllerManagerConfig", &["machine", "controlPlane", "controllerManager"], there),
    old("KubeCoreDNSConfig", &["cluster", "coreDNS"], there),
    Old { same: false, ..old("KubeCredentialProviderConfig", &["machine", "kubelet"], there) },
    old("KubeEtcdEncryptionConfig", &["cluster", "secretboxEncryptionSecret"], filled),
    old("KubeEtcdEncryptionConfig", &["cluster", "aescbcEncryptionSecret"], filled),
    old("KubeFlannelCNIConfig", &["cluster", "network"], there),
    old("KubeNetworkConfig", &["cluster", "network"], there),
    old("KubeNodeConfig", &["cluster", "allowSchedulingOnControlPlanes"], there),
    old("KubeNodeConfig", &["cluster", "allowSchedulingOnMasters"], there),
    old("KubeNodeConfig", &["machine", "kubelet", "skipNodeRegistration"], there),
    old("KubeNodeConfig", &["machine", "kubelet", "registerWithFQDN"], there),
    old("KubeNodeConfig", &["machine", "kubelet", "nodeIP"], there),
    old("KubeNodeConfig", &["machine", "nodeLabels"], filled),
    old("KubeNodeConfig", &["machine", "nodeAnnotations"], filled),
    old("KubeNodeConfig", &["machine", "nodeTaints"], filled),
    old("KubePrismConfig", &["machine", "features", "kubePrism"], there),
    old("KubeProxyConfig", &["cluster", "proxy"], there),
    old("KubeSchedulerConfig", &["cluster", "scheduler"], there),
    old("KubeSchedulerConfig", &["machine", "controlPlane", "scheduler"], there),
    old("KubeServiceAccountConfig", &["cluster", "serviceAccount"], there),
    old("KubeSpanConfig", &["machine", "network", "kubespan"], there),
    old("KubeTalosAPIAccessConfig", &["machine", "features", "kubernetesTalosAPIAccess"], there),
    old("KubeletConfig", &["machine", "kubelet"], there),
    old("ResolverConfig", &["machine", "network", "nameservers"], has_address),
    old("ResolverConfig", &["machine", "network", "searchDomains"], there),
    old("ResolverConfig", &["machine", "network", "disableSearchDomain"], filled),
    Old { with: "hostDNS", ..old("ResolverConfig", &["machine", "features", "hostDNS"], there) },
    old("TimeSyncConfig", &["machine", "time", "disabled"], filled),
    old("TimeSyncConfig", &["machine", "time", "servers"], filled),
    old("TimeSyncConfig", &["machine", "time", "bootTimeout"], lasts),
    old("UnattendedInstallConfig", &["machine", "install"], there),
];

/// The volumes that both can encrypt.
#[rustfmt::skip]
const VOLUMES: [(&str, Old); 2] = [
    ("EPHEMERAL", old("VolumeConfig", &["machine", "systemDiskEncryption", "ephemeral"], there)),
    ("STATE", old("VolumeConfig", &["machine", "systemDiskEncryption", "state"], there)),
];

fn clash(place: &Place<'_>, old: &Old, report: &mut Report) {
    let (kind, key) = (old.document, old.section.last().unwrap_or(&""));
    let (message, hint) = if old.same {
        let spec = Schema::get().document(kind);
        let moved = spec.is_some_and(|spec| spec.since == DOCUMENTS);
        let way = if moved {
            ": `ichor talos migrate --contract 1.14` moves all that says it so far"
        } else {
            ""
        };
        (
            format!("the document `{kind}` says the same"),
            format!("set it in `{kind}` only{way}"),
        )
    } else {
        (
            format!("Talos takes no document `{kind}` beside this"),
            format!("write documents in place of `{key}` too"),
        )
    };
    report.add(place, &rules::MACHINE_CONFIG_CONFLICT, message, hint);
}
