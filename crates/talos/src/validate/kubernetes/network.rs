//! Networks of pods and services: documents are stricter than `cluster.network` is.

use std::net::IpAddr;

use crate::rules;
use crate::validate::formats;
use crate::validate::place::{Place, Report};

/// A network of a node or of services has at least this many bits for hosts.
const LEAST_HOST_BITS: u32 = 4;
/// Services have at most this many.
const MOST_SERVICE_BITS: u32 = 20;
/// A network of pods is cut into at most two to this number of networks of nodes.
const MOST_NODE_BITS: u32 = 16;

/// The sizes of the networks that nodes get of that of the pods.
struct Masks {
    v4: Option<u32>,
    v6: Option<u32>,
}

/// `KubeNetworkConfig`.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    let masks = Masks {
        v4: mask(&document.key("nodeCIDRMaskSizeIPv4"), 24, 32, report),
        v6: mask(&document.key("nodeCIDRMaskSizeIPv6"), 64, 128, report),
    };
    let (pods, services) = (document.key("podSubnets"), document.key("serviceSubnets"));
    families(&pods, report);
    families(&services, report);
    for (place, fault) in faults(&pods, |address, length| pods_fault(&masks, address, length))
        .chain(faults(&services, services_fault))
    {
        report.add(
            &place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("the network `{}` {}", place.text(), fault.what),
            fault.hint,
        );
    }
    if pods.items().len() != services.items().len() {
        report.add(
            &services,
            &rules::MACHINE_CONFIG_NEEDS,
            "there are not as many networks of services as of pods",
            "list one of each family of addresses in both",
        );
    }
}

/// What of `cluster.network` its document would not take.
pub(in crate::validate) fn too_large_for_documents(network: &Place<'_>, report: &mut Report) {
    let masks = Masks {
        v4: Some(24),
        v6: Some(64),
    };
    let (pods, services) = (network.key("podSubnets"), network.key("serviceSubnets"));
    for (place, fault) in faults(&pods, |address, length| pods_fault(&masks, address, length))
        .chain(faults(&services, services_fault))
    {
        report.add(
            &place,
            &rules::MACHINE_CONFIG_STAYS,
            format!(
                "`KubeNetworkConfig` takes no such network: `{}` {}",
                place.text(),
                fault.what
            ),
            "keep the section `cluster.network` where everything else becomes documents",
        );
    }
}

/// How long the prefix of a node's network is: none if it cannot be so long.
fn mask(place: &Place<'_>, default: u32, most: u32, report: &mut Report) -> Option<u32> {
    if place.number() == 0 {
        return Some(default);
    }
    let length = u32::try_from(place.number()).ok();
    let length = length.filter(|length| *length <= most);
    if length.is_none() {
        report.add(
            place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{}` is not the length of a prefix", place.number()),
            format!("use 1 to {most}"),
        );
    }
    length
}

/// How many there are, and of which families.
fn families(networks: &Place<'_>, report: &mut Report) {
    let all = networks.items();
    if all.is_empty() {
        report.missing(networks, "list a network such as `10.42.0.0/16`");
        return;
    }
    let v6 = |place: &Place<'_>| place.text().contains(':');
    for (index, place) in all.iter().enumerate() {
        let mut before = all.iter().take(index);
        if before.any(|other| v6(other) == v6(place)) {
            let family = if v6(place) { 6 } else { 4 };
            report.add(
                place,
                &rules::MACHINE_CONFIG_DUPLICATE,
                format!("there is a network of IPv{family} already"),
                "keep one of IPv4 and one of IPv6",
            );
        }
    }
}

/// Why a network cannot be used.
struct Fault {
    /// Completes "the network …".
    what: String,
    hint: String,
}

/// The networks that cannot be used. What is none at all, its form says.
fn faults<'a>(
    networks: &Place<'a>,
    of_kind: impl Fn(IpAddr, u32) -> Option<Fault>,
) -> impl Iterator<Item = (Place<'a>, Fault)> {
    networks.items().into_iter().filter_map(move |place| {
        let (address, length) = formats::prefix(place.text())?;
        let fault = network_fault(address, length).or_else(|| of_kind(address, length))?;
        Some((place, fault))
    })
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// What is wrong with any network.
fn network_fault(address: IpAddr, length: u32) -> Option<Fault> {
    let first = first_address(address, length);
    if first != address {
        return Some(Fault {
            what: "has bits set behind its prefix".to_owned(),
            hint: format!("write `{first}/{length}`"),
        });
    }
    (bits(address) - length < LEAST_HOST_BITS).then(|| Fault {
        what: "is too small".to_owned(),
        hint: format!("use `/{}` or larger", bits(address) - LEAST_HOST_BITS),
    })
}

/// The first address of the network that an address is in.
fn first_address(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

fn pods_fault(masks: &Masks, address: IpAddr, length: u32) -> Option<Fault> {
    let node = if address.is_ipv4() {
        masks.v4
    } else {
        masks.v6
    }?;
    if length > node {
        return Some(Fault {
            what: format!("is smaller than the `/{node}` that each node gets of it"),
            hint: format!("use `/{node}` or larger"),
        });
    }
    (node - length > MOST_NODE_BITS).then(|| Fault {
        what: format!("is too large to be cut into a `/{node}` for each node"),
        hint: format!("use `/{}` or smaller", node - MOST_NODE_BITS),
    })
}

fn services_fault(address: IpAddr, length: u32) -> Option<Fault> {
    let shortest = bits(address) - MOST_SERVICE_BITS;
    (length < shortest).then(|| Fault {
        what: "is too large for services".to_owned(),
        hint: format!("use `/{shortest}` or smaller"),
    })
}
