//! `completions`: what a shell needs to complete commands.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Print completions for a shell
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
        clap_complete::generate(self.shell, &mut Arguments::command(), "ichor", &mut text);
        let text = String::from_utf8_lossy(&text);
        ui.set("completions", text.as_ref());
        ui.data(&text)?;
        Ok(Exit::Done)
    }
}
