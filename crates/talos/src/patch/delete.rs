//! `$patch: delete`: finding what to delete, and deleting it.

use std::ops::Range;

use diagnostics::{Diagnostic, Diagnostics, Source};
use serde_json::Value;
use yaml::{Node, Value as Yaml};

use super::decode::Removed;
use super::schema::{Kind, Schema, Spec, any, is_pair};

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

/// What stands where a deletion points is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotThere;

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
                if mapping.get("$patch").and_then(Node::text) == Some("delete") {
                    self.found(node, in_list, steps);
                    return true;
                }
                let mut left = mapping.len();
                let before = left;
                for entry in mapping {
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

    fn remove(&mut self, node: &Node) {
        self.removed.insert((node.range().start, node.range().end));
    }

    fn found(&mut self, node: &Node, in_list: bool, steps: &[Step]) {
        let problem = |message: &str| {
            Diagnostic::error("patch/delete-in-list", message)
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
        return Err(NotThere);
    };
    match (&spec.kind, step) {
        (Kind::Struct(name), _) if is_pair(name) => Err(NotThere),
        (Kind::Struct(name), Step::Key(key)) => {
            let field = Schema::get().field(name, key).ok_or(NotThere)?;
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
                _ => Err(NotThere),
            }
        }
        (Kind::Map(item), Step::Key(key)) => in_map(value, key, rest, item),
        (Kind::Arguments | Kind::Any, Step::Key(key)) => in_map(value, key, rest, any()),
        (Kind::List(item), Step::Item(chosen)) => in_list(value, chosen.as_ref(), item),
        (Kind::Keyed(keyed), Step::Item(chosen)) => in_list(value, chosen.as_ref(), &keyed.item),
        _ => Err(NotThere),
    }
}

fn in_map(value: &mut Value, key: &str, rest: &[Step], item: &Spec) -> Result<(), NotThere> {
    let Value::Object(map) = value else {
        return Err(NotThere);
    };
    if rest.is_empty() {
        return map.shift_remove(key).map(drop).ok_or(NotThere);
    }
    delete(map.get_mut(key).ok_or(NotThere)?, rest, item)
}

fn in_list(
    value: &mut Value,
    chosen: Option<&(String, String)>,
    item: &Spec,
) -> Result<(), NotThere> {
    let (Value::Array(items), Some((key, text)), Kind::Struct(name)) = (value, chosen, &item.kind)
    else {
        return Err(NotThere);
    };
    // Talos compares texts only: a number such as a VLAN's never matches.
    let field = Schema::get().field(name, key).ok_or(NotThere)?;
    if field.kind != Kind::Text {
        return Err(NotThere);
    }
    let index = items
        .iter()
        .position(|item| item.get(key).and_then(Value::as_str).unwrap_or_default() == text)
        .ok_or(NotThere)?;
    items.remove(index);
    Ok(())
}
