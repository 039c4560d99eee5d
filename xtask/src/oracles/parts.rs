//! Oracles that have parts, each of which may be asked for alone.

use std::time::Instant;

use anyhow::{Result, bail};
use camino::Utf8Path;

use super::{Options, Outcome};
use crate::process;

/// What is shown, of something that is new each time.
pub(super) struct Part<R> {
    /// What it is called.
    pub(super) name: &'static str,
    /// Shows it with a build of ichor; what is not as it should be is a fault.
    pub(super) run: fn(&mut R, &Utf8Path, &Options, &mut Vec<String>) -> Result<String>,
}

/// Refuses a part that there is not.
pub(super) fn check<R>(parts: &[Part<R>], options: &Options) -> Result<()> {
    let stranger = options
        .parts
        .iter()
        .find(|name| parts.iter().all(|part| part.name != **name));
    if let Some(part) = stranger {
        let known: Vec<_> = parts.iter().map(|part| part.name).collect();
        bail!("there is no part `{part}`; there are {}", known.join(", "));
    }
    Ok(())
}

/// Runs those that are asked for, and what is to be done after each; one that fails keeps no other from being asked.
#[expect(clippy::print_stderr, reason = "what takes minutes says where it is")]
pub(super) fn run<R>(
    oracle: &str,
    parts: &[Part<R>],
    rig: &mut R,
    options: &Options,
    mut after: impl FnMut(&mut R) -> Result<()>,
) -> Result<Outcome> {
    let ichor = process::ichor(&options.profile)?;
    let mut faults = Vec::new();
    let mut words = Vec::new();
    for part in parts {
        if options.parts.is_empty() || options.parts.iter().any(|name| name == part.name) {
            let begin = Instant::now();
            let before = faults.len();
            match (part.run)(rig, &ichor, options, &mut faults) {
                Ok(shown) => words.push(shown),
                Err(error) => faults.push(format!("{}: {error:#}", part.name)),
            }
            let seconds = begin.elapsed().as_secs();
            eprintln!("oracles: {oracle}: `{}` in {seconds} s", part.name);
            for fault in faults.iter().skip(before) {
                eprintln!("oracles: {oracle}: `{}`: {fault}", part.name);
            }
            after(rig)?;
        }
    }
    let words = words.join("; ");
    Ok(if faults.is_empty() {
        Outcome::Agreed(words)
    } else {
        Outcome::Differs(format!("{}\n{words}", faults.join("\n")))
    })
}
