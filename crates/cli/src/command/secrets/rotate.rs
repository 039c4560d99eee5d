//! `secrets rotate`.

use camino::{Utf8Path, Utf8PathBuf};
use vault::Recipients;

use super::options::{self, Reading, Work};
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Encrypt files anew, under new data keys
///
/// Needed after a recipient was taken out: whoever had the old data key could read later
/// versions with it. One file is printed unless it is to be replaced; in folders every
/// encrypted file is replaced.
///
/// Examples:
///   ichor secrets rotate -i secret.sops.yaml
///   ichor secrets rotate -i --add-age age1… --rm-age age1… kubernetes
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Rotate {
    /// Files and folders
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<Utf8PathBuf>,

    /// Replace the file instead of printing it
    #[arg(short, long)]
    in_place: bool,

    /// Let these recipients decrypt, too
    #[arg(long, value_name = "RECIPIENTS")]
    add_age: Vec<String>,

    /// Take these recipients out
    #[arg(long, value_name = "RECIPIENTS")]
    rm_age: Vec<String>,

    #[command(flatten)]
    reading: Reading,
}

impl Rotate {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        output: Option<&Utf8Path>,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let recipients = Recipients {
            add: options::recipients(self.add_age.iter().map(String::as_str))?,
            remove: self
                .rm_age
                .iter()
                .flat_map(|text| text.split(','))
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
        };
        let vault = self.reading.vault(root)?;
        match options::work(root, &self.paths, output, self.in_place, true)? {
            Work::Many(targets, found) => {
                let bar = ui.progress("rotating");
                let mut report =
                    vault.rotate_all(&targets, &recipients, &|done, all| bar.tell(done, all));
                drop(bar);
                report.problems.extend(found);
                Ok(outcome::report(&report, vault.keys(), ui))
            }
            Work::Input => Err(Failure::stopped(
                Exit::Usage,
                "standard input cannot be rotated",
            )),
            Work::One(target) => {
                let changed = vault
                    .rotate(&target, &recipients)
                    .map_err(|problems| outcome::failure(problems, vault.keys()))?;
                outcome::deliver(&changed, root, output, 0o644, ui)
            }
        }
    }
}
