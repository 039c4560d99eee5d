//! `template`: the templates that a repository renders from.

mod archive;
mod declare;

mod eject;

use camino::Utf8Path;
use clap::Subcommand;
use pipeline::templates::builtin;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Look at, copy and leave the templates
#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// List the built-in templates
    List,
    Eject(eject::Eject),
    Status(eject::Status),
    Diff(eject::Diff),

    Declare(declare::Declare),
    Reset(archive::Reset),
    Tidy(archive::Tidy),
}

impl Template {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match self {
            Self::List => {
                let names: Vec<_> = builtin::templates()
                    .into_iter()
                    .map(|(name, _)| name)
                    .collect();
                for name in &names {
                    ui.data(&format!("{name}\n"))?;
                }
                ui.set("templates", names);
                Ok(Exit::Done)
            }
            Self::Eject(command) => command.run(root, ui),
            Self::Status(command) => command.run(root, ui),
            Self::Diff(command) => command.run(root, ui),

            Self::Declare(command) => command.run(root, ui),
            Self::Reset(command) => command.run(root, ui),
            Self::Tidy(command) => command.run(root, ui),
        }
    }
}
