//! The three networks.

use diagnostics::{Diagnostic, Diagnostics};

use super::scope::Scope;
use crate::fields::Placed;
use crate::rules;
use crate::types::Cidr;

const KEYS: [&str; 3] = ["node_cidr", "cluster_pod_cidr", "cluster_svc_cidr"];

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let networks = KEYS.map(|key| scope.cluster.typed::<Cidr>(key));
    for (key, network) in KEYS.iter().zip(&networks) {
        if let Some(network) = network {
            host_bits(scope, key, network, diagnostics);
        }
    }
    let [nodes, pods, services] = &networks;
    if let Some(nodes) = nodes {
        let prefix = nodes.value.network().prefix_len();
        if prefix > 30 {
            diagnostics.push(
                rules::CIDR_TOO_SMALL
                    .report(format!(
                        "`{}` is too small: a /{prefix} has no room for a gateway and a node",
                        nodes.value
                    ))
                    .at(scope.cluster.location("node_cidr")),
            );
        }
    }
    overlaps(scope, &networks, diagnostics);
    if let Some(pods) = pods {
        pod_network(scope, pods, diagnostics);
    }
    if let Some(services) = services {
        // Host 10 itself must not be the last address, which is the broadcast one.
        if services.value.host(11).is_none() {
            diagnostics.push(
                rules::CIDR_SERVICE_TOO_SMALL
                    .report(format!(
                        "`{}` is too small: it has no host 10, which CoreDNS gets",
                        services.value
                    ))
                    .at(scope.cluster.location("cluster_svc_cidr"))
                    .hint("use a /28 or larger; a /16 is usual"),
            );
        }
    }
}

fn host_bits(scope: &Scope<'_>, key: &str, network: &Placed<Cidr>, diagnostics: &mut Diagnostics) {
    if network.value.has_host_bits() {
        diagnostics.push(
            scope
                .templates
                .report(
                    &rules::CIDR_HOST_BITS,
                    format!("`{}` has bits set beyond its prefix", network.value),
                )
                .at(scope.cluster.location(key))
                .hint(format!("write the network: `{}`", network.value.network())),
        );
    }
}

fn overlaps(
    scope: &Scope<'_>,
    networks: &[Option<Placed<Cidr>>; 3],
    diagnostics: &mut Diagnostics,
) {
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        let (Some(one), Some(other)) = (&networks[first], &networks[second]) else {
            continue;
        };
        if !one.value.overlaps(other.value) {
            continue;
        }
        // The problem stands at the later key, or at the one that is set.
        let (at, with) = if other.range.is_some() {
            (second, first)
        } else {
            (first, second)
        };
        let value = |index: usize| {
            networks[index]
                .as_ref()
                .map(|network| network.value.to_string())
        };
        let problem = rules::CIDR_OVERLAP
            .report(format!(
                "`{}` overlaps `{}` of `{}`",
                value(at).unwrap_or_default(),
                value(with).unwrap_or_default(),
                KEYS[with]
            ))
            .at(scope.cluster.location(KEYS[at]));
        diagnostics.push(with_other_place(scope, problem, KEYS[with]));
    }
}

fn with_other_place(scope: &Scope<'_>, problem: Diagnostic, key: &str) -> Diagnostic {
    match scope.cluster.range_of(key) {
        Some(range) => problem.related(
            scope.cluster.source.location(range),
            format!("`{key}` is set here"),
        ),
        None => problem.hint(format!(
            "`{key}` has its default; set it to another network"
        )),
    }
}

fn pod_network(scope: &Scope<'_>, pods: &Placed<Cidr>, diagnostics: &mut Diagnostics) {
    let prefix = u32::from(pods.value.network().prefix_len());
    let room = 24_u32
        .checked_sub(prefix)
        .map_or(0, |bits| 1_usize.checked_shl(bits).unwrap_or(usize::MAX));
    let count = scope.nodes.len();
    if count <= room && room > 0 {
        return;
    }
    // The prefix that has a /24 for each node.
    let needed = usize::BITS - count.max(1).saturating_sub(1).leading_zeros();
    let needed = 24_u32.saturating_sub(needed);
    let at = if pods.range.is_some() {
        scope.cluster.location("cluster_pod_cidr")
    } else {
        scope.cluster.whole()
    };
    diagnostics.push(
        rules::CIDR_POD_TOO_SMALL
            .report(format!(
                "`{}` has room for {room} node{} at a /24 each, and there are {count}",
                pods.value,
                if room == 1 { "" } else { "s" },
            ))
            .at(at)
            .hint(format!("use a /{needed} or larger; a /16 is usual")),
    );
}
