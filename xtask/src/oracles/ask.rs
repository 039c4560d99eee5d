//! Programs that answer one question a line, each a line of JSON.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::process;

/// Answers in the order of the questions.
pub(super) fn ask<A: DeserializeOwned>(program: &Utf8Path, questions: &[Value]) -> Result<Vec<A>> {
    let home = tempfile::tempdir()?;
    let mut child = process::command(program)
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{program}`"))?;
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
        bail!("`{program}` gave {got} of {wanted} answers: {status}");
    }
    Ok(answers)
}
