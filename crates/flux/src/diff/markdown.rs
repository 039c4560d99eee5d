//! Changes as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use super::{Action, Change, Changes, Version, write};

/// GitHub takes 65,536 characters in a comment; room is left for what others add.
const COMMENT_LIMIT: usize = 60_000;

/// All changes as Markdown: counts, images and charts, a table of the objects, and what changes
/// in each, folded. Details that would make the comment longer than GitHub takes are left out,
/// and it says so.
pub fn markdown(changes: &Changes) -> String {
    let mut text = String::from("### What changes in the cluster\n\n");
    let _ = writeln!(text, "{}", write::summary(changes));
    for line in write::unknown(changes) {
        let _ = writeln!(text, "\n{}", code(&line));
    }
    versions(&mut text, "Image", &changes.images);
    versions(&mut text, "Chart", &changes.charts);
    if changes.is_empty() {
        return text;
    }
    text.push_str("\n| | Object | Kustomization | What |\n|---|---|---|---|\n");
    for change in &changes.objects {
        let row = format!(
            "| {} | {} | {} | {} |\n",
            verb(change.action),
            code(&change.title()),
            code(&change.kustomization),
            what(change),
        );
        if text.len() + row.len() > COMMENT_LIMIT / 2 {
            text.push_str("| … | | | more objects are left out |\n");
            break;
        }
        text.push_str(&row);
    }
    text.push('\n');
    let mut left_out = 0;
    for change in &changes.objects {
        let details = details(change);
        if text.len() + details.len() > COMMENT_LIMIT {
            left_out += 1;
            continue;
        }
        text.push_str(&details);
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "The details of {left_out} objects are left out: a comment has an end."
        );
    }
    text
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Removed => "removed",
        Action::Changed => "changed",
    }
}

fn what(change: &Change) -> String {
    if change.action != Action::Changed {
        let lines = change.added_lines + change.removed_lines;
        return format!("{lines} lines");
    }
    let mut parts = Vec::new();
    if let Some(from) = &change.moved_from {
        parts.push(format!("applied by {} before", code(from)));
    }
    if change.changes_values() {
        parts.push("values".to_owned());
    }
    let shown = change.fields.iter().take(3).map(|field| code(&field.path));
    parts.extend(shown);
    if change.fields.len() > 3 {
        parts.push(format!("{} more", change.fields.len() - 3));
    }
    parts.join(", ")
}

fn details(change: &Change) -> String {
    if change.hunks.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&change.hunks).max(2) + 1);
    format!(
        "<details>\n<summary>{} {} (+{} -{})</summary>\n\n{fence}diff\n{}{fence}\n\n</details>\n\n",
        verb(change.action),
        html(&change.title()),
        change.added_lines,
        change.removed_lines,
        change.hunks,
    )
}

fn versions(text: &mut String, title: &str, versions: &[Version]) {
    if versions.is_empty() {
        return;
    }
    let _ = write!(text, "\n| {title} | Before | After |\n|---|---|---|\n");
    for one in versions {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            code(&one.name),
            code(&one.before),
            code(&one.after)
        );
    }
}

/// Text as code within a table: neither backticks nor pipes nor line breaks end it.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text: String = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect();
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            one if one.is_control() => safe.push(' '),
            one => safe.push(one),
        }
    }
    safe
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    { text.split(|one| one != '`') }
        .map(str::len)
        .max()
        .unwrap_or_default()
}
