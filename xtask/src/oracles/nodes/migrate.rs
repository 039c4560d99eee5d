//! `ichor talos migrate` on a real node of Talos 1.14: a control plane with a configuration of the
//! contract 1.13 becomes one of documents, part after part. After each it is healthy, and what Talos
//! makes of its configuration, resource by resource, is what it was, but for what is meant.

mod facts;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use serde_json::Value;
use talos::migrate::Subsystem;

use self::facts::Facts;
use super::super::Options;
use super::super::helper::said;
use super::bootstrap;
use super::repository::Repository;
use super::rig::{NEXT_RELEASE, RELEASE, Rig};
use super::upgrade_k8s;
use crate::files;

/// Something of every part that a node in a container takes.
const PATCHES: &str = include_str!("../../../../oracles/talos-nodes/migrate.yaml");

/// What stays in the one section, by the sections that are left of it.
const STAYS: [(&str, &[&str]); 2] = [
    ("machine", &["ca", "certSANs", "features", "token", "type"]),
    ("cluster", &["etcd", "token"]),
];

/// Where Kubernetes goes to at last, with documents alone.
const KUBERNETES: &str = "v1.36.3";

/// How long a node has until its resources are what they are to be.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a node is given to act on a configuration before it is believed that nothing follows.
const CALM: Duration = Duration::from_secs(1);

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.use_release(NEXT_RELEASE)?;
    let shown = moved(rig, ichor, faults);
    rig.use_release(RELEASE)?;
    shown
}

fn moved(rig: &mut Rig, ichor: &Utf8Path, faults: &mut Vec<String>) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1"], 1)?;
    let talconfig = repository.file("talconfig.yaml")?;
    files::write(&talconfig, format!("{}{PATCHES}", files::text(&talconfig)?))?;
    bootstrap::done(&repository)?;
    bootstrap::healthy(rig, &repository)?;
    // What a first boot has of its own is not there after another.
    again(rig, &repository)?;
    let mut moving = Moving::new(&repository)?;
    let mut moved = 0;
    for part in Subsystem::ALL {
        if moving
            .part(part)
            .with_context(|| format!("the part `{part}`"))?
        {
            moved += 1;
            let known = moving.before.types();
            let now = || Facts::of_types(&repository, &known);
            faults.extend(moving.judged(part.name(), now)?);
        }
    }
    faults.extend(left(&repository)?);
    let all = || Facts::of(&repository);
    faults.extend(moving.judged("all parts", all)?);
    // What it has written down is what it starts with.
    again(rig, &repository)?;
    faults.extend(moving.judged("a boot with documents alone", all)?);
    moving.given("")?;
    moving.parts.clear();
    faults.extend(moving.judged("going back", all)?);
    // And all of it at once, with patches that are rewritten and what a contract has of its own.
    says(&repository, "talos migrate --contract 1.14 --write")?;
    moving.given("talosContract: \"1.14\"\n")?;
    moving.parts.extend(Subsystem::ALL);
    moving.meant = facts::OF_THE_CONTRACT;
    faults.extend(moving.judged("the contract 1.14", all)?);
    faults.extend(left(&repository)?);
    says(
        &repository,
        &format!("--yes talos upgrade-k8s {KUBERNETES}"),
    )?;
    upgrade_k8s::running(&repository, KUBERNETES, faults)?;
    let (values, types) = moving.before.counts();
    Ok(format!(
        "{moved} of {} parts moved on Talos {NEXT_RELEASE}, healthy after each, after a boot, back and at once, {values} values of {types} types as before; Kubernetes {KUBERNETES}",
        Subsystem::ALL.len(),
    ))
}

/// A cluster on its way.
struct Moving<'a, 'r> {
    repository: &'a Repository<'r>,
    before: Facts,
    /// The parts that are documents by now.
    parts: Vec<Subsystem>,
    /// What else is meant to be another.
    meant: &'static [&'static str],
    /// What is told already.
    told: BTreeSet<String>,
    /// What a service account has been given to show who it is.
    token: String,
}

impl<'a, 'r> Moving<'a, 'r> {
    /// Notes what is so, and puts into the cluster what has to be readable to the end.
    fn new(repository: &'a Repository<'r>) -> Result<Self> {
        for line in [
            "create secret generic rig --from-literal=rig=own",
            "create serviceaccount rig",
        ] {
            let made = repository.kubectl(line)?;
            if !made.status.success() {
                bail!("`kubectl {line}` failed:\n{}", said(&made));
            }
        }
        let token = repository.kubectl("create token rig")?;
        if !token.status.success() {
            bail!("there is no token:\n{}", said(&token));
        }
        std::thread::sleep(CALM);
        Ok(Self {
            before: Facts::of(repository)?,
            repository,
            parts: Vec::new(),
            meant: &[],
            told: BTreeSet::new(),
            token: String::from_utf8_lossy(&token.stdout).trim().to_owned(),
        })
    }

