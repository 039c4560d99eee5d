//! What a machine is made of, as it says itself.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use talos_client::api::cosi::Resource;
use talos_client::{Fault, Node};

/// Below that, Talos 1.13 itself complains of a disk when it installs (`pkg/minimal`).
pub const SMALLEST_DISK: u64 = 6 << 30;

/// A disk (`Disks.block.talos.dev`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    /// Its device, such as `/dev/sda`.
    pub dev_path: String,
    /// In bytes.
    pub size: u64,
    /// What its maker calls it.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Its number in the whole world.
    pub wwid: String,
    /// Its number, where it has one of that form.
    pub uuid: String,
    /// What drivers know it by.
    pub modalias: String,
    /// Where it is plugged in.
    pub bus_path: String,
    /// How: `nvme`, `sata`, `virtio`; empty for what is no disk by itself.
    pub transport: String,
    /// Whether it turns.
    pub rotational: bool,
    /// Whether nothing can be written to it.
    pub readonly: bool,
    /// Whether it is a drive for such.
    pub cdrom: bool,
    /// What else leads to its device, such as names below `/dev/disk/by-id`.
    pub symlinks: Vec<String>,
}

impl Disk {
    /// Whether Talos could be installed to it, by its kind.
    pub fn is_writable(&self) -> bool {
        !self.transport.is_empty() && !self.readonly && !self.cdrom
    }

    /// It in a few words.
    pub fn words(&self) -> String {
        let mut about = vec![gibibytes(self.size)];
        if !self.model.is_empty() {
            about.push(self.model.clone());
        }
        if !self.serial.is_empty() {
            about.push(format!("serial {}", self.serial));
        }
        diagnostics::visible(&format!("`{}` ({})", self.dev_path, about.join(", ")))
    }
}

/// A network link (`LinkStatuses.net.talos.dev`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Link {
    /// Its name, such as `enp1s0`.
    pub name: String,
    /// Its number on the machine.
    pub index: u32,
    /// `ether`, `loopback` and others.
    pub r#type: String,
    /// `vlan`, `bond` and others; empty for a real one.
    pub kind: String,
    /// Its MAC.
    pub hardware_addr: String,
    /// The MAC that it was made with.
    pub permanent_addr: String,
    /// Whether a cable leads somewhere.
    pub link_state: bool,
    /// The number of the bond or bridge that it is part of, or 0.
    pub master_index: u32,
    /// The number of the link below it, for a VLAN.
    pub link_index: u32,
}

impl Link {
    /// Whether it is a network card.
    pub fn is_physical(&self) -> bool {
        self.r#type == "ether" && self.kind.is_empty()
    }

    /// The MAC that stays whatever it is made part of.
    pub fn mac(&self) -> String {
        let own = if self.permanent_addr.is_empty() {
            &self.hardware_addr
        } else {
            &self.permanent_addr
        };
        own.to_lowercase()
    }
}

/// An address that a machine has (`AddressStatuses.net.talos.dev`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Address {
    /// With the length of its network's prefix.
    address: String,
    /// The link that carries it.
    pub link_name: String,
}

impl Address {
    /// The address alone.
    pub fn host(&self) -> &str {
        self.address.split('/').next().unwrap_or_default()
    }

    /// Whether other machines can reach it there.
    pub fn is_reachable(&self) -> bool {
        match self.host().parse() {
            Ok(IpAddr::V4(address)) => !address.is_loopback() && !address.is_link_local(),
            Ok(IpAddr::V6(address)) => !address.is_loopback() && !address.is_unicast_link_local(),
            Err(_) => false,
        }
    }
}

/// The disks of a machine, drives and loops included.
pub fn disks(node: &Node<'_>) -> Result<Vec<Disk>, Fault> {
    let found = node.resources("runtime", "Disks.block.talos.dev")?;
    Ok(found.iter().filter_map(Resource::read).collect())
}

/// The links of a machine.
pub fn links(node: &Node<'_>) -> Result<Vec<Link>, Fault> {
    let found = node.resources("network", "LinkStatuses.net.talos.dev")?;
    let read = found.iter().filter_map(|link| {
        let named: Link = link.read()?;
        let name = link.id().to_owned();
        Some(Link { name, ..named })
    });
    Ok(read.collect())
}

/// The addresses of a machine.
pub fn addresses(node: &Node<'_>) -> Result<Vec<Address>, Fault> {
    let found = node.resources("network", "AddressStatuses.net.talos.dev")?;
    Ok(found.iter().filter_map(Resource::read).collect())
}

/// A size as people compare them.
pub fn gibibytes(bytes: u64) -> String {
    let tenths = (u128::from(bytes) * 10) >> 30;
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::gibibytes;

    #[test]
    fn sizes_in_gibibytes() {
        let shown = [0, 6 << 30, 512_110_190_592, u64::MAX].map(gibibytes);
        let expected = ["0.0 GiB", "6.0 GiB", "476.9 GiB", "17179869183.9 GiB"];
        assert_eq!(shown, expected);
    }
}
