//! Machines that wait for a configuration, and what a node would be made of each.
//!
//! A machine in maintenance lets itself be asked by anybody; one of a cluster wants to know who
//! asks, and is left alone.

mod targets;

use std::time::Duration;

use diagnostics::Diagnostic;
use serde::Serialize;
use serde_json::Value;
use talos_client::{Client, Fault, Kind, Knock, Node};

pub use targets::{Target, targets};

use crate::hardware::{self, Disk, Link, SMALLEST_DISK};
use crate::machine::{Stage, stage_of};

/// The schematic without any customization: SHA-256 of `customization: {}` and a line break.
pub const EMPTY_SCHEMATIC: &str =
    "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba";

/// What is at an address.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Nobody.
    Nobody,
    /// A machine in maintenance.
    Machine(Box<Machine>),
    /// A member of this cluster, with its name.
    Member(String),
    /// A member of another cluster, or something else than Talos.
    Other(Fault),
    /// It did not answer as it should.
    Failed(Fault),
}

/// A machine in maintenance, as far as it tells what it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Machine {
    /// Where it was asked, if it has that address; else the first of its own, as where it was
    /// asked by a name.
    pub address: String,
    /// What it calls itself, without a domain.
    pub hostname: String,
    /// Which Talos it booted; empty where it does not tell.
    pub talos: String,
    /// In bytes; none where it does not tell.
    pub memory: Option<u64>,
    /// Every disk that could be installed to, the one that is proposed first.
    pub disks: Vec<Disk>,
    /// Every network card, the one that carries the address first.
    pub links: Vec<Link>,
    /// The schematic of the image that it booted from; none for an image that has none.
    pub schematic: Option<String>,
    /// Whether it booted with secure boot.
    pub secureboot: bool,
}

impl Machine {
    /// How the proposed disk is named so that it stays the same: by its serial number, where it
    /// has one that no other has, else by a link of its own, else by its device.
    pub fn disk(&self) -> Option<&str> {
        let disk = self.disks.first()?;
        let others = &self.disks[1..];
        let is_own = others.iter().all(|other| other.serial != disk.serial);
        // A star would stand for anything.
        if !disk.serial.is_empty() && is_own && !disk.serial.contains('*') {
            return Some(disk.serial.trim());
        }
        let mut links = disk.symlinks.iter();
        let by_id = links.find(|link| link.starts_with("/dev/disk/by-id/"));
        Some(by_id.unwrap_or(&disk.dev_path))
    }
}

/// Looks at addresses: who was named alone, or takes a connection in this time, is asked what it
/// is.
///
/// # Errors
///
/// `talos-api/bad-address`.
pub fn discover(
    targets: &[Target],
    patience: Duration,
    maintenance: &Client,
    cluster: Option<&Client>,
) -> Result<Vec<Found>, Diagnostic> {
    let addresses: Vec<String> = targets
        .iter()
        .map(|target| target.address.clone())
        .collect();
    let knocks = maintenance.knock_at_all(&addresses, patience)?;
    let is_asked: Vec<bool> = targets
        .iter()
        .zip(&knocks)
        .map(|(target, knock)| target.is_named || *knock == Knock::Somebody)
        .collect();
    let asked: Vec<String> = addresses
        .into_iter()
        .zip(&is_asked)
        .filter_map(|(address, is_asked)| is_asked.then_some(address))
        .collect();
    let asked = maintenance.each(&asked, |node| {
        look(
            node,
            cluster.map(|client| client.node(node.name())).as_ref(),
        )
    });
    let mut asked = asked.into_iter();
    let found = is_asked.iter().map(|is_asked| {
        let found = is_asked.then(|| asked.next()).flatten();
        found.unwrap_or(Found::Nobody)
    });
    Ok(found.collect())
}

/// Asks one machine.
fn look(node: &Node<'_>, member: Option<&Node<'_>>) -> Found {
    match stage_of(None, node) {
        (Stage::Maintenance | Stage::Member { .. }, _) => match machine(node) {
            Ok(machine) => Found::Machine(Box::new(machine)),
            Err(fault) => Found::Failed(fault),
        },
        (stage, Some(fault)) => {
            if fault.kind == Kind::ClientRefused
                && let Some(name) = member.and_then(|member| hostname(member).ok())
            {
                return Found::Member(name);
            }
            match stage {
                Stage::Foreign => Found::Other(fault),
                _ => Found::Failed(fault),
            }
        }
        (_, None) => Found::Nobody,
    }
}

