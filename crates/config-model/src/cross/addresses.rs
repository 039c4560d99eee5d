//! Addresses of nodes, gateways and virtual addresses: each inside its network, each once.

use std::collections::HashMap;
use std::net::IpAddr;

use diagnostics::{Diagnostics, Location};

use super::free::FreeAddresses;
use super::scope::Scope;
use crate::fields::Placed;
use crate::rules;
use crate::types::{Address, Cidr};

/// The virtual addresses, and whether BGP may announce them from outside the node network.
const VIRTUAL: &[(&str, bool)] = &[
    ("cluster_api_addr", false),
    ("cluster_gateway_addr", true),
    ("cluster_dns_gateway_addr", true),
    ("cloudflare_gateway_addr", true),
    ("envoy_ai_gateway_addr", true),
    ("auth_gateway_addr", true),
    ("mcp_gateway_addr", true),
];

/// How messages name the default gateway.
const DEFAULT_GATEWAY: &str = "the default gateway";

/// One address that something is to answer at.
struct Claim {
    address: IpAddr,
    /// Who has it, as messages say.
    owner: String,
    /// Where it is set; none for the default gateway that follows from the network.
    location: Option<Location>,
    /// Whether it may lie outside the node network.
    anywhere: bool,
}

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    // A network without room for two was reported; nothing could be inside of it.
    let network = scope
        .node_network()
        .map(|placed| placed.value)
        .filter(|network| network.network().prefix_len() <= 30);
    let claims = claims(scope);
    let used = claims.iter().map(|claim| claim.address).collect();
    let mut free = network.map(|network| FreeAddresses::new(network.network(), used));
    let mut first: HashMap<IpAddr, &Claim> = HashMap::with_capacity(claims.len());
    for claim in &claims {
        let placed =
            network.is_none_or(|network| inside(scope, claim, network, &mut free, diagnostics));
        match first.get(&claim.address) {
            None => drop(first.insert(claim.address, claim)),
            // One problem an address is enough.
            Some(other) if placed => duplicate(scope, claim, other, &mut free, diagnostics),
            Some(_) => {}
        }
    }
    if let Some(router) = scope.cluster.typed::<Address>("cilium_bgp_router_addr") {
        router_address(scope, &router, &claims, diagnostics);
    }
}

/// All claims: the gateway and virtual addresses first, then nodes in written order.
fn claims(scope: &Scope<'_>) -> Vec<Claim> {
    let bgp = scope.bgp_enabled();
    let gateway = scope.default_gateway().map(|gateway| Claim {
        address: gateway.value,
        owner: DEFAULT_GATEWAY.to_owned(),
        location: gateway
            .range
            .map(|range| scope.cluster.source.location(range)),
        anywhere: false,
    });
    let virtual_ones = VIRTUAL.iter().filter_map(|&(key, by_bgp)| {
        let address: Placed<Address> = scope.cluster.typed(key)?;
        Some(Claim {
            address: address.value.ip(),
            owner: format!("`{key}`"),
            location: Some(scope.cluster.location(key)),
            anywhere: by_bgp && bgp,
        })
    });
    let nodes = scope.nodes.iter().enumerate().filter_map(|(index, node)| {
        let address: Placed<Address> = node.typed("address")?;
        Some(Claim {
            address: address.value.ip(),
            owner: match node.text("name") {
                Some(name) => format!("node `{name}`"),
                None => format!("node {}", index + 1),
            },
            location: Some(node.location("address")),
            anywhere: false,
        })
    });
    gateway
        .into_iter()
        .chain(virtual_ones)
        .chain(nodes)
        .collect()
}

/// Checks the place of an address in the networks; whether it is good.
fn inside(
    scope: &Scope<'_>,
    claim: &Claim,
    network: Cidr,
    free: &mut Option<FreeAddresses>,
    diagnostics: &mut Diagnostics,
) -> bool {
    // The default gateway that follows from the network cannot be outside of it.
    let Some(location) = &claim.location else {
        return true;
    };
    let problem = if network.contains(claim.address) {
        let edges = [network.network().network(), network.network().broadcast()];
        if !edges.contains(&claim.address) {
            return true;
        }
        let which = if claim.address == edges[0] {
            "names the network itself"
        } else {
            "is the broadcast address of the network"
        };
        rules::ADDRESS_NETWORK.report(format!(
            "`{}` {which}, `{}`",
            claim.address,
            network.network()
        ))
    } else if claim.anywhere {
        let of_cluster = ["cluster_pod_cidr", "cluster_svc_cidr"]
            .into_iter()
            .find(|key| {
                let range = scope.cluster.typed::<Cidr>(key);
                range.is_some_and(|range| range.value.contains(claim.address))
            });
        let Some(key) = of_cluster else {
            return true;
        };
        rules::ADDRESS_IN_CLUSTER.report(format!("`{}` lies in `{key}`", claim.address))
    } else {
        // Templates of a repository's own may announce addresses their own way.
        scope.templates.report(
            &rules::ADDRESS_OUTSIDE,
            format!(
                "`{}` lies outside `node_cidr`, `{}`",
                claim.address,
                network.network()
            ),
        )
    };
    let problem = problem.at(location.clone());
    diagnostics.push(match free.as_mut().and_then(FreeAddresses::next) {
        Some(address) => problem.hint(format!("`{address}` is free")),
        None => problem,
    });
    false
}

fn duplicate(
    scope: &Scope<'_>,
    claim: &Claim,
    other: &Claim,
    free: &mut Option<FreeAddresses>,
    diagnostics: &mut Diagnostics,
) {
    let Some(location) = &claim.location else {
        return;
    };
    let mut problem = rules::ADDRESS_DUPLICATE
        .report(format!(
            "`{}` is already the address of {}",
            claim.address, other.owner
        ))
        .at(location.clone());
    problem = match (&other.location, scope.cluster.range_of("node_cidr")) {
        (Some(first), _) => problem.related(first.clone(), format!("{} has it here", other.owner)),
        (None, Some(range)) => problem.related(
            scope.cluster.source.location(range),
            "the default gateway is the first host of this network unless `node_default_gateway` is set",
        ),
        (None, None) => problem,
    };
    diagnostics.push(match free.as_mut().and_then(FreeAddresses::next) {
        Some(address) => problem.hint(format!("`{address}` is free")),
        None => problem,
    });
}

fn router_address(
    scope: &Scope<'_>,
    router: &Placed<Address>,
    claims: &[Claim],
    diagnostics: &mut Diagnostics,
) {
    let address = router.value.ip();
    // The router usually is the default gateway.
    let claim = claims
        .iter()
        .find(|claim| claim.address == address && claim.owner != DEFAULT_GATEWAY);
    let Some(claim) = claim else {
        return;
    };
    let mut problem = rules::BGP_ROUTER_TAKEN
        .report(format!(
            "`{address}` is the address of {}, not of a router",
            claim.owner
        ))
        .at(scope.cluster.location("cilium_bgp_router_addr"));
    if let Some(location) = &claim.location {
        problem = problem.related(location.clone(), format!("{} has it here", claim.owner));
    }
    diagnostics.push(problem);
}
