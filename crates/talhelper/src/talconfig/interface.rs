//! Interfaces of a node, as v1alpha1 has them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lists::{Keys, List, Texts, number};

/// An interface as it is written, which older contracts take over.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Interface {
    pub(crate) written: Keys,
}

impl Interface {
    /// What it says, for contracts that have documents for it. Whatever the table of keys takes
    /// can be read.
    pub(crate) fn read(&self) -> serde_json::Result<(Device, Link)> {
        let device = Device::deserialize(&self.written)?;
        Ok((device, Link::deserialize(&self.written)?))
    }
}

/// What an interface has that no VLAN has.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Device {
    pub(crate) interface: String,
    pub(crate) device_selector: Option<Selector>,
    pub(crate) bond: Option<Bond>,
    pub(crate) bridge: Option<Bridge>,
    pub(crate) bridge_port: Option<Value>,
    pub(crate) vlans: List<Vlan>,
    pub(crate) ignore: bool,
    pub(crate) dummy: bool,
    pub(crate) wireguard: Option<Wireguard>,
}

/// What interfaces and VLANs have alike.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Link {
    pub(crate) addresses: Texts,
    pub(crate) cidr: String,
    pub(crate) routes: List<Route>,
    #[serde(deserialize_with = "number")]
    pub(crate) mtu: u64,
    pub(crate) dhcp: bool,
    pub(crate) dhcp_options: DhcpOptions,
    pub(crate) vip: VirtualAddress,
}

/// A VLAN of an interface.
#[derive(Clone, PartialEq)]
pub(crate) struct Vlan {
    /// 0 if it has none.
    pub(crate) id: u64,
    pub(crate) link: Link,
}

/// What devices are chosen by.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Selector {
    pub(crate) hardware_addr: String,
    pub(crate) permanent_addr: String,
    pub(crate) bus_path: String,
    pub(crate) driver: String,
    #[serde(rename = "pciID")]
    pub(crate) pci_id: String,
    pub(crate) physical: Option<bool>,
}

/// A route.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Route {
    pub(crate) network: String,
    pub(crate) gateway: String,
    pub(crate) source: String,
    #[serde(deserialize_with = "number")]
    pub(crate) metric: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) mtu: u64,
}

/// How an address is asked for.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DhcpOptions {
    #[serde(deserialize_with = "number")]
    pub(crate) route_metric: u64,
    pub(crate) ipv4: Option<bool>,
    pub(crate) ipv6: Option<bool>,
    pub(crate) duidv6: String,
}

/// An address that control planes share.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct VirtualAddress {
    pub(crate) ip: String,
    /// How some providers hand it over.
    #[serde(flatten)]
    pub(crate) other: Keys,
}

/// Several links as one.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Bond {
    pub(crate) interfaces: Texts,
    pub(crate) device_selectors: List<Selector>,
    #[serde(rename = "arpIPTarget")]
    pub(crate) arp_ip_target: Texts,
    pub(crate) use_carrier: Option<bool>,
    pub(crate) ad_actor_system: Option<String>,
    pub(crate) primary: Option<String>,
    pub(crate) mode: String,
    pub(crate) xmit_hash_policy: String,
    pub(crate) lacp_rate: String,
    pub(crate) arp_validate: String,
    pub(crate) arp_all_targets: String,
    pub(crate) primary_reselect: String,
    pub(crate) fail_over_mac: String,
    pub(crate) ad_select: String,
    #[serde(deserialize_with = "number")]
    pub(crate) miimon: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) updelay: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) downdelay: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) arp_interval: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) resend_igmp: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) min_links: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) lp_interval: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) packets_per_slave: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) num_peer_notif: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) tlb_dynamic_lb: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) all_slaves_active: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) ad_actor_sys_prio: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) ad_user_port_key: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) peer_notify_delay: u64,
}

/// Several links as one network.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Bridge {
    pub(crate) interfaces: Texts,
    pub(crate) stp: Option<SpanningTree>,
    pub(crate) vlan: Option<BridgeVlan>,
}

/// Whether a bridge looks for circles.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct SpanningTree {
    pub(crate) enabled: Option<bool>,
}

/// What a bridge does with VLANs.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BridgeVlan {
    pub(crate) vlan_filtering: bool,
}

/// A tunnel.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Wireguard {
    pub(crate) private_key: String,
    #[serde(deserialize_with = "number")]
    pub(crate) listen_port: u64,
    #[serde(deserialize_with = "number")]
    pub(crate) firewall_mark: u64,
    pub(crate) peers: List<Peer>,
}

/// The other end of a tunnel.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Peer {
    pub(crate) public_key: String,
    pub(crate) endpoint: String,
    pub(crate) persistent_keepalive_interval: String,
    #[serde(rename = "allowedIPs")]
    pub(crate) allowed_ips: Texts,
}

impl<'de> Deserialize<'de> for Vlan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Keys::deserialize(from)?;
        let id = written.get("vlanId").and_then(Value::as_u64);
        Ok(Self {
            id: id.unwrap_or_default(),
            link: Link::deserialize(&written).map_err(D::Error::custom)?,
        })
    }
}
