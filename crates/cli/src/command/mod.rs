//! Every command, one file each.

mod app;
mod authorities;
mod bootstrap;
mod charts;
pub(crate) mod completions;
mod configure;
mod debug;
mod diff;
mod docs;
mod doctor;
mod flux;
pub(crate) mod help;
mod init;
mod known;
mod kubernetes;
mod man;
mod program;
mod reconcile;
mod render;
mod report;
pub(crate) mod road;
mod schema;
mod schemas;
mod secrets;
mod status;
mod suspend;
mod talos;
mod template;
mod validate;
mod versions;

use camino::Utf8Path;
use clap::Subcommand;
use repository::Root;

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
    App(app::App),
    #[command(subcommand)]
    Versions(versions::Versions),
    Render(render::Render),
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    #[command(subcommand)]
    Talos(talos::Talos),
    Bootstrap(bootstrap::Bootstrap),
    Status(status::Status),
    Debug(debug::Debug),
    Reconcile(reconcile::Reconcile),
    Suspend(suspend::Suspend),
    Resume(suspend::Resume),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Flux(flux::Flux),
    #[command(subcommand)]
    Charts(charts::Charts),
    #[command(subcommand)]
    Schemas(schemas::Schemas),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Docs(docs::Docs),
    Man(man::Man),
    Help(help::Help),
}

impl Command {
    /// Whether `--output` may name a file.
    pub(crate) fn writes_a_file(&self) -> bool {
        matches!(self, Self::Secrets(command) if command.writes_a_file())
    }
}

/// What makes the whole command line, for those commands that tell of all others.
pub(crate) type Whole = fn() -> clap::Command;

/// Runs a command. What is named by path counts from `here`, what belongs to the repository from
/// its root; `output` is the file that `--output` names.
pub(crate) fn run(
    command: &Command,
    here: &Utf8Path,
    output: Option<&Utf8Path>,
    whole: Whole,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let found = Root::find(here);
    let root = found.path.as_path();
    match command {
        Command::Init(command) => command.run(here, ui),
        Command::Configure(command) => command.run(&found, here, ui),
        Command::Diff(command) => command.run(&found, ui),
        Command::Validate(command) => command.run(root, here, ui),
        Command::Template(command) => command.run(root, ui),
        Command::App(command) => command.run(root, here, ui),
        Command::Versions(command) => command.run(root, ui),
        Command::Render(command) => command.run(root, ui),
        Command::Secrets(command) => command.run(here, output, ui),
        Command::Talos(command) => command.run(&found, here, ui),
        Command::Bootstrap(command) => command.run(root, ui),
        Command::Status(command) => command.run(root, ui),
        Command::Debug(command) => command.run(root, ui),
        Command::Reconcile(command) => command.run(root, ui),
        Command::Suspend(command) => command.run(root, ui),
        Command::Resume(command) => command.run(root, ui),
        Command::Doctor(command) => command.run(root, ui),
        Command::Flux(command) => command.run(here, ui),
        Command::Charts(command) => command.run(here, ui),
        Command::Schemas(command) => command.run(here, ui),
        Command::Schema(command) => command.run(root, ui),
        Command::Completions(command) => command.run(ui),
        Command::Docs(command) => command.run(root, ui),
        Command::Man(command) => command.run(here, whole(), ui),
        Command::Help(command) => command.run(&whole(), ui),
    }
}
