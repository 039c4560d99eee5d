//! Every call that ichor makes, recorded on its way to a real node beside talosctl's: the answers are
//! the same by meaning.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8Path;
use serde::Deserialize;

use super::super::Options;
use super::bootstrap;
use super::rig::Rig;
use super::wire;
use crate::files;

/// What both programs are asked, talosctl's words last where they are others.
const COMMANDS: [(&str, &str); 21] = [
    ("talos version", "version"),
    ("talos services", "services"),
    ("talos dmesg", "dmesg"),
    ("talos logs apid", "logs apid"),
    ("talos get members", "get members"),
    ("talos get nodename nodename", "get nodename nodename"),
    ("talos get machinetype", "get machinetype"),
    ("talos etcd members", "etcd members"),
    ("talos etcd status", "etcd status"),
    ("talos etcd defrag", "etcd defrag"),
    ("talos etcd snapshot ours.db", "etcd snapshot theirs.db"),
    (
        "talos kubeconfig ours",
        "kubeconfig theirs --force --merge=false",
    ),
    (
        "talos health --control-plane-nodes 10.5.0.2",
        "health --control-plane-nodes 10.5.0.2",
    ),
    (
        "--yes talos apply-node cp1 --dry-run",
        "apply-config --file clusterconfig/nodes-cp1.yaml --dry-run",
    ),
    ("talos status", "read /proc/sys/kernel/random/boot_id"),
    ("--yes talos reboot", "reboot --wait=false"),
    ("--yes talos rollback", "rollback"),
    ("--yes talos shutdown", "shutdown --wait=false"),
    (
        "--yes talos upgrade-node cp1 --force --image ghcr.io/siderolabs/kubelet:v1.36.3",
        "upgrade --wait=false --force --image ghcr.io/siderolabs/kubelet:v1.36.3",
    ),
    ("talos events", "events --tail 5 --duration 1s"),
    ("talos get members --watch", "get members --watch"),
];

/// What changes from one moment to the next: only the shape of an answer is compared.
const MOVING: [&str; 6] = [
    "EtcdSnapshot",
    "EtcdStatus",
    "Events",
    "Kubeconfig",
    "Memory",
    "Reboot",
];

/// One call on its way.
#[derive(Deserialize)]
struct Call {
    client: String,
    method: String,
    ask: Option<String>,
    answers: Option<Vec<Option<String>>>,
    code: String,
    message: String,
}

impl Call {
    fn bytes(text: &str) -> Result<Vec<u8>> {
        STANDARD.decode(text).context("not base64")
    }

    fn asked(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let ask = Self::bytes(self.ask.as_deref().unwrap_or_default())?;
        Ok(wire::meaning(&[ask]))
    }

    fn answered(&self) -> Result<Vec<Vec<u8>>> {
        let answers = self.answers.iter().flatten();
        answers
            .map(|text| Self::bytes(text.as_deref().unwrap_or_default()))
            .collect()
    }

    fn name(&self) -> &str {
        self.method.rsplit('/').next().unwrap_or_default()
    }
}

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1"], 1)?;
    bootstrap::done(&repository)?;
    bootstrap::healthy(rig, &repository)?;
    let log = repository.file("calls.jsonl")?;
    let lead = repository.file("clusterconfig/nodes-cp1.yaml")?;
    rig.recorder("10.5.0.1:50000", "10.5.0.2:50000", &lead, &log)?;
    for (ours, theirs) in COMMANDS {
        // Some are told their node otherwise. What does not end by itself is ended.
        let named = if ours.contains("-node ") {
            ""
        } else {
            " -n 10.5.0.2"
        };
        repository.ichor_within(10, &format!("{ours} -e 10.5.0.1{named}"))?;
        repository.talosctl_within(10, &format!("{theirs} -e 10.5.0.1 -n 10.5.0.2"))?;
    }
    let text = files::text(&log)?;
    let calls: Vec<Call> = text
        .lines()
        .map(|line| serde_json::from_str(line).context("a call cannot be read"))
        .collect::<Result<_>>()?;
    compared(&calls, faults)
}

/// Each of our calls beside one of talosctl's that asks the same, or the last of the kind.
fn compared(calls: &[Call], faults: &mut Vec<String>) -> Result<String> {
    let is_ours = |call: &&Call| !call.client.starts_with("grpc-go");
    let mut same = BTreeSet::new();
    let mut alike = BTreeSet::new();
    let mut alone = BTreeSet::new();
    for call in calls.iter().filter(is_ours) {
        let theirs: Vec<_> = calls
            .iter()
            .filter(|other| !is_ours(other) && other.method == call.method)
            .collect();
        let asked = call.asked()?;
        let mut found = None;
        for other in &theirs {
            if other.asked()? == asked {
                found = Some(*other);
            }
        }
        let Some(other) = found else {
            alone.insert(call.name());
            continue;
        };
        if (&call.code, &call.message) != (&other.code, &other.message) && call.code != "Canceled" {
            faults.push(format!(
                "{}: we get {} {}, talosctl {} {}",
                call.name(),
                call.code,
                call.message,
                other.code,
                other.message
            ));
        }
        let (first, second) = (call.answered()?, other.answered()?);
        let (ours, theirs) = (wire::meaning(&first), wire::meaning(&second));
        if MOVING.contains(&call.name()) {
            let shapes = [&ours, &theirs].map(|one| one.keys().cloned().collect::<Vec<_>>());
            if shapes[0] == shapes[1] {
                alike.insert(call.name());
            } else {
                faults.push(format!(
                    "{}: shapes {:?} and {:?}",
                    call.name(),
                    shapes[0],
                    shapes[1]
                ));
            }
        } else if ours == theirs || is_prefix(&first, &second) {
            same.insert(call.name());
        } else {
            faults.push(format!(
                "{}: we get {ours:?}, talosctl {theirs:?}",
                call.name()
            ));
        }
    }
    alone.retain(|name| !same.contains(name) && !alike.contains(name));
    let words = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    Ok(format!(
        "answered the same: {}; in shape, since it moves: {}; not asked alike: {}",
        words(same),
        words(alike),
        words(alone)
    ))
}

/// Whether one stream goes on where the other was ended, or a log has grown.
fn is_prefix(first: &[Vec<u8>], second: &[Vec<u8>]) -> bool {
    let shorter = first.len().min(second.len());
    shorter > 0 && first[..shorter] == second[..shorter]
}
