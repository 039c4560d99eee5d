//! The machinery of Talos as a process that answers one question a line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use serde::Deserialize;
use serde_json::Value;

use super::super::go::{self, Program};
use crate::process;

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
}

/// One release of the machinery.
pub(super) struct Machinery {
    /// Its minor version.
    pub(super) minor: u32,
    program: Utf8PathBuf,
}

const PROGRAMS: [(u32, Program); 3] = [
    (11, program("machinery-1.11")),
    (12, program("machinery-1.12")),
    (13, program("machinery-1.13")),
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
    pub(super) fn all() -> Result<Result<[Self; 3], String>> {
        let [(_, first), (_, second), (_, third)] = &PROGRAMS;
        let programs = match go::all([first, second, third])? {
            Ok(programs) => programs,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut minors = PROGRAMS.iter().map(|(minor, _)| *minor);
        Ok(Ok(programs.map(|program| Self {
            minor: minors.next().unwrap_or_default(),
            program,
        })))
    }

    /// Answers in the order of the questions; one process a core.
    pub(super) fn ask(&self, questions: &[Value]) -> Result<Vec<Answer>> {
        let cores = std::thread::available_parallelism()?.get();
        let share = questions.len().div_ceil(cores).max(1);
        let parts: Vec<Result<Vec<Answer>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = questions
                .chunks(share)
                .map(|part| scope.spawn(|| self.answers(part)))
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

    fn answers(&self, questions: &[Value]) -> Result<Vec<Answer>> {
        let home = tempfile::tempdir()?;
        let mut child = process::command(&self.program)
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.program))?;
        let mut input = child.stdin.take().context("it has no standard input")?;
        let output = child.stdout.take().context("it has no standard output")?;
        let mut answers = Vec::with_capacity(questions.len());
        std::thread::scope(|scope| -> Result<()> {
            let writer = scope.spawn(move || -> Result<()> {
                for question in questions {
                    serde_json::to_writer(&mut input, question)?;
                    input.write_all(b"\n")?;
                }
                Ok(())
            });
            for line in BufReader::new(output).lines() {
                answers.push(serde_json::from_str(&line?)?);
            }
            writer.join().unwrap_or_else(|_| bail!("a thread panicked"))
        })?;
        let status = child.wait()?;
        if !status.success() || answers.len() != questions.len() {
            let (got, wanted) = (answers.len(), questions.len());
            bail!(
                "`{}` gave {got} of {wanted} answers: {status}",
                self.program
            );
        }
        Ok(answers)
    }
}
