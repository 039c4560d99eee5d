//! Every command, one file each.

mod completions;
mod configure;
mod diff;
pub(crate) mod help;
mod init;
mod man;
mod render;
mod report;
pub(crate) mod road;
mod schema;
mod secrets;
mod talos;
mod template;
mod validate;
mod versions;

use clap::Subcommand;
use pipeline::load::Root;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Configure(configure::Configure),
    Diff(diff::Diff),
    Validate(validate::Validate),
    #[command(subcommand)]
    Template(template::Template),
    #[command(subcommand)]
    Versions(versions::Versions),
    Render(render::Render),
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    #[command(subcommand)]
    Talos(talos::Talos),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
    Help(help::Help),
}

impl Command {
    /// The word that chose it, as JSON output names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Configure(_) => "configure",
            Self::Diff(_) => "diff",
            Self::Validate(_) => "validate",
            Self::Template(_) => "template",
            Self::Versions(_) => "versions",
            Self::Render(_) => "render",
            Self::Secrets(_) => "secrets",
            Self::Talos(_) => "talos",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Help(_) => "help",
        }
    }

    /// Whether `--output` may name a file.
    pub(crate) fn writes_a_file(&self) -> bool {
        matches!(self, Self::Secrets(command) if command.writes_a_file())
    }
}

/// Runs the command that the arguments name.
pub(crate) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    // What is named by path counts from here, what belongs to the repository from its root.
    let here = arguments.directory.as_path();
    let found = Root::find(here);
    let root = found.path.as_path();
    match &arguments.command {
        Command::Init(command) => command.run(here, ui),
        Command::Configure(command) => command.run(&found, here, ui),
        Command::Diff(command) => command.run(&found, ui),
        Command::Validate(command) => command.run(root, ui),
        Command::Template(command) => command.run(root, ui),
        Command::Versions(command) => command.run(root, ui),
        Command::Render(command) => command.run(root, ui),
        Command::Secrets(command) => command.run(here, arguments.output.file(), ui),
        Command::Talos(command) => command.run(&found, here, ui),
        Command::Schema(command) => command.run(root, ui),
        Command::Completions(command) => command.run(ui),
        Command::Man(command) => command.run(here, ui),
        Command::Help(command) => command.run(ui),
    }
}
