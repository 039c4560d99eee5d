//! `talos generate-config`.

use repository::{View, names};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Diagnostics;
use machines::{Action, Machines, Made, Output, Outputs, Secrets};
use serde_json::json;
use talos::certificates::DEFAULT_LIFETIME;

use super::options::{self, Reading};
use crate::command::road;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Tone, Ui, plural, word};

/// Write the machine configuration of every node, and a talosconfig
///
/// Into `talos/clusterconfig/`, for their owner alone, with a `.gitignore` beside them: they
/// hold the keys of the cluster. Everything is checked first, and nothing is written if anything
/// is wrong. A file that says the same already stays as it is, a talosconfig until its
/// certificate ends.
///
/// Examples:
///   ichor talos generate-config
///   ichor talos generate-config --dry-run   show what would change in each, without secrets
///   ichor talos generate-config --check     for scripts: exit 3 where something would change
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct GenerateConfig {
    #[command(flatten)]
    pub(super) reading: Reading,

    /// The folder to write into; else `clusterconfig` beside the talconfig
    #[arg(short, long, value_name = "DIR")]
    pub(super) out_dir: Option<Utf8PathBuf>,

    /// Show what would change and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Write nothing; exit with 3 where something would change
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,

    /// Write no `.gitignore` beside the files; others must cover them
    #[arg(long)]
    no_gitignore: bool,

    /// How long a new certificate of the talosconfig is good for, in hours
    #[arg(long, value_name = "HOURS", value_parser = lifetime, default_value = "8760h")]
    crt_ttl: Duration,

    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl GenerateConfig {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let places = self.reading.places(root);
        let view = View::on_disk(root);
        let folder = self.out_dir.as_ref().unwrap_or(&places.output);
        if folder.as_str().is_empty() {
            return Err(Failure::stopped(Exit::Usage, "`--out-dir` names no folder"));
        }
        let keys = options::keys(root);
        let machines = options::open(root, &places, &keys, Secrets::Required)?;
        let (made, notes) = machines.make()?;
        let mut problems: Diagnostics = machines.warnings.iter().cloned().chain(notes).collect();
        if self.strict {
            problems.promote(|_| true);
        }
        if problems.has_errors() {
            return Err(problems.into());
        }
        let nodes = made.len();
        let reached = road::nodes(&made);
        let gitignored = !self.no_gitignore;
        let outputs = outputs(&machines, &view, folder, &made, self.crt_ttl, gitignored)?;
        problems.extend(machines.exposed_bundle(&view));
        ui.problems(&problems);
        if self.dry_run {
            let secrets = machines.secrets();
            for output in &outputs.files {
                ui.diff_data(&output.diff(&secrets).text)?;
            }
        }
        if self.dry_run || self.check {
            tell(&outputs, ui);
            return Ok(preview(&outputs, self.check, ui));
        }
        outputs.write(&view)?;
        tell(&outputs, ui);
        let changed = outputs.changed();
        ui.status(match changed {
            0 => format!(
                "Nothing to do: {} as they should be.",
                plural(nodes, "node")
            ),
            _ => format!(
                "Done: {} written for {}.",
                plural(changed, "file"),
                plural(nodes, "node")
            ),
        });
        if changed > 0 {
            road::after_generate_config(root, &outputs, &reached, ui);
        }
        Ok(Exit::Done)
    }
}

/// The files of all nodes and the talosconfig, compared with what is there.
pub(crate) fn outputs(
    machines: &Machines<'_>,
    view: &View<'_>,
    folder: &Utf8Path,
    made: &[Made],
    lifetime: Duration,
    gitignored: bool,
) -> Result<Outputs, Failure> {
    let path = folder.join(names::TALOSCONFIG);
    let client = machines::talosconfig(machines, view, &path, made, lifetime)?;
    let texts = made
        .iter()
        .map(|made| (made.file_name.clone(), made.text.clone()))
        .chain([(names::TALOSCONFIG.to_owned(), client)])
        .collect();
    Ok(Outputs::plan(view, folder, texts, gitignored)?)
}

fn preview(outputs: &Outputs, check: bool, ui: &mut Ui) -> Exit {
    match outputs.changed() {
        0 => {
            ui.status("Nothing would change.");
            Exit::Done
        }
        changed => {
            ui.status(format!("{} would change.", plural(changed, "file")));
            if check { Exit::WouldChange } else { Exit::Done }
        }
    }
}

pub(crate) fn tell(outputs: &Outputs, ui: &mut Ui) {
    let listed: Vec<_> = outputs
        .files
        .iter()
        .map(|output| json!({ "path": output.path.as_str(), "action": output.action }))
        .collect();
    ui.set("files", listed);
    let stale: Vec<_> = outputs.stale.iter().map(|path| path.as_str()).collect();
    ui.set("stale", stale);
    for Output { path, action, .. } in &outputs.files {
        match action {
            Action::Create => ui.status(format!("  {} {path}", word("create", 9, Tone::New))),
            Action::Update => ui.status(format!("  {} {path}", word("update", 9, Tone::Changed))),
            Action::Unchanged => {}
        }
    }
    for path in &outputs.stale {
        ui.warning(&format!("`{path}` belongs to no node of the talconfig"));
        ui.hint("delete it, if the node is gone: it holds keys of the cluster");
    }
}

/// Hours, as Go writes durations: `8760h`, `30m`, or both.
fn lifetime(text: &str) -> Result<Duration, String> {
    let malformed = || "write it like `8760h`".to_owned();
    let mut rest = text;
    let mut seconds = 0_u64;
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let end = rest
            .find(|one: char| !one.is_ascii_digit())
            .ok_or_else(malformed)?;
        let (number, unit) = rest.split_at(end);
        let factor = match unit.chars().next() {
            Some('h') => 3600,
            Some('m') => 60,
            Some('s') => 1,
            _ => return Err(malformed()),
        };
        let number: u64 = number.parse().map_err(|_| malformed())?;
        seconds = number
            .checked_mul(factor)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(malformed)?;
        rest = &unit[1..];
    }
    match Duration::from_secs(seconds) {
        short if short.is_zero() => Err("a certificate needs some time".to_owned()),
        long if long > 10 * DEFAULT_LIFETIME => Err("ten years are the most".to_owned()),
        good => Ok(good),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::lifetime;

    #[test]
    fn lifetimes_as_go_writes_them() {
        assert_eq!(lifetime("8760h"), Ok(Duration::from_hours(8760)));
        assert_eq!(lifetime("1h30m5s"), Ok(Duration::from_secs(5405)));
        for text in [
            "",
            "1",
            "h",
            "-1h",
            "1d",
            "0h",
            "99999999999999999999h",
            "1000000h",
            "1hé",
        ] {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }
}