    /// Moves one part; whether there was something of it.
    fn part(&mut self, part: Subsystem) -> Result<bool> {
        let path = self.repository.file("clusterconfig/nodes-cp1.yaml")?;
        let before = files::text(&path)?;
        says(
            self.repository,
            &format!("talos migrate --contract 1.14 --subsystem {part} --write"),
        )?;
        says(self.repository, "talos generate-config")?;
        // With it go the parts that it is tied to.
        self.parts.extend(Subsystem::with_ties(vec![part]));
        if files::text(&path)? == before {
            return Ok(false);
        }
        says(self.repository, "--yes talos apply-node cp1")?;
        healthy(self.repository)?;
        Ok(true)
    }

    /// Gives the node what comes of the repository with these versions.
    fn given(&self, versions: &str) -> Result<()> {
        let path = self.repository.file("versions.yaml")?;
        files::write(&path, versions)?;
        says(self.repository, "talos generate-config")?;
        says(self.repository, "--yes talos apply-node cp1")?;
        healthy(self.repository)
    }

    /// What is not as it was although it should be.
    fn judged(&mut self, after: &str, now: impl Fn() -> Result<Facts>) -> Result<Vec<String>> {
        let mut faults = self.unreadable(after)?;
        std::thread::sleep(CALM);
        let begin = Instant::now();
        loop {
            let mut other = self.before.other(&now()?, &self.parts, self.meant)?;
            other.retain(|line| !self.told.contains(line));
            if other.is_empty() {
                return Ok(faults);
            }
            if begin.elapsed() > PATIENCE {
                faults.push(format!("after {after}:\n{}", other.join("\n")));
                self.told.extend(other);
                return Ok(faults);
            }
        }
    }

    /// What was stored before the move is read, and what was signed is believed.
    fn unreadable(&self, after: &str) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let whoami = format!(
            "--kubeconfig /dev/null --server https://10.5.0.1:6443 --insecure-skip-tls-verify --token {} auth whoami",
            self.token
        );
        for (what, line, expected) in [
            ("a secret", "get secret rig -o jsonpath={.data.rig}", "b3du"),
            (
                "a token",
                whoami.as_str(),
                "system:serviceaccount:default:rig",
            ),
        ] {
            let mut words = String::new();
            // An API server that has just been started anew may not know everybody yet.
            let is_so = Repository::until(what, || {
                words = said(&self.repository.kubectl(line)?);
                Ok(words.contains(expected))
            });
            if is_so.is_err() {
                faults.push(format!("after {after}, {what} of before: {words}"));
            }
        }
        Ok(faults)
    }
}

/// Cuts the node's power, and waits until it is healthy with what it had written down.
fn again(rig: &Rig, repository: &Repository<'_>) -> Result<()> {
    rig.again("cp1", &repository.addresses[0])?;
    Repository::until("the node after a boot", || {
        Ok(repository.ichor("talos version")?.status.success())
    })?;
    healthy(repository)
}

fn healthy(repository: &Repository<'_>) -> Result<()> {
    let line = super::health::line(repository, "100s");
    says(repository, &format!("talos {line}"))
}

/// Has ichor do something that has to succeed.
fn says(repository: &Repository<'_>, line: &str) -> Result<()> {
    let done = repository.ichor(line)?;
    if !done.status.success() {
        bail!("`ichor {line}` failed:\n{}", said(&done));
    }
    Ok(())
}

/// What is left in the one section that should be documents.
fn left(repository: &Repository<'_>) -> Result<Option<String>> {
    let line = "-n 10.5.0.2 get machineconfig v1alpha1 -o jsonpath={.spec}";
    let found = repository.talosctl(line)?;
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text)
        .with_context(|| format!("no configuration: {}", said(&found)))?;
    let section = documents
        .iter()
        .find(|document| document.get("machine").is_some())
        .context("a configuration without its section")?;
    let mut more = Vec::new();
    for (name, stays) in STAYS {
        let fields = section.get(name).and_then(Value::as_object);
        let fields: BTreeSet<_> = fields.context("a section is gone")?.keys().collect();
        more.extend(
            fields
                .into_iter()
                .filter(|field| !stays.contains(&field.as_str()))
                .map(|field| format!("{name}.{field}")),
        );
    }
    Ok((!more.is_empty()).then(|| format!("left in the one section: {}", more.join(", "))))
}
