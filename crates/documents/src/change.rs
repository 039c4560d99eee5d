//! What two states of a list of documents differ in, path by path.

use std::collections::BTreeMap;
use std::fmt;

use diagnostics::Location;
use serde_json::Value;

use super::path::push;

/// One path that a patch set or removed.
///
/// `Debug` leaves the values out: they may be secrets.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// The document, such as `v1alpha1` or `UserVolumeConfig/data`.
    pub document: String,
    /// The path in it, with dots; `\.` is a dot within a key.
    pub path: String,
    /// The value before; `None` if there was none.
    pub before: Option<Value>,
    /// The value after; `None` if it was removed.
    pub after: Option<Value>,
    /// Where it is written, once somebody has looked for it.
    pub place: Option<Location>,
}

impl fmt::Debug for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match (&self.before, &self.after) {
            (None, _) => "set",
            (_, None) => "removed",
            _ => "changed",
        };
        write!(formatter, "{}: {} {effect}", self.document, self.path)
    }
}

/// A config as its scalars and empty collections by document and path.
type Leaves = BTreeMap<(String, String), Value>;

/// What two states differ in, in the order of documents' names and paths; `name` tells which
/// document is which.
///
/// Only what differs is taken apart: a patch changes little of a config.
pub fn differing(
    before: &[Value],
    after: &[Value],
    name: impl Fn(&Value) -> String,
) -> Vec<Change> {
    let mut sides = (Leaves::new(), Leaves::new());
    let named =
        |documents: &[Value], wanted: &str| documents.iter().position(|one| name(one) == wanted);
    for document in before {
        let name = name(document);
        let other = named(after, &name).and_then(|index| after.get(index));
        compare(Some(document), other, &name, &mut String::new(), &mut sides);
    }
    for document in after {
        let name = name(document);
        if named(before, &name).is_none() {
            compare(None, Some(document), &name, &mut String::new(), &mut sides);
        }
    }
    changes(&sides.0, &sides.1)
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    document: &str,
    path: &mut String,
    sides: &mut (Leaves, Leaves),
) {
    let length = path.len();
    // Maps are taken apart before they are compared: else each level would compare all below it.
    if let (Some(Value::Object(left)), Some(Value::Object(right))) = (before, after)
        && !left.is_empty()
        && !right.is_empty()
    {
        let new = right.keys().filter(|key| !left.contains_key(*key));
        for key in left.keys().chain(new) {
            push(path, key);
            compare(left.get(key), right.get(key), document, path, sides);
            path.truncate(length);
        }
        return;
    }
    if before == after {
        return;
    }
    if let Some(before) = before {
        collect(before, document, path, &mut sides.0);
    }
    if let Some(after) = after {
        collect(after, document, path, &mut sides.1);
    }
}

/// What two states differ in, in the order of documents' names and paths.
fn changes(before: &Leaves, after: &Leaves) -> Vec<Change> {
    let mut all: Vec<Change> = before
        .iter()
        .filter(|(place, value)| after.get(place) != Some(value))
        .map(|(place, value)| change(place, Some(value), after.get(place)))
        .collect();
    all.extend(
        after
            .iter()
            .filter(|(place, _)| !before.contains_key(place))
            .map(|(place, value)| change(place, None, Some(value))),
    );
    all.sort_by(|left, right| (&left.document, &left.path).cmp(&(&right.document, &right.path)));
    all
}

fn change(place: &(String, String), before: Option<&Value>, after: Option<&Value>) -> Change {
    Change {
        document: place.0.clone(),
        path: place.1.clone(),
        before: before.cloned(),
        after: after.cloned(),
        place: None,
    }
}

/// The leaves of a value. Lists count as one leaf unless their items are maps.
fn collect(value: &Value, document: &str, path: &mut String, leaves: &mut Leaves) {
    let length = path.len();
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                push(path, key);
                collect(value, document, path, leaves);
                path.truncate(length);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                collect(item, document, path, leaves);
                path.truncate(length);
            }
        }
        _ => {
            leaves.insert((document.to_owned(), path.clone()), value.clone());
        }
    }
}
