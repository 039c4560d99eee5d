//! `flux test`: in place of `flate test`: a verdict on each Kustomization and HelmRelease.

use std::collections::BTreeMap;

use camino::Utf8Path;
use diagnostics::{Diagnostics, Severity};
use flux::assembled::{Assembled, Kustomization, Outcome};
use serde_json::json;

use super::check::{Strictness, checked};
use super::repository::Where;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Say of each Kustomization and HelmRelease whether it would work
///
/// Builds everything, checks every object as the API server would, and what they name of each
/// other. Kinds without a known schema are counted, and are errors with `--strict-schemas`.
///
/// Examples:
///   ichor flux test
///   ichor flux test --path ../other-repository/clusters/main
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Test {
    #[command(flatten)]
    place: Where,

    /// Treat a kind without a known schema as an error
    #[arg(long)]
    strict_schemas: bool,

    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// How something fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    Skipped,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Skipped => "SKIPPED",
        }
    }
}

impl Test {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let strictness = Strictness {
            warnings: self.strict,
            schemas: self.strict_schemas,
        };
        let (assembled, findings, exit) = checked(&repository, strictness, ui)?;
        let verdicts = verdicts(&assembled, &findings.problems);
        let mut listed = Vec::new();
        for (kind, name, verdict) in &verdicts {
            ui.data(&format!("{:<8}{kind:<14}{name}\n", verdict.word()))?;
            listed.push(json!({"kind": kind, "name": name, "verdict": verdict.word()}));
        }
        ui.set("verdicts", listed);
        let failed = { verdicts.iter() }.filter(|(_, _, verdict)| *verdict == Verdict::Failed);
        ui.status(format!("{} failed.", failed.count()));
        Ok(exit)
    }
}

/// What becomes of each: an error in one of its files, or in the object itself, is its own.
fn verdicts(assembled: &Assembled, problems: &Diagnostics) -> Vec<(&'static str, String, Verdict)> {
    let mut errors: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for problem in problems
        .iter()
        .filter(|one| one.severity == Severity::Error)
    {
        if let Some(place) = &problem.location {
            errors.entry(&place.file).or_default().push(place.line);
        }
    }
    let mut out = Vec::new();
    for one in &assembled.kustomizations {
        out.push((
            "Kustomization",
            title(&one.id),
            of_kustomization(one, &errors),
        ));
    }
    for release in &assembled.releases {
        let owner = assembled.kustomizations.get(release.owner);
        let source = release.object.place().source().cloned();
        let verdict = match owner.map(|owner| owner.outcome) {
            Some(Outcome::Failed) => Verdict::Failed,
            _ if source.is_some_and(|source| errors.contains_key(source.name())) => Verdict::Failed,
            _ => Verdict::Passed,
        };
        out.push(("HelmRelease", title(&release.id), verdict));
    }
    out
}

fn of_kustomization(one: &Kustomization, errors: &BTreeMap<&str, Vec<usize>>) -> Verdict {
    let own = one.object.0.place.source();
    match one.outcome {
        Outcome::Failed => Verdict::Failed,
        Outcome::Elsewhere => Verdict::Skipped,
        Outcome::Built => {
            let in_files = one
                .files
                .iter()
                .any(|file| errors.contains_key(file.as_str()));
            let in_itself = own.is_some_and(|source| errors.contains_key(source.name()));
            if in_files || in_itself {
                Verdict::Failed
            } else {
                Verdict::Passed
            }
        }
    }
}

fn title(id: &flux::object::Id) -> String {
    if id.namespace.is_empty() {
        id.name.clone()
    } else {
        format!("{}/{}", id.namespace, id.name)
    }
}
