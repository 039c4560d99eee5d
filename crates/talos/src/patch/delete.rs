//! `$patch: delete`: finding what to delete, and deleting it.

use std::ops::Range;

use diagnostics::{Diagnostics, Source};
use serde_json::Value;
use yaml::{Node, Value as Yaml};

use crate::fields::Removed;
use crate::fields::{Kind, Schema, Spec, any, is_pair};

use crate::rules;

/// One step towards what is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    /// An item of a list, chosen by a key and its text.
    Item(Option<(String, String)>),
}

/// One `$patch: delete`.
#[derive(Debug, Clone)]
pub(crate) struct Deletion {
    steps: Vec<Step>,
    /// Where it is written.
    pub(crate) range: Range<usize>,
}

/// Why nothing can be deleted where a deletion points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotThere {
    /// Nothing is there.
    Missing,
    /// The key that says which item is no text, and Talos compares texts only.
    NoText(String),
    /// The items of the list have no keys.
    NoKeys,
    /// It is one half of a certificate and its key, which Talos reads as one.
    Half,
}

impl NotThere {
    /// What is wrong, for a path, and what to do about it.
    pub(crate) fn told(&self, path: &str) -> (String, Option<&'static str>) {
        match self {
            Self::Missing => (format!("there is no `{path}` to delete"), None),
            Self::NoText(key) => (
                format!(
                    "`{path}` cannot be deleted: Talos finds an item by a text, and `{key}` is none"
                ),
                Some(
                    "put a key that holds text first, or delete the whole list, and set it anew in a later patch",
                ),
            ),
            Self::NoKeys => (
                format!(
                    "`{path}` cannot be deleted: the items of the list have no keys to find one by"
                ),
                Some("delete the whole list, and set it anew in a later patch"),
            ),
            Self::Half => (
                format!("`{path}` cannot be deleted alone: Talos reads it with what belongs to it"),
                Some("delete the section"),
            ),
        }
    }
}

impl Deletion {
    /// Whether the whole document goes.
    pub(crate) fn is_document(&self) -> bool {
        self.steps.is_empty()
    }

    /// The path with dots.
    pub(crate) fn path(&self) -> String {
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Item(Some((key, value))) => format!("[{key}={value}]"),
                Step::Item(None) => "[]".to_owned(),
            })
            .collect();
        steps.join(".")
    }

    /// Deletes from a document.
    pub(crate) fn apply(&self, document: &mut Value, spec: &Spec) -> Result<(), NotThere> {
        delete(document, &self.steps, spec)
    }
}

/// Finds the deletions of a document, and marks what the merge must not see.
/// Returns whether the document itself is deleted.
pub(crate) fn collect(
    source: &Source,
    root: &Node,
    deletions: &mut Vec<Deletion>,
    removed: &mut Removed,
    problems: &mut Diagnostics,
) -> bool {
    let mut search = Search {
        source,
        deletions,
        removed,
        problems,
    };
    search.node(root, false, &mut Vec::new())
}

struct Search<'a> {
    source: &'a Source,
    deletions: &'a mut Vec<Deletion>,
    removed: &'a mut Removed,
    problems: &'a mut Diagnostics,
}

