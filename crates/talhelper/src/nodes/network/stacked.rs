//! `WireguardConfig` and `BridgeConfig`.

use serde_json::{Value, json};

use super::address::{endpoint, network};
use super::{Device, bad_address, document, link};
use crate::nodes::node::Findings;
use crate::talconfig::{Keys, Peer};
use documents::duration;

/// The document of a Wireguard interface.
pub(super) fn wireguard(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    let Some(wireguard) = &device.kind.wireguard else {
        return;
    };
    let mut made = document("WireguardConfig", &device.name);
    put_text(&mut made, "privateKey", &wireguard.private_key);
    for (key, value) in [
        ("listenPort", wireguard.listen_port),
        ("firewallMark", wireguard.firewall_mark),
    ] {
        if value > 0 {
            made.insert(key.to_owned(), value.into());
        }
    }
    let peers: Vec<Value> = wireguard
        .peers
        .iter()
        .map(|(index, written)| {
            let path = format!("{}.wireguard.peers.{index}", device.path);
            peer(written, &path, findings)
        })
        .collect();
    if !peers.is_empty() {
        made.insert("peers".into(), peers.into());
    }
    link::common(device.link, &device.path, &mut made, findings);
    out.push(made.into());
}

fn peer(written: &Peer, path: &str, findings: &mut Findings<'_>) -> Value {
    let mut made = Keys::new();
    put_text(&mut made, "publicKey", &written.public_key);
    let address = written.endpoint.as_str();
    if !address.is_empty() {
        match endpoint(address) {
            Some(endpoint) => {
                made.insert("endpoint".into(), endpoint.into());
            }
            None => bad_address(address, &format!("{path}.endpoint"), findings),
        }
    }
    let interval = written.persistent_keepalive_interval.as_str();
    if !interval.is_empty() && duration::nanoseconds(interval) != Some(0) {
        made.insert("persistentKeepaliveInterval".into(), interval.into());
    }
    let mut allowed = Vec::new();
    for (index, written) in written.allowed_ips.written() {
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
    let Some(bridge) = &device.kind.bridge else {
        return;
    };
    let mut made = document("BridgeConfig", &device.name);
    let links = bridge.interfaces.texts();
    if !links.is_empty() {
        made.insert("links".into(), links.into());
    }
    if let Some(enabled) = bridge.stp.as_ref().and_then(|stp| stp.enabled) {
        made.insert("stp".into(), json!({"enabled": enabled}));
    }
    if bridge.vlan.as_ref().is_some_and(|vlan| vlan.vlan_filtering) {
        made.insert("vlan".into(), json!({"filtering": true}));
    }
    link::common(device.link, &device.path, &mut made, findings);
    out.push(made.into());
}

fn put_text(to: &mut Keys, key: &str, text: &str) {
    if !text.is_empty() {
        to.insert(key.to_owned(), text.into());
    }
}
