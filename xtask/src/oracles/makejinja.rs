//! The original template engine, in a Python environment of its own.

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;

use super::{Options, Outcome, python};
use crate::{files, process};

/// The environment's folder, or why there is none.
pub fn environment() -> Result<Result<Utf8PathBuf, String>> {
    python::environment("makejinja")
}

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    let folder = match environment()? {
        Ok(folder) => folder,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut words = Vec::new();
    let mut agreed = true;
    for recorder in [
        "crates/render/tests/corpus/record.py",
        "fixtures/forks/record.py",
    ] {
        let output = process::command(folder.join("bin/python"))
            .arg(files::root().join(recorder))
            .arg("--check")
            .output()
            .context("cannot start the recorder")?;
        words.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        if !output.status.success() {
            agreed = false;
            words.push(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    let words = words.join("; ");
    Ok(if agreed {
        Outcome::Agreed(words)
    } else {
        Outcome::Differs(words)
    })
}
