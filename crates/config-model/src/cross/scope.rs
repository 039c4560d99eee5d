//! What the rules across keys look at.

use std::net::IpAddr;
use std::ops::Range;

use crate::fields::{Fields, Placed};
use crate::templates::Templates;
use crate::types::{Address, Asn, Cidr};

/// Both files, each value good by itself.
pub(crate) struct Scope<'a> {
    pub(crate) templates: Templates,
    pub(crate) cluster: &'a Fields<'a>,
    pub(crate) nodes: &'a [Fields<'a>],
    /// Whether all entries of `nodes` could be read, so that counting them means something.
    pub(crate) nodes_complete: bool,
}

/// The three keys that turn BGP on.
pub(crate) const BGP_KEYS: [&str; 3] = [
    "cilium_bgp_router_addr",
    "cilium_bgp_router_asn",
    "cilium_bgp_node_asn",
];

impl Scope<'_> {
    /// The network of nodes.
    pub(crate) fn node_network(&self) -> Option<Placed<Cidr>> {
        self.cluster.typed("node_cidr")
    }

    /// The default gateway: as set, or the first host of the node network.
    pub(crate) fn default_gateway(&self) -> Option<Placed<IpAddr>> {
        if self.cluster.is_set("node_default_gateway") {
            let set: Placed<Address> = self.cluster.typed("node_default_gateway")?;
            return Some(Placed {
                value: set.value.ip(),
                range: set.range,
            });
        }
        Some(Placed {
            value: first_host(self.node_network()?.value)?,
            range: None,
        })
    }

    /// Whether BGP is meant to be on: all three keys are set, whatever their values.
    pub(crate) fn bgp_enabled(&self) -> bool {
        BGP_KEYS.iter().all(|key| self.cluster.is_set(key))
    }

    /// The numbers of router and nodes, with the place of the second.
    pub(crate) fn asns(&self) -> Option<(Asn, Asn, Option<Range<usize>>)> {
        let router: Placed<Asn> = self.cluster.typed("cilium_bgp_router_asn")?;
        let node: Placed<Asn> = self.cluster.typed("cilium_bgp_node_asn")?;
        Some((router.value, node.value, node.range))
    }
}

/// The default of `node_default_gateway`.
pub(crate) fn first_host(network: Cidr) -> Option<IpAddr> {
    network.host(1)
}
