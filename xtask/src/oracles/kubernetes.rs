//! A real Kubernetes but for its kubelets, with the real Flux: `ichor bootstrap apps` from nothing, beside the
//! script that it replaces; killed at random moments; what Flux takes over; what fails, and how it is told.

mod apps;
mod example;
mod failures;
mod flow;
mod kills;
mod objects;
mod programs;
mod reconcile;
mod repository;
mod rig;
mod status;
mod takeover;

use anyhow::Result;

pub(in crate::oracles) use self::programs::DOOR;
use self::rig::{Rig, need};
use super::parts::{self, Part};
use super::{Options, Outcome};

const PARTS: &[Part<Rig>] = &[
    Part {
        name: "apps",
        run: apps::run,
    },
    Part {
        name: "example",
        run: example::run,
    },
    Part {
        name: "takeover",
        run: takeover::run,
    },
    Part {
        name: "reconcile",
        run: reconcile::run,
    },
    Part {
        name: "status",
        run: status::run,
    },
    Part {
        name: "kills",
        run: kills::run,
    },
    Part {
        name: "failures",
        run: failures::run,
    },
];

pub(super) fn run(options: &Options) -> Result<Outcome> {
    parts::check(PARTS, options)?;
    if let Some(missing) = need() {
        return Ok(Outcome::Skipped(missing));
    }
    let mut rig = match Rig::open()? {
        Ok(rig) => rig,
        Err(missing) => return Ok(Outcome::Skipped(missing)),
    };
    parts::run("kubernetes", PARTS, &mut rig, options, Rig::stop)
}
