//! `machine.network.interfaces` in v1alpha1.

use std::collections::HashMap;

use super::formats;
use super::place::{Place, Report};
use super::url::splits_into_host_and_port;

use crate::rules;

mod bond;

/// All of them.
pub(super) fn check(interfaces: &Place<'_>, worker: bool, report: &mut Report) {
    let mut members: HashMap<&str, &str> = HashMap::new();
    for interface in interfaces.items() {
        let name = interface.key("interface").text();
        let (bond, bridge) = (interface.key("bond"), interface.key("bridge"));
        if bond.is_there() && bridge.is_there() {
            report.exclusive(&bridge, "bond");
        }
        if !bond.key("interfaces").is_empty() && !bond.key("deviceSelectors").is_empty() {
            report.exclusive(&bond.key("deviceSelectors"), "interfaces");
        }
        let link = if bridge.is_there() { &bridge } else { &bond };
        for member in link.key("interfaces").items() {
            let other = members.insert(member.text(), name);
            if let Some(other) = other.filter(|other| *other != name) {
                report.add(
                    &member,
                    &rules::MACHINE_CONFIG_DUPLICATE,
                    format!("`{}` belongs to `{other}` already", member.text()),
                    "take it out of one of them",
                );
            }
        }
    }
    for interface in interfaces.items() {
        if worker {
            virtual_address_of_worker(&interface, report);
        }
        if !interface.key("ignore").is_true() {
            identity(&interface, report);
            addressing(&interface, &members, report);
            routes(&interface.key("routes"), report);
        }
    }
}

fn virtual_address_of_worker(interface: &Place<'_>, report: &mut Report) {
    let vlans = interface.key("vlans").items();
    for link in std::iter::once(interface).chain(&vlans) {
        let vip = link.key("vip");
        if vip.is_there() {
            report.add(
                &vip,
                &rules::MACHINE_CONFIG_WORKER_VIP,
                "a worker cannot hold a virtual address",
                "move it to the control planes",
            );
        }
    }
}

/// Which device it is, and what kinds of links hang on it.
fn identity(interface: &Place<'_>, report: &mut Report) {
    let (name, selector) = (interface.key("interface"), interface.key("deviceSelector"));
    if name.is_empty() && !selector.is_there() {
        report.add(
            &name,
            &rules::MACHINE_CONFIG_MISSING,
            "neither `interface` nor `deviceSelector` says which device it is",
            "set one of them",
        );
    } else if !name.is_empty() && selector.is_there() {
        report.exclusive(&selector, "interface");
    }
    // An empty text selects nothing, but `physical: false` does.
    let selects = selector
        .entries()
        .iter()
        .any(|(key, place)| *key == "physical" || !place.is_empty());
    if selector.is_there() && !selects {
        report.add(
            &selector,
            &rules::MACHINE_CONFIG_MISSING,
            "the selector selects nothing",
            "add a term such as `hardwareAddr`",
        );
    }
    let bond = interface.key("bond");
    if bond.is_there() {
        bond::check(&bond, report);
    }
    let wireguard = interface.key("wireguard");
    if wireguard.is_there() {
        self::wireguard(&wireguard, report);
    }
    for vlan in interface.key("vlans").items() {
        addresses(&vlan, report);
    }
}

/// Addresses in both spellings.
fn addresses(link: &Place<'_>, report: &mut Report) {
    let (list, old) = (link.key("addresses"), link.key("cidr"));
    if !list.is_empty() && !old.is_empty() {
        report.exclusive(&old, "addresses");
    }
    let mut all = list.items();
    if !old.is_empty() {
        all.push(old);
    }
    for address in all {
        if !formats::is_address_of_link(address.text()) {
            report.bad(&address, "an address", "write it like `10.0.0.1/24`");
        }
    }
}

fn addressing(interface: &Place<'_>, members: &HashMap<&str, &str>, report: &mut Report) {
    let name = interface.key("interface").text();
    let vip = interface.key("vip");
    if let Some(owner) = members.get(name) {
        let set = ["dhcp", "cidr", "addresses"].map(|key| interface.key(key));
        let virtual_address = Some(&vip).filter(|vip| vip.is_there());
        let all = set.iter().filter(|place| !place.is_empty());
        for place in all.chain(virtual_address) {
            report.add(
                place,
                &rules::MACHINE_CONFIG_MEMBER_ADDRESS,
                format!("`{name}` belongs to `{owner}` and can have no address of its own"),
                format!("move it to `{owner}`"),
            );
        }
    }
    addresses(interface, report);
    let old = interface.key("cidr");
    if !old.is_empty() {
        report.add(
            &old,
            &rules::MACHINE_CONFIG_DEPRECATED,
            "`cidr` is an old name",
            "write a list `addresses`",
        );
    }
    let address = vip.key("ip");
    if vip.is_there() && address.text().parse::<std::net::IpAddr>().is_err() {
        report.bad(&address, "an IP address", "write it like `10.0.0.10`");
    }
}

fn routes(routes: &Place<'_>, report: &mut Report) {
    for route in routes.items() {
        let network = route.key("network");
        if !network.is_empty() && !formats::is_prefix(network.text()) {
            report.bad(&network, "a network", "write it like `10.0.0.0/24`");
        }
        let gateway = route.key("gateway");
        for address in [&gateway, &route.key("source")] {
            if !address.is_empty() && address.text().parse::<std::net::IpAddr>().is_err() {
                report.bad(address, "an IP address", "write it like `10.0.0.1`");
            }
        }
        if gateway.is_empty() && network.is_empty() {
            report.add(
                &route,
                &rules::MACHINE_CONFIG_MISSING,
                "the route has neither `network` nor `gateway`",
                "set one of them",
            );
        }
    }
}

fn wireguard(wireguard: &Place<'_>, report: &mut Report) {
    let is_key =
        |place: &Place<'_>| formats::base64(place.text()).is_some_and(|key| key.len() == 32);
    let bad_key = |place: &Place<'_>, report: &mut Report| {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_KEY,
            "this is not a key of WireGuard",
            "make one with `wg genkey` or `wg pubkey`",
        );
    };
    let private = wireguard.key("privateKey");
    if !is_key(&private) {
        bad_key(&private, report);
    }
    for peer in wireguard.key("peers").items() {
        let public = peer.key("publicKey");
        if !is_key(&public) {
            bad_key(&public, report);
        }
        let endpoint = peer.key("endpoint");
        if !endpoint.is_empty() && !splits_into_host_and_port(endpoint.text()) {
            report.bad(
                &endpoint,
                "a host with a port",
                "write it like `10.0.0.1:51820`",
            );
        }
        for network in peer.key("allowedIPs").items() {
            if !formats::is_prefix(network.text()) {
                report.bad(&network, "a network", "write it like `10.0.0.0/24`");
            }
        }
    }
}
