//! `ichor talos upgrade-k8s` of three control planes with real API servers, killed in the middle, while
//! each of them is asked five times a second (`oracles/talos-nodes/prober.py`); then talosctl's own.

use std::fmt::{self, Display, Formatter};
use std::io::{BufRead as _, BufReader};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;

use super::super::Options;
use super::super::helper::{Helper, said};
use super::bootstrap;
use super::repository::Repository;
use super::rig::Rig;

/// Where ichor goes to from what nodes are bootstrapped with, and talosctl from there.
const OURS: &str = "v1.36.3";
const THEIRS: &str = "v1.36.4";

/// How long the prober goes on after an upgrade.
const AFTERWARDS: Duration = Duration::from_secs(3);

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1", "cp2", "cp3"], 3)?;
    bootstrap::done(&repository)?;
    bootstrap::healthy(rig, &repository)?;

    let prober = Prober::start(&repository)?;
    killed(&repository)?;
    let line = format!("--yes talos upgrade-k8s {OURS}");
    let done = repository.ichor(&line)?;
    let ours = prober.end()?;
    if !done.status.success() {
        bail!("an upgrade failed:\n{}", said(&done));
    }
    if ours.most != 1 {
        faults.push(format!(
            "upgrade-k8s: not one API server away at most: {ours}"
        ));
    }
    running(&repository, OURS, faults)?;
    let again = Instant::now();
    let second = repository.ichor(&line)?;
    let again = again.elapsed();
    if !second.status.success() || !said(&second).contains("Nothing to do") {
        faults.push(format!("upgrade-k8s a second time:\n{}", said(&second)));
    }

    let prober = Prober::start(&repository)?;
    let done = repository.talosctl(&format!("upgrade-k8s -n 10.5.0.2 --to {THEIRS}"))?;
    let theirs = prober.end()?;
    if !done.status.success() {
        bail!("talosctl's upgrade failed:\n{}", said(&done));
    }
    running(&repository, THEIRS, faults)?;
    Ok(format!(
        "Kubernetes {OURS} killed and resumed, {ours}, again in {:.1} s; {THEIRS} by talosctl, {theirs}",
        again.as_secs_f32()
    ))
}

/// Kills an upgrade as soon as one of the API servers is a new one.
fn killed(repository: &Repository<'_>) -> Result<()> {
    let mut child = repository.start(&format!("--yes --quiet talos upgrade-k8s {OURS}"))?;
    let seen = Repository::until("a new API server", || {
        Ok(images(repository, "kube-apiserver")?.contains(OURS))
    });
    child.kill().context("cannot kill an upgrade")?;
    let status = child.wait()?;
    seen?;
    if status.success() {
        bail!("an upgrade had ended before it was killed");
    }
    Ok(())
}

/// The images of a component's pods.
fn images(repository: &Repository<'_>, component: &str) -> Result<String> {
    let line = format!(
        "-n kube-system get pods -l k8s-app={component} -o jsonpath={{.items[*].spec.containers[0].image}}"
    );
    Ok(said(&repository.kubectl(&line)?))
}

/// Whether all of Kubernetes is the version.
pub(super) fn running(
    repository: &Repository<'_>,
    version: &str,
    faults: &mut Vec<String>,
) -> Result<()> {
    let mut found = Vec::new();
    for component in [
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
    ] {
        found.push(images(repository, component)?);
    }
    let kubelets = "get nodes -o jsonpath={.items[*].status.nodeInfo.kubeletVersion}";
    found.push(said(&repository.kubectl(kubelets)?));
    let is_it = |words: &String| words.matches(version).count() == repository.leads;
    if !found.iter().all(is_it) {
        faults.push(format!("upgrade-k8s: not all is {version}: {found:?}"));
    }
    Ok(())
}

/// What asks the API servers.
struct Prober {
    helper: Helper,
    lines: std::thread::JoinHandle<Vec<String>>,
    begin: Instant,
}

impl Prober {
    fn start(repository: &Repository<'_>) -> Result<Self> {
        let kubeconfig = repository.file("kubeconfig")?;
        let mut helper = Rig::prober(&kubeconfig, &repository.addresses)?;
        let output = helper.stdout().context("a prober without output")?;
        let lines = std::thread::spawn(move || {
            let lines = BufReader::new(output).lines();
            lines.map_while(Result::ok).collect()
        });
        Ok(Self {
            helper,
            lines,
            begin: Instant::now(),
        })
    }

    fn end(self) -> Result<Probed> {
        let seconds = self.begin.elapsed().as_secs_f32();
        std::thread::sleep(AFTERWARDS);
        drop(self.helper);
        let lines = self.lines.join().ok().context("a thread panicked")?;
        let away = |line: &String| line.split(' ').count().saturating_sub(1);
        let probed = Probed {
            seconds,
            moments: lines.len(),
            gaps: lines.iter().filter(|line| away(line) > 0).count(),
            most: lines.iter().map(away).max().unwrap_or_default(),
        };
        // One that is asked too seldom sees nothing.
        #[expect(clippy::cast_precision_loss, reason = "thousands at most")]
        let rate = probed.moments as f32 / seconds;
        if rate < 3.0 {
            bail!("the API servers were asked {rate:.1} times a second only");
        }
        Ok(probed)
    }
}

/// What a prober has seen.
struct Probed {
    seconds: f32,
    moments: usize,
    /// In how many of the moments one was away at least.
    gaps: usize,
    /// How many were away at once.
    most: usize,
}

impl Display for Probed {
    fn fmt(&self, form: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            seconds,
            moments,
            gaps,
            most,
        } = self;
        write!(
            form,
            "in {seconds:.0} s at most {most} API servers away at once, in {gaps} of {moments} moments"
        )
    }
}
