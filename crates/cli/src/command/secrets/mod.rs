//! `secrets`: SOPS files, with the words that sops has for them.

mod check;
mod decrypt;
mod edit;
mod encrypt;
mod exec_env;
mod exec_file;
mod generate;
mod get;
mod merge_driver;
mod options;
mod outcome;
mod rotate;
mod set;
mod status;
mod textconv;
mod unset;
mod update_keys;

use camino::Utf8Path;
use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Encrypt, decrypt, edit and guard SOPS files
///
/// Files and whole folders, with the meaning and the flags that sops has where it has them.
/// A value that has not changed keeps its bytes.
#[derive(Debug, Subcommand)]
pub(crate) enum Secrets {
    Encrypt(encrypt::Encrypt),
    Decrypt(decrypt::Decrypt),
    Edit(edit::Edit),
    Generate(generate::Generate),
    Get(get::Get),
    Set(set::Set),
    Unset(unset::Unset),
    Status(status::Status),
    Check(check::Check),
    #[command(name = "updatekeys", visible_alias = "update-keys")]
    UpdateKeys(update_keys::UpdateKeys),
    Rotate(rotate::Rotate),
    ExecEnv(exec_env::ExecEnv),
    ExecFile(exec_file::ExecFile),
    MergeDriver(merge_driver::MergeDriver),
    Textconv(textconv::Textconv),
}

impl Secrets {
    /// Whether `--output` may name a file, as in sops.
    pub(crate) fn writes_a_file(&self) -> bool {
        matches!(self, Self::Encrypt(_) | Self::Decrypt(_) | Self::Rotate(_))
    }

    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        output: Option<&Utf8Path>,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        match self {
            Self::Encrypt(command) => command.run(root, output, ui),
            Self::Decrypt(command) => command.run(root, output, ui),
            Self::Edit(command) => command.run(root, ui),
            Self::Generate(command) => command.run(root, ui),
            Self::Get(command) => command.run(root, ui),
            Self::Set(command) => command.run(root, ui),
            Self::Unset(command) => command.run(root, ui),
            Self::Status(command) => command.run(root, ui),
            Self::Check(command) => command.run(root, ui),
            Self::UpdateKeys(command) => command.run(root, ui),
            Self::Rotate(command) => command.run(root, output, ui),
            Self::ExecEnv(command) => command.run(root, ui),
            Self::ExecFile(command) => command.run(root, ui),
            Self::MergeDriver(command) => command.run(root, ui),
            Self::Textconv(command) => command.run(root, ui),
        }
    }
}
