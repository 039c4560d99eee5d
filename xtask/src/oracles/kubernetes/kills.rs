//! Bootstraps that are killed, each of a new cluster at another moment, and the next run.

use std::time::{Duration, Instant};

use anyhow::Result;
use camino::Utf8Path;

use super::super::Options;
use super::super::seed::Seed;
use super::apps::again;
use super::flow::{self, BOOTSTRAP};
use super::repository::Repository;
use super::rig::{Helm, Rig};

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.helm = Helm::Four;
    rig.fresh()?;
    let repository = Repository::new(rig, ichor)?;
    let whole = flow::done(rig, &repository)?.0.ended;
    let mut killed = 0;
    let (mut longest, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for case in 0..options.kills {
        rig.helm = if case % 2 == 0 {
            Helm::Four
        } else {
            Helm::Three
        };
        rig.fresh()?;
        let moment = Seed::new("kubernetes", case).below(usize::try_from(whole.as_millis())?);
        let mut run = repository.ichor(rig, BOOTSTRAP)?;
        std::thread::sleep(Duration::from_millis(moment as u64));
        // Its Helm goes on, if there is one: nobody tells it.
        run.kill();
        killed += usize::from(!run.wait()?.status.success());
        let when = format!("killed after {moment} ms, {:?}", rig.helm);
        let begin = Instant::now();
        let next = repository.ended(rig, BOOTSTRAP)?;
        if !next.status.success() {
            faults.push(format!(
                "{when}, the next run ended with {}:\n{}",
                next.status, next.words
            ));
            continue;
        }
        if let Err(error) = flow::ready(rig) {
            faults.push(format!("{when}: {error:#}"));
            continue;
        }
        longest = longest.max(begin.elapsed());
        let mut found = Vec::new();
        slowest = slowest.max(again(rig, &repository, &mut found)?);
        faults.extend(found.into_iter().map(|fault| format!("{when}: {fault}")));
    }
    rig.helm = Helm::Four;
    Ok(format!(
        "{killed} of {} killed, the next run ready in {:.1} s at most, and one after it in {:.1} s at most",
        options.kills,
        longest.as_secs_f32(),
        slowest.as_secs_f32()
    ))
}
