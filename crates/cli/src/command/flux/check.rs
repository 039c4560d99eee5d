//! What `flux test` and `validate --path` have in common.

use flux::assembled::Assembled;
use pipeline::manifests::Findings;
use serde_json::json;

use super::render::WithHelm;
use super::repository::Repository;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// What counts as an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strictness {
    /// Warnings, too.
    pub(crate) warnings: bool,
    /// A kind without a known schema, too.
    pub(crate) schemas: bool,
}

/// Puts together what is on the disk, checks it, and tells everything that is wrong.
pub(crate) fn checked(
    repository: &Repository,
    strict: Strictness,
    helm: WithHelm,
    ui: &mut Ui,
) -> Result<(Assembled, Findings, Exit), Failure> {
    let view = repository.on_disk();
    let renderer = helm.renderer()?;
    let mut assembled = repository.assemble(&view)?;
    if let Some(renderer) = &renderer {
        renderer.render(repository, &view, &mut assembled, ui);
    }
    let mut findings = repository.check(&view, &assembled);
    if strict.warnings {
        findings.problems.promote(|_| true);
    }
    ui.problems(&findings.problems);
    ui.count(&findings.problems);
    ui.set("objects", findings.objects);
    ui.set("withoutSchema", json!(findings.without_schema));
    ui.set("absentCharts", json!(findings.absent_charts));
    ui.set("partlyJudged", json!(findings.partly_judged));
    for (kind, count) in &findings.without_schema {
        let line = format!(
            "no schema is known of `{kind}` ({})",
            plural(*count, "object")
        );
        if strict.schemas {
            ui.error(&line);
        } else {
            ui.warning(&line);
        }
    }
    if !findings.partly_judged.is_empty() {
        ui.status(format!(
            "The values of {} are checked in part: some of the schemas of their charts lie on the web, or cannot be used.",
            plural(findings.partly_judged.len(), "release")
        ));
    }
    let made = match findings.rendered {
        0 => String::new(),
        made => format!(", and {} of charts", plural(made, "object")),
    };
    ui.status(format!(
        "{} in {}{made}.",
        plural(findings.objects, "object"),
        plural(assembled.kustomizations.len(), "Kustomization"),
    ));
    let without = strict.schemas && !findings.without_schema.is_empty();
    let exit = if without || findings.problems.has_errors() {
        Exit::Problems
    } else {
        Exit::Done
    };
    Ok((assembled, findings, exit))
}
