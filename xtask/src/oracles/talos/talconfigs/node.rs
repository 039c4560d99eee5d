//! A node of a talconfig, and what a node and its role have in common.

use serde_json::{Map, Value, json};

use super::{Making, interfaces, patches};

/// A node with an address and a disk, and some of everything else.
pub(super) fn node(making: &mut Making<'_>, index: usize) -> Value {
    let control_plane = index == 0 || making.percent(40);
    let mut node = Map::new();
    node.insert("hostname".into(), json!(format!("node-{index}")));
    let last = 11 + index;
    let address = making.of(&[
        format!("10.0.0.{last}"),
        format!("10.0.0.{last}"),
        format!("10.0.0.{last},fd00::{last}"),
        format!("10.0.0.{last}, node-{index}.example.com"),
    ]);
    node.insert("ipAddress".into(), json!(address));
    if control_plane || making.percent(30) {
        node.insert("controlPlane".into(), json!(control_plane));
    }
    if making.percent(50) {
        let disk = making.of(&["/dev/sda", "/dev/nvme0n1", "/dev/disk/by-id/ata-1:2"]);
        node.insert("installDisk".into(), json!(disk));
    } else {
        let selector = making.of(&[
            json!({ "serial": "S1" }),
            json!({ "size": "> 100GB", "type": "ssd" }),
            json!({ "model": "WDC*", "busPath": "/pci0000:00/*" }),
            json!({ "size": "<= 2TB", "wwid": "eui.1" }),
        ]);
        node.insert("installDiskSelector".into(), selector);
    }
    for flag in [
        "ignoreHostname",
        "overridePatches",
        "overrideExtraManifests",
        "overrideMachineCertSANs",
    ] {
        if making.percent(12) {
            node.insert(flag.into(), json!(making.percent(80)));
        }
    }
    sections(making, &mut node, control_plane, 28);
    if making.percent(75) {
        let interfaces = interfaces::interfaces(making, control_plane, index);
        node.insert("networkInterfaces".into(), interfaces);
    }
    node.into()
}

/// What a node and its role both may say, each with a chance in a hundred.
pub(super) fn sections(
    making: &mut Making<'_>,
    into: &mut Map<String, Value>,
    control_plane: bool,
    chance: usize,
) {
    for section in SECTIONS {
        if !making.percent(chance) {
            continue;
        }
        if let Some(value) = value(making, section, control_plane) {
            into.insert((*section).into(), value);
        }
    }
}

const SECTIONS: &[&str] = &[
    "nodeLabels",
    "nodeAnnotations",
    "nodeTaints",
    "machineDisks",
    "machineFiles",
    "disableSearchDomain",
    "kernelModules",
    "nameservers",
    "extraManifests",
    "certSANs",
    "patches",
    "talosImageURL",
    "schematic",
    "machineSpec",
    "ingressFirewall",
    "extensionServices",
    "volumes",
    "userVolumes",
    "filenameTmpl",
];

fn value(making: &mut Making<'_>, section: &str, control_plane: bool) -> Option<Value> {
    Some(match section {
        "nodeLabels" => making.of(&[
            json!({ "zone": "one", "example.com/rack": "7", "empty": "" }),
            json!({ "zone": "${zone}", "gpu": true, "hex": 31, "version": 1.5 }),
            json!({ "node.kubernetes.io/exclude-from-external-load-balancers": "" }),
            json!({ "kind": "{{ .MachineConfig.MachineType }}", "zone": "one" }),
        ]),
        "nodeAnnotations" => making.of(&[
            json!({ "example.com/note": "a: b # c", "other": "1" }),
            json!({ "image": "{{ .MachineConfig.MachineInstall.InstallImage }}" }),
        ]),
        "nodeTaints" => making.of(&[
            json!({ "example.com/dedicated": "storage:NoSchedule" }),
            json!({ "gpu": ":NoExecute", "other": "x:PreferNoSchedule" }),
        ]),
        "machineDisks" => json!([{
            "device": "/dev/sdb",
            "partitions": [
                { "mountpoint": "/var/mnt/one", "size": "100 GB" },
                { "mountpoint": "/var/mnt/two" },
            ],
        }]),
        "machineFiles" => {
            let content = if making.percent(40) {
                making.file("files/hosts.conf", "zone: ${zone}\n")
            } else {
                json!("[metrics]\n  address = \"0.0.0.0:1\"\n")
            };
            json!([{
                "content": content,
                "permissions": making.of(&[json!(0o644), json!(384)]),
                "path": "/etc/cri/conf.d/20-customization.part",
                "op": making.of(&["create", "append"]),
            }])
        }
        "disableSearchDomain" => json!(true),
        "kernelModules" => {
            json!([{ "name": "br_netfilter", "parameters": ["nf=1"] }, { "name": "nbd" }])
        }
        "nameservers" => making.of(&[json!(["1.1.1.1", "9.9.9.9"]), json!(["fd00::53"])]),
        "extraManifests" => {
            let name = making.of(&["extra/log.yaml", "extra/roots.yaml"]);
            let text = if name == "extra/log.yaml" {
                "apiVersion: v1alpha1\nkind: KmsgLogConfig\nname: remote\nurl: tcp://10.0.0.1:514/\n"
            } else {
                "---\napiVersion: v1alpha1\nkind: TrustedRootsConfig\nname: ca\ncertificates: |-\n    \
                 -----BEGIN CERTIFICATE-----\n    QUJD\n    -----END CERTIFICATE-----\n"
            };
            let path = making.file(name, text);
            // Written without the sign here.
            json!([path.as_str()?.trim_start_matches('@')])
        }
        "certSANs" => making.of(&[
            json!(["san.example.com"]),
            json!(["10.0.0.99", "two.example.com"]),
        ]),
        "patches" => patches::several(making, if control_plane { "cp" } else { "worker" }),
        "talosImageURL" => {
            json!(making.of(&[
                "factory.talos.dev/metal-installer/abc",
                "ghcr.io/siderolabs/installer"
            ]))
        }
        "schematic" => schematic(making),
        "machineSpec" => making.of(&[
            json!({ "secureboot": true }),
            json!({ "secureboot": true, "useUKI": true, "mode": "metal" }),
            json!({ "arch": "arm64", "mode": "metal" }),
        ]),
        "ingressFirewall" => firewall(making),
        "extensionServices" => json!([{
            "name": "tailscale",
            "configFiles": [{ "content": "a=${zone}\nb\n", "mountPath": "/etc/x.conf" }],
            "environment": ["TS_AUTHKEY=1", "X=${gateway}"],
        }, { "name": "nut-client", "environment": ["A=b"] }]),
        "volumes" => volumes(making),
        "userVolumes" => user_volumes(making)?,
        "filenameTmpl" => json!(making.of(&[
            "{{ .ClusterName }}-{{ .Hostname }}.yaml",
            "{{.Role}}-{{.Hostname}}.yml",
            "{{ .Hostname }}.yaml",
        ])),
        _ => return None,
    })
}

