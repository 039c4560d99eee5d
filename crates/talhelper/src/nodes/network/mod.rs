//! `networkInterfaces` as the documents that contract 1.12 and later have for them.

mod address;
mod alias;
mod bond;
mod link;
mod stacked;

use serde_json::{Map, Value};

use super::node::Findings;
use crate::talconfig::{Device as Kind, Keys, Link, List};

use crate::rules;

pub(super) use address::is_address;

/// The documents of a node's interfaces, in the order in which talhelper writes them.
pub(super) fn documents(findings: &mut Findings<'_>) -> Vec<Value> {
    let node = findings.node;
    let interfaces = node.shared.network_interfaces.iter().flat_map(List::iter);
    let read: Vec<(usize, (Kind, Link))> = interfaces
        .map(|(index, interface)| (index, interface.read().unwrap_or_default()))
        .collect();
    let devices: Vec<Device<'_>> = read
        .iter()
        .map(|(index, (device, link))| Device {
            name: device.interface.clone(),
            path: format!("networkInterfaces.{index}"),
            kind: device,
            link,
        })
        .collect();
    let mut out = Vec::new();
    let devices = alias::named(devices, &mut out);
    for device in &devices {
        not_carried(device, findings);
        bond::member_aliases(device, &mut out);
    }
    for device in &devices {
        bond::bond(device, &mut out, findings);
    }
    for device in &devices {
        if device.link.dhcp {
            dhcp(&device.name, device.link, &mut out);
        }
    }
    for device in &devices {
        virtual_address(&device.name, device.link, &device.path, &mut out, findings);
    }
    for device in &devices {
        link::link(device, &mut out, findings);
    }
    for device in &devices {
        link::vlans(device, &mut out, findings);
    }
    for device in &devices {
        stacked::wireguard(device, &mut out, findings);
    }
    for device in &devices {
        stacked::bridge(device, &mut out, findings);
    }
    out
}

/// An interface.
struct Device<'a> {
    /// As it is written, or as its selector names it.
    name: String,
    /// Where it is written, from the node on.
    path: String,
    /// What kind of device it is.
    kind: &'a Kind,
    link: &'a Link,
}

/// The start of a document.
fn document(kind: &str, name: &str) -> Keys {
    let mut out = Map::new();
    out.insert("apiVersion".into(), "v1alpha1".into());
    out.insert("kind".into(), kind.into());
    out.insert("name".into(), name.into());
    out
}

/// Warns of what no document takes over: neither of the interface nor of its VLANs.
fn not_carried(device: &Device<'_>, findings: &mut Findings<'_>) {
    let kind = device.kind;
    let bond = kind.bond.as_ref();
    let lost = [
        ("cidr", !device.link.cidr.is_empty()),
        ("ignore", kind.ignore),
        ("bridgePort", kind.bridge_port.is_some()),
        // What is a link of another kind is none that has to be made up.
        ("dummy", kind.dummy && link::is_special(device)),
        (
            "bond.adActorSystem",
            bond.is_some_and(|bond| bond.ad_actor_system.is_some()),
        ),
        (
            "bond.primary",
            bond.is_some_and(|bond| bond.primary.is_some()),
        ),
    ];
    for (key, _) in lost.into_iter().filter(|(_, lost)| *lost) {
        tell_lost(key, &device.path, findings);
    }
    for key in lost_of_addresses(device.link) {
        tell_lost(&key, &device.path, findings);
    }
    for (index, vlan) in kind.vlans.iter() {
        let path = format!("{}.vlans.{index}", device.path);
        let network = (!vlan.link.cidr.is_empty()).then(|| "cidr".to_owned());
        for key in network.into_iter().chain(lost_of_addresses(&vlan.link)) {
            tell_lost(&key, &path, findings);
        }
    }
}

/// What is lost of what interfaces and VLANs have alike.
fn lost_of_addresses(link: &Link) -> Vec<String> {
    let vip = link.vip.other.keys().map(|key| format!("vip.{key}"));
    let identity = link.dhcp && !link.dhcp_options.duidv6.is_empty();
    vip.chain(identity.then(|| "dhcpOptions.duidv6".to_owned()))
        .collect()
}

fn tell_lost(key: &str, path: &str, findings: &mut Findings<'_>) {
    findings.add(
        &rules::TALCONFIG_NOT_CARRIED,
        format!("`{key}` is left out: no document of this contract takes it over"),
        &format!("{path}.{key}"),
    );
}

/// `DHCPv4Config` and `DHCPv6Config`.
fn dhcp(name: &str, link: &Link, out: &mut Vec<Value>) {
    let options = &link.dhcp_options;
    for (kind, wanted) in [
        ("DHCPv4Config", options.ipv4.unwrap_or(true)),
        ("DHCPv6Config", options.ipv6.unwrap_or(false)),
    ] {
        if !wanted {
            continue;
        }
        let mut made = document(kind, name);
        if options.route_metric > 0 {
            made.insert("routeMetric".into(), options.route_metric.into());
        }
        out.push(made.into());
    }
}

/// `Layer2VIPConfig`, which is named after the address.
fn virtual_address(
    name: &str,
    link: &Link,
    path: &str,
    out: &mut Vec<Value>,
    findings: &mut Findings<'_>,
) {
    let address = link.vip.ip.as_str();
    if address.is_empty() {
        return;
    }
    if !is_address(address) {
        bad_address(address, &format!("{path}.vip.ip"), findings);
        return;
    }
    let mut made = document("Layer2VIPConfig", address);
    made.insert("link".into(), name.into());
    out.push(made.into());
}

fn bad_address(address: &str, path: &str, findings: &mut Findings<'_>) {
    findings.add(
        &rules::TALCONFIG_BAD_ADDRESS,
        format!("`{address}` is not an address that fits here"),
        path,
    );
}
