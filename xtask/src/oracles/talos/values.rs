//! Values that fields take: Talos decodes many texts further, as addresses, sizes and the like.

use serde_json::{Value, json};

use super::super::seed::Seed;

/// Texts of each form, except choices.
const FORMS: &[(&str, &[&str])] = &[
    ("address", &["10.1.0.1", "fd00::1", "1.1.1.1"]),
    ("address-port", &["10.0.0.1:80", "[fd00::1]:4000"]),
    ("base64", &["LS0t", "QUJD"]),
    ("byte-size", &["10GiB", "1TB", "100"]),
    ("cel-disk", &["system_disk", "disk.transport == \"nvme\""]),
    (
        "cel-link",
        &["link.driver == \"virtio_net\"", "link.type == 1"],
    ),
    ("cel-oom-rank", &["1.0", "2.0"]),
    ("cel-oom-trigger", &["true", "false"]),
    ("cel-volume", &["volume.name == \"xfs\""]),
    ("disk-size", &["10 GB", "100GB"]),
    (
        "hardware-address",
        &["02:00:00:00:00:01", "02:00:00:00:00:02"],
    ),
    ("ports", &["80-90", "8000-9000"]),
    ("prefix", &["10.0.0.0/8", "10.1.0.7/24", "fd00::/64"]),
    ("routing-table", &["main", "local", "123"]),
    ("size-condition", &["> 100GB", "<= 2TB"]),
    (
        "url",
        &[
            "https://one.example.com/",
            "tcp://10.0.0.1:514",
            "https://10.0.0.1:6443",
        ],
    ),
    ("volume-size", &["50GiB", "80%"]),
];

/// Texts that nothing decodes further; the empty one sets nothing.
const PLAIN: [&str; 7] = ["", "one", "two", "three four", "true", "12", "a: b # c"];

/// A text that the field takes.
pub(super) fn text(owner: &str, field: &str, format: &str, seed: &mut Seed) -> Value {
    if let Some((_, texts)) = FORMS.iter().find(|(form, _)| *form == format) {
        return match format {
            "ports" if seed.percent(50) => json!(*seed.of(&[80, 443])),
            _ => json!(*seed.of(texts)),
        };
    }
    match (owner, field) {
        ("InstallDiskSelector", "type") => json!(*seed.of(&["ssd", "nvme"])),
        ("AuthorizationConfigAuthorizerConfig", "type") => {
            json!(*seed.of(&["Node", "RBAC", "Webhook"]))
        }
        ("FeaturesConfig", "nodeAddressSortAlgorithm") => json!(*seed.of(&["v1", "v2"])),
        ("MachineConfig", "type") => json!(*seed.of(&["worker", "controlplane"])),
        ("V1Alpha1Config", "version") => json!("v1alpha1"),
        _ => json!(*seed.of(&PLAIN)),
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
        ("MachineFile", "permissions") => json!(*seed.of(&[0o644, 0o600])),
        ("EthernetConfig", "features") => json!({ *seed.of(&["tx-checksum", "rx-gro"]): true }),
        ("ResourcesConfig", _) => json!({ *seed.of(&["cpu", "memory"]): "100m" }),
        ("MachineConfig", "pods") => json!([{ "kind": *seed.of(&["Pod", "Other"]) }]),
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
