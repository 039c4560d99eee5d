//! `secrets edit`.

#![expect(
    clippy::disallowed_types,
    reason = "the user names the program that edits"
)]

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use repository::private::PrivateFolder;
use serde_json::json;
use vault::{Action, Editing, Overrides, Target};

use super::options::Reading;
use super::outcome;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use crate::watch::{self, Watch};

/// Edit a file in the clear in an editor
///
/// The editor is `SOPS_EDITOR`, `EDITOR`, or `vi`. It gets a file in a private folder that is
/// kept in memory and removed when the editor ends, also by a signal. Values that were not
/// changed keep their bytes; where nothing was changed, nothing is written. A file that does
/// not exist is created, if a rule of `.sops.yaml` is for it.
///
/// Examples:
///   ichor secrets edit kubernetes/apps/secret.sops.yaml
///   EDITOR='code --wait' ichor secrets edit secret.sops.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Edit {
    /// The encrypted file
    file: Utf8PathBuf,

    /// Edit even where the MAC does not match; all values are then encrypted anew
    #[arg(long)]
    ignore_mac: bool,

    #[command(flatten)]
    reading: Reading,
}

impl Edit {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let vault = self.reading.vault_with(
            root,
            Overrides {
                ignore_mac: self.ignore_mac,
                ..Overrides::default()
            },
        )?;
        let target = Target::named(&View::on_disk(root), &self.file);
        outcome::warn_of_output(&target, ui);
        let editing = vault
            .edit(&target)
            .map_err(|problems| outcome::failure(problems, vault.keys()))?;
        let session = Session::open(&target)?;
        if !session.folder.is_in_memory() {
            ui.warning(&format!(
                "no folder in memory was found: the file is in the clear in `{}` while you edit it",
                session.folder.path()
            ));
        }
        session.edit(&editing, ui)
    }
}

/// A private folder, and the editor on a file in it.
struct Session {
    watch: Watch,
    folder: PrivateFolder,
    name: String,
}

impl Session {
    fn open(target: &Target) -> Result<Self, Failure> {
        let stop = |error: std::io::Error| {
            Failure::stopped(
                Exit::Problems,
                format!("no private folder can be made: {error}"),
            )
        };
        let watch = Watch::start().map_err(stop)?;
        let folder = watch
            .make(|| {
                let folder = PrivateFolder::create(&environment::private_places())?;
                let remove = folder.remover();
                Ok((folder, remove))
            })
            .map_err(stop)?;
        Ok(Self {
            watch,
            folder,
            name: target.path.file_name().unwrap_or("secret").to_owned(),
        })
    }

    fn edit(&self, editing: &Editing<'_>, ui: &mut Ui) -> Result<Exit, Failure> {
        let path = self
            .folder
            .write(&self.name, editing.plaintext())
            .map_err(|error| Failure::stopped(Exit::Problems, error.to_string()))?;
        loop {
            self.start(&path)?;
            let edited = self.folder.read(&self.name).map_err(|error| {
                Failure::stopped(
                    Exit::Problems,
                    format!("what was edited cannot be read: {error}"),
                )
            })?;
            match editing.finish(&edited) {
                Ok(changed) => {
                    ui.problems(&changed.notes);
                    ui.set("files", json!([changed.outcome]));
                    ui.status(match changed.outcome.action {
                        Action::Unchanged => "Nothing was changed, and nothing was written.",
                        Action::Encrypted => "Encrypted and written.",
                        _ => "Changed values are encrypted and written.",
                    });
                    return Ok(Exit::Done);
                }
                Err(problems) => {
                    ui.problems(&problems);
                    // `--yes` is no answer here: the same text would come back for ever.
                    if ui.is_interactive() && ui.ask("Edit it again?") {
                        continue;
                    }
                    ui.count(&problems);
                    ui.hint("nothing was written; what was edited is gone");
                    return Ok(Exit::Problems);
                }
            }
        }
    }

    fn start(&self, path: &Utf8Path) -> Result<(), Failure> {
        let line = environment::editor();
        let words = shlex::split(&line).filter(|words| !words.is_empty());
        let Some((program, arguments)) = words.as_deref().and_then(<[String]>::split_first) else {
            return Err(Failure::stopped(
                Exit::Usage,
                format!("the editor `{line}` cannot be run: its quotes do not match"),
            ));
        };
        let status = self
            .watch
            .run(Command::new(program).args(arguments).arg(path))
            .map_err(|error| {
                Failure::stopped(
                    Exit::Usage,
                    format!("the editor `{program}` cannot be run: {error}"),
                )
                .hint("name another in `EDITOR`")
            })?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::stopped(
            Exit::Problems,
            format!(
                "the editor `{program}` ended with {}, so nothing was written",
                watch::code(status)
            ),
        ))
    }
}
