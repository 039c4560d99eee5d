//! Real Talos nodes, each in namespaces of its own, and a real API server: `ichor bootstrap talos`,
//! killed at random moments; and what its commands say and do, beside talosctl.

mod apply;
mod bootstrap;
mod health;
mod migrate;
mod recorded;
mod repository;
mod reset;
mod rig;
mod tables;
mod upgrade;
mod upgrade_k8s;
mod wire;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use self::rig::{Rig, need};
use super::parts::{self, Part};
use super::{Options, Outcome};

const PARTS: &[Part<Rig>] = &[
    Part {
        name: "one",
        run: one,
    },
    Part {
        name: "three",
        run: three,
    },
    Part {
        name: "apply",
        run: apply::run,
    },
    Part {
        name: "upgrade",
        run: upgrade::run,
    },
    Part {
        name: "upgrade-k8s",
        run: upgrade_k8s::run,
    },
    Part {
        name: "reset",
        run: reset::run,
    },
    Part {
        name: "recorded",
        run: recorded::run,
    },
    Part {
        name: "migrate",
        run: migrate::run,
    },
];

/// The real talosctl, where it was built.
pub fn talosctl() -> Result<Result<Utf8PathBuf, String>> {
    let program = rig::talosctl(&rig::folder()?, rig::RELEASE);
    Ok(if program.exists() {
        Ok(program)
    } else {
        Err("no talosctl: `cargo xtask oracles talos-nodes` builds it, or name one with `--talosctl`".to_owned())
    })
}

pub(super) fn run(options: &Options) -> Result<Outcome> {
    parts::check(PARTS, options)?;
    if let Some(missing) = need() {
        return Ok(Outcome::Skipped(missing));
    }
    let mut rig = match Rig::open()? {
        Ok(rig) => rig,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    parts::run("talos-nodes", PARTS, &mut rig, options, Rig::clear)
}

/// One control plane, and how often its bootstrap may be killed.
fn one(
    rig: &mut Rig,
    ichor: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1"], 1)?;
    let whole = bootstrap::done(&repository)?;
    let again = bootstrap::judged(&repository, faults)?;
    bootstrap::healthy(rig, &repository)?;
    drop(repository);
    let killed = bootstrap::killed(rig, ichor, options.kills, whole, faults)?;
    Ok(format!(
        "one control plane in {:.0} s, again in {:.1} s, healthy; {killed} of {} killed",
        whole.as_secs_f32(),
        again.as_secs_f32(),
        options.kills
    ))
}

/// Three control planes and a worker.
fn three(
    rig: &mut Rig,
    ichor: &Utf8Path,
    _options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let repository = bootstrap::fresh(rig, ichor, &["cp1", "cp2", "cp3", "w1"], 3)?;
    let whole = bootstrap::done(&repository)?;
    let again = bootstrap::judged(&repository, faults)?;
    bootstrap::healthy(rig, &repository)?;
    let tables = tables::compared(&repository, faults)?;
    let verdicts = health::compared(rig, &repository, faults)?;
    Ok(format!(
        "three and a worker in {:.0} s, again in {:.1} s, healthy; {tables} tables, {verdicts} verdicts of health",
        whole.as_secs_f32(),
        again.as_secs_f32(),
    ))
}