fn machine(node: &Node<'_>) -> Result<Machine, Fault> {
    let mut disks = hardware::disks(node)?;
    disks.retain(|disk| disk.is_writable() && disk.size >= SMALLEST_DISK);
    // What turns or is plugged in from outside is rarely meant; of the others the smallest
    // leaves the large ones for data.
    disks.sort_by_key(|disk| (disk.transport == "usb", disk.rotational, disk.size));
    let links = hardware::links(node)?;
    let addresses = hardware::addresses(node)?;
    let asked = host(node.name());
    let mut own = addresses.iter().filter(|address| address.is_reachable());
    let address = if addresses.iter().any(|address| address.host() == asked) {
        asked
    } else {
        own.next().map_or(asked, |own| own.host().to_owned())
    };
    let cards = cards(&links, &addresses, &address);
    // What is left may be missing: older versions tell less.
    let version = node.version().ok().and_then(|version| version.version);
    let memory = node.memory().ok().map(|memory| memory.memtotal * 1024);
    Ok(Machine {
        hostname: hostname(node).unwrap_or_default(),
        talos: version.map(|version| version.tag).unwrap_or_default(),
        memory,
        schematic: schematic(node),
        secureboot: is_secure(node),
        disks,
        links: cards,
        address,
    })
}

/// An address without its port.
fn host(address: &str) -> String {
    let read = talos_client::Address::read(address);
    read.map_or_else(|_| address.to_owned(), |read| read.host().to_owned())
}

/// The network cards, the one that carries an address first: below a VLAN, or the first of a
/// bond.
fn cards(links: &[Link], addresses: &[hardware::Address], host: &str) -> Vec<Link> {
    let carrier = addresses.iter().find(|address| address.host() == host);
    let mut carrier = carrier.and_then(|address| {
        let mut links = links.iter();
        links.find(|link| link.name == address.link_name)
    });
    // As deep as links are stacked.
    for _ in 0..4 {
        let Some(link) = carrier.filter(|link| !link.is_physical()) else {
            break;
        };
        let mut others = links.iter();
        carrier = others.find(|other| {
            other.index == link.link_index
                || (other.master_index != 0 && other.master_index == link.index)
        });
    }
    let first = carrier.map(|link| link.name.clone());
    let mut cards: Vec<Link> = links
        .iter()
        .filter(|link| link.is_physical())
        .cloned()
        .collect();
    cards.sort_by_key(|link| (Some(&link.name) != first.as_ref(), !link.link_state));
    cards
}

/// What a machine calls itself, without its domain.
fn hostname(node: &Node<'_>) -> Result<String, Fault> {
    let status = node.resource("network", "HostnameStatuses.net.talos.dev", "hostname")?;
    let name = status.text("/hostname");
    Ok(name.split('.').next().unwrap_or_default().to_owned())
}

/// The schematic of the image, if it is the id of one.
fn schematic(node: &Node<'_>) -> Option<String> {
    let id = node.schematic().ok().flatten();
    id.filter(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_secure(node: &Node<'_>) -> bool {
    let state = node.find("runtime", "SecurityStates.talos.dev", "securitystate");
    let state = state.ok().flatten().map(|state| state.value());
    let is_secure = state.as_ref().and_then(|state| state.get("secureBoot"));
    is_secure.and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::{Disk, Machine};

    fn disk(serial: &str, symlinks: &[&str]) -> Disk {
        Disk {
            dev_path: "/dev/vda".to_owned(),
            serial: serial.to_owned(),
            symlinks: symlinks.iter().map(|link| (*link).to_owned()).collect(),
            ..Disk::default()
        }
    }

    #[test]
    fn a_disk_is_named_by_what_stays() {
        let links = ["/dev/disk/by-path/x", "/dev/disk/by-id/virtio-1"];
        let cases = [
            (vec![disk("S1", &links), disk("S2", &[])], Some("S1")),
            // Two that say the same of themselves.
            (vec![disk("S1", &links), disk("S1", &[])], Some(links[1])),
            (vec![disk("S*", &links)], Some(links[1])),
            (vec![disk("", &links[..1])], Some("/dev/vda")),
            (vec![], None),
        ];
        for (disks, name) in cases {
            let machine = Machine {
                disks,
                ..Machine::default()
            };
            assert_eq!(machine.disk(), name);
        }
    }
}
