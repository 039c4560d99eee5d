//! The trees and problems that the fixtures record, against what the libraries give today.
//!
//! `fixtures/<case>/expected/` holds the rendered tree before encryption, every file in the
//! clear; `fixtures/invalid/<case>/problems.txt` the problems of a wrong configuration.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use config_model::fixture;
use diagnostics::Diagnostics;
use pipeline::{BuildOptions, Environment, Inputs, Missing};
use repository::View;
use tree::{Stage, Tree};

use crate::files;

/// The folder of the configurations that are wrong.
const INVALID: &str = "invalid";

/// Compares every case, or those named, or with `bless` makes them what is rendered today.
/// Gives the differences, one a line; none means that all is as recorded.
pub fn run(cases: &[String], bless: bool) -> Result<Vec<String>> {
    let fixtures = files::root().join("fixtures");
    let mut differences = Vec::new();
    let mut known = BTreeSet::new();
    known.insert(INVALID.to_owned());
    let wanted = |name: &str| {
        cases.is_empty() || cases.iter().any(|case| case.trim_end_matches('/') == name)
    };
    for case in configurations()? {
        if wanted(&case) {
            differences.extend(tree(&fixtures.join(&case), &case, bless)?);
        }
        known.insert(case);
    }
    for case in files::folders(&fixtures.join(INVALID))? {
        let name = format!("{INVALID}/{case}");
        if wanted(&name) || wanted(&case) || wanted(INVALID) {
            differences.extend(problems(&fixtures.join(&name), &name, bless)?);
        }
        known.insert(case);
        known.insert(name);
    }
    if let Some(case) = cases
        .iter()
        .find(|case| !known.contains(case.trim_end_matches('/')))
    {
        bail!("there is no fixture `{case}`");
    }
    Ok(differences)
}

/// Files by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The names of the fixtures that render, sorted.
pub fn configurations() -> Result<Vec<String>> {
    let fixtures = files::root().join("fixtures");
    let mut names = files::folders(&fixtures)?;
    names.retain(|name| name != INVALID && fixtures.join(name).join("cluster.yaml").exists());
    Ok(names)
}

/// The rendered tree of a fixture in the clear.
///
/// # Errors
///
/// Where it does not render; the problems are the message.
pub fn rendered(fixture: &Utf8Path) -> Result<Files> {
    load(fixture, |inputs| {
        pipeline::render(inputs).map(|rendered| contents(&rendered.tree))
    })
}

/// The tree of a fixture as a first `configure` writes it, its secrets encrypted.
///
/// # Errors
///
/// Where it does not build; the problems are the message.
pub fn built(fixture: &Utf8Path) -> Result<Files> {
    let options = BuildOptions::new(vault::timestamp());
    load(fixture, |inputs| {
        pipeline::build(inputs, &options).map(|built| contents(&built.tree))
    })
}

fn contents<S: Stage>(tree: &Tree<S>) -> Files {
    tree.iter()
        .map(|(path, entry)| (path.to_string(), entry.content.as_bytes().to_vec()))
        .collect()
}

fn load(
    fixture: &Utf8Path,
    run: impl FnOnce(&Inputs) -> Result<Files, Diagnostics>,
) -> Result<Files> {
    let folder = tempfile::tempdir()?;
    let root = files::utf8(folder.path())?;
    assemble(fixture, root)?;
    let (inputs, problems) = match pipeline::load(&View::on_disk(root), &Environment::default()) {
        Ok(loaded) => loaded,
        Err(Missing::NoConfiguration) => bail!("no `cluster.yaml` in `{fixture}`"),
        Err(Missing::Tidied) => bail!("`{fixture}` is archived"),
    };
    if problems.has_errors() {
        bail!("{fixture} cannot be read:\n{}", listed(&problems));
    }
    match run(&inputs) {
        Ok(files) => Ok(files),
        Err(problems) => bail!("{fixture} does not render:\n{}", listed(&problems)),
    }
}

