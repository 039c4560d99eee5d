//! What became of files, told.

use camino::Utf8Path;
use diagnostics::Diagnostics;
use repository::named;
use serde_json::json;
use vault::{Action, Changed, Keys, Outcome, Report, Target};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{self, Tone, Ui, plural};

/// How many files a list names before it only counts the rest.
const LISTED: usize = 40;

/// Lists what became of every file, and counts.
pub(super) fn report(report: &Report<Outcome>, keys: &Keys, ui: &mut Ui) -> Exit {
    let done: Vec<_> = report
        .files
        .iter()
        .filter(|file| file.action != Action::Unchanged)
        .collect();
    for file in done.iter().take(LISTED) {
        ui.status(format!(
            "  {} {}",
            ui::word(word(file.action), 12, tone(file.action)),
            file.path
        ));
    }
    if done.len() > LISTED {
        let more = plural(done.len() - LISTED, "more file");
        ui.status(format!("  … and {more}"));
    }
    let unchanged = report.files.len() - done.len();
    let exit = problems(&report.problems, keys, ui);
    ui.set("files", json!(report.files));
    match (done.len(), unchanged) {
        (0, 0) if report.problems.has_errors() => {}
        (0, 0) => ui.status("No file to do this with."),
        (0, _) => ui.status(format!(
            "Nothing to do: {} unchanged.",
            plural(unchanged, "file")
        )),
        (_, 0) => ui.status(format!("Done: {}.", plural(done.len(), "file"))),
        _ => ui.status(format!(
            "Done: {}; {unchanged} unchanged.",
            plural(done.len(), "file")
        )),
    }
    exit
}

/// Problems, and where a file cannot be decrypted, why sources of identities were left out.
pub(super) fn problems(problems: &Diagnostics, keys: &Keys, ui: &mut Ui) -> Exit {
    let mut problems = problems.clone();
    if lacks_identity(&problems) {
        problems.extend(keys.faults());
    }
    ui.problems(&problems);
    ui.count(&problems);
    if problems.has_errors() {
        Exit::Problems
    } else {
        Exit::Done
    }
}

/// The same as a failure of the command.
pub(super) fn failure(mut problems: Diagnostics, keys: &Keys) -> Failure {
    if lacks_identity(&problems) {
        problems.extend(keys.faults());
    }
    problems.into()
}

fn lacks_identity(problems: &Diagnostics) -> bool {
    problems
        .iter()
        .any(|problem| problem.is(&secrets::rules::SOPS_NO_IDENTITY))
}

/// Says so where `configure` will want to write the file again, before it is changed by hand.
pub(super) fn warn_of_output(target: &Target, ui: &mut Ui) {
    if let Some(rendered) = pipeline::origin::of(&target.path) {
        ui.problems(&rendered.warning(&target.shown).into());
    }
}

/// Prints what became of one file, or writes it to another; a new one has the given mode.
pub(super) fn deliver(
    changed: &Changed,
    root: &Utf8Path,
    output: Option<&Utf8Path>,
    mode: u32,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    ui.problems(&changed.notes);
    ui.set("files", json!([changed.outcome]));
    if let Some(path) = output {
        named::replace(
            &root.join(path),
            path.as_str(),
            &changed.content,
            Some(mode),
        )?;
        ui.status(format!("Wrote `{path}`."));
        return Ok(Exit::Done);
    }
    print(&changed.content, ui)
}

/// Prints what was asked for.
pub(super) fn print(content: &[u8], ui: &mut Ui) -> Result<Exit, Failure> {
    if ui.is_json() {
        let text = std::str::from_utf8(content).map_err(|_| {
            Failure::stopped(
                Exit::Problems,
                "the result is no text, and JSON holds text only",
            )
            .hint("leave out `--output json`")
        })?;
        ui.set("content", text);
    }
    ui.bytes(content)?;
    Ok(Exit::Done)
}

fn tone(action: Action) -> Tone {
    match action {
        Action::Encrypted => Tone::New,
        Action::Decrypted => Tone::Danger,
        Action::Updated | Action::Rotated | Action::KeysUpdated => Tone::Changed,
        Action::Unchanged => Tone::Calm,
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Encrypted => "encrypted",
        Action::Decrypted => "decrypted",
        Action::Updated => "updated",
        Action::Rotated => "rotated",
        Action::KeysUpdated => "keys updated",
        Action::Unchanged => "unchanged",
    }
}