impl Search<'_> {
    /// Whether nothing of the node is left. Aliases are not searched, nor does Talos.
    fn node(&mut self, node: &Node, in_list: bool, steps: &mut Vec<Step>) -> bool {
        if node.is_alias() {
            return false;
        }
        match node.value() {
            Yaml::Scalar(_) => false,
            Yaml::Mapping(mapping) => {
                let directive = mapping.get("$patch");
                if directive.and_then(Node::text) == Some("delete") {
                    self.found(node, in_list, steps);
                    self.ignored(mapping, in_list, steps.is_empty());
                    return true;
                }
                let mut left = mapping.len();
                let before = left;
                if let Some(directive) = directive {
                    self.unknown(directive);
                    self.remove(directive);
                    left -= 1;
                }
                for entry in mapping
                    .iter()
                    .filter(|entry| entry.key.text() != Some("$patch"))
                {
                    steps.push(Step::Key(entry.key.text().unwrap_or_default().to_owned()));
                    if self.node(&entry.value, false, steps) {
                        self.remove(&entry.value);
                        left -= 1;
                    }
                    steps.pop();
                }
                left == 0 && before > 0
            }
            Yaml::Sequence(items) => {
                let mut left = items.len();
                for item in items {
                    steps.push(Step::Item(first_key(item)));
                    if self.node(item, true, steps) {
                        self.remove(item);
                        left -= 1;
                    }
                    steps.pop();
                }
                left == 0 && !items.is_empty()
            }
        }
    }

    /// Talos would take it for a field, or for an entry of a map.
    fn unknown(&mut self, directive: &Node) {
        let written = directive.text().unwrap_or_default();
        let message = match written {
            "" => "`$patch` says nothing that Talos knows".to_owned(),
            written => format!("`$patch: {written}` is nothing that Talos knows"),
        };
        let hint = match written {
            "replace" => {
                "it knows `delete` only: delete the section in one patch, and set it in a later one"
            }
            _ => "it knows `delete` only",
        };
        self.problems.push(
            rules::PATCH_UNKNOWN_DIRECTIVE
                .report(message)
                .at(self.source.location(directive.range()))
                .hint(hint),
        );
    }

    /// What stands beside `$patch: delete` does nothing, but for what says which item, or which
    /// document, it is.
    fn ignored(&mut self, mapping: &yaml::Mapping, in_list: bool, is_document: bool) {
        let others = { mapping.iter() }.filter(|entry| entry.key.text() != Some("$patch"));
        let mut others = others.skip(usize::from(in_list)).filter(|entry| {
            let identity = matches!(entry.key.text(), Some("apiVersion" | "kind" | "name"));
            !(is_document && identity)
        });
        if let Some(entry) = others.next() {
            let key = entry.key.text().unwrap_or_default();
            self.problems.push(
                rules::PATCH_BESIDE_DELETE
                    .report(format!(
                        "`{key}` does nothing: it stands beside `$patch: delete`"
                    ))
                    .at(self.source.location(entry.key.range()))
                    .hint("set it in a later patch, or take it out"),
            );
        }
    }

    fn remove(&mut self, node: &Node) {
        self.removed.insert((node.range().start, node.range().end));
    }

    fn found(&mut self, node: &Node, in_list: bool, steps: &[Step]) {
        let problem = |message: &str| {
            rules::PATCH_DELETE_IN_LIST
                .report(message)
                .at(self.source.location(node.range()))
        };
        let items = steps
            .iter()
            .filter(|step| matches!(step, Step::Item(_)))
            .count();
        if items > usize::from(in_list) {
            self.problems.push(problem(
                "`$patch: delete` cannot reach into an item of a list",
            ));
        } else if in_list && matches!(steps.last(), Some(Step::Item(None))) {
            self.problems
                .push(problem("nothing says which item of the list to delete"));
        } else {
            self.deletions.push(Deletion {
                steps: steps.to_vec(),
                range: node.range(),
            });
        }
    }
}

fn first_key(item: &Node) -> Option<(String, String)> {
    item.as_mapping()?
        .iter()
        .filter(|entry| entry.key.text() != Some("$patch"))
        .map(|entry| {
            (
                entry.key.text().unwrap_or_default().to_owned(),
                entry.value.text().unwrap_or_default().to_owned(),
            )
        })
        .next()
}

fn delete(value: &mut Value, steps: &[Step], spec: &Spec) -> Result<(), NotThere> {
    let Some((step, rest)) = steps.split_first() else {
        return Err(NotThere::Missing);
    };
    match (&spec.kind, step) {
        (Kind::Struct(name), _) if is_pair(name) => Err(NotThere::Half),
        (Kind::Struct(name), Step::Key(key)) => {
            let field = Schema::get().field(name, key).ok_or(NotThere::Missing)?;
            if rest.is_empty() {
                if let Value::Object(map) = value {
                    map.shift_remove(key);
                }
                return Ok(());
            }
            match value.get_mut(key) {
                Some(inner) if !inner.is_null() => delete(inner, rest, field),
                // A section that cannot be absent is there, if empty.
                _ if matches!(field.kind, Kind::Struct(_)) && !field.optional => {
                    delete(&mut Value::Object(serde_json::Map::new()), rest, field)
                }
                _ => Err(NotThere::Missing),
            }
        }
        (Kind::Map(item), Step::Key(key)) => in_map(value, key, rest, item),
        (Kind::Arguments | Kind::Any, Step::Key(key)) => in_map(value, key, rest, any()),
        (Kind::List(item), Step::Item(chosen)) => in_list(value, chosen.as_ref(), item),
        (Kind::Keyed(keyed), Step::Item(chosen)) => in_list(value, chosen.as_ref(), &keyed.item),
        _ => Err(NotThere::Missing),
    }
}

fn in_map(value: &mut Value, key: &str, rest: &[Step], item: &Spec) -> Result<(), NotThere> {
    let Value::Object(map) = value else {
        return Err(NotThere::Missing);
    };
    if rest.is_empty() {
        return map.shift_remove(key).map(drop).ok_or(NotThere::Missing);
    }
    delete(map.get_mut(key).ok_or(NotThere::Missing)?, rest, item)
}

fn in_list(
    value: &mut Value,
    chosen: Option<&(String, String)>,
    item: &Spec,
) -> Result<(), NotThere> {
    let Kind::Struct(name) = &item.kind else {
        return Err(NotThere::NoKeys);
    };
    let (Value::Array(items), Some((key, text))) = (value, chosen) else {
        return Err(NotThere::Missing);
    };
    // Talos compares texts only: a number such as a VLAN's never matches.
    let field = Schema::get().field(name, key).ok_or(NotThere::Missing)?;
    if field.kind != Kind::Text {
        return Err(NotThere::NoText(key.clone()));
    }
    let index = items
        .iter()
        .position(|item| item.get(key).and_then(Value::as_str).unwrap_or_default() == text)
        .ok_or(NotThere::Missing)?;
    items.remove(index);
    Ok(())
}
