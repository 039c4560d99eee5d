//! Every call that ichor makes, recorded on its way to a real node beside talosctl's: the answers are
//! the same by meaning.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8Path;
use serde::Deserialize;

use super::super::Options;
use super::bootstrap;
use super::repository::Repository;
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
        "--yes talos upgrade-node cp1 --force --drain=false --image ghcr.io/siderolabs/installer:v1.13.8",
        "upgrade --wait=false --force --image ghcr.io/siderolabs/installer:v1.13.8",
    ),
    ("talos events --tail 5", "events --tail 5"),
    ("talos get members --watch", "get members --watch"),
];

/// What changes from one moment to the next: only the shape of an answer is compared.
const MOVING: [&str; 7] = [
    "EtcdSnapshot",
    "EtcdStatus",
    "Events",
    "Kubeconfig",
    "Memory",
    "Reboot",
    "Time",
];

/// What is a text that goes on.
const TEXTS: [&str; 3] = ["Dmesg", "HealthCheck", "Logs"];

/// What is not seen here, and why.
const UNSEEN: [(&str, &str); 6] = [
    ("machine.MachineService/Bootstrap", "a node takes it once"),
    (
        "machine.MachineService/EtcdRemoveMemberByID",
        "in the part `reset`",
    ),
    ("machine.MachineService/ImagePull", "of Talos before 1.13"),
    (
        "machine.MachineService/List",
        "while etcd waits to be started",
    ),
    ("machine.MachineService/Reset", "in the part `reset`"),
    ("machine.MachineService/Upgrade", "of Talos before 1.13"),
];

/// Fields of every resource that say when it was written, and a stream's place; and the node that
/// Talos names where a client asked for several.
const TIMES: [&str; 8] = [
    ".1.1.1.4",
    ".1.1.1.7.1",
    ".1.1.1.7.2",
    ".1.1.1.8.1",
    ".1.1.1.8.2",
    ".1.1.2.1.2.3",
    ".1.2",
    ".1.5",
];

/// The names of statuses, by their numbers.
const CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

type Meaning = BTreeMap<String, BTreeSet<String>>;

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

/// What a call was answered, whichever way the node was named.
#[derive(PartialEq, Eq, Debug)]
struct Answer {
    code: String,
    message: String,
    said: Said,
}

#[derive(PartialEq, Eq, Debug)]
enum Said {
    Fields(Meaning),
    Text(Vec<String>),
}

impl Call {
    fn bytes(text: &str) -> Result<Vec<u8>> {
        STANDARD.decode(text).context("not base64")
    }

    fn asked(&self) -> Result<Meaning> {
        let ask = Self::bytes(self.ask.as_deref().unwrap_or_default())?;
        Ok(said_only(wire::meaning(&[ask])))
    }

    fn messages(&self) -> Result<Vec<Vec<u8>>> {
        let answers = self.answers.iter().flatten();
        answers
            .map(|text| Self::bytes(text.as_deref().unwrap_or_default()))
            .collect()
    }

    fn is_ours(&self) -> bool {
        !self.client.starts_with("grpc-go")
    }

    fn name(&self) -> &str {
        self.method.rsplit('/').next().unwrap_or_default()
    }

    /// The answer without what comes of asking several nodes: there, each one's status and name
    /// are part of a message.
    fn answer(&self) -> Result<Answer> {
        let messages = self.messages()?;
        let mut fields = said_only(wire::meaning(&messages));
        let mut answer = Answer {
            code: self.code.clone(),
            // A port of a client is another one each time.
            message: self
                .message
                .replace(|letter: char| letter.is_ascii_digit(), ""),
            said: Said::Text(Vec::new()),
        };
        for name in [".1.1", ".1.1.1"] {
            let is_node = |values: &BTreeSet<_>| values.iter().eq(["10.5.0.2"]);
            if !self.is_ours() && fields.get(name).is_some_and(is_node) {
                fields.remove(name);
            }
        }
        for status in [".1.1.3", ".1.3"] {
            let take = |field: &str| {
                let values = fields.get(&format!("{status}.{field}"))?;
                values.first().cloned()
            };
            let code = take("1").and_then(|code| CODES.get(code.parse::<usize>().ok()?));
            if let (false, Some(code), Some(message)) = (self.is_ours(), code, take("2")) {
                answer.message = message.replace(|letter: char| letter.is_ascii_digit(), "");
                (*code).clone_into(&mut answer.code);
                fields.clear();
                break;
            }
        }
        answer.said = match self.name() {
            name if TEXTS.contains(&name) => Said::Text(lines(name, &messages)),
            "Watch" => {
                fields.retain(|path, _| !TIMES.contains(&path.as_str()));
                Said::Fields(fields)
            }
            // How far each layer is, where the image was not there before.
            "Pull" => {
                fields.retain(|path, _| !path.starts_with(".2."));
                Said::Fields(fields)
            }
            _ => Said::Fields(fields),
        };
        Ok(answer)
    }
}

