//! `app remove`: undoes what `app add` did.

use camino::Utf8Path;
use diagnostics::Diagnostic;
use pipeline::app::{self, Name};
use serde_json::json;

use super::Repository;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Remove an application that `app add` added
///
/// Takes out exactly what that wrote: its templates, its entry in the list of its namespace, and
/// its keys, version and namespace, unless another application needs them too. What was rendered of
/// it goes with the next `configure`.
#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    /// The namespace, and the name in it
    #[arg(value_name = "NAMESPACE/NAME")]
    name: String,

    /// Remove templates of it that were changed or added since, too
    #[arg(long)]
    force: bool,

    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Remove {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let name: Name = { self.name.parse() }.map_err(|problem: Box<Diagnostic>| *problem)?;
        let repository = Repository::read(root, ui)?;
        let removed = app::remove(&repository.inputs, &name)?;
        ui.problems(&removed.notes);
        ui.set("edited", json!(removed.edited));
        if !removed.edited.is_empty() && !self.force && !self.dry_run {
            for path in &removed.edited {
                ui.important(format!("  {path}"));
            }
            return Err(Failure::stopped(
                Exit::Protected,
                format!(
                    "nothing was removed, to protect {} that changed since `{name}` was added",
                    plural(removed.edited.len(), "template")
                ),
            )
            .hint("`--dry-run` shows what would be lost, `--force` removes it"));
        }
        repository.make(&removed.changes, self.dry_run, ui)?;
        if !self.dry_run {
            ui.status(format!("Removed `{name}`."));
            ui.next(&["`ichor configure`: removes what was rendered of it.".to_owned()]);
        }
        Ok(Exit::Done)
    }
}
