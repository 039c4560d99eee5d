//! `template declare`: keys that a repository adds for itself.

use camino::Utf8Path;

use crate::command::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Where the declarations go.
const PATH: &str = "templates/variables.yaml";

/// Write `templates/variables.yaml` for a repository with its own templates
///
/// Finds the names that the templates use and that no built-in key has, takes defaults from
/// the literal `data.setdefault("key", value)` lines of `templates/scripts/plugin.py`, and
/// lists the rest of that code, which is not run. From then on a misspelt name is an error.
#[derive(Debug, clap::Args)]
pub(crate) struct Declare {
    /// Print the file and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Declare {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let inputs = report::read(root, ui)?;
        let declared = pipeline::declare::declare(&inputs)?;
        if declared.diagnostics.has_errors() {
            return Err(declared.diagnostics.into());
        }
        ui.problems(&declared.diagnostics);
        let Some(text) = &declared.text else {
            ui.status("Nothing has to be declared.");
            return Ok(Exit::Done);
        };
        ui.set("text", text.as_str());
        if self.dry_run {
            ui.data(text)?;
            return Ok(Exit::Done);
        }
        pipeline::write::file(root, PATH, text.as_bytes(), 0o644)?;
        ui.status(format!(
            "Wrote `{PATH}` with {}; look over types, secrets and defaults.",
            plural(declared.added.len(), "key")
        ));
        Ok(Exit::Done)
    }
}
