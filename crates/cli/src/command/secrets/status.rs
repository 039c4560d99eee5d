//! `secrets status`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use serde_json::json;
use vault::State;

use super::options::Reading;
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{self, Tone, Ui, plural};

/// List secrets, and how they stand to encryption and to their rules
///
/// Needs no identity, unless `--verify` asks to decrypt each file and to compare its MAC.
///
/// Examples:
///   ichor secrets status
///   ichor secrets status --verify kubernetes
///   ichor secrets status --output json secret.sops.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Status {
    /// Files and folders; this folder by default
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<Utf8PathBuf>,

    /// Decrypt every file, and compare its MAC
    #[arg(long)]
    verify: bool,

    #[command(flatten)]
    reading: Reading,
}

impl Status {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let vault = self.reading.vault(root)?;
        let (targets, found) = vault::targets(&View::on_disk(root), &self.paths);
        let bar = ui.progress("reading");
        let mut report = vault.states(&targets, self.verify, &|done, all| bar.tell(done, all));
        drop(bar);
        report.problems.extend(found);
        for file in &report.files {
            ui.data(&format!(
                "{} {}\n",
                ui::word(word(file.state), 14, tone(file.state)),
                file.path
            ))?;
        }
        ui.set("files", json!(report.files));
        if let [file] = &report.files[..] {
            // As `sops filestatus` prints it.
            ui.set("encrypted", file.encrypted);
        }
        let is = |state: State| {
            report
                .files
                .iter()
                .filter(|file| file.state == state)
                .count()
        };
        let (clear, partly) = (is(State::Clear), is(State::PartlyClear));
        let nothing = is(State::NothingEncrypted);
        let (keys, selector) = (is(State::OtherKeys), is(State::OtherSelector));
        let exit = outcome::problems(&report.problems, vault.keys(), ui);
        ui.status(format!("{}.", plural(report.files.len(), "secret file")));
        if clear > 0 {
            ui.hint("`ichor secrets encrypt` encrypts what is in the clear");
        }
        if partly > 0 {
            ui.hint("values in the clear: `ichor secrets encrypt --in-place FILE` encrypts them");
        }
        if nothing > 0 {
            ui.hint("a selector that matches nothing: correct it in `.sops.yaml`, then `ichor secrets encrypt --in-place FILE`");
        }
        if keys > 0 {
            ui.hint("`ichor secrets updatekeys` gives files the recipients of their rules");
        }
        if selector > 0 {
            ui.hint("another selector: decrypt and encrypt these files, or run `ichor configure`");
        }
        Ok(exit)
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Encrypted => Tone::New,
        State::OtherKeys | State::OtherSelector => Tone::Changed,
        State::PartlyClear | State::NothingEncrypted | State::Clear => Tone::Danger,
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Encrypted => "encrypted",
        State::OtherKeys => "other keys",
        State::OtherSelector => "other selector",
        State::PartlyClear => "partly clear",
        State::NothingEncrypted => "not encrypted",
        State::Clear => "clear",
    }
}
