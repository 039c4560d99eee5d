//! `template reset|tidy`: removing outputs, and leaving templates behind.

use camino::Utf8Path;
use pipeline::archive;
use repository::View;

use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Remove what `configure` wrote
///
/// Removes only files that ichor owns and that nobody edited; everything else stays, such as
/// `talos/talsecret.sops.yaml`.
#[derive(Debug, clap::Args)]
pub(crate) struct Reset {}

impl Reset {
    #[expect(clippy::unused_self, reason = "every command has the same shape")]
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        // What was archived cannot be rendered again.
        report::stop_if_tidied(root)?;
        let disk = report::disk(root)?;
        let plan = archive::reset(&disk)?;
        ui.problems(plan.findings());
        if plan.is_done() {
            ui.status("Nothing to remove.");
            return Ok(Exit::Done);
        }
        report::changes(&plan, ui);
        ask(
            ui,
            &format!("Remove {}?", plural(plan.summary().pruned, "file")),
        )?;
        plan.commit(&disk)?;
        ui.status(format!(
            "Removed {}.",
            plural(plan.summary().pruned, "file")
        ));
        ui.next(&["`ichor configure`: writes them again.".to_owned()]);
        Ok(Exit::Done)
    }
}

/// Archive templates and configuration once the cluster is set up
///
/// Moves them to `.private/<time>/` and leaves a marker, at which `init` and `configure`
/// explain and stop. The rendered files stay and can be edited by hand from then on.
#[derive(Debug, clap::Args)]
pub(crate) struct Tidy {}

impl Tidy {
    #[expect(clippy::unused_self, reason = "every command has the same shape")]
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        if archive::begun(&view).is_none() {
            report::stop_if_tidied(root)?;
        }
        let moved = archive::archivable(&view);
        if moved.is_empty() {
            return Err(Failure::stopped(
                Exit::Usage,
                "there is nothing to archive here",
            ));
        }
        for path in &moved {
            ui.status(format!("  archive   {path}"));
        }
        ask(ui, "Archive these?")?;
        let archive = archive::tidy(root, &repository::clock::now_as_folder())?;
        ui.set("archive", archive.as_str());
        ui.status(format!("Archived to `{archive}`."));
        Ok(Exit::Done)
    }
}

fn ask(ui: &mut Ui, question: &str) -> Result<(), Failure> {
    match ui.confirm(question) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::stopped(Exit::Protected, "nothing was changed")),
        None => Err(
            Failure::stopped(Exit::Protected, "nothing was changed, nobody said yes")
                .hint("add `--yes` to go on without a question"),
        ),
    }
}
