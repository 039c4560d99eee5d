//! The machinery of Talos as a process that answers one question a line.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use serde::Deserialize;
use serde_json::Value;

use super::super::ask::ask;
use super::super::go::{self, Program};

/// Values by the names of accessors, such as `K8sKubeletConfig.Image`.
pub(super) type Values = BTreeMap<String, Value>;

/// What it answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// Why there is none.
    pub(super) error: Option<String>,
    /// A config.
    pub(super) text: String,
    /// What validation warns of.
    pub(super) warnings: Vec<String>,
    /// The contexts of a talosconfig.
    pub(super) contexts: Value,
    /// What a node reads, by the names of the accessors.
    pub(super) values: Values,
    /// The accessors that could not be asked.
    pub(super) skipped: Vec<String>,
}

/// One release of the machinery.
pub(super) struct Machinery {
    /// Its minor version.
    pub(super) minor: u32,
    program: Utf8PathBuf,
}

const PROGRAMS: [(u32, Program); 4] = [
    (11, program("machinery-1.11")),
    (12, program("machinery-1.12")),
    (13, program("machinery-1.13")),
    (14, program("machinery-1.14")),
];

const fn program(folder: &'static str) -> Program {
    Program {
        folder,
        name: "machinery",
        package: ".",
        link: "",
    }
}

impl Machinery {
    /// All releases, oldest first, or why one cannot be had.
    pub(super) fn all() -> Result<Result<[Self; 4], String>> {
        let programs = match go::all(PROGRAMS.each_ref().map(|(_, program)| program))? {
            Ok(programs) => programs,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut minors = PROGRAMS.iter().map(|(minor, _)| *minor);
        Ok(Ok(programs.map(|program| Self {
            minor: minors.next().unwrap_or_default(),
            program,
        })))
    }

    /// The one of a minor version.
    pub(super) fn of(machineries: &[Self], minor: u32) -> Result<&Self> {
        let mut all = machineries.iter();
        all.find(|one| one.minor == minor)
            .with_context(|| format!("there is no machinery of 1.{minor}"))
    }

    /// Answers in the order of the questions; one process a core.
    pub(super) fn ask(&self, questions: &[Value]) -> Result<Vec<Answer>> {
        let cores = std::thread::available_parallelism()?.get();
        let share = questions.len().div_ceil(cores).max(1);
        let parts: Vec<Result<Vec<Answer>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = questions
                .chunks(share)
                .map(|part| scope.spawn(|| ask(&self.program, part)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
                .collect()
        });
        let mut all = Vec::with_capacity(questions.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
    }
}
