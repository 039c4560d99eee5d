//! The real talhelper and the machinery of four releases of Talos, beside the crate `talos`.

mod both;
mod bundles;
mod commands;
mod forks;
mod freeze;
mod genconfig;
mod generate;
mod machinery;
mod meaning;
mod migration;
mod moved;
mod mutate;
mod oidc;
mod options;
mod patches;
mod reading;
mod table;
mod talconfigs;
mod talhelper;
mod values;
mod vectors;

use std::time::Instant;

use anyhow::Result;

use self::machinery::Machinery;
pub use self::talhelper::{command as talhelper_genconfig, program as talhelper};
use super::{Options, Outcome, parts};

/// How many differences of a part are shown.
const SHOWN: usize = 40;

/// What came of one part.
struct Part {
    name: &'static str,
    cases: usize,
    notes: Vec<String>,
    differences: Vec<String>,
}

impl Part {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            cases: 0,
            notes: Vec::new(),
            differences: Vec::new(),
        }
    }

    fn differs(&mut self, words: String) {
        self.differences.push(words);
    }
}

pub(super) fn run(options: &Options) -> Result<Outcome> {
    let machineries = match Machinery::all()? {
        Ok(machineries) => machineries,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    if options.bless {
        freeze::record(&machineries)?;
    }
    let talhelper = match talhelper()? {
        Ok(talhelper) => talhelper,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut agreed = Vec::new();
    let mut differing = Vec::new();
    let all: [(&str, &dyn Fn() -> Result<Part>); 9] = [
        ("vectors", &|| vectors::run(&machineries)),
        ("bundles", &|| bundles::run(&machineries)),
        ("options", &|| options::run(&machineries)),
        ("patches", &|| patches::run(&machineries)),
        ("migration", &|| migration::run(&machineries)),
        ("moved", &|| moved::run(&machineries)),
        ("forks", &|| forks::run(&machineries, options)),
        ("talconfigs", &|| genconfig::run(&talhelper, &machineries)),
        ("commands", &|| commands::run(&talhelper, options.bless)),
    ];
    parts::check_names(&all.map(|(name, _)| name), options)?;
    for (_, part) in all.iter().filter(|(name, _)| options.asks_for(name)) {
        let start = Instant::now();
        let part = part()?;
        let seconds = start.elapsed().as_secs_f64();
        let notes = match part.notes.as_slice() {
            [] => String::new(),
            notes => format!(" ({})", notes.join(", ")),
        };
        let (name, cases, count) = (part.name, part.cases, part.differences.len());
        agreed.push(format!("{cases} {name}{notes} in {seconds:.1} s"));
        if count > 0 {
            let shown: Vec<_> = part.differences.iter().take(SHOWN).cloned().collect();
            differing.push(format!(
                "{name}: {count} differences in {cases} cases{notes}\n{}",
                shown.join("\n")
            ));
        }
    }
    if differing.is_empty() {
        return Ok(Outcome::Agreed(agreed.join("; ")));
    }
    Ok(Outcome::Differs(differing.join("\n")))
}
