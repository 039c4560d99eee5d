//! What several commands share: loading, and telling what a plan would do.

use camino::Utf8Path;
use diagnostics::Diagnostics;
use pipeline::load::layout::Layout;
use pipeline::{Again, BuildOptions, Built, Environment, Inputs, Missing, load};
use repository::{View, names};
use serde_json::json;
use tree::{Action, Change, Disk, Plan, RelPath, Summary};

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{self, Tone, Ui, plural};

/// What a repository has that was ever rendered.
const RENDERED: [&str; 4] = ["kubernetes", "talos", "bootstrap", ".sops.yaml"];

/// How many paths a list names before it only counts the rest.
const LISTED: usize = 40;

/// Whether it has any of that.
pub(super) fn was_rendered(root: &Utf8Path) -> bool {
    let view = View::on_disk(root);
    RENDERED.iter().any(|name| view.exists(name))
}

/// Stops where `template tidy` archived everything.
pub(super) fn stop_if_tidied(root: &Utf8Path) -> Result<(), Failure> {
    if !View::on_disk(root).exists(names::TIDIED) {
        return Ok(());
    }
    Err(Failure::stopped(
        Exit::Usage,
        "the templates of this repository were archived by `ichor template tidy`",
    )
    .hint(format!(
        "`{}` says where they are; move them back and delete it to go on rendering",
        names::TIDIED
    )))
}

/// Reads the repository, or says in three lines what to run instead. Identities are only
/// asked for where the configuration itself is encrypted.
pub(super) fn read(root: &Utf8Path, ui: &mut Ui) -> Result<Inputs, Failure> {
    let view = View::on_disk(root);
    let loaded = load_with(&view, &surroundings(&view), false, ui)?;
    loaded
        .map(|(inputs, _)| inputs)
        .ok_or_else(|| no_configuration(root))
}

/// The environment, with every identity where the configuration itself is encrypted.
pub(super) fn surroundings(view: &View<'_>) -> Environment {
    let sealed = |name: &str| view.exists(name);
    let mut environment = environment::read();
    if sealed("cluster.sops.yaml") || sealed("nodes.sops.yaml") {
        environment.keys = environment::with_identities().0;
    }
    environment
}

/// The repository with every identity at hand, for a command that compares secrets.
pub(super) fn read_with_identities(
    root: &Utf8Path,
    strict: bool,
    ui: &mut Ui,
) -> Result<Inputs, Failure> {
    let environment = environment(ui);
    let loaded = read_view(&View::on_disk(root), &environment, strict, ui)?;
    loaded
        .map(|(inputs, _)| inputs)
        .ok_or_else(|| no_configuration(root))
}

/// The environment with every identity at hand, after what is wrong with these.
pub(super) fn environment(ui: &mut Ui) -> Environment {
    let (keys, problems) = environment::with_identities();
    ui.problems(&problems);
    Environment {
        keys,
        ..environment::read()
    }
}

/// What a view holds, with what was found in reading it; `None` where there is no configuration.
pub(super) fn read_view(
    view: &View<'static>,
    environment: &Environment,
    strict: bool,
    ui: &mut Ui,
) -> Result<Option<(Inputs, Diagnostics)>, Failure> {
    let Some((mut inputs, problems)) = load_with(view, environment, strict, ui)? else {
        return Ok(None);
    };
    let question = pipeline::question(&inputs);
    let answer = question.and_then(|question| plugin_may_run(&question, ui));
    inputs.plugin.allowed = answer == Some(true);
    Ok(Some((inputs, problems)))
}

