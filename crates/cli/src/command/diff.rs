//! `diff`: what `configure` would change.

use pipeline::load::Root;
use tree::Action;

use super::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show what `configure` would change, line by line
///
/// Secrets are masked. Exits with 3 where something would change, with 0 where nothing would.
///
/// Examples:
///   ichor diff
///   ichor diff kubernetes/apps/network
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Diff {
    /// Only these outputs, and what lies below them
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
}

impl Diff {
    pub(crate) fn run(&self, found: &Root, ui: &mut Ui) -> Result<Exit, Failure> {
        let root = &found.path;
        let named: Vec<_> = self.paths.iter().map(|path| found.named(path)).collect();
        let inputs = report::read_with_identities(root, false, ui)?;
        let options = report::options();
        let built = report::build(&inputs, &options, ui)?;
        let disk = report::disk(root)?;
        let plan = report::plan(&built, &disk, &options)?;
        let redaction = built.redaction();
        let wanted = |path: &tree::RelPath| {
            named.is_empty()
                || named.iter().any(|wanted| {
                    path.starts_with(wanted.trim_start_matches("./").trim_end_matches('/'))
                })
        };
        // What cannot be compared may differ.
        let mut differs = built.sealed.unproven.iter().any(&wanted);
        let mut diffs = Vec::new();
        for change in plan.changes().iter().filter(|change| wanted(&change.path)) {
            if matches!(
                change.action,
                Action::Unchanged | Action::TakeOver | Action::Release
            ) {
                continue;
            }
            differs = true;
            let diff = change.diff(&redaction);
            ui.data(&diff.text)?;
            diffs.push(serde_json::json!({ "path": change.path.as_str(), "action": change.action, "diff": diff.text }));
        }
        ui.set("diffs", diffs);
        Ok(if differs {
            Exit::WouldChange
        } else {
            Exit::Done
        })
    }
}
