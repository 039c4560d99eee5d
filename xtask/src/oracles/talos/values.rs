//! Values that fields take: Talos decodes many texts further, as addresses, sizes and the like.

use serde_json::{Value, json};

use super::seed::Seed;

/// Texts that are decoded further, by type (`*` is any) and field.
const TEXTS: &[(&str, &str, &[&str])] = &[
    ("AddressConfig", "address", &["10.1.0.7/24", "fd00::7/64"]),
    ("NameserverConfig", "address", &["1.1.1.1", "9.9.9.9"]),
    ("RouteConfig", "destination", &["10.9.0.0/16", "fd09::/48"]),
    ("RouteConfig", "gateway", &["10.1.0.1", "fd00::1"]),
    ("RouteConfig", "source", &["10.1.0.7"]),
    ("RouteConfig", "table", &["main", "local"]),
    ("VRFConfig", "table", &["main", "123"]),
    ("RoutingRuleConfig", "src", &["10.0.0.0/8"]),
    ("RoutingRuleConfig", "dst", &["10.2.0.0/16"]),
    ("RoutingRuleConfig", "table", &["main"]),
    ("RoutingRuleConfig", "action", &["unicast", "blackhole"]),
    ("BondConfig", "bondMode", &["active-backup", "802.3ad"]),
    ("BondConfig", "xmitHashPolicy", &["layer2", "layer3+4"]),
    ("BondConfig", "arpIpTargets", &["10.0.0.1"]),
    ("BondConfig", "nsIp6Targets", &["fd00::1"]),
    ("BondConfig", "arpValidate", &["none", "active"]),
    ("BondConfig", "arpAllTargets", &["any", "all"]),
    ("BondConfig", "lacpRate", &["slow", "fast"]),
    ("BondConfig", "failOverMac", &["none", "follow"]),
    ("BondConfig", "adSelect", &["stable", "count"]),
    ("BondConfig", "adLACPActive", &["on", "off"]),
    ("BondConfig", "primaryReselect", &["always", "better"]),
    ("VLANConfig", "vlanMode", &["802.1q", "802.1ad"]),
    (
        "*",
        "hardwareAddr",
        &["02:00:00:00:00:01", "02:00:00:00:00:02"],
    ),
    ("*", "clientIdentifier", &["mac", "none"]),
    ("*", "duidRaw", &["00:01:02:03"]),
    ("EventSinkConfig", "endpoint", &["10.0.0.1:4000"]),
    ("TCPProbeConfig", "endpoint", &["10.0.0.1:80"]),
    (
        "KmsgLogConfig",
        "url",
        &["tcp://10.0.0.1:514", "udp://10.0.0.2:514"],
    ),
    ("SideroLinkConfig", "apiUrl", &["https://api.example.com/"]),
    ("HostnameConfig", "auto", &["stable", "off"]),
    (
        "NetworkDefaultActionConfig",
        "ingress",
        &["accept", "block"],
    ),
    ("RulePortSelector", "protocol", &["tcp", "udp"]),
    ("RulePortSelector", "ports", &["80", "8000-9000"]),
    ("IngressRule", "subnet", &["10.0.0.0/8", "fd00::/8"]),
    ("IngressRule", "except", &["10.1.0.0/16"]),
    ("OOMConfig", "triggerExpression", &["true", "false"]),
    ("OOMConfig", "cgroupRankingExpression", &["1.0", "2.0"]),
    (
        "LinkSelector",
        "match",
        &["link.driver == \"virtio_net\"", "link.type == 1"],
    ),
    ("BlockVolumeSelector", "match", &["volume.name == \"xfs\""]),
    (
        "BlockDiskSelector",
        "match",
        &["system_disk", "disk.transport == \"nvme\""],
    ),
    ("*", "minSize", &["10GiB", "1TB"]),
    ("BlockProvisioningSpec", "maxSize", &["50GiB", "80%"]),
    ("BlockEncryptionSpec", "provider", &["luks2"]),
    ("BlockFilesystemSpec", "type", &["xfs", "ext4"]),
    ("ExternalVolumeConfig", "filesystemType", &["virtiofs"]),
    (
        "UserVolumeConfig",
        "volumeType",
        &["partition", "directory", "disk"],
    ),
    ("WireguardPeer", "endpoint", &["10.0.0.9:51820"]),
    ("WireguardPeer", "allowedIPs", &["10.5.0.0/24"]),
    ("EthernetConfig", "wakeOnLan", &["magic", "phy"]),
    (
        "CriRegistryEndpoint",
        "url",
        &["https://one.example.com", "https://two.example.com"],
    ),
    ("*", "crt", &["LS0t", "QUJD"]),
    ("*", "key", &["LS0t", "QUJD"]),
    ("V1Alpha1RegistryTLSConfig", "ca", &["LS0t"]),
    (
        "ControlPlaneConfig",
        "endpoint",
        &["https://10.0.0.1:6443", "https://k8s.example.com:6443"],
    ),
    (
        "LoggingDestination",
        "endpoint",
        &["tcp://10.0.0.1:514", "udp://10.0.0.2:514"],
    ),
    ("InstallDiskSelector", "size", &["> 100GB", "<= 2TB"]),
    ("InstallDiskSelector", "type", &["ssd", "nvme"]),
    (
        "AuthorizationConfigAuthorizerConfig",
        "type",
        &["Node", "RBAC", "Webhook"],
    ),
    ("FeaturesConfig", "nodeAddressSortAlgorithm", &["v1", "v2"]),
    (
        "KubeSpanFiltersConfig",
        "excludeAdvertisedNetworks",
        &["10.0.0.0/8"],
    ),
    ("MachineConfig", "type", &["worker", "controlplane"]),
    ("V1Alpha1Config", "version", &["v1alpha1"]),
];

