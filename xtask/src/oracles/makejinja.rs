//! The original template engine, in a Python environment of its own.

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;

use super::{Options, Outcome};
use crate::{files, process};

/// The environment's folder, made where Python is there to make it, or why there is none.
pub fn environment() -> Result<Result<Utf8PathBuf, String>> {
    let requirements = files::root().join("oracles/makejinja/requirements.txt");
    let folder = process::cache("makejinja", std::slice::from_ref(&requirements))?;
    let ready = folder.join("ready");
    if ready.exists() {
        return Ok(Ok(folder));
    }
    if !process::exists("python3", "--version") {
        return Ok(Err("there is no `python3`".to_owned()));
    }
    let made = process::quiet(
        process::command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .and_then(|_| {
        process::quiet(
            process::command(folder.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "-r",
                ])
                .arg(&requirements),
        )
    });
    // Without a network or with another Python it cannot be had; that proves nothing.
    if let Err(error) = made {
        return Ok(Err(format!("makejinja cannot be installed: {error}")));
    }
    files::write(&ready, "")?;
    Ok(Ok(folder))
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
