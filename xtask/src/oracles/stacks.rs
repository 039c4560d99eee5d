//! The objects of every fixture before the programs that they are for: Envoy Gateway's own translator,
//! Envoy, Keycloak. What the API server says of them, the oracle `schemas` asks; what they name of each
//! other is a test (`crate::stacks`).

mod certificates;
mod envoy;
mod gateway;
mod keycloak;
mod verdict;

use std::time::Instant;

use anyhow::Result;

use super::parts;
use super::{Options, Outcome};
use crate::stacks::{self, Cluster};

/// A part, and what asks it of all clusters.
type Part = (&'static str, fn(&[Cluster], &Options) -> Result<Outcome>);

const PARTS: &[Part] = &[("gateway", gateway::run), ("keycloak", keycloak::run)];

#[expect(clippy::print_stderr, reason = "what takes minutes says where it is")]
pub(super) fn run(options: &Options) -> Result<Outcome> {
    let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
    parts::check_names(&names, options)?;
    let clusters = stacks::clusters()?;
    let (mut agreed, mut wrong, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for (name, run) in PARTS.iter().filter(|(name, _)| options.asks_for(name)) {
        let begun = Instant::now();
        match run(&clusters, options)? {
            Outcome::Agreed(words) => agreed.push(format!("{name}: {words}")),
            Outcome::Differs(words) => wrong.push(format!("{name}:\n{words}")),
            Outcome::Skipped(words) => skipped.push(format!("{name}: {words}")),
        }
        let seconds = begun.elapsed().as_secs();
        eprintln!("oracles: stacks: `{name}` in {seconds} s");
    }
    let agreed = agreed.join("; ");
    Ok(if !wrong.is_empty() {
        wrong.extend(skipped);
        Outcome::Differs(format!("{}\n{agreed}", wrong.join("\n")))
    } else if !skipped.is_empty() {
        Outcome::Skipped(format!("{}; asked was {agreed}", skipped.join("; ")))
    } else {
        Outcome::Agreed(agreed)
    })
}
