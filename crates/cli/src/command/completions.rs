//! `completions`: what a shell needs to complete commands.

use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// The variable by which a shell asks.
pub(crate) const VARIABLE: &str = "ICHOR_COMPLETE";

/// Print completions for a shell
///
/// The script asks the program itself, which knows the names of nodes, templates and outputs of
/// the repository at hand.
///
/// Examples:
///   ichor completions bash > ~/.local/share/bash-completion/completions/ichor
///   ichor completions fish > ~/.config/fish/completions/ichor.fish
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, ui: &mut Ui) -> Result<Exit, Failure> {
        let mut text = Vec::new();
        let name = self.shell.to_string();
        let shells = Shells::builtins();
        let Some(shell) = shells.completer(&name) else {
            let message = format!("there are no completions for `{name}`");
            return Err(Failure::stopped(Exit::Usage, message));
        };
        shell.write_registration(
            VARIABLE,
            "ichor",
            "ichor",
            &environment::program(),
            &mut text,
        )?;
        let text = String::from_utf8_lossy(&text);
        ui.set("completions", text.as_ref());
        ui.data(&text)?;
        Ok(Exit::Done)
    }
}
