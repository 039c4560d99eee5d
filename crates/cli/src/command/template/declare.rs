//! `template declare`: keys that a repository adds for itself.

use camino::Utf8Path;
use config_model::PluginUse;
use pipeline::Inputs;

use crate::command::{report, road};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Where the declarations go.
const PATH: &str = "templates/variables.yaml";

/// Write `templates/variables.yaml` for a repository with its own templates
///
/// Finds the names that the templates use and that no built-in key has, takes defaults from
/// the literal `data.setdefault("key", value)` lines of `templates/scripts/plugin.py`, and
/// lists the rest of that code. Where templates need what only the plugin gives, it asks whether
/// Python may run it, and writes that down. From then on a misspelt name is an error.
#[derive(Debug, clap::Args)]
pub(crate) struct Declare {
    /// Print the file and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Whether Python runs the repository's plugin: for what is not built in, before what is,
    /// or never. Without this, it is asked where it matters
    #[arg(long, value_name = "USE")]
    plugin: Option<Use>,
}

/// What is written of the plugin.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Use {
    /// For what is not built in
    Missing,
    /// Before what is built in
    All,
    /// Never
    None,
}

impl Declare {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let inputs = report::read(root, ui)?;
        let chosen = self.chosen(&inputs, ui);
        let declared = pipeline::declare::declare(&inputs, chosen)?;
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
        repository::write::file(root, PATH, text.as_bytes(), 0o644)?;
        ui.status(match declared.added.len() {
            0 => format!("Wrote `{PATH}`: what it says of the plugin."),
            count => format!(
                "Wrote `{PATH}` with {}; look over types, secrets and defaults.",
                plural(count, "key")
            ),
        });
        road::after_declare(root, ui);
        Ok(Exit::Done)
    }

    /// What the user says of the plugin. Where nobody can be asked, `configure` says what to
    /// write.
    fn chosen(&self, inputs: &Inputs, ui: &mut Ui) -> PluginUse {
        match self.plugin {
            Some(Use::Missing) => PluginUse::Missing,
            Some(Use::All) => PluginUse::All,
            Some(Use::None) => PluginUse::Never,
            None => {
                let Some(question) = pipeline::question(inputs) else {
                    return PluginUse::Unsaid;
                };
                match report::plugin_may_run(&question, ui) {
                    Some(true) => PluginUse::Missing,
                    Some(false) => PluginUse::Never,
                    None => {
                        ui.warning(&format!(
                            "templates use {}, which only `{}` gives, and nothing says whether it runs",
                            question.needs.listed(),
                            question.file
                        ));
                        ui.hint("`ichor template declare --plugin missing` has Python run it, `--plugin none` never");
                        PluginUse::Unsaid
                    }
                }
            }
        }
    }
}
