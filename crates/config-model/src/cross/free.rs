//! Addresses of the node network that nothing uses, to propose in hints.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::types::Address;

/// How many addresses are looked at in all, so that no network takes long.
const MOST: usize = 1 << 16;

/// Hands out free addresses, each once.
pub(crate) struct FreeAddresses {
    hosts: std::iter::Take<ipnet::IpAddrRange>,
    used: HashSet<IpAddr>,
}

impl FreeAddresses {
    /// The free ones of a network, given those in use.
    pub(crate) fn new(network: IpNet, used: HashSet<IpAddr>) -> Self {
        Self {
            hosts: network.hosts().take(MOST),
            used,
        }
    }

    /// The next free one; none when the network is full.
    pub(crate) fn next(&mut self) -> Option<IpAddr> {
        self.hosts
            .by_ref()
            .find(|address| !self.used.contains(address) && Address::new(*address).is_ok())
    }
}
