//! The real Chromium: what the page of a cluster does in it.

use anyhow::{Context as _, Result};

use super::{Options, Outcome};
use crate::{files, process};

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    let browser = std::env::var("ICHOR_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    for (program, argument) in [("node", "--version"), (browser.as_str(), "--version")] {
        if !process::exists(program, argument) {
            return Ok(Outcome::Skipped(format!("there is no `{program}`")));
        }
    }
    let folder = tempfile::tempdir()?;
    let (page, injected) = (
        folder.path().join("page.html"),
        folder.path().join("injected.html"),
    );
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut tests = process::command(cargo);
    tests.current_dir(files::root());
    tests.args([
        "test",
        "--quiet",
        "--package",
        "flux",
        "--test",
        "cluster",
        "graph",
    ]);
    tests
        .env("ICHOR_PAGE", &page)
        .env("ICHOR_PAGE_INJECTED", &injected);
    process::quiet(&mut tests)?;
    let output = process::command("node")
        .current_dir(files::root())
        .arg("oracles/page/browse.mjs")
        .arg(browser)
        .args([page, injected])
        .output()
        .context("cannot start node")?;
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() {
        let faults = String::from_utf8_lossy(&output.stderr);
        return Ok(Outcome::Differs(format!("{words}{faults}")));
    }
    Ok(Outcome::Agreed(words))
}
