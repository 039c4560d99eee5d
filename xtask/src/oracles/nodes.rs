//! Real Talos nodes, each in namespaces of its own: `ichor bootstrap talos` on one control plane
//! and on three with a worker, killed at random moments; and what its commands say, beside
//! talosctl.

mod rig;

use std::fmt::Write as _;
use std::process::Output;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use self::rig::{Rig, need};
use super::seed::Seed;
use super::{Options, Outcome};
use crate::{files, process};

/// How often a bootstrap is killed before it may end.
const KILLS: usize = 20;

/// The resources whose tables are compared.
const KINDS: [&str; 30] = [
    "members",
    "services",
    "machinestatus",
    "machinetype",
    "nodename",
    "nodeaddresses",
    "addresses",
    "links",
    "routes",
    "hostname",
    "resolvers",
    "timeservers",
    "kubeletspec",
    "kubeletconfig",
    "staticpods",
    "apiserverconfig",
    "controllermanagerconfig",
    "schedulerconfig",
    "etcdspec",
    "etcdmember",
    "certsan",
    "kernelparamspec",
    "mountstatus",
    "manifests",
    "affiliates",
    "identities",
    "discoveryconfig",
    "platformmetadata",
    "imagecacheconfig",
    "rd",
];

/// The real talosctl, where it was built.
pub fn talosctl() -> Result<Result<Utf8PathBuf, String>> {
    let program = rig::folder()?.join("bin/talosctl");
    Ok(if program.exists() {
        Ok(program)
    } else {
        Err("no talosctl: `cargo xtask oracles talos-nodes` builds it, or name one with `--talosctl`".to_owned())
    })
}

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    if let Some(missing) = need() {
        return Ok(Outcome::Skipped(missing));
    }
    let mut rig = match Rig::open()? {
        Ok(rig) => rig,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    let ichor = process::ichor("dev")?;
    let mut faults = String::new();
    let mut words = Vec::new();

    rig.start("cp1", "10.5.0.2")?;
    let one = Repository::new(&rig, &ichor, &["cp1"], &[])?;
    words.push(one.bootstrap("one control plane", 1, &mut faults)?);
    one.beside_talosctl(&mut faults)?;
    rig.clear()?;

    let leads = ["cp1", "cp2", "cp3"];
    for (index, name) in leads.iter().chain(&["w1"]).enumerate() {
        rig.start(name, &format!("10.5.0.{}", index + 2))?;
    }
    let three = Repository::new(&rig, &ichor, &leads, &["w1"])?;
    let killed = three.killed()?;
    words.push(three.bootstrap("three and a worker", 3, &mut faults)?);
    three.beside_talosctl(&mut faults)?;
    words.push(format!("killed {killed} times"));
    rig.clear()?;
    Ok(if faults.is_empty() {
        Outcome::Agreed(words.join("; "))
    } else {
        Outcome::Differs(faults)
    })
}

/// A repository of nodes of the rig.
struct Repository<'a> {
    rig: &'a Rig,
    ichor: &'a Utf8Path,
    folder: tempfile::TempDir,
}

impl<'a> Repository<'a> {
    fn new(rig: &'a Rig, ichor: &'a Utf8Path, leads: &[&str], workers: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let path = files::utf8(folder.path())?.to_owned();
        let mut talconfig = String::from(
            "clusterName: nodes\ntalosVersion: v1.13.9\nkubernetesVersion: v1.36.2\nendpoint: https://10.5.0.2:6443\nnodes:\n",
        );
        for (index, name) in leads.iter().chain(workers).enumerate() {
            let _ = write!(
                talconfig,
                "  - hostname: {name}\n    ipAddress: 10.5.0.{}\n    controlPlane: {}\n    installDisk: /dev/sda\n",
                index + 2,
                index < leads.len()
            );
        }
        talconfig.push_str(include_str!("../../../oracles/talos-nodes/patches.yaml"));
        files::write(&path.join("talconfig.yaml"), &talconfig)?;
        let repository = Self { rig, ichor, folder };
        let secrets = repository.ichor("talos gensecret --stdout")?;
        files::write(&path.join("talsecret.yaml"), &secrets.stdout)?;
        Ok(repository)
    }

    fn ichor(&self, line: &str) -> Result<Output> {
        let mut command = Rig::command(self.ichor.as_str());
        command
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path());
        command.output().context("cannot start ichor")
    }

    fn talosctl(&self, line: &str) -> Result<Output> {
        let program = self.rig.program("talosctl");
        let mut command = Rig::command(program.as_str());
        command
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("TALOSCONFIG", "clusterconfig/talosconfig");
        command.output().context("cannot start talosctl")
    }

    /// Starts bootstraps and kills them, each at another moment, until one has ended.
    fn killed(&self) -> Result<usize> {
        let mut seed = Seed::new("talos-nodes", 0);
        for killed in 0..KILLS {
            let mut command = Rig::command(self.ichor.as_str());
            command
                .args(["bootstrap", "talos", "--quiet"])
                .current_dir(self.folder.path())
                .env("HOME", self.folder.path());
            let mut child = command.spawn().context("cannot start ichor")?;
            std::thread::sleep(Duration::from_millis(seed.below(4000) as u64));
            child.kill().context("cannot kill ichor")?;
            let ended = child.wait().context("cannot wait for ichor")?;
            if ended.success() {
                return Ok(killed);
            }
        }
        Ok(KILLS)
    }

    /// Bootstraps to the end, looks at what talosctl says of it, and does it again.
    fn bootstrap(&self, name: &str, leads: usize, faults: &mut String) -> Result<String> {
        let start = Instant::now();
        let first = self.ichor("bootstrap talos --wait-timeout 8m")?;
        let took = start.elapsed().as_secs_f32();
        if !first.status.success() {
            bail!("{name}: {}", said(&first));
        }
        let members = self.talosctl("-n 10.5.0.2 etcd members")?;
        let found = String::from_utf8_lossy(&members.stdout).lines().count();
        if found != leads + 1 {
            let _ = writeln!(faults, "{name}: talosctl says of etcd:\n{}", said(&members));
        }
        let start = Instant::now();
        let second = self.ichor("bootstrap talos")?;
        let again = start.elapsed().as_secs_f32();
        if !second.status.success() || !said(&second).contains("Nothing to do") {
            let _ = writeln!(faults, "{name}: a second run says:\n{}", said(&second));
        }
        Ok(format!("{name} in {took:.0} s, again in {again:.1} s"))
    }

    /// What both programs say of the same.
    fn beside_talosctl(&self, faults: &mut String) -> Result<()> {
        for kind in KINDS {
            let line = format!("get {kind} -n 10.5.0.2");
            let theirs = self.talosctl(&line)?;
            let ours = self.ichor(&format!("talos {line}"))?;
            let (ours, theirs) = (table(&ours), table(&theirs));
            if ours != theirs {
                let _ = writeln!(
                    faults,
                    "`{line}`: ours:\n{}\ntalosctl's:\n{}",
                    ours.join("\n"),
                    theirs.join("\n")
                );
            }
        }
        Ok(())
    }
}

/// What a program said.
fn said(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|words| String::from_utf8_lossy(words));
    both.concat()
}

/// The rows of a table without their widths, in order.
fn table(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let row = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rows: Vec<_> = text.lines().map(row).collect();
    rows.sort();
    rows
}
