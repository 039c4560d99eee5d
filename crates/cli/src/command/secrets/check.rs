//! `secrets check`.

use camino::{Utf8Path, Utf8PathBuf};
use pipeline::checks::{self, Of};
use repository::View;

use super::options::Reading;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Look for secrets in the clear in what git has, or is about to commit
///
/// Finds values that the rules of `.sops.yaml` want encrypted, age private keys anywhere, and
/// files that must never be committed. Looks at the content of git's index, not at the files on
/// disk; without a git repository, at these. Needs neither configuration nor identity. Exits
/// with 1 where it finds something.
///
/// Examples:
///   ichor secrets check                 everything that git tracks; for CI
///   ichor secrets check --staged        what the next commit changes; for a pre-commit hook
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// Only these files, and what lies below these folders
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,

    /// Only what differs from the last commit
    #[arg(long)]
    staged: bool,

    #[command(flatten)]
    reading: Reading,
}

impl Check {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let of = Of::Index {
            staged: self.staged,
            paths: self.paths.clone(),
        };
        let bar = ui.progress("checking");
        let config = self.reading.config();
        let view = View::on_disk(root);
        let checked = checks::committed(&view, of, config.as_deref(), &|done, all| {
            bar.tell(done, all);
        });
        drop(bar);
        let checked = checked?;
        ui.set("checked", checked.files);
        ui.set("secrets", checked.secrets);
        ui.problems(&checked.problems);
        ui.count(&checked.problems);
        if checked.problems.has_errors() {
            return Ok(Exit::Problems);
        }
        ui.status(format!(
            "No secret in the clear: {}, {} among them.",
            plural(checked.files, "file"),
            plural(checked.secrets, "secret")
        ));
        Ok(Exit::Done)
    }
}