/// The lines of a stream, without what another moment or the end of a check changes.
fn lines(name: &str, messages: &[Vec<u8>]) -> Vec<String> {
    let parts: Vec<_> = { messages.iter() }
        .map(|message| wire::bytes(message, 2))
        .collect();
    let between: &[u8] = if name == "HealthCheck" { b"\n" } else { b"" };
    let text = parts.join(between);
    let text = String::from_utf8_lossy(&text);
    let line = |line: &str| match name {
        // The kernel's clock is another one, and its times are reckoned each time.
        "Dmesg" => Some(match (line.split_once('['), line.split_once("]: ")) {
            (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
            _ => line.to_owned(),
        }),
        "HealthCheck" => line.ends_with(": OK").then(|| line.to_owned()),
        _ => Some(line.to_owned()),
    };
    text.lines().filter_map(line).collect()
}

/// A field without a value says nothing.
fn said_only(mut fields: Meaning) -> Meaning {
    for values in fields.values_mut() {
        values.remove("");
    }
    fields.retain(|_, values| !values.is_empty());
    fields
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
        // What does not end by itself is ended.
        let seconds = if ours.contains("--watch") || ours.contains("events") {
            10
        } else {
            60
        };
        // Some are told their node otherwise.
        let named = if ours.contains("-node ") {
            ""
        } else {
            " -n 10.5.0.2"
        };
        repository.ichor_within(seconds, &format!("{ours} -e 10.5.0.1{named}"))?;
        repository.talosctl_within(seconds, &format!("{theirs} -e 10.5.0.1 -n 10.5.0.2"))?;
    }
    // These ask machines where they are, and no other node on the way: they take the relay for one.
    let talconfig = repository.file("talconfig.yaml")?;
    let text = files::text(&talconfig)?;
    files::write(
        &talconfig,
        text.replace("ipAddress: 10.5.0.2", "ipAddress: 10.5.0.1"),
    )?;
    for (ours, theirs) in [
        ("talos preflight", "time"),
        ("talos discover 10.5.0.1", "memory"),
    ] {
        repository.ichor_within(20, ours)?;
        repository.talosctl_within(20, &format!("{theirs} -e 10.5.0.1 -n 10.5.0.2"))?;
    }
    looked_up(&repository, &read(&log)?)?;
    compared(&read(&log)?, faults)
}

fn read(log: &Utf8Path) -> Result<Vec<Call>> {
    let text = files::text(log)?;
    let call = |line: &str| serde_json::from_str(line).context("a call cannot be read");
    text.lines().map(call).collect()
}

/// Has talosctl ask for every resource that ichor asked for on the way.
fn looked_up(repository: &Repository<'_>, calls: &[Call]) -> Result<()> {
    let mut asked = BTreeSet::new();
    for call in calls.iter().filter(|call| call.is_ours()) {
        if matches!(
            call.method.as_str(),
            "/cosi.resource.State/Get" | "/cosi.resource.State/List"
        ) {
            let fields = call.asked()?;
            let of = |path: &str| fields.get(path).and_then(BTreeSet::first).cloned();
            let id = of(".3").filter(|_| call.name() == "Get");
            asked.insert((of(".1"), of(".2"), id));
        }
    }
    for (namespace, kind, id) in asked {
        let [namespace, kind, id] = [namespace, kind, id].map(Option::unwrap_or_default);
        let line = format!("-e 10.5.0.1 -n 10.5.0.2 get --namespace {namespace} {kind} {id}");
        repository.talosctl_within(10, line.trim_end())?;
    }
    Ok(())
}

/// Every call that ichor can make, as its source names them.
fn known() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for (path, bytes) in files::below(&files::root().join("crates/talos-client/src"))? {
        if path.ends_with(".rs") {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let names = text.split("= Method(\"/").skip(1);
            let names = names.filter_map(|rest| rest.split_once('"'));
            found.extend(names.map(|(name, _)| name.to_owned()));
        }
    }
    if found.len() < 20 {
        bail!("the calls of `talos-client` are not found: {found:?}");
    }
    Ok(found)
}

