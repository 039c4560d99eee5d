//! `ichor bootstrap talos`, from machines in maintenance to a cluster that talosctl finds healthy.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use camino::Utf8Path;

use super::super::helper::said;
use super::super::seed::Seed;
use super::repository::Repository;
use super::rig::Rig;

/// How long a second run may take.
const AGAIN: Duration = Duration::from_secs(2);

/// New nodes in maintenance, and the repository of them.
pub(super) fn fresh<'a>(
    rig: &mut Rig,
    ichor: &'a Utf8Path,
    names: &[&str],
    leads: usize,
) -> Result<Repository<'a>> {
    rig.clear()?;
    let repository = Repository::new(rig, ichor, names, leads)?;
    for (name, address) in names.iter().zip(&repository.addresses) {
        rig.start(name, address)?;
    }
    let addresses: Vec<_> = repository.addresses.iter().map(String::as_str).collect();
    rig.door(&addresses[..leads])?;
    Ok(repository)
}

/// Bootstraps to the end; how long it took.
pub(super) fn done(repository: &Repository<'_>) -> Result<Duration> {
    ended(repository, "bootstrap talos --wait-timeout 5m")
}

/// The same of machines that are made up: they have no disk that could be looked for.
pub(super) fn done_with_made_up(repository: &Repository<'_>) -> Result<Duration> {
    ended(
        repository,
        "bootstrap talos --wait-timeout 5m --skip-preflight",
    )
}

fn ended(repository: &Repository<'_>, line: &str) -> Result<Duration> {
    let start = Instant::now();
    let first = repository.ichor(line)?;
    if !first.status.success() {
        bail!("a bootstrap failed:\n{}", said(&first));
    }
    Ok(start.elapsed())
}

/// What is wrong of a cluster that was bootstrapped: as many members as control planes, and a
/// second run that finds nothing to do in time.
pub(super) fn judged(repository: &Repository<'_>, faults: &mut Vec<String>) -> Result<Duration> {
    let members = repository.talosctl("-n 10.5.0.2 etcd members")?;
    let found = String::from_utf8_lossy(&members.stdout).lines().count();
    if found != repository.leads + 1 {
        faults.push(format!("talosctl says of etcd:\n{}", said(&members)));
    }
    let start = Instant::now();
    let second = repository.ichor("bootstrap talos")?;
    let again = start.elapsed();
    if !second.status.success() || !said(&second).contains("Nothing to do") {
        faults.push(format!("a second run says:\n{}", said(&second)));
    }
    if again > AGAIN {
        faults.push(format!("a second run takes {:.1} s", again.as_secs_f32()));
    }
    Ok(again)
}

/// Waits until talosctl finds all of it healthy.
pub(super) fn healthy(rig: &mut Rig, repository: &Repository<'_>) -> Result<()> {
    repository.agent(rig)?;
    let health = repository.talosctl(&super::health::line(repository, "100s"))?;
    if !health.status.success() {
        bail!("talosctl does not find it healthy:\n{}", said(&health));
    }
    Ok(())
}

/// Kills bootstraps of one control plane, each at another moment of the time that one takes, and
/// lets the next run end; how many were really killed before they had ended.
pub(super) fn killed(
    rig: &mut Rig,
    ichor: &Utf8Path,
    times: usize,
    whole: Duration,
    faults: &mut Vec<String>,
) -> Result<usize> {
    let mut killed = 0;
    for case in 0..times {
        let repository = fresh(rig, ichor, &["cp1"], 1)?;
        let whole = usize::try_from(whole.as_millis())?;
        let moment = Duration::from_millis(Seed::new("talos-nodes", case).below(whole) as u64);
        let mut child = repository.start("bootstrap talos --quiet")?;
        std::thread::sleep(moment);
        // One that has ended cannot be killed.
        let _late = child.kill();
        killed += usize::from(!child.wait()?.success());
        done(&repository)?;
        let mut found = Vec::new();
        judged(&repository, &mut found)?;
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("killed after {} ms: {fault}", moment.as_millis())),
        );
    }
    Ok(killed)
}
