//! What a running node is, in short.

use talos_client::{Fault, Node};
use zeroize::Zeroizing;

use crate::image;

/// What one node says of itself. Has no `Debug`: its configuration holds secrets. What a node
/// does not tell is empty.
#[derive(Default)]
pub struct Status {
    /// What tells it from every other node, whatever the address it was asked at.
    pub identity: String,
    /// What Kubernetes calls it.
    pub nodename: String,
    /// `controlplane` or `worker`.
    pub role: String,
    /// The stage that Talos is in, such as `booting` or `running`.
    pub stage: String,
    /// Whether all that Talos waits for is there.
    pub is_ready: bool,
    /// The version of Talos, as `v1.13.9`.
    pub talos: String,
    /// The version of its kubelet.
    pub kubernetes: String,
    /// The schematic of its image.
    pub schematic: String,
    /// `OK`, or the state of the service; only of control planes.
    pub etcd: String,
    /// The configuration that it runs with, where that was asked for and may be seen.
    pub config: Option<Zeroizing<String>>,
}

impl Status {
    /// Asks a node, and for its configuration if wanted.
    ///
    /// # Errors
    ///
    /// A node that does not tell its stage, its version or its role. What else cannot be had is
    /// left empty.
    pub fn look(node: &Node<'_>, with_config: bool) -> Result<Self, Fault> {
        let mut found = Self::default();
        let status = node.find("runtime", "MachineStatuses.runtime.talos.dev", "machine")?;
        if let Some(status) = status {
            let ready = status.value().pointer("/status/ready").cloned();
            found.is_ready = ready.and_then(|ready| ready.as_bool()) == Some(true);
            found.stage = status.text("/stage");
        }
        found.talos = node.version()?.version.unwrap_or_default().tag;
        let kind = node.find("config", "MachineTypes.config.talos.dev", "machine-type")?;
        found.role = kind.map_or_else(String::new, |kind| kind.text(""));
        // The rest may be missing: what is shown is what is there.
        let identity = node.find("cluster", "Identities.cluster.talos.dev", "local");
        let identity = identity.ok().flatten();
        found.identity = identity.map_or_else(String::new, |found| found.text("/nodeId"));
        let told = |fact: Result<Option<String>, Fault>| fact.ok().flatten().unwrap_or_default();
        found.nodename = told(node.nodename());
        let kubelet = told(node.kubelet_image());
        image::tag(&kubelet)
            .unwrap_or_default()
            .clone_into(&mut found.kubernetes);
        found.schematic = told(node.schematic());
        if found.role == "controlplane" {
            found.etcd = etcd(node).unwrap_or_default();
        }
        if with_config {
            found.config = node.machine_config().ok();
        }
        Ok(found)
    }
}

fn etcd(node: &Node<'_>) -> Option<String> {
    let services = node.services().ok()?;
    let service = services.into_iter().find(|service| service.id == "etcd")?;
    Some(if service.is_healthy() {
        "OK".to_owned()
    } else {
        service.state
    })
}
