//! From nodes without a network until everything is ready: with each Helm, beside the script of the original.

use std::time::Duration;

use anyhow::Result;
use camino::Utf8Path;

use super::super::{Options, differences};
use super::flow::{self, BOOTSTRAP, Times};
use super::objects::{self, Objects};
use super::programs::Programs;
use super::repository::Repository;
use super::rig::{Helm, Rig, scripts};
use crate::files;

/// How long a second run may take.
const AGAIN: Duration = Duration::from_secs(3);

/// What the original leaves otherwise, each with its reason.
const DIFFERENCES: &str = "differences.txt";

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    let mut words = Vec::new();
    let (mut left, mut slowest) = (Objects::new(), Duration::ZERO);
    let repository = Repository::new(rig, ichor)?;
    for helm in [Helm::Three, Helm::Four] {
        rig.helm = helm;
        rig.fresh()?;
        repository.forget()?;
        let (times, _) = flow::done(rig, &repository)?;
        left = objects::all(rig)?;
        slowest = slowest.max(times.revision);
        let again = again(rig, &repository, faults)?;
        words.push(format!(
            "{helm:?}: {}, again in {:.1} s",
            shown(&times),
            again.as_secs_f32()
        ));
    }
    let Some(original) = &options.original else {
        words.push("the original was NOT asked: `--original DIR` names a checkout with its `scripts/bootstrap-apps.sh`".to_owned());
        return Ok(words.join("; "));
    };
    if let Err(reason) = Programs::of_the_original(&rig.path("bin")?)? {
        words.push(format!("the original was NOT asked: {reason}"));
        return Ok(words.join("; "));
    }
    rig.fresh()?;
    for (path, content) in files::below(&original.join("scripts"))? {
        files::write(&repository.folder.join("scripts").join(path), content)?;
    }
    let (times, _) = flow::original(rig, &repository)?;
    let factor = times.revision.as_secs_f32() / slowest.as_secs_f32();
    if factor < 2.0 {
        faults.push(format!("only {factor:.1} times as fast as the original"));
    }
    let found = objects::differences(&left, &objects::all(rig)?);
    differences::judge(&scripts(DIFFERENCES), &found, options.bless, faults)?;
    words.push(format!(
        "the original: {}; ichor is {factor:.1} times as fast, and leaves the same but for {} things",
        shown(&times),
        found.len()
    ));
    Ok(words.join("; "))
}

fn shown(times: &Times) -> String {
    format!(
        "Flux's first revision in {:.1} s, its end in {:.1} s, all ready in {:.1} s",
        times.revision.as_secs_f32(),
        times.ended.as_secs_f32(),
        times.ready.as_secs_f32()
    )
}

/// A second run: it says that there is nothing to do, in time, and no object is another one after it.
pub(super) fn again(
    rig: &Rig,
    repository: &Repository,
    faults: &mut Vec<String>,
) -> Result<Duration> {
    // What changes by itself in the meantime is no fault of the run.
    let earlier = objects::all(rig)?;
    std::thread::sleep(AGAIN);
    let before = objects::all(rig)?;
    let revisions = flow::revisions(rig)?;
    let run = repository.ended(rig, BOOTSTRAP)?;
    let after = objects::all(rig)?;
    if !run.status.success() {
        faults.push(format!(
            "a second run ended with {}:\n{}",
            run.status, run.words
        ));
    }
    if run.took > AGAIN {
        faults.push(format!(
            "a second run takes {:.1} s:\n{}",
            run.took.as_secs_f32(),
            run.words
        ));
    }
    let mut touched = objects::changed(&before, &after);
    for noise in objects::changed(&earlier, &before) {
        touched.remove(&noise);
    }
    if !touched.is_empty() {
        faults.push(format!("a second run changes {touched:?}:\n{}", run.words));
    }
    if flow::revisions(rig)? != revisions {
        faults.push("a second run spends revisions of Helm".to_owned());
    }
    Ok(run.took)
}
