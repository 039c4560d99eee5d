//! `LinkConfig` and `VLANConfig`, and what all kinds of links have in common.

use serde_json::{Value, json};

use super::address::{address, network, network_or_host};
use super::{Device, bad_address, dhcp, document, virtual_address};
use crate::nodes::node::Findings;
use crate::rules;
use crate::talconfig::{Keys, Link, Route};

/// Whether a link is one of a kind that has a document of its own.
pub(super) fn is_special(device: &Device<'_>) -> bool {
    let kind = device.kind;
    kind.bond.is_some() || kind.wireguard.is_some() || kind.bridge.is_some()
}

/// The document of a link that is nothing else, if there is anything to say about it. A dummy
/// is made by its document; talhelper writes one for a link that nobody makes.
pub(super) fn link(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    if is_special(device) {
        return;
    }
    let kind = if device.kind.dummy {
        "DummyLinkConfig"
    } else {
        "LinkConfig"
    };
    let mut made = document(kind, &device.name);
    let bare = made.len();
    common(device.link, &device.path, &mut made, findings);
    if made.len() > bare || device.kind.dummy {
        out.push(made.into());
    }
}

/// The documents of a link's VLANs, each with its addresses by DHCP and its virtual address.
pub(super) fn vlans(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    for (index, vlan) in device.kind.vlans.iter() {
        let path = format!("{}.vlans.{index}", device.path);
        let id = vlan.id;
        if id == 0 {
            findings.add(
                &rules::TALCONFIG_BAD_VLAN,
                "the VLAN has no `vlanId`",
                &path,
            );
            continue;
        }
        let name = format!("{}.{id}", device.name);
        let mut made = document("VLANConfig", &name);
        made.insert("vlanID".into(), id.into());
        made.insert("parent".into(), device.name.as_str().into());
        common(&vlan.link, &path, &mut made, findings);
        out.push(made.into());
        if vlan.link.dhcp {
            dhcp(&name, &vlan.link, out);
        }
        virtual_address(&name, &vlan.link, &path, out, findings);
    }
}

/// `addresses`, `routes` and `mtu`.
pub(super) fn common(link: &Link, path: &str, made: &mut Keys, findings: &mut Findings<'_>) {
    let mut addresses = Vec::new();
    for (index, written) in link.addresses.written() {
        match network_or_host(written) {
            Some(address) => addresses.push(json!({"address": address})),
            None => bad_address(written, &format!("{path}.addresses.{index}"), findings),
        }
    }
    if !addresses.is_empty() {
        made.insert("addresses".into(), addresses.into());
    }
    let routes: Vec<Value> = link
        .routes
        .iter()
        .filter_map(|(index, written)| route(written, &format!("{path}.routes.{index}"), findings))
        .collect();
    if !routes.is_empty() {
        made.insert("routes".into(), routes.into());
    }
    if link.mtu > 0 {
        made.insert("mtu".into(), link.mtu.into());
    }
}

/// A route; the default one is told by its gateway alone.
fn route(written: &Route, path: &str, findings: &mut Findings<'_>) -> Option<Value> {
    let mut made = Keys::new();
    if !written.network.is_empty() {
        let Some(destination) = network(&written.network) else {
            bad_address(&written.network, &format!("{path}.network"), findings);
            return None;
        };
        if destination != "0.0.0.0/0" && destination != "::/0" {
            made.insert("destination".into(), destination.into());
        }
    }
    for (key, written) in [("gateway", &written.gateway), ("source", &written.source)] {
        if written.is_empty() {
            continue;
        }
        let Some(address) = address(written) else {
            bad_address(written, &format!("{path}.{key}"), findings);
            return None;
        };
        made.insert(key.to_owned(), address.into());
    }
    for (key, value) in [("metric", written.metric), ("mtu", written.mtu)] {
        if value > 0 {
            made.insert(key.to_owned(), value.into());
        }
    }
    Some(made.into())
}
