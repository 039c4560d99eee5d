//! `help`: the page of a command.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::near;
use crate::ui::{self, Ui};

/// Print the help of the program, or of a command
///
/// Examples:
///   ichor help
///   ichor help configure
///   ichor help secrets edit
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Help {
    /// The words of the command
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

impl Help {
    pub(crate) fn run(&self, all: &clap::Command, ui: &mut Ui) -> Result<Exit, Failure> {
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        if let Some(page) = page(all, &words) {
            ui.set("help", page.text.to_string());
            ui.data(&page.text.ansi().to_string())?;
            return Ok(Exit::Done);
        }
        let known = (0..words.len())
            .rev()
            .find(|length| page(all, &words[..*length]).is_some())
            .unwrap_or_default();
        let word = words.get(known).copied().unwrap_or_default();
        let mut failure = Failure::stopped(Exit::Usage, format!("`{word}` is no command"));
        for hint in near::command(all, word, &self.words) {
            failure = failure.hint(hint);
        }
        Err(failure)
    }
}

/// The help of a command.
pub(crate) struct Page {
    text: clap::builder::StyledStr,
}

impl Page {
    /// Prints it to standard output.
    pub(crate) fn print(&self) -> std::io::Result<()> {
        ui::page(&self.text)
    }
}

/// The page of the command that these words choose, if there is one.
pub(crate) fn page(all: &clap::Command, words: &[&str]) -> Option<Page> {
    let mut command = all.clone();
    command.build();
    let mut command = &mut command;
    for word in words {
        command = command.find_subcommand_mut(word)?;
    }
    Some(Page {
        text: command.render_long_help(),
    })
}
