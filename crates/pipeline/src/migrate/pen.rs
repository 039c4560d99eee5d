//! Lists of patches in the text of a talconfig, written as they become.

use diagnostics::Source;
use yaml::edit::{EditError, Edits};
use yaml::{Limits, Node, Notation};

/// The key of every list of patches.
pub(super) const PATCHES: &str = "patches";

/// What becomes of an item of a list.
#[derive(Default)]
pub(super) struct Becomes {
    pub(super) what: What,
    /// The items that are put in behind it.
    pub(super) after: Vec<String>,
}

/// What becomes of an item itself.
#[derive(Default)]
pub(super) enum What {
    #[default]
    Stays,
    Goes,
    /// It is another text.
    Is(String),
}

/// Writes a list, with more items behind the others.
pub(super) fn list(
    edits: &mut Edits<'_>,
    list: &Node,
    items: &[Becomes],
    more: &[String],
) -> Result<(), EditError> {
    let all = list.as_sequence().unwrap_or_default();
    if list.notation() == Notation::Flow {
        flow(edits, list, items, more);
        return Ok(());
    }
    for (index, (item, becomes)) in all.iter().zip(items).enumerate() {
        match &becomes.what {
            What::Stays => {}
            What::Goes => edits.replace_items(list, index..index + 1, "")?,
            What::Is(text) => replace(edits, item, text),
        }
        let last = if index + 1 == all.len() { more } else { &[] };
        let after: Vec<_> = becomes.after.iter().chain(last).collect();
        if !after.is_empty() {
            edits.insert_items(list, index + 1, &lines(after))?;
        }
    }
    Ok(())
}

/// Writes a list in brackets, where an item has one line.
fn flow(edits: &mut Edits<'_>, list: &Node, items: &[Becomes], more: &[String]) {
    let quoted = |text: &String| yaml::quote(ended(text));
    let all = list.as_sequence().unwrap_or_default();
    let goes = |one: &Becomes| matches!(one.what, What::Goes);
    if all.is_empty() || items.iter().any(goes) {
        let mut texts = Vec::new();
        for (item, becomes) in all.iter().zip(items) {
            match &becomes.what {
                What::Stays => {
                    let written = edits.text().get(item.full_range());
                    texts.push(written.unwrap_or_default().to_owned());
                }
                What::Goes => {}
                What::Is(text) => texts.push(quoted(text)),
            }
            texts.extend(becomes.after.iter().map(quoted));
        }
        texts.extend(more.iter().map(quoted));
        edits.replace(list.range(), format!("[{}]", texts.join(", ")));
        return;
    }
    for (index, (item, becomes)) in all.iter().zip(items).enumerate() {
        if let What::Is(text) = &becomes.what {
            edits.replace(item.range(), quoted(text));
        }
        let last = if index + 1 == all.len() { more } else { &[] };
        let after = becomes.after.iter().chain(last);
        let after: String = after.map(|text| format!(", {}", quoted(text))).collect();
        if !after.is_empty() {
            edits.insert(item.range().end, after);
        }
    }
}

/// Leaves a list without items.
pub(super) fn empty(edits: &mut Edits<'_>, owner: &Node, list: &Node) -> Result<(), EditError> {
    let entries = owner.as_mapping().map(yaml::Mapping::entries);
    let key = { entries.unwrap_or_default().iter() }
        .find(|entry| entry.key.text() == Some(PATCHES))
        .ok_or(EditError::NoSuchEntry)?;
    match list.anchor() {
        Some(_) => edits.replace(list.range(), "[]"),
        None => edits.replace(key.key.range().end..list.range().end, ": []"),
    }
    Ok(())
}

/// Adds a list to a map that has none.
pub(super) fn new_list(
    edits: &mut Edits<'_>,
    owner: &Node,
    items: &[String],
) -> Result<(), EditError> {
    if owner.notation() == Notation::Flow {
        let items: Vec<_> = items.iter().map(|text| yaml::quote(ended(text))).collect();
        return edits.append_entry(owner, PATCHES, &format!("[{}]", items.join(", ")));
    }
    edits.append_entry(owner, PATCHES, &below(&lines(items)))
}

/// Adds a section with a list to the talconfig.
pub(super) fn new_section(
    edits: &mut Edits<'_>,
    root: &Node,
    section: &str,
    items: &[String],
) -> Result<(), EditError> {
    let list = format!("{PATCHES}:{}", below(&lines(items)));
    edits.append_entry(root, section, &below(&list))
}

/// Lines as what stands below a key.
fn below(lines: &str) -> String {
    let mut out = String::new();
    for line in lines.lines() {
        out.push('\n');
        if !line.is_empty() {
            out.push_str("  ");
            out.push_str(line);
        }
    }
    out
}

/// Items with their dashes.
fn lines<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    let item = |text: &String| format!("- {}\n", scalar(text, 2, ""));
    items.into_iter().map(item).collect()
}

/// Puts a text in the place of an item.
fn replace(edits: &mut Edits<'_>, item: &Node, text: &str) {
    let whole = edits.text();
    let mut range = item.range();
    let column = |offset: usize| {
        let before = whole.get(..offset).unwrap_or_default();
        before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count())
    };
    let written = whole.get(range.clone()).unwrap_or_default();
    let is_block = item.notation() == Notation::Block;
    // The comment on its line stands behind the sign of a block.
    let beside = if is_block {
        written
            .lines()
            .next()
            .and_then(|line| line.find(" #").and_then(|at| line.get(at..)))
    } else {
        let rest = whole.get(range.end..).and_then(|rest| rest.lines().next());
        rest.filter(|rest| rest.trim_start().starts_with('#'))
    };
    let new = scalar(
        text,
        column(item.full_range().start),
        beside.unwrap_or_default(),
    );
    if !is_block && new.starts_with('|') {
        range.end += beside.map_or(0, str::len);
    }
    edits.replace(range, new);
}

/// A text as a scalar: on one line, or as a block at a column, with a comment behind its sign.
fn scalar(text: &str, column: usize, comment: &str) -> String {
    let value = ended(text);
    let is_legible = |one: char| one == '\n' || !one.is_control();
    if !value.contains('\n') || value.starts_with([' ', '\n']) || !value.chars().all(is_legible) {
        return yaml::quote(value);
    }
    let sign = match value.trim_end_matches('\n').len() {
        length if length == value.len() => "|-",
        length if length + 1 == value.len() => "|",
        _ => "|+",
    };
    let mut out = format!("{sign}{}", comment.trim_end());
    let indent = " ".repeat(column);
    for line in value.lines() {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}

/// A patch without the line breaks at its end, unless they belong to a block within it.
fn ended(text: &str) -> &str {
    let parsed = yaml::parse(&Source::new("", text), &Limits::default());
    let mut last = parsed.documents.last();
    while let Some(node) = last {
        last = match node.value() {
            yaml::Value::Sequence(items) => items.last(),
            yaml::Value::Mapping(map) => map.entries().last().map(|entry| &entry.value),
            yaml::Value::Scalar(scalar) => {
                if scalar.style().is_block() && scalar.text().ends_with('\n') {
                    return text;
                }
                None
            }
        };
    }
    text.trim_end()
}
