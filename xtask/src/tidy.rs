//! The rules of the house that no compiler checks.

mod alone;
mod circles;
mod disallowed;
mod edges;
mod facts;
mod keys;
mod licences;
mod masks;
mod network;
mod rules;
mod sources;
mod words;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;

use crate::{files, process};

/// Every breach, one a line. `ichor` is the program whose commands the documents must name;
/// without it that is left out.
pub fn run(ichor: Option<&Utf8Path>) -> Result<Vec<String>> {
    let root = files::root();
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml").as_std_path())
        .exec()
        .context("cargo metadata failed")?;
    let mut faults = edges::check(&metadata);
    faults.extend(network::check(&metadata));
    faults.extend(licences::check(&metadata));
    faults.extend(sources::check(&root)?);
    faults.extend(alone::check(&root)?);
    faults.extend(circles::check(&root)?);
    faults.extend(disallowed::check(&root)?);
    faults.extend(facts::check(&root)?);
    faults.extend(keys::check(&root)?);
    faults.extend(masks::check(&root)?);
    faults.extend(rules::check(&root)?);
    faults.extend(words::readme(&root)?);
    if let Some(ichor) = ichor {
        faults.extend(words::commands_of(&root, ichor)?);
    }
    Ok(faults)
}

/// Runs every check and prints what it found.
#[expect(clippy::print_stdout, reason = "a command's result")]
pub fn command() -> Result<()> {
    let ichor = process::ichor("dev")?;
    let faults = run(Some(&ichor))?;
    for fault in &faults {
        println!("{fault}");
    }
    match faults.len() {
        0 => println!("tidy: nothing to tidy"),
        count => bail!("{count} breaches of the rules of the house"),
    }
    Ok(())
}
