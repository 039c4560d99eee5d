//! `configure`: render, check, write.

use camino::{Utf8Path, Utf8PathBuf};
use pipeline::templates::BUILT_IN_PREFIX;
use pipeline::{Again, BuildOptions, Built, Command, Overwrite, Run, pins};
use repository::Git;
use repository::Root;
use serde_json::json;
use tree::{Action, Change, Plan, RelPath, Summary};

use super::{report, road};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Render the repository from its configuration
///
/// Reads `cluster.yaml` and `nodes.yaml`, checks them, renders every template and writes
/// `kubernetes/`, `talos/`, `bootstrap/` and `.sops.yaml`. Nothing is written unless
/// everything is right. Files that were edited by hand are never overwritten silently.
///
/// Examples:
///   ichor configure --example       render a finished example into ./example-cluster
///   ichor configure --dry-run       list what would change
///   ichor configure --check         for CI: exit 3 where something would change
///   ichor configure --force talos   give up hand edits below talos/
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Configure {
    /// Make and render an example cluster in a folder of its own
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        default_missing_value = "example-cluster",
        conflicts_with_all = ["check", "dry_run"]
    )]
    example: Option<Utf8PathBuf>,

    /// Show what would change and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Write nothing; exit with 3 where something would change
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,

    /// Overwrite files that were edited by hand: these, or all
    #[arg(long, value_name = "PATH", num_args = 0..)]
    force: Option<Vec<String>>,

    /// Take over outputs that exist but that ichor did not write
    #[arg(long)]
    adopt: bool,

    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Configure {
    pub(crate) fn run(&self, root: &Root, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let Some(folder) = &self.example else {
            return self.configure(root, ui);
        };
        let folder = here.join(folder);
        pipeline::example::prepare(&folder, &repository::clock::now())?;
        let exit = self.configure(&Root::find(&folder), ui)?;
        if exit == Exit::Done {
            example_is_ready(&folder, ui);
        }
        Ok(exit)
    }

    fn configure(&self, found: &Root, ui: &mut Ui) -> Result<Exit, Failure> {
        let root = &found.path;
        let environment = report::environment(ui);
        let mut options = BuildOptions {
            strict: self.strict,
            adopt: self.adopt,
            ..report::options()
        };
        let run = Run::start(Command::Configure, root, &environment, &options);
        let previews = self.check || self.dry_run;
        if !previews
            && self.force.is_none()
            && let Some(again) = run.again()
        {
            return Ok(self.nothing_again(root, &again, ui));
        }
        let Some((inputs, loaded)) = report::read_view(run.view(), &environment, self.strict, ui)?
        else {
            return Err(report::no_configuration(root));
        };
        options.force = self.overwrite(found)?;
        let built = report::build(&inputs, &options, ui)?;
        let disk = report::disk(root)?;
        let plan = report::plan(&built, &disk, &options)?;
        if self.force.is_none() {
            run.keep(&inputs, &loaded, &built, Some(&plan));
        }
        if previews {
            return self.preview(&plan, &built, ui);
        }
        if plan.is_blocked() {
            return Ok(blocked(&plan, &built, ui));
        }
        uncommitted(root, &plan, ui);
        // Where nobody can be asked, `--force` alone is an answer, as it always was.
        let everything = matches!(options.force, Overwrite::Everything) && ui.can_ask();
        if (self.adopt || everything) && !confirmed(&plan, &built, ui)? {
            ui.error("nothing was written");
            return Ok(Exit::Protected);
        }
        ui.problems(plan.findings());
        if plan.is_done() {
            report::changes(&plan, ui);
            ui.status(format!("Nothing to do: {}.", report::summary(&plan)));
            self.go_on(root, &plan, false, ui);
            return Ok(Exit::Done);
        }
        plan.commit(&disk)?;
        report::changes(&plan, ui);
        ui.status(format!("Done: {}.", report::summary(&plan)));
        self.go_on(root, &plan, true, ui);
        Ok(Exit::Done)
    }

    /// What an earlier run said, since nothing has changed.
    fn nothing_again(&self, root: &Utf8Path, again: &Again, ui: &mut Ui) -> Exit {
        report::again(again, ui);
        let summary = Summary {
            unchanged: again.files,
            ..Summary::default()
        };
        ui.set("changes", json!([]));
        ui.set("summary", json!(summary));
        ui.status(format!("Nothing to do: {}.", report::counted(summary)));
        if self.example.is_none() {
            road::after_configure(root, false, false, ui);
        }
        Exit::Done
    }

    /// Says what comes next; an example ends with words of its own.
    fn go_on(&self, root: &Utf8Path, plan: &Plan, wrote: bool, ui: &mut Ui) {
        if self.example.is_some() {
            return;
        }
        let machines = plan
            .changes()
            .iter()
            .any(|change| change.action.changes_disk() && change.path.starts_with("talos"));
        road::after_configure(root, wrote, machines, ui);
    }

    fn overwrite(&self, root: &Root) -> Result<Overwrite, Failure> {
        let paths = match &self.force {
            None => return Ok(Overwrite::Nothing),
            Some(paths) if paths.is_empty() => return Ok(Overwrite::Everything),
            Some(paths) => paths,
        };
        let mut forced = Vec::new();
        for path in paths {
            let path = root.named(path);
            let plain = path.trim_start_matches("./").trim_end_matches('/');
            match RelPath::new(plain) {
                Ok(path) => forced.push(path),
                Err(error) => {
                    return Err(Failure::stopped(Exit::Usage, format!("`{path}`: {error}"))
                        .hint("name outputs relative to the repository, such as `talos/talconfig.yaml`"));
                }
            }
        }
        Ok(Overwrite::Paths(forced))
    }

    fn preview(&self, plan: &Plan, built: &Built, ui: &mut Ui) -> Result<Exit, Failure> {
        ui.problems(plan.findings());
        if self.check {
            report::changes(plan, ui);
        } else {
            report::list(plan, ui)?;
        }
        if plan.is_blocked() {
            ui.status("Nothing was written; `configure` would stop to protect edits.");
            return Ok(if self.check {
                Exit::WouldChange
            } else {
                Exit::Protected
            });
        }
        if plan.is_done() {
            ui.status(format!("Nothing to do: {}.", report::summary(plan)));
            return Ok(if self.check && !built.sealed.unproven.is_empty() {
                Exit::WouldChange
            } else {
                Exit::Done
            });
        }
        let summary = plan.summary();
        if summary.changes() + summary.taken_over + summary.released == 0 {
            ui.status("Nothing was written; every file is up to date, but `.ichor/outputs`, the record of them, is not. Run `ichor configure`.");
        } else {
            ui.status(format!(
                "Nothing was written; would be: {}.",
                report::summary(plan)
            ));
        }
        Ok(if self.check {
            Exit::WouldChange
        } else {
            Exit::Done
        })
    }
}