/// Each of our calls beside one of talosctl's that asks the same; where it never does, beside the
/// last of the kind.
fn compared(calls: &[Call], faults: &mut Vec<String>) -> Result<String> {
    let mut same = BTreeSet::new();
    let mut alike = BTreeSet::new();
    let mut otherwise = BTreeSet::new();
    let mut apart = BTreeSet::new();
    let mut beside = BTreeSet::new();
    let mut paired = BTreeSet::new();
    for call in calls.iter().filter(|call| call.is_ours()) {
        let asked = call.asked()?;
        for other in calls.iter().filter(|other| !other.is_ours()) {
            if other.method == call.method && other.asked()? == asked {
                paired.insert(&call.method);
            }
        }
    }
    for call in calls.iter().filter(|call| call.is_ours()) {
        let name = call.name();
        let theirs: Vec<_> = calls
            .iter()
            .filter(|other| !other.is_ours() && other.method == call.method)
            .collect();
        let asked = call.asked()?;
        let mut matching = Vec::new();
        for other in &theirs {
            if other.asked()? == asked {
                matching.push(*other);
            }
        }
        let is_resource = call.method.starts_with("/cosi.");
        if matching.is_empty() && paired.contains(&call.method) && !is_resource {
            // Asked for something else another time.
            beside.insert(name);
            continue;
        }
        if matching.is_empty() && !is_resource {
            matching.extend(theirs);
            if !matching.is_empty() {
                otherwise.insert(name);
            }
        }
        let ours = call.answer()?;
        let mut nearest = None;
        for other in matching.iter().rev() {
            let theirs = other.answer()?;
            let difference = difference(name, &ours, &theirs);
            if difference.is_none() {
                nearest = Some(None);
                break;
            }
            nearest.get_or_insert(difference);
        }
        match nearest {
            None => {
                apart.insert(format!("{name} of {asked:?}"));
            }
            Some(None) if MOVING.contains(&name) => {
                alike.insert(name);
            }
            Some(None) => {
                same.insert(name);
            }
            Some(Some(difference)) => faults.push(format!("{name}: {difference}")),
        }
    }
    for call in apart {
        faults.push(format!("talosctl was not brought to ask: {call}"));
    }
    for name in known()? {
        let is_it = |call: &Call| call.is_ours() && call.method.trim_start_matches('/') == name;
        let is_seen = calls.iter().any(is_it);
        let is_listed = UNSEEN.iter().any(|(unseen, _)| *unseen == name);
        if is_seen == is_listed {
            faults.push(format!(
                "{name}: seen: {is_seen}, said to be unseen: {is_listed}"
            ));
        }
    }
    let words = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let unseen = UNSEEN.map(|(name, why)| format!("{name} ({why})"));
    Ok(format!(
        "answered the same: {}; in shape, since it moves: {}; asked with other fields: {}; asked for other things, too: {}; not seen: {}",
        words(same),
        words(alike),
        words(otherwise),
        words(beside),
        unseen.join(", ")
    ))
}

/// How two answers differ by meaning.
fn difference(name: &str, ours: &Answer, theirs: &Answer) -> Option<String> {
    let is_status = (&ours.code, &ours.message) == (&theirs.code, &theirs.message);
    // Who has seen enough ends a stream; which of both does is no matter.
    let is_ended = |answer: &Answer| matches!(answer.code.as_str(), "OK" | "Canceled");
    if !(is_status || is_ended(ours) && is_ended(theirs)) {
        return Some(format!(
            "we get {} {}, talosctl {} {}",
            ours.code, ours.message, theirs.code, theirs.message
        ));
    }
    let is_same = match (&ours.said, &theirs.said) {
        (Said::Fields(ours), Said::Fields(theirs)) if MOVING.contains(&name) => {
            ours.keys().eq(theirs.keys())
        }
        (Said::Text(ours), Said::Text(theirs)) => goes_on(ours, theirs) || goes_on(theirs, ours),
        (ours, theirs) => ours == theirs,
    };
    (!is_same).then(|| format!("we get {:?}, talosctl {:?}", ours.said, theirs.said))
}

/// Whether one text goes on where the other was ended, and may have lost its beginning since.
fn goes_on(shorter: &[String], longer: &[String]) -> bool {
    let Some(first) = longer.first() else {
        return shorter.is_empty();
    };
    let from = shorter.iter().position(|line| line == first);
    // The last line may have been cut.
    from.is_some_and(|from| {
        let kept = &shorter[from..shorter.len().saturating_sub(1).max(from)];
        !kept.is_empty() && longer.starts_with(kept)
    })
}
