//! A large cluster at a glance: a thousand releases and five thousand pods, in time and in little memory.

use std::time::Duration;

use anyhow::{Context as _, Result};
use camino::Utf8Path;

use super::super::Options;
use super::flow::RELEASES;
use super::programs;
use super::repository::Repository;
use super::rig::{Rig, SERVER, scripts, until};
use crate::process;

/// How many there are.
const CROWD: [usize; 2] = [1000, 5000];

/// How long it may take.
const SOON: Duration = Duration::from_secs(3);

/// How much memory it may hold, in KiB.
const LITTLE: usize = 150 << 10;

/// How long kwok has until the pods run.
const FILLED: Duration = Duration::from_mins(10);

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.fresh()?;
    let repository = Repository::new(rig, ichor)?;
    for folder in programs::definitions()? {
        rig.kubectl(&["apply", "--server-side", "--filename", folder.as_str()])?;
    }
    until("the kinds of Flux", FILLED, || {
        Ok(rig.get(RELEASES)?.is_some())
    })?;
    let [releases, pods] = CROWD.map(|count| count.to_string());
    let mut fill = rig.command("python3")?;
    fill.arg(scripts("crowd.py"))
        .args([SERVER, rig.path("pki")?.as_str(), &releases, &pods]);
    process::quiet(&mut fill)?;
    // Every hundredth never runs.
    let want = CROWD[1] - CROWD[1] / 100;
    until("the pods to run", FILLED, || {
        std::thread::sleep(Duration::from_secs(5));
        let running = "/api/v1/namespaces/crowd/pods?fieldSelector=status.phase%3DRunning";
        Ok(rig.list(running)?.len() >= want)
    })?;
    let mut weigh = rig.command("python3")?;
    weigh
        .args([scripts("weigh.py").as_str(), ichor.as_str(), "status"])
        .env_remove("KUBECONFIG");
    let ended = repository.start(rig, weigh)?.wait()?;
    let weight: usize = ended
        .words
        .lines()
        .last()
        .and_then(|line| line.parse().ok())
        .with_context(|| format!("`status` says:\n{}", ended.words))?;
    for is_told in ["app-100", "an image cannot be pulled"] {
        if !ended.words.contains(is_told) {
            faults.push(format!(
                "`status` does not tell of {is_told}:\n{}",
                ended.words
            ));
        }
    }
    if ended.took > SOON {
        faults.push(format!("`status` takes {:.1} s", ended.took.as_secs_f32()));
    }
    if weight > LITTLE {
        faults.push(format!("`status` holds {} MiB", weight >> 10));
    }
    Ok(format!(
        "{} releases and {} pods at a glance in {:.1} s with {} MiB",
        CROWD[0],
        CROWD[1],
        ended.took.as_secs_f32(),
        weight >> 10
    ))
}
