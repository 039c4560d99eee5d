//! `secrets textconv`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use vault::{Keys, Target};

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

use super::outcome;

/// Print an encrypted file for a difference: for git
///
/// In the place of every encrypted value stands a short mark that changes when the value does.
/// `ichor init --hooks` tells git of it, so that `git diff`, `git log -p` and `git show` use it.
///
/// Examples:
///   ichor secrets textconv secret.sops.yaml
///   git -c diff.ichor.textconv='ichor secrets textconv --reveal' diff
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Textconv {
    /// The file
    file: Utf8PathBuf,

    /// Show the values in the clear, where an identity opens the file
    #[arg(long)]
    reveal: bool,
}

impl Textconv {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let target = Target::named(&View::on_disk(root), &self.file);
        let content = vault::read(&View::on_disk(root), &target)?;
        if self.reveal {
            let keys = Keys::around(root, Box::new(environment::with_identities));
            outcome::print(&vault::revealed(&target.shown, &content, &keys), ui)
        } else {
            outcome::print(&vault::redacted(&target.shown, &content), ui)
        }
    }
}
