//! `secrets unset`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use serde_json::json;
use vault::{Action, Target};

use super::options::{self, Reading};
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Not in the comment of the command: rustdoc takes paths of values for links.
const EXAMPLES: &str = r#"Examples:
  ichor secrets unset secret.sops.yaml '["stringData"]["old"]'"#;

/// Take one value, or a whole map or list, out of a file
///
/// What is not there changes nothing.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Unset {
    /// The encrypted file
    file: Utf8PathBuf,

    /// Where the value stands, such as `["a"]["b"][0]`
    path: String,

    /// As sops has it; always so here
    #[arg(long, hide = true)]
    idempotent: bool,

    #[command(flatten)]
    reading: Reading,
}

impl Unset {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let path = options::path(&self.path)?;
        let vault = self.reading.vault(root)?;
        let target = Target::named(&View::on_disk(root), &self.file);
        outcome::warn_of_output(&target, ui);
        let changed = vault
            .unset(&target, &path)
            .map_err(|problems| outcome::failure(problems, vault.keys()))?;
        ui.problems(&changed.notes);
        ui.set("files", json!([changed.outcome]));
        ui.status(if changed.outcome.action == Action::Unchanged {
            format!("Nothing to do: there is nothing at `{path}`.")
        } else {
            format!("Took `{path}` out of `{}`.", target.shown)
        });
        Ok(Exit::Done)
    }
}
