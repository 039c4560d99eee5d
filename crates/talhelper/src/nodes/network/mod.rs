//! `networkInterfaces` as the documents that contract 1.12 and later have for them.

mod address;
mod alias;
mod bond;
mod link;
mod stacked;

use serde_json::{Map, Value};

use super::keys::{Keys, flag, maps, number, section, text};
use super::node::Findings;

use crate::rules;

pub(super) use address::is_address;

/// What v1alpha1 knows of an interface and no document takes over.
const NOT_CARRIED: [&str; 3] = ["cidr", "ignore", "bridgePort"];

/// The documents of a node's interfaces, in the order in which talhelper writes them.
pub(super) fn documents(findings: &mut Findings<'_>) -> Vec<Value> {
    let node = findings.node;
    let devices: Vec<Device<'_>> = maps(&node.values, "networkInterfaces")
        .map(|(index, values)| Device {
            name: text(values, "interface").to_owned(),
            path: format!("networkInterfaces.{index}"),
            values,
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
        if flag(device.values, "dhcp") {
            dhcp(&device.name, device.values, &mut out);
        }
    }
    for device in &devices {
        virtual_address(
            &device.name,
            device.values,
            &device.path,
            &mut out,
            findings,
        );
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
    values: &'a Keys,
}

impl Device<'_> {
    fn section(&self, key: &str) -> Option<&Keys> {
        section(self.values, key)
    }

    /// Whether nothing but its name makes it up.
    fn is_dummy(&self) -> bool {
        flag(self.values, "dummy")
    }
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
    let mut lost: Vec<String> = Vec::new();
    for key in NOT_CARRIED {
        let value = device.values.get(key);
        if value.is_some_and(|value| *value != Value::Bool(false) && *value != "") {
            lost.push(key.to_owned());
        }
    }
    // What is a link of another kind is none that has to be made up.
    if device.is_dummy() && link::is_special(device) {
        lost.push("dummy".to_owned());
    }
    let bond = device.section("bond").into_iter().flat_map(Keys::keys);
    let bond = bond.filter(|key| matches!(key.as_str(), "adActorSystem" | "primary"));
    lost.extend(bond.map(|key| format!("bond.{key}")));
    lost.extend(lost_of_addresses(device.values));
    for key in lost {
        tell_lost(&key, &device.path, findings);
    }
    for (index, vlan) in maps(device.values, "vlans") {
        let path = format!("{}.vlans.{index}", device.path);
        let network = (!text(vlan, "cidr").is_empty()).then(|| "cidr".to_owned());
        for key in network.into_iter().chain(lost_of_addresses(vlan)) {
            tell_lost(&key, &path, findings);
        }
    }
}

/// What is lost of what interfaces and VLANs have alike.
fn lost_of_addresses(values: &Keys) -> Vec<String> {
    let vip = section(values, "vip").into_iter().flat_map(Keys::keys);
    let vip = vip
        .filter(|key| *key != "ip")
        .map(|key| format!("vip.{key}"));
    let identity = section(values, "dhcpOptions")
        .filter(|options| flag(values, "dhcp") && !text(options, "duidv6").is_empty())
        .map(|_| "dhcpOptions.duidv6".to_owned());
    vip.chain(identity).collect()
}

fn tell_lost(key: &str, path: &str, findings: &mut Findings<'_>) {
    findings.add(
        &rules::TALCONFIG_NOT_CARRIED,
        format!("`{key}` is left out: no document of this contract takes it over"),
        &format!("{path}.{key}"),
    );
}

/// `DHCPv4Config` and `DHCPv6Config`.
fn dhcp(name: &str, values: &Keys, out: &mut Vec<Value>) {
    let empty = Map::new();
    let options = section(values, "dhcpOptions").unwrap_or(&empty);
    let wanted = |key: &str, usual| options.get(key).and_then(Value::as_bool).unwrap_or(usual);
    for (kind, wanted) in [
        ("DHCPv4Config", wanted("ipv4", true)),
        ("DHCPv6Config", wanted("ipv6", false)),
    ] {
        if !wanted {
            continue;
        }
        let mut made = document(kind, name);
        let metric = number(options, "routeMetric");
        if metric > 0 {
            made.insert("routeMetric".into(), metric.into());
        }
        out.push(made.into());
    }
}

/// `Layer2VIPConfig`, which is named after the address.
fn virtual_address(
    name: &str,
    values: &Keys,
    path: &str,
    out: &mut Vec<Value>,
    findings: &mut Findings<'_>,
) {
    let address = section(values, "vip").map_or("", |vip| text(vip, "ip"));
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
