//! `app`: applications of the repository, in one step each.

mod add;
mod list;
mod remove;

use camino::Utf8Path;
use clap::Subcommand;
use diagnostics::Diagnostics;
use pipeline::app::{Changes, try_out};
use pipeline::{Environment, Inputs};
use repository::View;
use serde_json::json;
use tree::Diff;

use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Tone, Ui, word};

/// Add, list and remove applications
#[derive(Debug, Subcommand)]
pub(crate) enum App {
    Add(Box<add::Add>),
    List(list::List),
    Remove(remove::Remove),
}

impl App {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        here: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        match self {
            Self::Add(command) => command.run(root, here, ui),
            Self::List(command) => command.run(root, ui),
            Self::Remove(command) => command.run(root, ui),
        }
    }
}

/// A repository, and what it takes to try a change of it out.
struct Repository {
    view: View<'static>,
    environment: Environment,
    inputs: Inputs,
}

impl Repository {
    fn read(root: &Utf8Path, ui: &mut Ui) -> Result<Self, Failure> {
        let view = View::on_disk(root);
        let mut environment = report::environment(ui);
        let read = report::read_view(&view, &environment, false, ui)?;
        let (inputs, _) = read.ok_or_else(|| report::no_configuration(root))?;
        environment.plugin.allowed = inputs.plugin.allowed;
        Ok(Self {
            view,
            environment,
            inputs,
        })
    }

    /// Shows changes, or tries them out and writes them.
    fn make(&self, changes: &Changes, dry_run: bool, ui: &mut Ui) -> Result<(), Failure> {
        let diffs = changes.diffs();
        record(changes, &diffs, ui);
        let options = report::options();
        let tried = try_out(&self.view, changes, &self.environment, &options);
        if dry_run {
            for (_, diff) in &diffs {
                ui.diff_data(&diff.text)?;
            }
        }
        let told: Diagnostics = tried?;
        ui.problems(&told);
        if dry_run {
            return Ok(());
        }
        let root = self.inputs.view.root().unwrap_or(".".into());
        changes.write(root)?;
        for (path, change) in changes.iter() {
            let (name, tone) = action(change);
            ui.status(format!("  {} {path}", word(name, 9, tone)));
        }
        Ok(())
    }
}

/// Every file that changes, kept for JSON output.
fn record(changes: &Changes, diffs: &[(&str, Diff)], ui: &mut Ui) {
    let text = |path: &str| {
        let found = diffs.iter().find(|(known, _)| *known == path);
        found.map(|(_, diff)| diff.text.as_str())
    };
    let all: Vec<_> = changes
        .iter()
        .map(|(path, change)| json!({ "path": path, "action": action(change).0, "diff": text(path) }))
        .collect();
    ui.set("changes", all);
}

fn action(change: &pipeline::app::Change) -> (&'static str, Tone) {
    match (&change.before, &change.after) {
        (None, _) => ("create", Tone::New),
        (Some(_), Some(_)) => ("update", Tone::Changed),
        (Some(_), None) => ("remove", Tone::Gone),
    }
}
