//! What the expressions of each place can name.

use super::types::Type;

type Fields = &'static [(&'static str, &'static str)];

/// A disk.
const DISK: Fields = &[
    ("size", "uint"),
    ("io_size", "uint"),
    ("sector_size", "uint"),
    ("readonly", "bool"),
    ("model", "text"),
    ("serial", "text"),
    ("modalias", "text"),
    ("wwid", "text"),
    ("bus_path", "text"),
    ("sub_system", "text"),
    ("transport", "text"),
    ("rotational", "bool"),
    ("cdrom", "bool"),
    ("dev_path", "text"),
    ("pretty_size", "text"),
    ("secondary_disks", "texts"),
    ("uuid", "text"),
    ("symlinks", "texts"),
];

/// A volume.
const VOLUME: Fields = &[
    ("size", "uint"),
    ("sector_size", "uint"),
    ("io_size", "uint"),
    ("name", "text"),
    ("uuid", "text"),
    ("label", "text"),
    ("block_size", "uint"),
    ("filesystem_block_size", "uint"),
    ("probed_size", "uint"),
    ("partition_uuid", "text"),
    ("partition_type", "text"),
    ("partition_label", "text"),
    ("partition_index", "uint"),
    ("type", "text"),
    ("device_path", "text"),
    ("parent", "text"),
    ("dev_path", "text"),
    ("parent_dev_path", "text"),
    ("pretty_size", "text"),
    ("offset", "uint"),
];

/// A network link.
const LINK: Fields = &[
    ("index", "uint"),
    ("type", "int"),
    ("link_index", "uint"),
    ("flags", "uint"),
    ("hardware_addr", "bytes"),
    ("broadcast_addr", "bytes"),
    ("mtu", "uint"),
    ("queue_disc", "text"),
    ("master_index", "uint"),
    ("operational_state", "int"),
    ("kind", "text"),
    ("slave_kind", "text"),
    ("bus_path", "text"),
    ("pciid", "text"),
    ("driver", "text"),
    ("driver_version", "text"),
    ("firmware_version", "text"),
    ("product_id", "text"),
    ("vendor_id", "text"),
    ("product", "text"),
    ("vendor", "text"),
    ("link_state", "bool"),
    ("speed_megabits", "int"),
    ("port", "int"),
    ("duplex", "int"),
    ("vlan", "vlan"),
    ("bridge_master", "bridge"),
    ("bond_master", "bond"),
    ("wireguard", "wireguard"),
    ("permanent_addr", "bytes"),
    ("alias", "text"),
    ("alt_names", "texts"),
    ("vrf_master", "vrf"),
];

/// What a link that is a VLAN says of it.
const VLAN: Fields = &[("vid", "uint"), ("protocol", "int")];

/// What a link that is a bridge says of it.
const BRIDGE: Fields = &[("stp", "stp"), ("vlan", "filtering")];
const STP: Fields = &[("enabled", "bool")];
const FILTERING: Fields = &[("filtering_enabled", "bool")];

/// What a link that is a bond says of it.
const BOND: Fields = &[
    ("mode", "int"),
    ("hash_policy", "int"),
    ("lacp_rate", "int"),
    ("arp_validate", "int"),
    ("arp_all_targets", "int"),
    ("primary_index", "uint"),
    ("primary_reselect", "int"),
    ("fail_over_mac", "int"),
    ("ad_select", "int"),
    ("mii_mon", "uint"),
    ("up_delay", "uint"),
    ("down_delay", "uint"),
    ("arp_interval", "uint"),
    ("resend_igmp", "uint"),
    ("min_links", "uint"),
    ("lp_interval", "uint"),
    ("packets_per_slave", "uint"),
    ("num_peer_notif", "uint"),
    ("tlb_dynamic_lb", "uint"),
    ("all_slaves_active", "uint"),
    ("use_carrier", "bool"),
    ("ad_actor_sys_prio", "uint"),
    ("ad_user_port_key", "uint"),
    ("peer_notify_delay", "uint"),
    ("arpip_targets", "any"),
    ("nsip6_targets", "any"),
    ("adlacp_active", "int"),
    ("missed_max", "uint"),
];

/// What a link of `WireGuard` says of it.
const WIREGUARD: Fields = &[
    ("private_key", "text"),
    ("public_key", "text"),
    ("listen_port", "int"),
    ("firewall_mark", "int"),
    ("peers", "any"),
];

/// What a link that is a VRF says of it.
const VRF: Fields = &[("table", "int")];

