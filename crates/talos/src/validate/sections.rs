//! Sections of a talconfig that end in machine configs as they are: the same checks, earlier.

use std::borrow::Cow;

use serde_json::Value;

use super::common::{duplicate, endpoint};
use super::place::{Place, Report, Violation};
use super::{cluster, formats, interfaces, labels, machine, network, shape};
use crate::contract::{Contract, Release};
use crate::fields::{Kind, Spec};
use crate::rules;

/// What the top of a talconfig says of the cluster.
pub fn of_cluster(config: &Value) -> Vec<Violation> {
    let mut report = Report::new(Release::of(Contract::NEWEST));
    let config = Place::new("", config);
    let url = config.key("endpoint");
    if !url.is_empty() {
        endpoint(&url, &mut report);
    }
    let domain = config.key("domain");
    if !domain.is_empty() && !cluster::is_domain(domain.text()) {
        report.bad(&domain, "a DNS name", "write it like `cluster.local`");
    }
    for key in ["clusterPodNets", "clusterSvcNets"] {
        for network in config.key(key).items() {
            if !formats::is_prefix(network.text()) {
                report.bad(&network, "a network", "write it like `10.42.0.0/16`");
            }
        }
    }
    cluster::network_plugin(&config.key("cniConfig"), &mut report);
    cluster::inline_manifests(&config.key("inlineManifests"), &mut report);
    report.violations
}

/// What a node, or the section of a role, says of its configuration. Labels and annotations
/// with templates are left to the configuration.
pub fn of_node(node: &Value) -> Vec<Violation> {
    let mut report = Report::new(Release::of(Contract::NEWEST));
    // What has no shape is told by the reader of the talconfig.
    let node = typed(node, &mut report);
    let node = Place::new("", &node);
    hostname(&node.key("hostname"), &mut report);
    addresses(&node.key("ipAddress"), &mut report);
    machine::disk_selector(&node.key("installDiskSelector"), &mut report);
    image(&node.key("talosImageURL"), &mut report);
    labels::labels(&node.key("nodeLabels"), &mut report);
    labels::annotations(&node.key("nodeAnnotations"), &mut report);
    labels::taints(&node.key("nodeTaints"), &mut report);
    machine::disks(&node.key("machineDisks"), &mut report);
    for file in node.key("machineFiles").items() {
        let (operation, path) = (file.key("op"), file.key("path"));
        if !matches!(operation.text(), "create" | "append" | "overwrite") {
            report.bad(
                &operation,
                "what to do with a file",
                "write `create`, `append` or `overwrite`",
            );
        }
        if !path.text().starts_with('/') {
            report.bad(
                &path,
                "a path from the root",
                "write it like `/var/etc/file`",
            );
        }
    }
    for server in node.key("nameservers").items() {
        if !formats::is_address(server.text()) {
            report.bad(&server, "an IP address", "write it like `10.0.0.53`");
        }
    }
    let links = node.key("networkInterfaces");
    interfaces::check(&links, false, &mut report);
    vlans(&links, &mut report);
    let rules = node.keys(&["ingressFirewall", "rules"]);
    for rule in rules.items() {
        network::firewall(&rule, &mut report);
    }
    boot(&node.key("machineSpec"), &mut report);
    report.violations
}

/// The node with the forms of its sections checked, and without templates. It is copied only
/// where that makes another of it.
fn typed<'v>(node: &'v Value, report: &mut Report) -> Cow<'v, Value> {
    let Some(map) = node.as_object() else {
        return Cow::Borrowed(node);
    };
    let mut changed: Vec<(&str, Value)> = Vec::new();
    for key in ["nodeLabels", "nodeAnnotations"] {
        if let Some(Value::Object(entries)) = map.get(key)
            && entries.values().any(is_template)
        {
            let kept = entries.iter().filter(|(_, value)| !is_template(value));
            let kept = kept.map(|(key, value)| (key.clone(), value.clone()));
            changed.push((key, Value::Object(kept.collect())));
        }
    }
    for (key, name, list) in [
        ("installDiskSelector", "InstallDiskSelector", false),
        ("machineDisks", "MachineDisk", true),
        ("networkInterfaces", "Device", true),
    ] {
        if let Some(value) = map.get(key) {
            let mut spec = Spec::of(Kind::Struct(name));
            if list {
                spec = Spec::of(Kind::List(Box::new(spec)));
            }
            // Whether a contract has it, its configuration says.
            if let Cow::Owned(value) =
                shape::section(value, &spec, key, Contract::NEWEST.minor(), report)
            {
                changed.push((key, value));
            }
        }
    }
    if let Some(firewall) = map.get("ingressFirewall")
        && let Some(rules) = firewall.get("rules")
    {
        // Rules are written as in the document.
        let rule = Spec::of(Kind::Struct("NetworkRuleConfig"));
        let spec = Spec::of(Kind::List(Box::new(rule)));
        let path = "ingressFirewall.rules";
        if let Cow::Owned(rules) =
            shape::section(rules, &spec, path, Contract::NEWEST.minor(), report)
        {
            let mut firewall = firewall.clone();
            if let Some(place) = firewall.get_mut("rules") {
                *place = rules;
            }
            changed.push(("ingressFirewall", firewall));
        }
    }
    if changed.is_empty() {
        return Cow::Borrowed(node);
    }
    let mut map = map.clone();
    for (key, value) in changed {
        map.insert(key.to_owned(), value);
    }
    Cow::Owned(Value::Object(map))
}

