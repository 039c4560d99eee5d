//! Values of YAML text set and taken out.

use ::yaml::edit::Edits;
use ::yaml::{Limits, Node, Notation, Value as Yaml, parse, quote};
use diagnostics::Source;
use serde_json::Value as Json;

use super::problem::{EditProblem, Found};
use crate::sops::path::{Path, Step};

/// The text with a value set, everything else as it was. Missing maps are made.
pub(super) fn set(
    source: &Source,
    limits: &Limits,
    path: &Path,
    new: &Json,
) -> Result<String, EditProblem> {
    let parsed = parse(source, limits);
    let mut node = parsed
        .documents
        .get(path.document)
        .ok_or(EditProblem::NoDocument)?;
    let mut edits = Edits::new(source.text());
    // From where to where the text is replaced, and what separates it from what stands before.
    let mut place = (node.full_range(), "");
    for (depth, step) in path.steps.iter().enumerate() {
        let rest = &path.steps[depth + 1..];
        match (node.value(), step) {
            _ if node.is_alias() => return Err(EditProblem::Alias),
            (Yaml::Mapping(mapping), Step::Key(key)) if !mapping.is_empty() => {
                let Some(entry) = mapping.entry(key) else {
                    edits
                        .append_entry(node, &quote(key), &flow(&nested(rest, new)))
                        .map_err(|_| EditProblem::NoPlace)?;
                    return edits.apply().map_err(|_| EditProblem::NoPlace);
                };
                node = &entry.value;
                place = (entry.key.range().end..node.full_range().end, ": ");
            }
            (Yaml::Sequence(items), Step::Index(index)) if !items.is_empty() => {
                let Some(item) = items.get(*index) else {
                    append_item(
                        &mut edits,
                        source.text(),
                        node,
                        items,
                        &flow(&nested(rest, new)),
                    );
                    return edits.apply().map_err(|_| EditProblem::NoPlace);
                };
                node = item;
                // A dash without anything behind it.
                place = (
                    item.full_range(),
                    if item.range().is_empty() { " " } else { "" },
                );
            }
            (Yaml::Mapping(mapping), _) if !mapping.is_empty() => {
                return Err(EditProblem::Misfit(depth, Found::Map));
            }
            (Yaml::Sequence(items), _) if !items.is_empty() => {
                return Err(EditProblem::Misfit(depth, Found::List));
            }
            (Yaml::Scalar(scalar), _) if !node.is_null() && !scalar.text().is_empty() => {
                return Err(EditProblem::Misfit(depth, Found::Value));
            }
            // What is there is nothing, or an empty map or list: it gives way.
            _ if depth == 0 => {
                let end = node.full_range().end;
                let text = flow(&nested(&path.steps, new));
                edits.replace(node.full_range().start..end, text);
                return edits.apply().map_err(|_| EditProblem::NoPlace);
            }
            _ => {
                let new = nested(&path.steps[depth..], new);
                edits.replace(place.0, format!("{}{}", place.1, flow(&new)));
                return edits.apply().map_err(|_| EditProblem::NoPlace);
            }
        }
    }
    edits.replace(place.0, format!("{}{}", place.1, flow(new)));
    edits.apply().map_err(|_| EditProblem::NoPlace)
}

/// The text without a value.
pub(super) fn unset(source: &Source, limits: &Limits, path: &Path) -> Result<String, EditProblem> {
    let parsed = parse(source, limits);
    let mut node = parsed
        .documents
        .get(path.document)
        .ok_or(EditProblem::NoDocument)?;
    let (last, outer) = path.steps.split_last().ok_or(EditProblem::NoSuchValue)?;
    for step in outer {
        node = match (node.value(), step) {
            _ if node.is_alias() => return Err(EditProblem::Alias),
            (Yaml::Mapping(mapping), Step::Key(key)) => mapping.get(key),
            (Yaml::Sequence(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
        .ok_or(EditProblem::NoSuchValue)?;
    }
    if node.is_alias() {
        return Err(EditProblem::Alias);
    }
    let mut edits = Edits::new(source.text());
    match (node.value(), last) {
        (Yaml::Mapping(_), Step::Key(key)) => {
            edits
                .remove_key(node, key)
                .map_err(|_| EditProblem::NoSuchValue)?;
        }
        (Yaml::Sequence(items), Step::Index(index)) if *index < items.len() => {
            remove_item(&mut edits, source.text(), node, items, *index);
        }
        _ => return Err(EditProblem::NoSuchValue),
    }
    edits.apply().map_err(|_| EditProblem::NoPlace)
}

fn append_item(edits: &mut Edits<'_>, text: &str, list: &Node, items: &[Node], new: &str) {
    let last = items
        .last()
        .map_or(list.range().end, |item| item.range().end);
    if list.notation() == Notation::Flow {
        edits.insert(last, format!(", {new}"));
        return;
    }
    let start = list.range().start;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let indent = " ".repeat(start - line);
    edits.insert(end, format!("{}{indent}- {new}", edits.line_break()));
}

fn remove_item(edits: &mut Edits<'_>, text: &str, list: &Node, items: &[Node], index: usize) {
    let item = &items[index];
    let range = item.full_range();
    if items.len() == 1 {
        edits.replace(list.range(), "[]");
        return;
    }
    if list.notation() == Notation::Flow {
        match (items.get(index + 1), index.checked_sub(1)) {
            (Some(next), _) => edits.remove(range.start..next.full_range().start),
            (None, Some(before)) => edits.remove(items[before].range().end..range.end),
            (None, None) => edits.remove(range),
        }
        return;
    }
    let dash = |item: &Node| {
        let start = item.full_range().start;
        text[..start].rfind('-').unwrap_or(start)
    };
    match items.get(index + 1) {
        Some(next) => edits.remove(dash(item)..dash(next)),
        None => {
            let start = dash(item);
            let line = text[..start].rfind('\n').unwrap_or(start);
            let end = text[range.end..]
                .find('\n')
                .map_or(text.len(), |at| range.end + at);
            edits.remove(line..end);
        }
    }
}

/// A value inside of the maps and lists that a path asks for.
pub(super) fn nested(steps: &[Step], value: &Json) -> Json {
    steps
        .iter()
        .rev()
        .fold(value.clone(), |inner, step| match step {
            Step::Key(key) => {
                let mut map = serde_json::Map::new();
                map.insert(key.to_string(), inner);
                Json::Object(map)
            }
            Step::Index(_) => Json::Array(vec![inner]),
        })
}

/// JSON as one line of YAML.
fn flow(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quote(key), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Json::Array(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        other => other.to_string(),
    }
}