/// Units of sizes, all but for links.
const UNITS: [&str; 12] = [
    "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "kB", "MB", "GB", "TB", "PB", "EB",
];

/// Classes of control groups.
const CLASSES: [&str; 5] = [
    "Besteffort",
    "Burstable",
    "Guaranteed",
    "Podruntime",
    "System",
];

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Disk,
    Volume,
    Link,
    Trigger,
    Rank,
}

impl Names {
    /// The names of a format of the table of fields.
    pub(super) fn of(format: &str) -> Option<Self> {
        Some(match format {
            "cel-disk" => Self::Disk,
            "cel-volume" => Self::Volume,
            "cel-link" => Self::Link,
            "cel-oom-trigger" => Self::Trigger,
            "cel-oom-rank" => Self::Rank,
            _ => return None,
        })
    }

    /// What an expression must yield.
    pub(super) fn result(self) -> Type {
        if self == Self::Rank {
            Type::Double
        } else {
            Type::Bool
        }
    }

    /// The type of a name.
    pub(super) fn variable(self, name: &str) -> Option<Type> {
        match (self, name) {
            (Self::Disk | Self::Volume, "disk") => return Some(Type::Message(DISK)),
            (Self::Disk, "system_disk") => return Some(Type::Bool),
            (Self::Volume, "volume") => return Some(Type::Message(VOLUME)),
            (Self::Link, "link") => return Some(Type::Message(LINK)),
            (Self::Rank, "memory_max" | "memory_current" | "memory_peak") => {
                return Some(Type::Optional(Box::new(Type::Uint)));
            }
            (Self::Rank, "path") => return Some(Type::Text),
            (Self::Rank, "class") => return Some(Type::Int),
            (Self::Trigger, "time_since_trigger") => return Some(Type::Duration),
            _ => {}
        }
        if self != Self::Link && UNITS.contains(&name) {
            return Some(Type::Uint);
        }
        if matches!(self, Self::Trigger | Self::Rank) && CLASSES.contains(&name) {
            return Some(Type::Int);
        }
        if self == Self::Trigger {
            return pressure(name);
        }
        None
    }

    /// Names to propose.
    pub(super) fn all(self) -> Vec<&'static str> {
        match self {
            Self::Disk => vec!["disk", "system_disk"],
            Self::Volume => vec!["disk", "volume"],
            Self::Link => vec!["link"],
            Self::Trigger => vec![
                "time_since_trigger",
                "memory_some_avg10",
                "memory_full_avg10",
            ],
            Self::Rank => vec![
                "memory_max",
                "memory_current",
                "memory_peak",
                "path",
                "class",
            ],
        }
    }

    /// Whether there is a function of Talos' own.
    pub(super) fn has_function(self, name: &str) -> bool {
        match name {
            "glob" => matches!(self, Self::Disk | Self::Link),
            "mac" => self == Self::Link,
            "multiply_qos_vectors" => self == Self::Trigger,
            _ => false,
        }
    }

    /// Whether there are optional values.
    pub(super) fn has_optionals(self) -> bool {
        matches!(self, Self::Trigger | Self::Rank)
    }
}

/// Names of the pressure on memory, such as `d_qos_memory_some_avg10`.
fn pressure(name: &str) -> Option<Type> {
    let name = name.strip_prefix("d_").unwrap_or(name);
    let (of_class, rest) = match name.strip_prefix("qos_") {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let rest = rest.strip_prefix("memory_")?;
    let known = match rest.split_once('_') {
        Some(("some" | "full", "avg10" | "avg60" | "avg300" | "total")) => true,
        _ => of_class && matches!(rest, "current" | "peak" | "max"),
    };
    known.then(|| {
        if of_class {
            Type::Map(Box::new(Type::Int), Box::new(Type::Double))
        } else {
            Type::Double
        }
    })
}

/// The type of a field.
pub(super) fn field(fields: Fields, name: &str) -> Option<Type> {
    let (_, kind) = fields.iter().find(|(field, _)| *field == name)?;
    Some(match *kind {
        "uint" => Type::Uint,
        "int" => Type::Int,
        "bool" => Type::Bool,
        "text" => Type::Text,
        "texts" => Type::List(Box::new(Type::Text)),
        "bytes" => Type::Bytes,
        "vlan" => Type::Message(VLAN),
        "bridge" => Type::Message(BRIDGE),
        "stp" => Type::Message(STP),
        "filtering" => Type::Message(FILTERING),
        "bond" => Type::Message(BOND),
        "wireguard" => Type::Message(WIREGUARD),
        "vrf" => Type::Message(VRF),
        _ => Type::Dynamic,
    })
}
