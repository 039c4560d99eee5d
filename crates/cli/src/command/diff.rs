//! `diff`: what `configure` would change.

use pipeline::Built;
use repository::Root;
use tree::{Action, Plan};

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
    /// Only these outputs, and what lies below them; one that is none is an error
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
        let secrets = built.secrets();
        self.check(&named, &plan, &built)?;
        let wanted = |path: &tree::RelPath| {
            named.is_empty()
                || named.iter().any(|wanted| {
                    let wanted = plain(wanted);
                    wanted.is_empty() || path.starts_with(wanted)
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
            let diff = change.diff(&secrets, yaml::mask::values);
            ui.diff_data(&diff.text)?;
            diffs.push(serde_json::json!({ "path": change.path.as_str(), "action": change.action, "diff": diff.text }));
        }
        ui.set("diffs", diffs);
        Ok(if differs {
            Exit::WouldChange
        } else {
            Exit::Done
        })
    }

    /// Every path must be an output, or a folder of outputs: no difference would be shown of
    /// another, and that would look as if there were none.
    fn check<N: AsRef<str>>(&self, named: &[N], plan: &Plan, built: &Built) -> Result<(), Failure> {
        let outputs: Vec<_> = plan
            .changes()
            .iter()
            .map(|change| &change.path)
            .chain(&built.sealed.unproven)
            .collect();
        let unknown = self
            .paths
            .iter()
            .zip(named)
            .map(|(shown, path)| (shown, plain(path.as_ref())))
            .find(|(_, path)| !path.is_empty() && !outputs.iter().any(|one| one.starts_with(path)));
        let Some((shown, path)) = unknown else {
            return Ok(());
        };
        let failure = Failure::stopped(
            Exit::Usage,
            format!("`{shown}` is no output, and no folder of outputs"),
        );
        let mut known: Vec<&str> = outputs
            .iter()
            .flat_map(|output| output.with_folders())
            .collect();
        known.sort_unstable();
        known.dedup();
        Err(match diagnostics::closest(path, known) {
            Some(close) => failure.hint(format!("did you mean `{close}`?")),
            None => failure.hint(
                "name outputs relative to the repository, such as `kubernetes/apps/network`; `ichor diff` alone shows all",
            ),
        })
    }
}

/// A path as outputs have it.
fn plain(path: &str) -> &str {
    match path.trim_start_matches("./").trim_end_matches('/') {
        "." => "",
        path => path,
    }
}
