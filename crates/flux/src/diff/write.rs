//! Changes as text, for a terminal.

use std::fmt::Write as _;

use similar::{Algorithm, TextDiff};

use super::{Action, Change, Changes, State, Version, Why};

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// Texts above this many bytes are not compared line by line.
const TEXT_LIMIT: usize = 1 << 20;

/// The hunks of a unified diff, and how many lines come and go.
pub(super) fn hunks(before: &str, after: &str) -> (String, usize, usize) {
    if before == after {
        return (String::new(), 0, 0);
    }
    if before.len().max(after.len()) > TEXT_LIMIT {
        let lines = (after.lines().count(), before.lines().count());
        return (
            "# too large to be compared line by line\n".to_owned(),
            lines.0,
            lines.1,
        );
    }
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .diff_lines(before, after);
    let (mut added, mut removed) = (0, 0);
    for change in diff.iter_all_changes() {
        match change.tag() {
            similar::ChangeTag::Insert => added += 1,
            similar::ChangeTag::Delete => removed += 1,
            similar::ChangeTag::Equal => {}
        }
    }
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let _ = write!(text, "{hunk}");
    }
    (text, added, removed)
}

/// All changes as text: a unified diff of each object, then images and charts, then the counts.
pub fn text(changes: &Changes) -> String {
    let mut text = String::new();
    for change in &changes.objects {
        let _ = writeln!(text, "{}", heading(change));
        text.push_str(&change.hunks);
        text.push('\n');
    }
    for line in unknown(changes) {
        let _ = writeln!(text, "? {line}\n");
    }
    versions(&mut text, "Images", &changes.images);
    versions(&mut text, "Charts", &changes.charts);
    let _ = writeln!(text, "{}", summary(changes));
    text
}

/// A line on each Kustomization of which one state is not known.
pub(super) fn unknown(changes: &Changes) -> impl Iterator<Item = String> {
    changes.unknown.iter().map(|one| {
        let (state, way) = match one.state {
            State::Before => ("as it was", "adds"),
            State::After => ("as it is now", "removes"),
        };
        let why = match one.why {
            Why::Fails => "cannot be built",
            Why::Elsewhere => "is suspended, or comes from elsewhere",
        };
        // A terminal would obey them.
        let name = one.kustomization.replace(char::is_control, " ");
        format!("Kustomization {name} {state} {why}: what it {way} is not known")
    })
}

/// One line on an object.
fn heading(change: &Change) -> String {
    let sign = match change.action {
        Action::Added => '+',
        Action::Removed => '-',
        Action::Changed => '~',
    };
    let mut line = format!(
        "{sign} {} (Kustomization {}",
        change.title(),
        change.kustomization
    );
    if let Some(from) = &change.moved_from {
        let _ = write!(line, ", before {from}");
    }
    line.push(')');
    line
}

fn versions(text: &mut String, title: &str, versions: &[Version]) {
    if versions.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:");
    for one in versions {
        let _ = match (one.before.as_str(), one.after.as_str()) {
            ("", after) => writeln!(text, "+ {} {after}", one.name),
            (before, "") => writeln!(text, "- {} {before}", one.name),
            (before, after) => writeln!(text, "~ {} {before} -> {after}", one.name),
        };
    }
    text.push('\n');
}

/// How much changes, in one line.
pub(super) fn summary(changes: &Changes) -> String {
    if changes.is_empty() {
        return "Nothing changes in the cluster.".to_owned();
    }
    if changes.objects.is_empty() {
        return "Nothing else changes in the cluster.".to_owned();
    }
    format!(
        "{} added, {} changed, {} removed.",
        changes.count(Action::Added),
        changes.count(Action::Changed),
        changes.count(Action::Removed),
    )
}
