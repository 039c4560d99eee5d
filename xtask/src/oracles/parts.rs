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
    let names: Vec<_> = parts.iter().map(|part| part.name).collect();
    check_names(&names, options)
}

/// The same of an oracle whose parts are none that a build of ichor is shown with.
pub(super) fn check_names(known: &[&str], options: &Options) -> Result<()> {
    let mut asked = options.parts.iter();
    if let Some(part) = asked.find(|name| !known.contains(&name.as_str())) {
        bail!("there is no part `{part}`; there are {}", known.join(", "));
    }
    Ok(())
}

impl Options {
    /// Whether a part is asked for; all are, if none is named.
    pub(super) fn asks_for(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|name| name == part)
    }
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
        if options.asks_for(part.name) {
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
