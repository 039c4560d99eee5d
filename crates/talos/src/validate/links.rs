//! Documents of network links.

use super::formats;
use super::place::{Place, Report};
use diagnostics::Severity;

use crate::rules;

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if name.is_empty() {
        report.missing(&name, "give the document a name");
    }
    match document.key("kind").text() {
        "LinkAliasConfig" => return alias(document, report),
        "DHCPv4Config" | "DHCPv6Config" => return dhcp(document, report),
        "Layer2VIPConfig" | "HCloudVIPConfig" => return virtual_address(document, report),
        "EthernetConfig" => return,
        "BondConfig" => bond(document, report),
        "VLANConfig" => vlan(document, report),
        "VRFConfig" => vrf(document, report),
        "WireguardConfig" => wireguard(document, report),
        _ => {}
    }
    addresses(document, report);
}

/// What all links have.
fn addresses(document: &Place<'_>, report: &mut Report) {
    for item in document.key("addresses").items() {
        let address = item.key("address");
        if address.is_empty() {
            report.missing(&address, "write it like `10.0.0.1/24`");
        } else if is_unspecified(&address) {
            report.bad(
                &address,
                "an address of a host",
                "write it like `10.0.0.1/24`",
            );
        }
    }
    for route in document.key("routes").items() {
        let destination = route.key("destination");
        if is_unspecified(&destination) {
            report.add(
                &destination,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                "the default route has no destination",
                "leave `destination` out: `gateway` alone is the default route",
            );
        }
        for address in [route.key("gateway"), route.key("source")] {
            if is_unspecified(&address) {
                report.bad(&address, "an address of a host", "write it like `10.0.0.1`");
            }
        }
    }
}

/// Whether it is `0.0.0.0` or `::`.
fn is_unspecified(place: &Place<'_>) -> bool {
    let address = match formats::prefix(place.text()) {
        Some((address, _)) => Some(address),
        None => place.text().parse().ok(),
    };
    address.is_some_and(|address| address.is_unspecified())
}

fn bond(document: &Place<'_>, report: &mut Report) {
    let links = document.key("links");
    if links.is_empty() {
        report.missing(&links, "list the links of the bond");
    }
    let mode = document.key("bondMode");
    if !mode.is_there() {
        report.missing(&mode, "write one such as `802.3ad`");
    } else if mode.text().eq_ignore_ascii_case("802.3ad") {
        for (key, usual) in [("miimon", 100), ("updelay", 200), ("downdelay", 200)] {
            let place = document.key(key);
            if !place.is_there() {
                report.add_as(
                    Severity::Warning,
                    &place,
                    &rules::MACHINE_CONFIG_MISSING,
                    format!("a bond of the mode `802.3ad` should set `{key}`"),
                    format!("write `{key}: {usual}`"),
                );
            }
        }
    }
}

fn vlan(document: &Place<'_>, report: &mut Report) {
    let id = document.key("vlanID");
    if !(1..=4094).contains(&id.number()) {
        report.add(
            &id,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{}` is not the id of a VLAN", id.number()),
            "use 1 to 4094",
        );
    }
    let parent = document.key("parent");
    if parent.is_empty() {
        report.missing(&parent, "name the link that carries the VLAN");
    }
}

fn vrf(document: &Place<'_>, report: &mut Report) {
    let table = document.key("table");
    if !table.is_there() {
        report.missing(&table, "use a number from 1 to 252");
    }
    let reserved = ["unspec", "local", "main", "default"];
    if reserved.contains(&table.text().to_lowercase().as_str()) {
        report.add(
            &table,
            &rules::MACHINE_CONFIG_RESERVED,
            format!("the routing table `{}` is the system's own", table.text()),
            "use a number from 1 to 252",
        );
    }
}

fn wireguard(document: &Place<'_>, report: &mut Report) {
    key(&document.key("privateKey"), true, report);
    let port = document.key("listenPort");
    if !(0..=65535).contains(&port.number()) {
        report.add(
            &port,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{}` is not a port", port.number()),
            "use 1 to 65535",
        );
    }
    for peer in document.key("peers").items() {
        key(&peer.key("publicKey"), true, report);
        key(&peer.key("presharedKey"), false, report);
        let interval = peer.key("persistentKeepaliveInterval");
        super::common::not_negative(&interval, report);
    }
}

fn key(place: &Place<'_>, required: bool, report: &mut Report) {
    if place.is_empty() {
        if required {
            report.missing(place, "make one with `wg genkey` or `wg pubkey`");
        }
    } else if formats::base64(place.text()).is_none_or(|key| key.len() != 32) {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_KEY,
            "this is not a key of WireGuard",
            "make one with `wg genkey` or `wg pubkey`",
        );
    }
}

fn alias(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    let pattern = name.text().split_once('%');
    if pattern.is_some_and(|(before, verb)| before.is_empty() || verb != "d") {
        report.bad(&name, "a pattern of names", "write it like `net%d`");
    }
    let selector = document.keys(&["selector", "match"]);
    if selector.is_empty() {
        report.missing(
            &selector,
            "write an expression such as `link.driver == \"virtio_net\"`",
        );
    }
}

fn dhcp(document: &Place<'_>, report: &mut Report) {
    let identifier = document.key("clientIdentifier");
    let by_duid = identifier.text().eq_ignore_ascii_case("duid");
    let duid = document.key("duidRaw");
    let empty = duid.text().replace(':', "").is_empty();
    if !empty && !by_duid {
        report.add(
            &duid,
            &rules::MACHINE_CONFIG_NEEDS,
            "`duidRaw` has no effect without `clientIdentifier: duid`",
            "write `clientIdentifier: duid`",
        );
    }
    if empty && by_duid {
        report.missing(&duid, "`clientIdentifier: duid` needs it");
    }
}

fn virtual_address(document: &Place<'_>, report: &mut Report) {
    let name = document.key("name");
    if !name.is_empty() && !formats::is_address(name.text()) {
        report.bad(&name, "an IP address", "name the document by its address");
    }
    let link = document.key("link");
    if link.is_empty() {
        report.missing(&link, "name the link that holds the address");
    }
    let token = document.key("apiToken");
    if document.key("kind").text() == "HCloudVIPConfig" && token.is_empty() {
        report.missing(&token, "take it from the console of the cloud");
    }
}
