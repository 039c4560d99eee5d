//! The vectors of `crates/talos/tests/vectors`, live against the machinery.

use anyhow::{Context as _, Result};

use super::Part;
use super::generate::{folder, generate};
use super::machinery::Machinery;
use super::meaning;
use super::patches::{Case, ours};
use super::table::Table;
use crate::files;

/// Both kinds of vector, against every release that knows what is in them.
pub(super) fn run(machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("vectors");
    for machinery in machineries {
        let table = Table::read(machinery.minor)?;
        generation(machinery, &table, &mut part)?;
        // They need documents that came with 1.12.
        if machinery.minor >= 12 {
            patches(machinery, &table, &mut part)?;
        }
    }
    Ok(part)
}

/// The machinery of a release makes the configs of its own contract and of all before it.
fn generation(machinery: &Machinery, table: &Table, part: &mut Part) -> Result<()> {
    let mut names = Vec::new();
    let mut questions = Vec::new();
    for path in files::paths(&folder().join("generate"))? {
        let (version, role) = path
            .trim_end_matches(".yaml")
            .rsplit_once('-')
            .context("a vector's name")?;
        let minor: u32 = version
            .split('.')
            .nth(1)
            .and_then(|minor| minor.parse().ok())
            .context("a version")?;
        if minor <= machinery.minor {
            let role = if role == "cp" {
                "controlplane"
            } else {
                "worker"
            };
            questions.push(generate(version, role)?);
            names.push(path);
        }
    }
    for (name, answer) in names.iter().zip(machinery.ask(&questions)?) {
        part.cases += 1;
        let wanted =
            meaning::documents(table, &files::text(&folder().join("generate").join(name))?)?;
        let got = match &answer.error {
            None => meaning::documents(table, &answer.text)?,
            Some(error) => {
                part.differs(format!("generate/{name}: {error}"));
                continue;
            }
        };
        for difference in meaning::differences(&got, &wanted) {
            part.differs(format!(
                "1.{} generate/{name}: {difference}",
                machinery.minor
            ));
        }
    }
    Ok(())
}

/// Each patch, by the machinery and by ichor.
fn patches(machinery: &Machinery, table: &Table, part: &mut Part) -> Result<()> {
    let folder = folder().join("patch-semantics");
    let mut cases = Vec::new();
    for path in files::paths(&folder)? {
        let Some(name) = path.strip_suffix(".patch.yaml") else {
            continue;
        };
        let base = if name.starts_with("30") {
            "base-single.yaml"
        } else {
            "base.yaml"
        };
        cases.push(Case {
            name: name.to_owned(),
            base: files::text(&folder.join(base))?,
            patches: vec![files::text(&folder.join(&path))?],
        });
    }
    let questions: Vec<_> = cases.iter().map(Case::question).collect();
    for (case, answer) in cases.iter().zip(machinery.ask(&questions)?) {
        part.cases += 1;
        let name = format!("1.{} {}", machinery.minor, case.name);
        match (ours(case, machinery.minor), &answer.error) {
            (Err(_), Some(_)) => {}
            (Err(problem), None) => part.differs(format!("{name}: only ichor refuses: {problem}")),
            (Ok(_), Some(error)) => {
                part.differs(format!("{name}: only the machinery refuses: {error}"));
            }
            (Ok(ours), None) => {
                let theirs = meaning::documents(table, &answer.text)?;
                for difference in meaning::differences(&theirs, &meaning::documents(table, &ours)?)
                {
                    part.differs(format!("{name}: {difference}"));
                }
            }
        }
    }
    Ok(())
}
