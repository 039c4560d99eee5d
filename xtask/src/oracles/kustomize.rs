//! The real kustomize, on every kustomization of every fixture and on the hand-made cases of
//! `crates/flux`: the same text, or both refuse.

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::go::{self, Program};
use super::{Options, Outcome};
use crate::golden::Files;
use crate::{files, process};

pub(super) const KUSTOMIZE: Program = Program {
    folder: "kustomize",
    name: "kustomize",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    link: "",
};

const KUBECONFORM: Program = Program {
    folder: "kubeconform",
    name: "kubeconform",
    package: "github.com/yannh/kubeconform/cmd/kubeconform",
    link: "",
};

/// The names of a kustomization's file.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The two programs that the original checks each kustomization with, or why they cannot be had.
pub fn programs() -> Result<Result<[Utf8PathBuf; 2], String>> {
    go::all([&KUSTOMIZE, &KUBECONFORM])
}

/// The folders below one that have a kustomization, sorted.
pub fn folders(below: &Files) -> Vec<String> {
    let mut folders: Vec<String> = { below.keys() }
        .filter_map(|path| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            NAMES.contains(&name).then(|| folder.to_owned())
        })
        .collect();
    folders.dedup();
    folders
}

pub(super) fn run(_options: &Options) -> Result<Outcome> {
    let program = match KUSTOMIZE.built()? {
        Ok(program) => program,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut repositories = Vec::new();
    let fixtures = files::root().join("fixtures");
    for fixture in files::folders(&fixtures)? {
        repositories.push(fixtures.join(fixture).join("expected"));
    }
    let cases = files::root().join("crates/flux/tests/kustomize");
    for case in files::folders(&cases)? {
        repositories.push(cases.join(case).join("in"));
    }
    let answers: Vec<Vec<Answer>> = { repositories.par_iter() }
        .map(|repository| compare(&program, repository))
        .collect::<Result<_>>()?;
    let answers: Vec<Answer> = answers.into_iter().flatten().collect();
    let wrong: Vec<&str> = { answers.iter() }
        .filter_map(|answer| match answer {
            Answer::Differs(words) => Some(words.as_str()),
            _ => None,
        })
        .collect();
    if !wrong.is_empty() {
        return Ok(Outcome::Differs(wrong.join("\n")));
    }
    let built = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Same));
    let built = built.count();
    let refused = answers.len() - built;
    Ok(Outcome::Agreed(format!(
        "{built} kustomizations are built alike, {refused} refused by both"
    )))
}

/// What both made of a kustomization.
enum Answer {
    Same,
    Refused,
    Differs(String),
}

/// Every kustomization of a repository.
fn compare(program: &Utf8Path, repository: &Utf8PathBuf) -> Result<Vec<Answer>> {
    let below = files::below(repository)?;
    let folders = folders(&below);
    let memory: flux::files::Memory = below.into_iter().collect();
    folders
        .iter()
        .map(|folder| one(program, repository, &memory, folder))
        .collect()
}

fn one(
    program: &Utf8Path,
    repository: &Utf8Path,
    files: &flux::files::Memory,
    folder: &str,
) -> Result<Answer> {
    let path = repository.join(folder);
    let output = process::command(program)
        .args(["build", "--load-restrictor", "LoadRestrictionsNone"])
        .arg(&path)
        .output()
        .context("cannot start kustomize")?;
    let built = flux::kustomize::build(files, folder);
    let problems = || {
        let problems: Vec<String> = built.problems.iter().map(ToString::to_string).collect();
        problems.join("\n")
    };
    let real = String::from_utf8_lossy(&output.stdout);
    let faults = String::from_utf8_lossy(&output.stderr);
    Ok(
        match (output.status.success(), built.problems.has_errors()) {
            (false, true) => Answer::Refused,
            (false, false) => {
                Answer::Differs(format!("{path}: only kustomize refuses it: {faults}"))
            }
            (true, true) => {
                Answer::Differs(format!("{path}: only ichor refuses it: {}", problems()))
            }
            (true, false) if flux::kustomize::to_yaml(&built.objects) == real => Answer::Same,
            (true, false) => Answer::Differs(format!("{path}: other objects")),
        },
    )
}