fn load_with(
    view: &View<'static>,
    environment: &Environment,
    strict: bool,
    ui: &mut Ui,
) -> Result<Option<(Inputs, Diagnostics)>, Failure> {
    let (inputs, mut problems) = match pipeline::load(view, environment) {
        Ok(loaded) => loaded,
        Err(Missing::Tidied | Missing::NoConfiguration) => return Ok(None),
    };
    if strict {
        problems.promote(|_| true);
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    ui.problems(&problems);
    Ok(Some((inputs, problems)))
}

/// Asks whether the repository's own plugin may run. None where there is nobody to ask: then the
/// build says what to write.
pub(super) fn plugin_may_run(question: &pipeline::Question, ui: &mut Ui) -> Option<bool> {
    ui.confirm(&question.needs.question(&question.file))
}

fn no_folder(root: &Utf8Path) -> Failure {
    Failure::stopped(Exit::Usage, format!("`{root}` is no folder"))
        .hint("`ichor init` makes it and starts a repository in it")
}

/// There is nothing to work on.
pub(super) fn no_configuration(root: &Utf8Path) -> Failure {
    if let Err(tidied) = stop_if_tidied(root) {
        return tidied;
    }
    let view = View::on_disk(root);
    if !view.is_folder("") {
        return no_folder(root);
    }
    if let Some(layout) = load::layout::other(&view) {
        return other_layout(root, &layout);
    }
    let stop = Failure::stopped(Exit::Usage, "there is no `cluster.yaml` here");
    if view.exists(tree::RECORD_PATH) {
        return stop.hint(
            "this repository was rendered from one: copy `cluster.yaml`, `nodes.yaml` and keys such as `age.key` from where they are kept",
        );
    }
    stop.hint("`ichor init` starts a repository in this folder")
        .hint("`ichor configure --example` shows a finished one in a new folder")
}

/// The repository is one of the family that is configured otherwise: what works in it.
fn other_layout(root: &Utf8Path, layout: &Layout) -> Failure {
    let file = &layout.configuration;
    let missing = if layout.is_here {
        ""
    } else {
        ", which is not here,"
    };
    let mut failure = Failure::stopped(
        Exit::Usage,
        format!("this repository is configured by `{file}`{missing} and not by a `cluster.yaml`"),
    );
    if layout.renders {
        failure = failure.hint("`ichor render` renders its templates as makejinja does");
    }
    if was_rendered(root) {
        failure = failure.hint("`ichor validate` checks the files that are committed, and `ichor secrets` works on those of sops");
    }
    failure
        .hint("`configure` reads `cluster.yaml` and `nodes.yaml` only; `ichor configure --example` shows such a repository")
}

/// Runs every stage up to the tree that can be written, and reports its warnings.
pub(super) fn build(
    inputs: &Inputs,
    options: &BuildOptions,
    ui: &mut Ui,
) -> Result<Built, Failure> {
    let built = pipeline::build(inputs, options)?;
    ui.problems(&built.warnings);
    unproven(&built, ui);
    Ok(built)
}

/// What the program could not compare, since nothing here can decrypt it.
fn unproven(built: &Built, ui: &mut Ui) {
    let paths = &built.sealed.unproven;
    ui.set(
        "unproven",
        paths.iter().map(RelPath::as_str).collect::<Vec<_>>(),
    );
    if paths.is_empty() {
        return;
    }
    ui.warning(&format!(
        "{} cannot be compared, since no identity here decrypts them; they stay as they are:",
        plural(paths.len(), "secret file")
    ));
    for path in paths.iter().take(LISTED) {
        ui.important(format!("  {path}"));
    }
    ui.hint("put `age.key` beside `cluster.yaml`, or name it in `SOPS_AGE_KEY_FILE`");
}

/// The defaults of a run that starts now.
pub(super) fn options() -> BuildOptions {
    BuildOptions::new(vault::timestamp())
}

/// Opens the folder that is written to.
pub(super) fn disk(root: &Utf8Path) -> Result<Disk, Failure> {
    Disk::open(root.as_std_path()).map_err(|error| {
        Failure::stopped(Exit::Usage, format!("`{root}` cannot be opened: {error}"))
    })
}

/// Compares what was built with the disk.
pub(super) fn plan(built: &Built, disk: &Disk, options: &BuildOptions) -> Result<Plan, Failure> {
    Ok(built.plan(disk, options)?)
}

/// Lists the files that change, and counts all. Of many, those are listed that matter most.
pub(super) fn changes(plan: &Plan, ui: &mut Ui) {
    let changed = record(plan, ui);
    let mut listed: Vec<usize> = (0..changed.len()).collect();
    listed.sort_by_key(|index| weight(changed[*index].action));
    listed.truncate(LISTED);
    listed.sort_unstable();
    for index in listed {
        ui.status(line(changed[index]));
    }
    if changed.len() > LISTED {
        ui.status(format!(
            "  … and {}",
            plural(changed.len() - LISTED, "more file")
        ));
    }
}

/// Lists the files at which a run stopped, whose other changes do not happen.
pub(super) fn protected(plan: &Plan, ui: &mut Ui) {
    for change in record(plan, ui) {
        if change.action.is_protected() {
            ui.status(line(change));
        }
    }
}

/// Lists every file that changes where the list is what was asked for: on standard output.
pub(super) fn list(plan: &Plan, ui: &mut Ui) -> Result<(), Failure> {
    for change in record(plan, ui) {
        ui.data(&format!("{}\n", line(change)))?;
    }
    Ok(())
}

/// Every file that changes, kept for JSON output.
fn record<'plan>(plan: &'plan Plan, ui: &mut Ui) -> Vec<&'plan Change> {
    let changed: Vec<_> = plan
        .changes()
        .iter()
        .filter(|change| change.action != Action::Unchanged)
        .collect();
    let all: Vec<_> = changed
        .iter()
        .map(|change| json!({ "path": change.path.as_str(), "action": change.action }))
        .collect();
    ui.set("changes", all);
    ui.set("summary", json!(plan.summary()));
    changed
}

