//! `flux test`: in place of `flate test`: a verdict on each Kustomization and HelmRelease.

use camino::Utf8Path;
use flux::verdict::{self, Verdict};
use serde_json::json;

use super::check::{Strictness, checked};
use super::render::WithHelm;
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
///   ichor flux test --helm
///   ichor flux test --path ../other-repository/clusters/main
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Test {
    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    helm: WithHelm,

    /// Treat a kind without a known schema as an error
    #[arg(long)]
    strict_schemas: bool,

    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Test {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let strictness = Strictness {
            warnings: self.strict,
            schemas: self.strict_schemas,
        };
        let (assembled, findings, exit) = checked(&repository, strictness, self.helm, ui)?;
        let verdicts = verdict::of(&assembled, &findings.problems);
        let mut listed = Vec::new();
        for (kind, name, verdict) in &verdicts {
            ui.data(&format!("{:<8}{kind:<14}{name}\n", word(*verdict)))?;
            listed.push(json!({"kind": kind, "name": name, "verdict": word(*verdict)}));
        }
        ui.set("verdicts", listed);
        let failed = { verdicts.iter() }.filter(|(_, _, verdict)| *verdict == Verdict::Failed);
        ui.status(format!("{} failed.", failed.count()));
        Ok(exit)
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "PASSED",
        Verdict::Failed => "FAILED",
        Verdict::Skipped => "SKIPPED",
    }
}
