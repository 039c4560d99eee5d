//! The real sops: the live comparison of `crates/secrets`, both ways.

use anyhow::{Context as _, Result};

use super::go::Program;
use super::{Options, Outcome};
use crate::{files, process};

pub(super) const SOPS: Program = Program {
    folder: "sops",
    name: "sops",
    package: "github.com/getsops/sops/v3/cmd/sops",
    link: "",
};

/// The program, or why it cannot be had.
pub fn program() -> Result<Result<camino::Utf8PathBuf, String>> {
    SOPS.built()
}

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    let sops = match SOPS.built()? {
        Ok(sops) => sops,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = process::command(cargo)
        .current_dir(files::root())
        .args(["test", "--quiet", "--package", "secrets", "--test", "live"])
        .args(["--", "--nocapture"])
        .env("ICHOR_SOPS", sops)
        .output()
        .context("cannot start cargo")?;
    let words = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let faults = String::from_utf8_lossy(&output.stderr);
        return Ok(Outcome::Differs(format!("{words}{faults}")));
    }
    let counts: Vec<&str> = words
        .lines()
        .filter(|line| {
            [" documents ", " merges "]
                .iter()
                .any(|word| line.contains(word))
        })
        .map(|line| line.trim_start_matches('.'))
        .collect();
    Ok(Outcome::Agreed(counts.join("; ")))
}
