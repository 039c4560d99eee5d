//! `secrets get`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use secrets::Kind;
use vault::{Target, extract};

use super::options::{self, Reading};
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Not in the comment of the command: rustdoc takes paths of values for links.
const EXAMPLES: &str = r#"Examples:
  ichor secrets get secret.sops.yaml '["stringData"]["password"]'
  ichor secrets get cluster.sops.env '["TOKEN"]'"#;

/// Print one value of a file
///
/// Text is printed as it is, without a line break after it; a map or a list in the format of
/// the file.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Get {
    /// The encrypted file
    file: Utf8PathBuf,

    /// Where the value stands, such as `["a"]["b"][0]`
    path: String,

    #[command(flatten)]
    reading: Reading,
}

impl Get {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let path = options::path(&self.path)?;
        let vault = self.reading.vault(root)?;
        let target = Target::named(&View::on_disk(root), &self.file);
        match vault.get(&target, &path) {
            Ok(value) if value.kind() == Kind::Bool => {
                let text = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
                outcome::print(text.as_bytes(), ui)
            }
            Ok(value) => outcome::print(value.as_bytes(), ui),
            // It may be a map.
            Err(problems)
                if problems
                    .iter()
                    .any(|problem| problem.is(&secrets::rules::SOPS_NO_SUCH_VALUE)) =>
            {
                let clear = vault.decrypt(&target)?;
                let format = self.reading.format(&target.shown);
                let part = extract(&target.shown, &clear.content, format, &path, format)
                    .map_err(|_| Failure::from(problems))?;
                outcome::print(&part, ui)
            }
            Err(problems) => Err(outcome::failure(problems, vault.keys())),
        }
    }
}
