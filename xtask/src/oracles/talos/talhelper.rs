//! The real talhelper, run on a folder without a network and without the user's settings.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::super::go::Program;
use super::talconfigs::Case;
use crate::{files, process};

const TALHELPER: Program = Program {
    folder: "talhelper",
    name: "talhelper",
    package: "github.com/budimanjojo/talhelper/v3",
    link: "",
};

/// The program, or why it cannot be had.
pub fn program() -> Result<Result<Utf8PathBuf, String>> {
    TALHELPER.built()
}

/// The bundle that all cases share.
pub(super) fn bundle() -> Result<String> {
    files::text(&files::root().join("crates/talos/tests/vectors/talsecret.yaml"))
}

/// What it wrote, or what it said: every file of `clusterconfig/` by name.
pub(super) type Written = Result<BTreeMap<String, String>, String>;

/// Runs `genconfig` on a case.
pub(super) fn genconfig(talhelper: &Utf8Path, case: &Case, bundle: &str) -> Result<Written> {
    let folder = tempfile::tempdir()?;
    let folder = files::utf8(folder.path())?;
    for (path, text) in &case.files {
        files::write(&folder.join(path), text)?;
    }
    files::write(&folder.join("talsecret.yaml"), bundle)?;
    let output = command(talhelper, folder)?
        .output()
        .context("cannot start talhelper")?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].map(|words| {
            let words = String::from_utf8_lossy(&words);
            words.trim().to_owned()
        });
        return Ok(Err(words.join("\n")));
    }
    let mut written = BTreeMap::new();
    for (path, bytes) in files::below(&folder.join("clusterconfig"))? {
        written.insert(path, String::from_utf8(bytes).context("not UTF-8")?);
    }
    Ok(Ok(written))
}

/// The command in a folder: nothing of the environment reaches its variables, and a connection
/// that it tries fails at once.
pub fn command(talhelper: &Utf8Path, folder: &Utf8Path) -> Result<std::process::Command> {
    let mut command = quiet(talhelper, folder)?;
    let home = folder.join("home");
    std::fs::create_dir_all(&home)?;
    command
        .args(["genconfig", "--offline-mode"])
        .env("HOME", home);
    Ok(command)
}

/// talhelper in a folder, without a command yet, and with no home at all.
pub(super) fn quiet(talhelper: &Utf8Path, folder: &Utf8Path) -> Result<std::process::Command> {
    let mut command = process::command(talhelper);
    command
        .current_dir(folder)
        .env_clear()
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("HTTP_PROXY", "http://127.0.0.1:9");
    Ok(command)
}
