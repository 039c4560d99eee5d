//! `WireguardConfig` and `BridgeConfig`.

use serde_json::{Value, json};

use super::address::{endpoint, network};
use super::{Device, bad_address, document, link};
use crate::nodes::keys::{Keys, flag, items, maps, number, section, text, texts};
use crate::nodes::node::Findings;
use documents::duration;

/// The document of a Wireguard interface.
pub(super) fn wireguard(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    let Some(wireguard) = device.section("wireguard") else {
        return;
    };
    let mut made = document("WireguardConfig", &device.name);
    copy_text(wireguard, "privateKey", &mut made);
    for key in ["listenPort", "firewallMark"] {
        let value = number(wireguard, key);
        if value > 0 {
            made.insert(key.to_owned(), value.into());
        }
    }
    let peers: Vec<Value> = maps(wireguard, "peers")
        .map(|(index, written)| {
            let path = format!("{}.wireguard.peers.{index}", device.path);
            peer(written, &path, findings)
        })
        .collect();
    if !peers.is_empty() {
        made.insert("peers".into(), peers.into());
    }
    link::common(device.values, &device.path, &mut made, findings);
    out.push(made.into());
}

fn peer(written: &Keys, path: &str, findings: &mut Findings<'_>) -> Value {
    let mut made = Keys::new();
    copy_text(written, "publicKey", &mut made);
    let address = text(written, "endpoint");
    if !address.is_empty() {
        match endpoint(address) {
            Some(endpoint) => {
                made.insert("endpoint".into(), endpoint.into());
            }
            None => bad_address(address, &format!("{path}.endpoint"), findings),
        }
    }
    let interval = text(written, "persistentKeepaliveInterval");
    if !interval.is_empty() && duration::nanoseconds(interval) != Some(0) {
        made.insert("persistentKeepaliveInterval".into(), interval.into());
    }
    let mut allowed = Vec::new();
    for (index, written) in items(written, "allowedIPs").iter().enumerate() {
        let written = written.as_str().unwrap_or_default();
        match network(written) {
            Some(network) => allowed.push(network),
            None => bad_address(written, &format!("{path}.allowedIPs.{index}"), findings),
        }
    }
    if !allowed.is_empty() {
        made.insert("allowedIPs".into(), allowed.into());
    }
    made.into()
}

/// The document of a bridge.
pub(super) fn bridge(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    let Some(bridge) = device.section("bridge") else {
        return;
    };
    let mut made = document("BridgeConfig", &device.name);
    let links = texts(bridge, "interfaces");
    if !links.is_empty() {
        made.insert("links".into(), links.into());
    }
    if let Some(enabled) = section(bridge, "stp").and_then(|stp| stp.get("enabled")) {
        made.insert("stp".into(), json!({"enabled": enabled}));
    }
    if section(bridge, "vlan").is_some_and(|vlan| flag(vlan, "vlanFiltering")) {
        made.insert("vlan".into(), json!({"filtering": true}));
    }
    link::common(device.values, &device.path, &mut made, findings);
    out.push(made.into());
}

fn copy_text(from: &Keys, key: &str, to: &mut Keys) {
    if !text(from, key).is_empty() {
        to.insert(key.to_owned(), text(from, key).into());
    }
}
