//! `init`: samples, keys and pins of a new repository.

use camino::Utf8Path;
use pipeline::init::AgeKey;
use pipeline::init::taskfile::{self, Placed};
use repository::View;
use serde_json::json;
use vault::hooks::{self, Installed, Setup};

use super::{report, road};
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Write the samples and keys of a new repository
///
/// Writes what is missing and overwrites nothing: commented samples of `cluster.yaml` and
/// `nodes.yaml`, an age key, an ed25519 deploy key, a push token, `versions.yaml`, a Renovate
/// configuration, settings for mise and editor schemas, and adds to `.gitignore` whatever must never be committed.
///
/// Examples:
///   ichor init
///   ichor -C ~/src/home-cluster init
///   ichor init --pq                 with a key that withstands a quantum computer
///   ichor init --hooks              in every clone: what makes git look after secrets
///   ichor init --taskfile           tasks of go-task with the names that you know, which call ichor
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Init {
    /// Install the pre-commit hook, the merge driver and the text converter in this clone of
    /// the repository, and nothing else
    #[arg(long)]
    hooks: bool,

    /// Write `Taskfile.yaml` and what it includes from `.taskfiles`, and nothing else: a file that
    /// somebody changed stays
    #[arg(long, conflicts_with_all = ["hooks", "pq"])]
    taskfile: bool,

    /// With `--taskfile`: replace files that somebody changed, too
    #[arg(long, requires = "taskfile")]
    force: bool,

    /// Make a post-quantum age key (`age1pq1…`), where none is there yet: what is encrypted to
    /// it needs age 1.3, sops 3.12 or Flux 2.9
    #[arg(long, visible_alias = "post-quantum", conflicts_with = "hooks")]
    pq: bool,
}

impl Init {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        if self.hooks {
            return install_hooks(root, ui);
        }
        if self.taskfile {
            return write_taskfile(root, self.force, ui);
        }
        report::stop_if_tidied(root)?;
        let key = if self.pq {
            AgeKey::PostQuantum
        } else {
            AgeKey::Classic
        };
        let written = pipeline::init::run(root, key, &repository::clock::now())?;
        let listed: Vec<_> = written
            .iter()
            .map(|file| json!({ "path": file.path, "purpose": file.purpose }))
            .collect();
        ui.set("written", listed);
        for file in &written {
            ui.status(format!("Wrote `{}`: {}.", file.path, file.purpose));
        }
        if written.is_empty() {
            ui.status("Nothing is missing; nothing was written.");
        }
        // Renewed at every run: they follow the program and `templates/variables.yaml`.
        for schema in pipeline::schema::all(&View::on_disk(root))?.iter() {
            schema.write(root)?;
        }
        road::after_init(root, ui);
        Ok(Exit::Done)
    }
}

/// Writes the files for go-task, and says which of somebody's stand in the way.
fn write_taskfile(root: &Utf8Path, force: bool, ui: &mut Ui) -> Result<Exit, Failure> {
    let placed = taskfile::write(root, force)?;
    let listed: Vec<_> = { placed.iter() }
        .map(|(path, placed)| json!({ "path": path, "action": placed }))
        .collect();
    ui.set("files", listed);
    let mut exit = Exit::Done;
    let mut is_new = false;
    for (path, placed) in placed {
        match placed {
            Placed::Written => {
                is_new = true;
                ui.status(format!("Wrote `{path}`."));
            }
            Placed::Present => ui.status(format!("`{path}` is as it should be.")),
            Placed::Foreign => {
                exit = Exit::Protected;
                ui.warning(&format!("`{path}` is another one, and nothing was written"));
            }
            Placed::Before => {
                exit = Exit::Protected;
                ui.warning(&format!(
                    "go-task reads `{path}` and never `Taskfile.yaml` beside it; nothing was written"
                ));
                ui.hint(format!("move `{path}` away"));
            }
        }
    }
    if exit == Exit::Protected && !force {
        ui.hint("add `--force` to replace files that were changed, or name a folder of its own with `-C`");
    }
    if is_new {
        ui.next(&[
            "`task --list`: what there is; `task configure -- --dry-run` gives ichor a flag."
                .to_owned(),
        ]);
    }
    Ok(exit)
}

/// Sets up this clone, and says which line belongs into a hook of somebody else's.
fn install_hooks(root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let installed = hooks::install(root, &environment::program())?;
    ui.set("hooks", json!(installed));
    let mut exit = Exit::Done;
    for Installed {
        path,
        purpose,
        action,
    } in &installed
    {
        match action {
            Setup::Written => ui.status(format!("Wrote `{path}`: {purpose}.")),
            Setup::Present => ui.status(format!("`{path}` is as it should be: {purpose}.")),
            Setup::Foreign { line } => {
                ui.warning(&format!("`{path}` is not ichor's, and was left alone"));
                ui.hint(format!("add this line to it, which {purpose}: `{line}`"));
                exit = Exit::Protected;
            }
        }
    }
    Ok(exit)
}
