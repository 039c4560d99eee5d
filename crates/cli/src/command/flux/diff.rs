//! `flux diff`: what changes in the cluster between two states of a repository.

use camino::Utf8Path;
use clap::ValueEnum;
use flux::diff;
use repository::View;

use super::render::WithHelm;
use super::repository::Where;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show what changes in the cluster, object by object
///
/// Compares what two states of the repository give, not their files: a change of one variable
/// shows every object that it reaches. Values of Secrets are only said to change. What cannot be
/// built in one of them is named, and nothing of it counts as new or gone. Ends with 3 where
/// anything changes, or may.
///
/// Examples:
///   ichor flux diff
///   ichor flux diff --from main --helm
///   ichor flux diff --from v1.2.0 --to HEAD --format markdown
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Diff {
    /// The commit, branch or tag to compare with
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    from: String,

    /// The commit, branch or tag that is compared; without, the files as they are
    #[arg(long, value_name = "REVISION")]
    to: Option<String>,

    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    helm: WithHelm,
}

/// How changes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Unified diffs
    Text,
    /// A comment for a pull request
    Markdown,
}

impl Diff {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let before = View::of_revision(&repository.root, &self.from)?;
        let after = match &self.to {
            Some(revision) => View::of_revision(&repository.root, revision)?,
            None => repository.on_disk(),
        };
        let renderer = self.helm.renderer()?;
        let views = [&before, &after];
        let (before, after) = rayon::join(
            || repository.assemble(&before),
            || repository.assemble(&after),
        );
        let mut assembled = [before?, after?];
        if let Some(renderer) = &renderer {
            for (view, assembled) in views.into_iter().zip(&mut assembled) {
                renderer.render(&repository, view, assembled, ui);
            }
        }
        let [before, after] = assembled;
        ui.problems(&after.problems);
        let changes = diff::between(&before, &after, repository.domains());
        ui.set("changes", changes.json());
        match self.format {
            Format::Markdown => ui.data(&diff::markdown(&changes))?,
            Format::Text if changes.is_empty() => ui.status("Nothing changes in the cluster."),
            Format::Text => ui.diff_data(&diff::text(&changes))?,
        }
        Ok(if after.problems.has_errors() {
            Exit::Problems
        } else if changes.is_empty() {
            Exit::Done
        } else {
            Exit::WouldChange
        })
    }
}
