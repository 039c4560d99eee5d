//! `templates/variables.yaml` as text.

use config_model::{PluginUse, Section};
use diagnostics::{Diagnostic, Source};
use serde_json::Value;
use yaml::Limits;
use yaml::edit::{EditError, Edits, New};

use super::Used;
use super::infer::Type;

use crate::rules;

/// How a new file opens.
const HEADER: &str = "\
# The keys that this repository adds to those that are built in: below `cluster` for
# cluster.yaml, below `nodes` for each entry of nodes.yaml. A key has a `type` and, where
# that makes sense, `default`, `required`, `required_with`, `secret`, `description`.
#
# Types were taken from the values found; `any` stands where there was none to look at.
";

/// What stands before the choice.
const PLUGIN: &str = "
# Whether Python runs this repository's plugin: for what is not built in (`missing`), before
# what is (`all`), or never (`none`).
";

/// One key.
pub(super) struct Entry {
    pub(super) key: Used,
    pub(super) kind: Type,
    pub(super) default: Option<Value>,
    pub(super) secret: bool,
}

/// The new text; none if there is nothing to declare.
pub(super) fn text(
    entries: &[Entry],
    plugin: PluginUse,
    existing: Option<&Source>,
) -> Result<Option<String>, Box<Diagnostic>> {
    if entries.is_empty() && plugin == PluginUse::Unsaid {
        return Ok(None);
    }
    match existing {
        None => Ok(Some(new_file(entries, plugin))),
        Some(source) => added(entries, plugin, source).map(Some).map_err(|error| {
            let problem =
                rules::DECLARE_UNREADABLE.report(format!("the file cannot be added to: {error}"));
            Box::new(problem.at(source.whole()))
        }),
    }
}

/// Whether a template can read the name, so that it can be declared.
pub(super) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next();
    let reserved = [
        "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False",
        "None", "loop", "self", "caller", "varargs", "kwargs", "versions", "nodes", "env",
    ];
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !reserved.contains(&name)
}

fn new_file(entries: &[Entry], plugin: PluginUse) -> String {
    let mut text = HEADER.to_owned();
    if let Some(word) = plugin.word() {
        text.extend([PLUGIN, "plugin: ", word, "\n"]);
    }
    for section in [Section::Cluster, Section::Nodes] {
        let mut of_section = entries
            .iter()
            .filter(|entry| entry.key.section == section)
            .peekable();
        if of_section.peek().is_none() {
            continue;
        }
        text.push('\n');
        text.push_str(section.name());
        text.push_str(":\n");
        for entry in of_section {
            let (name, value) = (&entry.key.name, declaration(entry));
            text.extend(["  ", name, ": ", &value, "\n"]);
        }
    }
    text
}

fn added(entries: &[Entry], plugin: PluginUse, source: &Source) -> Result<String, EditError> {
    let parsed = yaml::parse(source, &Limits::default());
    let Some(root) = parsed.root().filter(|root| !root.is_null()) else {
        return Ok(format!("{}{}", source.text(), new_file(entries, plugin)));
    };
    let mut edits = Edits::new(source.text());
    if let Some(word) = plugin.word() {
        match root.get("plugin") {
            Some(value) => edits.replace_scalar(value, New::Verbatim(word))?,
            None => edits.append_entry(root, "plugin", word)?,
        }
    }
    for section in [Section::Cluster, Section::Nodes] {
        let of_section = entries.iter().filter(|entry| entry.key.section == section);
        if let Some(map) = root.get(section.name()).filter(|map| !map.is_null()) {
            for entry in of_section {
                edits.append_entry(map, &entry.key.name, &declaration(entry))?;
            }
        } else {
            let mut lines = String::new();
            for entry in of_section {
                lines.extend(["\n  ", &entry.key.name, ": ", &declaration(entry)]);
            }
            if lines.is_empty() {
                continue;
            }
            if root.get(section.name()).is_some() {
                edits.remove_key(root, section.name())?;
            }
            edits.append_entry(root, section.name(), &lines)?;
        }
    }
    edits.apply()
}

/// In one line: `{ type: string, default: "x", secret: true }`.
fn declaration(entry: &Entry) -> String {
    let mut text = format!("{{ type: {}", entry.kind.name());
    if let Some(default) = &entry.default {
        text.push_str(", default: ");
        push_value(default, &mut text);
    }
    if entry.secret {
        text.push_str(", secret: true");
    }
    text.push_str(" }");
    text
}

/// In flow notation, every text in double quotes.
fn push_value(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => text.push_str(&value.to_string()),
        Value::String(string) => text.push_str(&yaml::double_quoted(string)),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                push_value(item, text);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            text.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                text.push_str(if index == 0 { " " } else { ", " });
                text.push_str(&yaml::double_quoted(key));
                text.push_str(": ");
                push_value(item, text);
            }
            text.push_str(if entries.is_empty() { "}" } else { " }" });
        }
    }
}
