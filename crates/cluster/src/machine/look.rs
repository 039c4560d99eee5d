//! How far one machine is.

use talos_client::{Fault, Kind, Node};

use super::{Etcd, Stage};

/// What Talos notes at etcd once it was told to start a cluster, until the next boot.
const REQUESTED: &str = "Bootstrap requested";

/// The stage of a machine, called as a member of the cluster; and as one in maintenance where it
/// is none. With it the failure that says why it is foreign.
pub(crate) fn stage(
    node: &Node<'_>,
    maintenance: &Node<'_>,
    leads: bool,
) -> (Stage, Option<Fault>) {
    let fault = match talos_stage(node) {
        Ok(talos) => {
            let etcd = leads.then(|| etcd(node));
            return (Stage::Member { talos, etcd }, None);
        }
        Err(fault) => fault,
    };
    let stage = match fault.kind {
        // Not every version of Talos names its certificate of maintenance.
        Kind::Untrusted if talos_stage(maintenance).is_ok_and(|stage| stage == "maintenance") => {
            Stage::Maintenance
        }
        _ => Stage::of(&fault),
    };
    (stage, Some(fault))
}

/// The same where there are no secrets of a cluster yet: whoever wants to know who asks is a
/// member of another one.
pub(super) fn without_secrets(maintenance: &Node<'_>) -> (Stage, Option<Fault>) {
    match talos_stage(maintenance) {
        Ok(_) => (Stage::Maintenance, None),
        Err(fault) => (Stage::of(&fault), Some(fault)),
    }
}

/// The stage that Talos says it is in.
fn talos_stage(node: &Node<'_>) -> Result<String, Fault> {
    let status = node.resource("runtime", "MachineStatuses.runtime.talos.dev", "machine");
    match status {
        Ok(status) => {
            let value = status.value();
            let stage = value.get("stage").and_then(|stage| stage.as_str());
            Ok(stage.unwrap_or("unknown").to_owned())
        }
        // It has only just begun.
        Err(fault) if fault.kind == Kind::Missing => Ok("booting".to_owned()),
        Err(fault) => Err(fault),
    }
}

/// How far etcd is on a control plane.
pub(crate) fn etcd(node: &Node<'_>) -> Etcd {
    let Ok(services) = node.services() else {
        return Etcd::Unknown;
    };
    let Some(service) = services.into_iter().find(|service| service.id == "etcd") else {
        return Etcd::Unknown;
    };
    // A second request would end what the first has begun, and leave etcd stopped.
    let events = service.events.as_ref();
    let is_requested = events.is_some_and(|events| {
        let mut events = events.events.iter();
        events.any(|event| event.msg.contains(REQUESTED))
    });
    let is_healthy = service.is_healthy();
    match service.state.as_str() {
        "Running" if is_healthy => Etcd::Running,
        "Running" => Etcd::Stopped,
        // The volume of its data is there before it prepares itself.
        "Preparing" => match node.has_etcd_data() {
            Ok(true) => Etcd::Stopped,
            Ok(false) if is_requested => Etcd::Unknown,
            Ok(false) => Etcd::Empty,
            Err(_) => Etcd::Unknown,
        },
        "Finished" | "Failed" => Etcd::Stopped,
        _ => Etcd::Unknown,
    }
}