fn line(change: &Change) -> String {
    let (name, tone) = word(change.action);
    format!("  {} {}", ui::word(name, 9, tone), change.path)
}

/// The smaller, the more a reader wants to know of it.
fn weight(action: Action) -> u8 {
    match action {
        Action::Edited | Action::Foreign | Action::Overwrite => 0,
        Action::Prune | Action::Release => 1,
        Action::Update => 2,
        Action::Create => 3,
        Action::TakeOver | Action::Unchanged => 4,
    }
}

/// Says what a run says that has nothing to do, as an earlier one has said it.
pub(super) fn again(again: &Again, ui: &mut Ui) {
    for problems in [&again.loaded, &again.warnings] {
        ui.problems(problems);
    }
    ui.set("unproven", Vec::<&str>::new());
    ui.problems(&again.findings);
}

/// One sentence that counts what a plan does.
pub(super) fn summary(plan: &Plan) -> String {
    counted(plan.summary())
}

/// The same of what was counted.
pub(super) fn counted(summary: Summary) -> String {
    let counted = [
        (summary.created, "created"),
        (summary.updated + summary.overwritten, "updated"),
        (summary.pruned, "removed"),
        (summary.taken_over, "taken over"),
        (summary.released, "released"),
        (summary.edited + summary.foreign, "protected"),
        (summary.unchanged, "unchanged"),
    ];
    let parts: Vec<_> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match parts.len() {
        0 => "no files".to_owned(),
        _ => parts.join(", "),
    }
}

fn word(action: Action) -> (&'static str, Tone) {
    match action {
        Action::Create => ("create", Tone::New),
        Action::Update => ("update", Tone::Changed),
        Action::Overwrite => ("overwrite", Tone::Danger),
        Action::Unchanged => ("unchanged", Tone::Calm),
        Action::TakeOver => ("take over", Tone::Calm),
        Action::Prune => ("remove", Tone::Gone),
        Action::Edited => ("edited", Tone::Danger),
        Action::Foreign => ("not owned", Tone::Danger),
        Action::Release => ("release", Tone::Calm),
    }
}
