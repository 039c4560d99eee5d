//! Addresses of load balancers: one for each, and from a pool.

use std::net::IpAddr;

use diagnostics::Diagnostics;

use super::context::Context;
use super::range::{Range, range, ranges};
use super::{at, related};
use crate::inventory::{Inventory, walk};
use crate::object::{Id, Object};
use crate::rules;
use crate::unknown;
use crate::value::Value;

/// Annotations that ask for addresses.
const ANNOTATIONS: &[&str] = &[
    "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips",
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
];

/// Annotations that let several share an address: all who have the same text do.
const SHARED: &[&str] = &[
    "lbipam.cilium.io/sharing-key",
    "io.cilium/lb-ipam-sharing-key",
    "metallb.io/allow-shared-ip",
    "metallb.universe.tf/allow-shared-ip",
];

/// An address that something asks for.
#[derive(Debug, Clone)]
pub struct Address<'a> {
    /// The address.
    pub address: IpAddr,
    /// What asks for it.
    pub object: &'a Object,
    /// The key by which it shares it; empty where it does not.
    pub key: &'a str,
    /// The value that says it.
    pub value: &'a Value,
}

/// The kinds of pools.
const POOLS: &[&str] = &["CiliumLoadBalancerIPPool", "IPAddressPool"];

pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    let addresses = all(inventory);
    let mut pools = context.pools.clone();
    pools.extend(pools_of(inventory));
    // A pool of which something is unknown may have any address.
    let is_known = !{ inventory.objects.iter() }.any(|entry| {
        let spec = entry.object.0.get("spec");
        POOLS.contains(&entry.object.kind()) && spec.is_some_and(unknown::within)
    });
    let mut seen: Vec<&Address<'_>> = Vec::new();
    for one in &addresses {
        let other = seen.iter().find(|other| {
            other.address == one.address
                && other.object.id() != one.object.id()
                && (one.key.is_empty() || one.key != other.key)
        });
        if let Some(other) = other {
            let message = format!(
                "{} asks for `{}`, and so does {}",
                named(&one.object.id()),
                one.address,
                named(&other.object.id()),
            );
            let problem = at(rules::FLUX_ADDRESS_TWICE.report(message), one.value);
            problems.push(related(
                problem,
                &other.value.place,
                "it is asked for here first",
            ));
        }
        seen.push(one);
        let is_inside = |(first, last): &Range| {
            *first <= one.address
                && one.address <= *last
                && first.is_ipv4() == one.address.is_ipv4()
        };
        if !pools.is_empty() && is_known && inventory.knows_all() && !pools.iter().any(is_inside) {
            problems.push(at(
                rules::FLUX_ADDRESS_OUTSIDE
                    .report(format!("`{}` lies in no pool of addresses", one.address)),
                one.value,
            ));
        }
    }
}

fn named(id: &Id) -> String {
    format!("the {} `{}/{}`", id.kind, id.namespace, id.name)
}

/// The pools that the repository declares.
fn pools_of(inventory: &Inventory<'_>) -> Vec<Range> {
    let mut pools = Vec::new();
    for entry in &inventory.objects {
        let spec = entry.object.0.get("spec");
        match entry.object.kind() {
            "CiliumLoadBalancerIPPool" => {
                let is_off = spec.and_then(|spec| spec.get("disabled")?.as_bool()) == Some(true);
                let blocks = spec.and_then(|spec| spec.get("blocks")).map(Value::items);
                for block in blocks.unwrap_or_default().iter().filter(|_| !is_off) {
                    let text = |key| block.get(key).and_then(Value::as_text).unwrap_or_default();
                    match (text("cidr"), text("start"), text("stop")) {
                        ("", start, "") => pools.extend(range(start)),
                        ("", start, stop) => pools.extend(range(&format!("{start}-{stop}"))),
                        (cidr, ..) => pools.extend(range(cidr)),
                    }
                }
            }
            "IPAddressPool" => {
                let list = spec
                    .and_then(|spec| spec.get("addresses"))
                    .map(Value::items);
                let texts = list.unwrap_or_default().iter().filter_map(Value::as_text);
                pools.extend(texts.flat_map(ranges));
            }
            _ => {}
        }
    }
    pools
}

/// Every address that something asks for, by its annotations or its fields.
pub(crate) fn all<'a>(inventory: &Inventory<'a>) -> Vec<Address<'a>> {
    let mut found = Vec::new();
    for entry in &inventory.objects {
        let object = entry.object;
        let (root, is_values) = match (object.group(), object.kind()) {
            ("", "Service") if object.text(&["spec", "type"]) != "LoadBalancer" => continue,
            ("", "Service") | ("gateway.networking.k8s.io", "Gateway") => (Some(&object.0), false),
            ("gateway.envoyproxy.io", "EnvoyProxy") => (Some(&object.0), false),
            ("helm.toolkit.fluxcd.io", "HelmRelease") => (object.0.at(&["spec", "values"]), true),
            _ => continue,
        };
        let Some(root) = root else { continue };
        if !is_values && object.kind() == "Gateway" {
            let list = object.0.at(&["spec", "addresses"]).map(Value::items);
            let values = list
                .unwrap_or_default()
                .iter()
                .filter_map(|one| one.get("value"));
            found.extend(values.flat_map(|value| addresses(object, "", value)));
        }
        walk(root, &mut |path, value| {
            if let Some(map) = value.as_map()
                && matches!(path.last(), Some(&("annotations" | "serviceAnnotations")))
            {
                let key = SHARED.iter().find_map(|key| map.get(*key)?.value.as_text());
                for name in ANNOTATIONS {
                    if let Some(field) = map.get(*name) {
                        found.extend(addresses(object, key.unwrap_or_default(), &field.value));
                    }
                }
            }
            if path.last() == Some(&"loadBalancerIP") {
                found.extend(addresses(object, "", value));
            }
        });
    }
    // One and the same may be asked for in two ways at once.
    found.dedup_by(|one, other| {
        one.address == other.address && std::ptr::eq(one.object, other.object)
    });
    found
}

fn addresses<'a>(object: &'a Object, key: &'a str, value: &'a Value) -> Vec<Address<'a>> {
    let texts = value.as_text().unwrap_or_default().split(',');
    texts
        .filter_map(|text| text.trim().parse().ok())
        .map(|address| Address {
            address,
            object,
            key,
            value,
        })
        .collect()
}
