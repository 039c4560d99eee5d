//! Documents about the machine and its network.

use serde_json::{Map, Value, json};

use super::disk::disk_match;
use super::parts::document;
use super::{Input, Registry, Switches};
use crate::bundle::Bundle;

/// Those that contract 1.14 has for what stood in v1alpha1.
pub(super) fn machine(bundle: &Bundle, input: &Input<'_>, out: &mut Vec<Value>) {
    if input.options.discovery {
        out.push(document!("DiscoveryServiceConfig", {
            "name": "default", "endpoint": "https://discovery.talos.dev/",
        }));
    }
    out.push(document!("DiscoveryIdentityConfig", {
        "clusterID": bundle.cluster_id.expose(),
        "clusterSecret": bundle.cluster_secret.expose(),
    }));
    if let Some(disk) = input.install_disk {
        let installer = match input.install_image {
            "" => json!({}),
            image => json!({"image": image}),
        };
        out.push(document!("UnattendedInstallConfig", {
            "installer": installer,
            // Absent, `wipe` counts as true.
            "provisioning": {"diskSelector": {"match": disk_match(disk)}, "wipe": false},
        }));
    }
    out.push(document!("ResolverConfig", {
        "hostDNS": {"enabled": true, "forwardKubeDNSToHost": true},
    }));
    if !input.options.sysctls.is_empty() {
        out.push(document!("SysctlConfig", {"params": sysctls(input)}));
    }
    out.push(document!("VolumeConfig", {"name": "EPHEMERAL", "mount": {"secure": true}}));
    out.push(document!("FilesystemTrimConfig", {"interval": "168h0m0s"}));
    out.push(document!("SecurityProfileConfig", {"workloadIsolation": true}));
}

/// Those of registries, the hostname and `KubeSpan`.
pub(super) fn network(input: &Input<'_>, switches: &Switches, out: &mut Vec<Value>) {
    if switches.multi_document_network {
        let mut registries: Vec<_> = input.options.registries.iter().collect();
        registries.sort_unstable_by_key(|registry| registry.name);
        out.extend(registries.iter().filter_map(|registry| mirrors(registry)));
        out.extend(registries.iter().filter_map(|registry| tls(registry)));
        out.push(document!("HostnameConfig", {"auto": "stable"}));
    }
    if input.options.kube_span && switches.kube_span_document {
        out.push(document!("KubeSpanConfig", {"enabled": true}));
    }
}

/// The settings of the kernel.
pub(super) fn sysctls(input: &Input<'_>) -> Value {
    let settings = input.options.sysctls.iter();
    let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).into()));
    settings.collect::<Map<_, _>>().into()
}

fn mirrors(registry: &Registry<'_>) -> Option<Value> {
    if registry.mirrors.is_empty() {
        return None;
    }
    let mirrors = registry.mirrors.iter();
    let endpoints: Vec<_> = mirrors.map(|url| json!({"url": url})).collect();
    Some(document!("RegistryMirrorConfig", {"name": registry.name, "endpoints": endpoints}))
}

fn tls(registry: &Registry<'_>) -> Option<Value> {
    if registry.ca.is_none() && !registry.insecure {
        return None;
    }
    let mut made = document!("RegistryTLSConfig", {"name": registry.name});
    if let Some(ca) = registry.ca {
        made["ca"] = ca.into();
    }
    if registry.insecure {
        made["insecureSkipVerify"] = true.into();
    }
    Some(made)
}
