//! `secrets merge-driver`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use vault::{Keys, Target};

use super::outcome;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Merge three versions of an encrypted file, value by value: for git
///
/// `ichor init --hooks` tells git of it. Where both sides changed the same value, the file
/// stays as it is on this side, and the conflict is git's to tell.
///
/// Examples:
///   git config merge.ichor.driver 'ichor secrets merge-driver %O %A %B %P'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct MergeDriver {
    /// The common ancestor, `%O`
    base: Utf8PathBuf,

    /// This side, `%A`; the result replaces it
    ours: Utf8PathBuf,

    /// The other side, `%B`
    theirs: Utf8PathBuf,

    /// The path in the repository, `%P`
    path: String,
}

impl MergeDriver {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        // A broken `.sops.yaml` is no reason for a conflict: its rules are not asked.
        // git runs this at the top of its work tree, and the key may lie further down.
        let file = root.join(&self.path);
        let folder = file.parent().unwrap_or(root);
        let keys = Keys::around(folder, Box::new(environment::with_identities));
        let read = |path: &Utf8Path| {
            vault::read(
                &View::on_disk(root),
                &Target::named(&View::on_disk(root), path),
            )
        };
        let (base, ours, theirs) = (read(&self.base)?, read(&self.ours)?, read(&self.theirs)?);
        match vault::merge(&self.path, [&base, &ours, &theirs], &keys) {
            Ok(merged) => {
                if *merged != *ours {
                    repository::named::replace(&root.join(&self.ours), &self.path, &merged, None)?;
                }
                Ok(Exit::Done)
            }
            Err(problems) => {
                let exit = outcome::problems(&problems, &keys, ui);
                ui.hint(format!(
                    "`{}` is left as it is on this side: set the values that are to be, then `git add` it",
                    self.path
                ));
                Ok(exit)
            }
        }
    }
}