/// Makes the repository that a fixture describes: its configuration, the files of `keys/`
/// beside it, its templates.
pub fn assemble(fixture: &Utf8Path, root: &Utf8Path) -> Result<()> {
    for name in [
        "cluster.yaml",
        "nodes.yaml",
        "versions.yaml",
        "makejinja.toml",
    ] {
        let file = fixture.join(name);
        if file.exists() {
            files::write(&root.join(name), files::text(&file)?)?;
        }
    }
    files::copy(&fixture.join("keys"), root)?;
    files::copy(&fixture.join("templates"), &root.join("templates"))
}

fn tree(folder: &Utf8Path, case: &str, bless: bool) -> Result<Vec<String>> {
    let rendered = match rendered(folder) {
        Ok(rendered) => rendered,
        Err(error) => return Ok(vec![format!("{case}: {error:#}")]),
    };
    let expected = folder.join("expected");
    let recorded = files::below(&expected)?;
    let mut differences = Vec::new();
    for (path, content) in &rendered {
        match recorded.get(path) {
            Some(before) if before == content => continue,
            Some(before) => differences.push(format!(
                "{case}/expected/{path}: {}",
                first_difference(before, content)
            )),
            None => differences.push(format!("{case}/expected/{path}: rendered, not recorded")),
        }
        if bless {
            files::write(&expected.join(path), content)?;
        }
    }
    for path in recorded.keys().filter(|path| !rendered.contains_key(*path)) {
        differences.push(format!(
            "{case}/expected/{path}: recorded, not rendered any more"
        ));
        if bless {
            files::remove(&expected, path)?;
        }
    }
    Ok(differences)
}

fn problems(folder: &Utf8Path, case: &str, bless: bool) -> Result<Vec<String>> {
    let (_, found) = fixture::read(|name| {
        let path = folder.join(name);
        path.exists()
            .then(|| files::text(&path).unwrap_or_default())
    });
    let found = fixture::lines(&found);
    let record = folder.join("problems.txt");
    let recorded = if record.exists() {
        files::text(&record)?
    } else {
        String::new()
    };
    if found == recorded {
        return Ok(Vec::new());
    }
    if bless {
        files::write(&record, &found)?;
    }
    let difference = first_difference(recorded.as_bytes(), found.as_bytes());
    Ok(vec![format!("{case}/problems.txt: {difference}")])
}

fn listed(problems: &Diagnostics) -> String {
    problems
        .iter()
        .map(|problem| format!("  {problem}\n"))
        .collect()
}

/// The first line in which two texts differ. Fixtures hold made-up secrets only.
fn first_difference(recorded: &[u8], rendered: &[u8]) -> String {
    let (recorded, rendered) = (
        String::from_utf8_lossy(recorded),
        String::from_utf8_lossy(rendered),
    );
    let (mut left, mut right) = (recorded.lines(), rendered.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (None, None) => return "the end of a line or of the file differs".to_owned(),
            (old, new) if old == new => {}
            (old, new) => {
                let [old, new] = [old, new].map(|line| line.unwrap_or("(end of file)"));
                return format!("line {number}\n    recorded: {old}\n    now:      {new}");
            }
        }
    }
}

/// Runs the comparison and prints it.
#[expect(clippy::print_stdout, reason = "a command's result")]
pub fn command(cases: &[String], bless: bool) -> Result<()> {
    let differences = run(cases, bless).context("the fixtures cannot be compared")?;
    for difference in &differences {
        println!("{difference}");
    }
    match (differences.len(), bless) {
        (0, _) => println!("golden: everything is as recorded"),
        (count, true) => {
            println!(
                "golden: {count} files recorded anew; look at `git diff` before you commit them"
            );
            if !run(cases, false)?.is_empty() {
                bail!("some cases cannot be recorded");
            }
        }
        (count, false) => bail!("{count} differences; `cargo xtask golden --bless` records them"),
    }
    Ok(())
}