/// Texts that nothing decodes further; the empty one sets nothing.
const PLAIN: [&str; 7] = ["", "one", "two", "three four", "true", "12", "a: b # c"];

/// A text that the field takes.
pub(super) fn text(owner: &str, field: &str, seed: &mut Seed) -> Value {
    let known = TEXTS
        .iter()
        .find(|(name, key, _)| (*name == owner || *name == "*") && *key == field);
    match known {
        Some((.., texts)) => json!(*seed.of(texts)),
        None => json!(*seed.of(&PLAIN)),
    }
}

/// The value of a key that tells the items of a list apart: few, so that some are alike.
pub(super) fn key(owner: &str, key: &str, seed: &mut Seed) -> Value {
    match (owner, key) {
        (_, "vlanId") => json!(*seed.of(&[100, 200])),
        ("Device", "interface") => json!(*seed.of(&["eth0", "eth1", "bond0"])),
        ("AdmissionPluginConfig", _) => json!(*seed.of(&["PodSecurity", "EventRateLimit"])),
        _ => json!(*seed.of(&["one", "two"])),
    }
}

/// Fields whose shape the table does not tell.
pub(super) fn special(owner: &str, field: &str, seed: &mut Seed) -> Option<Value> {
    let value = match (owner, field) {
        ("DiskPartition", "size") => json!(*seed.of(&["10GB", "1 TiB"])),
        ("MachineFile", "permissions") => json!(*seed.of(&[0o644, 0o600])),
        ("EthernetConfig", "features") => json!({ *seed.of(&["tx-checksum", "rx-gro"]): true }),
        ("ResourcesConfig", _) => json!({ *seed.of(&["cpu", "memory"]): "100m" }),
        ("MachineConfig", "pods") => json!([{ "kind": *seed.of(&["Pod", "Other"]) }]),
        ("DHCPv4Config" | "DHCPv6Config", "clientIdentifier") => {
            json!(*seed.of(&["mac", "none"]))
        }
        _ => return None,
    };
    Some(value)
}

/// A value of a section that belongs to another program.
pub(super) fn any(seed: &mut Seed, depth: usize) -> Value {
    match seed.below(if depth > 1 { 5 } else { 8 }) {
        0 => json!(seed.percent(50)),
        1 => json!(*seed.of(&[0, 3, 12])),
        2 | 3 => json!(*seed.of(&["", "x", "y"])),
        4 => json!(0.5),
        5 => {
            let count = seed.below(3);
            // One kind of item, as such sections have it.
            (0..count).map(|_| json!(*seed.of(&["i", "j"]))).collect()
        }
        _ => {
            let count = 1 + seed.below(2);
            (0..count)
                .map(|_| {
                    let key = (*seed.of(&["k", "l", "m"])).to_owned();
                    (key, any(seed, depth + 1))
                })
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}