fn schematic(making: &mut Making<'_>) -> Value {
    let mut customization = Map::new();
    if making.percent(60) {
        let extensions = making.of(&[
            json!(["siderolabs/iscsi-tools"]),
            json!(["siderolabs/qemu-guest-agent", "siderolabs/i915"]),
        ]);
        customization.insert(
            "systemExtensions".into(),
            json!({ "officialExtensions": extensions }),
        );
    }
    if making.percent(40) {
        customization.insert(
            "extraKernelArgs".into(),
            json!(["-init_on_alloc", "net.ifnames=0", "x=\"a b\""]),
        );
    }
    if making.percent(20) {
        customization.insert("meta".into(), json!([{ "key": 10, "value": "a: b" }]));
    }
    if making.percent(15) {
        customization.insert(
            "secureboot".into(),
            json!({ "includeWellKnownCertificates": true }),
        );
    }
    let mut schematic = Map::new();
    if making.percent(15) {
        schematic.insert(
            "overlay".into(),
            json!({ "name": "rpi_generic", "image": "siderolabs/sbc-raspberrypi", "options": { "configTxt": "a=1\nb=2\n" } }),
        );
    }
    if !customization.is_empty() || making.percent(50) {
        schematic.insert("customization".into(), customization.into());
    }
    schematic.into()
}

fn firewall(making: &mut Making<'_>) -> Value {
    json!({
        "defaultAction": making.of(&["block", "accept"]),
        "rules": making.of(&[
            json!([]),
            json!([{
                "name": "kubelet",
                "portSelector": { "ports": [10250], "protocol": "tcp" },
                "ingress": [{ "subnet": "10.0.0.0/24" }, { "subnet": "fd00::/64", "except": "fd00::1/128" }],
            }, {
                "name": "range",
                "portSelector": { "ports": [80, "8000-8010"], "protocol": "udp" },
                "ingress": [{ "subnet": "0.0.0.0/0" }],
            }]),
        ]),
    })
}

fn volumes(making: &mut Making<'_>) -> Value {
    let encryption = making.of(&[
        Value::Null,
        json!({ "provider": "luks2", "keys": [{ "slot": 0, "nodeID": {} }] }),
        json!({ "provider": "luks2", "keys": [{ "slot": 0, "tpm": {} }, { "slot": 1, "static": { "passphrase": "x" } }] }),
    ]);
    let mut volume = json!({
        "name": "EPHEMERAL",
        "provisioning": {
            "diskSelector": { "match": making.of(&["system_disk", "disk.transport == \"nvme\" && !system_disk"]) },
            "minSize": "2GiB", "maxSize": making.of(&["100GiB", "150GB"]), "grow": false,
        },
    });
    if making.minor >= 11 && !encryption.is_null() {
        volume["encryption"] = encryption;
    }
    json!([volume])
}

fn user_volumes(making: &mut Making<'_>) -> Option<Value> {
    if making.minor < 10 {
        return None;
    }
    let mut volume = json!({
        "name": "data",
        "provisioning": {
            "diskSelector": { "match": "disk.size > 10u * GB" },
            "minSize": "10GB", "maxSize": making.of(&["1TiB", "10.5GiB"]), "grow": true,
        },
    });
    if making.percent(50) {
        volume["filesystem"] = json!({ "type": making.of(&["xfs", "ext4"]) });
    }
    if making.percent(30) {
        volume["encryption"] = json!({ "provider": "luks2", "keys": [{ "slot": 0, "static": { "passphrase": "x y" } }] });
    }
    if making.percent(20) && making.minor >= 12 {
        volume["volumeType"] = json!("partition");
    }
    Some(json!([volume]))
}