fn is_template(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.contains("{{") || text.contains("}}")
}

fn hostname(place: &Place<'_>, report: &mut Report) {
    let fine = |label: &str| {
        let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = label.as_bytes();
        bytes.len() <= 63
            && plain(bytes.first())
            && plain(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let name = place.text();
    let whole = name.len() <= 253 && name.split('.').all(fine);
    if !name.is_empty() && !whole {
        report.bad(
            place,
            "a hostname",
            "use letters, digits and hyphens, up to 63 between dots",
        );
    }
}

/// Addresses, or names that resolve to them.
fn addresses(place: &Place<'_>, report: &mut Report) {
    if place.is_empty() {
        return;
    }
    for address in place.text().split(',').map(str::trim) {
        // A text of digits and dots is no name.
        let like_address = address.contains(':')
            || address
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if !formats::is_address(address) && (like_address || !cluster::is_domain(address)) {
            report.add(
                place,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                format!("`{address}` is neither an IP address nor a DNS name"),
                "write it like `10.0.0.1`",
            );
        }
    }
}

/// The image needs its registry; tags are checked where the version is known.
fn image(place: &Place<'_>, report: &mut Report) {
    let text = place.text();
    let registry = text.split_once('/').map_or("", |(registry, _)| registry);
    let named = registry.contains(['.', ':']) || registry == "localhost";
    let odd = |byte: u8| !(byte.is_ascii_alphanumeric() || b"-_./:@".contains(&byte));
    if !text.is_empty() && (!named || text.bytes().any(odd)) {
        report.bad(
            place,
            "an image with its registry",
            "write it like `factory.talos.dev/metal-installer/SCHEMATIC`",
        );
    }
}

fn vlans(links: &Place<'_>, report: &mut Report) {
    for link in links.items() {
        let mut seen = std::collections::HashSet::new();
        for id in link
            .key("vlans")
            .items()
            .iter()
            .map(|vlan| vlan.key("vlanId"))
        {
            if id.is_there() && !(1..=4094).contains(&id.number()) {
                report.add(
                    &id,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    format!("`{}` is not the id of a VLAN", id.number()),
                    "use 1 to 4094",
                );
            } else if id.is_there() && !seen.insert(id.number()) {
                duplicate(&id, "the VLAN", report);
            }
        }
    }
}

fn boot(spec: &Place<'_>, report: &mut Report) {
    let (method, suffix) = (spec.key("bootMethod"), spec.key("imageSuffix"));
    let suffixes: &[&str] = match method.text() {
        "" | "iso" => &["", "iso"],
        "disk-image" => &[
            "",
            "raw.zst",
            "raw.xz",
            "raw.tar.gz",
            "vhd.xz",
            "raw.gz",
            "ova",
            "qcow2",
        ],
        "pxe" => &[""],
        _ => {
            report.bad(
                &method,
                "a way to boot",
                "write `iso`, `disk-image` or `pxe`",
            );
            return;
        }
    };
    if !suffixes.contains(&suffix.text()) {
        report.bad(
            &suffix,
            "the ending of such an image",
            "leave it out, or use one such as `raw.xz` with `bootMethod: disk-image`",
        );
    }
    let architecture = spec.key("arch");
    if !matches!(architecture.text(), "" | "amd64" | "arm64") {
        report.bad(&architecture, "an architecture", "write `amd64` or `arm64`");
    }
}