/// Files that were edited by hand, or that ichor did not write: shown, and left alone.
fn blocked(plan: &Plan, built: &Built, ui: &mut Ui) -> Exit {
    ui.problems(plan.findings());
    let secrets = built.secrets();
    let protected = |action: Action| action.is_protected();
    let mut diffs = Vec::new();
    for change in plan
        .changes()
        .iter()
        .filter(|change| protected(change.action))
    {
        let diff = change.diff(&secrets, yaml::mask::values);
        ui.diff(&diff.text);
        diffs.push(json!({ "path": change.path.as_str(), "diff": diff.text }));
    }
    ui.set("diffs", diffs);
    report::protected(plan, ui);
    let bumps = pins::bumped(plan, &built.model);
    for bump in &bumps {
        ui.important(format!(
            "`{}` has `{}` at {}, where `versions.yaml` says {}.",
            bump.path, bump.name, bump.to, bump.from
        ));
    }
    ui.set("bumps", json!(bumps));
    let count = plan.summary().edited + plan.summary().foreign;
    ui.error(&format!(
        "nothing was written, to protect {}",
        plural(count, "file")
    ));
    if !bumps.is_empty() {
        ui.hint("`ichor versions adopt` takes the raised versions over into `versions.yaml`");
    }
    let edited = |change: &&Change| change.action == Action::Edited;
    if let Some(first) = plan.changes().iter().find(edited) {
        let path = &first.path;
        let built_in = first
            .template
            .as_deref()
            .is_some_and(|template| template.starts_with(BUILT_IN_PREFIX));
        let eject = if built_in {
            format!(" (`ichor template eject {path}` copies it)")
        } else {
            String::new()
        };
        ui.hint(format!(
            "move an edit into its template{eject}, or give it up with `--force {path}`"
        ));
    }
    if plan.summary().foreign > 0 {
        ui.hint("`--adopt` replaces files that ichor did not write, after showing what changes");
    }
    Exit::Protected
}

/// Shows what `--adopt` or `--force` overwrites and asks. Where nobody can be asked, `--yes` decides.
fn confirmed(plan: &Plan, built: &Built, ui: &mut Ui) -> Result<bool, Failure> {
    let overwritten: Vec<_> = plan
        .changes()
        .iter()
        .filter(|change| change.action == Action::Overwrite)
        .collect();
    if overwritten.is_empty() {
        return Ok(true);
    }
    let secrets = built.secrets();
    for change in &overwritten {
        ui.diff(&change.diff(&secrets, yaml::mask::values).text);
    }
    let question = format!("Overwrite {}?", plural(overwritten.len(), "file"));
    match ui.confirm(&question) {
        Some(answer) => Ok(answer),
        None => Err(Failure::stopped(
            Exit::Protected,
            format!("{} would be overwritten", plural(overwritten.len(), "file")),
        )
        .hint("add `--yes` to overwrite them")),
    }
}

/// Warns of content that is about to be replaced and that no commit holds.
fn uncommitted(root: &Utf8Path, plan: &Plan, ui: &mut Ui) {
    let replaced: Vec<_> = plan
        .changes()
        .iter()
        .filter(|change| {
            // What ichor wrote and nobody changed, it can write again.
            change.action == Action::Overwrite
        })
        .filter_map(|change| Some((change.path.as_str(), change.before()?.as_bytes())))
        .collect();
    if replaced.is_empty() {
        return;
    }
    let Some(git) = Git::discover(root) else {
        return;
    };
    let paths = git.uncommitted(replaced);
    if let Some(first) = paths.first() {
        let others = match paths.len() {
            1 => String::new(),
            more => format!(" and {}", plural(more - 1, "other file")),
        };
        ui.warning(&format!(
            "no commit holds the content of `{first}`{others}, which is replaced"
        ));
        ui.set("uncommitted", json!(paths));
    }
}

fn example_is_ready(folder: &Utf8Path, ui: &mut Ui) {
    let shown = match folder.strip_prefix(".") {
        Ok(rest) if !rest.as_str().is_empty() => rest,
        _ => folder,
    };
    ui.status(format!(
        "\nThe example cluster is in `{shown}`. Next:\n  \
         1. Read `{shown}/cluster.yaml` and `{shown}/nodes.yaml`, then what became of them in `{shown}/kubernetes`.\n  \
         2. Change a value there and run `ichor -C {shown} diff`, then `ichor -C {shown} configure`.\n  \
         3. Start your own, in a folder that need not exist yet: `ichor -C ../home-cluster init`."
    ));
}
