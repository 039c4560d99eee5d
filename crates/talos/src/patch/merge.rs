//! The strategic merge of two values of one type.

use serde_json::{Map, Value};

use super::machinery::Machinery;
use super::parts;
use crate::fields::{Keyed, Kind, Schema, Spec, any, is_pair};

/// Two values of a section without a type do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` holds {left}, and the patch has {right} there")]
pub(super) struct Mismatch {
    path: String,
    left: &'static str,
    right: &'static str,
}

/// Where a merge is, and by whose rules.
#[derive(Debug)]
pub(crate) struct Place {
    path: Vec<String>,
    machinery: Machinery,
}

impl Place {
    /// A whole document.
    pub(crate) fn top(machinery: Machinery) -> Self {
        let path = Vec::new();
        Self { path, machinery }
    }
}

/// Merges the right value into the left. `Null` stands for a value that is not there.
pub(crate) fn merge(
    left: &mut Value,
    right: &Value,
    spec: &Spec,
    place: &mut Place,
) -> Result<(), Mismatch> {
    if spec.forced {
        *left = right.clone();
        return Ok(());
    }
    if right.is_null() {
        // What is not optional is there, if empty; what it forces is forced.
        if let Kind::Struct(name) = spec.kind
            && !spec.optional
            && left.is_object()
        {
            fields(left, &Map::new(), name, place)?;
            if left.as_object().is_some_and(Map::is_empty) {
                *left = Value::Null;
            }
        }
        return Ok(());
    }
    let replaced = spec.replaced && spec.replaced_since <= place.machinery.minor();
    // Items of one key are one item, also where there were none before.
    if let (Kind::Keyed(_), true, false) = (&spec.kind, left.is_null(), replaced) {
        *left = Value::Array(Vec::new());
    }
    if left.is_null() || replaced {
        let nothing = !left.is_null() && right.as_object().is_some_and(Map::is_empty);
        if (!is_unset(right, spec) || spec.optional) && !nothing {
            *left = right.clone();
        }
        return Ok(());
    }
    match &spec.kind {
        Kind::Any => merge_any(left, right, place),
        // Both halves of a pair are set, also to nothing.
        Kind::Struct(name) if is_pair(name) => {
            *left = right.clone();
            Ok(())
        }
        Kind::Struct(name) => match right {
            Value::Object(right) => fields(left, right, name, place),
            _ => Ok(()),
        },
        Kind::Map(item) => map(left, right, item, place),
        Kind::Arguments => {
            if let (Value::Object(left), Value::Object(right)) = (left, right) {
                left.extend(
                    right
                        .iter()
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
            }
            Ok(())
        }
        Kind::List(_) => {
            append(left, right);
            Ok(())
        }
        Kind::Keyed(how) => keyed(left, right, how, place),
        _ => {
            if spec.optional || !is_unset(right, spec) {
                *left = match (&*left, right) {
                    (Value::String(left), Value::String(right)) => {
                        parts::merged(left, right, spec.format).into()
                    }
                    _ => right.clone(),
                };
            }
            Ok(())
        }
    }
}

fn fields(
    left: &mut Value,
    right: &Map<String, Value>,
    name: &str,
    place: &mut Place,
) -> Result<(), Mismatch> {
    let Value::Object(left) = left else {
        return Ok(());
    };
    let nulls = left.values().any(Value::is_null);
    for (field, spec) in Schema::get().fields(name) {
        let theirs = find(right, field).unwrap_or(&Value::Null);
        // Most patches name few fields of many, and most of the others stay as they are.
        if theirs.is_null() && ((!nulls && stays(spec)) || !left.contains_key(*field)) {
            continue;
        }
        place.path.push((*field).to_owned());
        let entry = left.entry(*field).or_insert(Value::Null);
        let was_null = entry.is_null();
        merge(entry, theirs, spec, place)?;
        if entry.is_null() && (was_null || theirs.is_null()) {
            left.shift_remove(*field);
        }
        place.path.pop();
    }
    Ok(())
}

/// A field of a patch: of a few, the right one is seen sooner than looked up.
fn find<'a>(map: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    if map.len() > 4 {
        return map.get(field);
    }
    { map.iter() }
        .find(|(key, _)| *key == field)
        .map(|(_, value)| value)
}

/// Whether a field that a patch leaves out is what it was.
fn stays(spec: &Spec) -> bool {
    !spec.forced && (spec.optional || !matches!(spec.kind, Kind::Struct(_)))
}

/// Stands for what [`touched`] leaves out; no field has this name.
const REST: &str = "";

/// What of the left value a merge of the right one may change, and whatever is no map and no
/// list; what it cannot is left out, which [`REST`] says.
pub(super) fn touched(left: &Value, right: &Value, spec: &Spec) -> Value {
    let (Value::Object(map), Value::Object(right), Kind::Struct(name)) = (left, right, &spec.kind)
    else {
        return left.clone();
    };
    if spec.forced || spec.replaced || is_pair(name) {
        return left.clone();
    }
    let mut out = Map::new();
    let mut rest = false;
    for (key, value) in map {
        if !value.is_object() && !value.is_array() {
            out.insert(key.clone(), value.clone());
            continue;
        }
        let theirs = find(right, key).filter(|theirs| !theirs.is_null());
        match (Schema::get().field(name, key), theirs) {
            (Some(spec), Some(theirs)) => {
                out.insert(key.clone(), touched(value, theirs, spec));
            }
            (Some(spec), None) if !stays(spec) => {
                out.insert(key.clone(), value.clone());
            }
            _ => rest = true,
        }
    }
    if rest {
        out.insert(REST.to_owned(), Value::Null);
    }
    out.into()
}

/// Undoes a merge that stopped half way: what was [`touched`] is as it was.
pub(super) fn put_back(left: &mut Value, before: Value, right: &Value, spec: &Spec) {
    let now = touched(left, right, spec);
    restore(left, before, &now);
}

fn restore(left: &mut Value, before: Value, now: &Value) {
    let (left, before, now) = match (left, before, now) {
        (Value::Object(left), Value::Object(before), Value::Object(now)) => (left, before, now),
        (left, before, _) => {
            *left = before;
            return;
        }
    };
    for key in now.keys().filter(|key| !before.contains_key(*key)) {
        left.shift_remove(key);
    }
    for (key, value) in before.into_iter().filter(|(key, _)| key != REST) {
        match (left.get_mut(&key), now.get(&key)) {
            (Some(left), Some(now)) => restore(left, value, now),
            _ => {
                left.insert(key, value);
            }
        }
    }
}

fn map(left: &mut Value, right: &Value, item: &Spec, place: &mut Place) -> Result<(), Mismatch> {
    let (Value::Object(left), Value::Object(right)) = (left, right) else {
        return Ok(());
    };
    for (key, value) in right {
        match left.get_mut(key) {
            Some(mine) if !mine.is_null() => {
                place.path.push(key.clone());
                merge(mine, value, item, place)?;
                place.path.pop();
            }
            _ => {
                left.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn merge_any(left: &mut Value, right: &Value, place: &mut Place) -> Result<(), Mismatch> {
    match (&*left, right) {
        (Value::Object(_), Value::Object(_)) => return map(left, right, any(), place),
        (Value::Array(_), Value::Array(_)) => append(left, right),
        (Value::Bool(_), Value::Bool(_)) => *left = right.clone(),
        (Value::String(_), Value::String(_)) => set(left, right),
        (Value::Number(mine), Value::Number(theirs)) if mine.is_f64() == theirs.is_f64() => {
            set(left, right);
        }
        _ => {
            return Err(Mismatch {
                path: place.path.join("."),
                left: kind_name(left),
                right: kind_name(right),
            });
        }
    }
    Ok(())
}

/// An empty value sets nothing.
fn set(left: &mut Value, right: &Value) {
    if !is_zero(right) {
        *left = right.clone();
    }
}

fn append(left: &mut Value, right: &Value) {
    if let (Value::Array(left), Value::Array(right)) = (left, right) {
        left.extend(right.iter().cloned());
    }
}

fn keyed(left: &mut Value, right: &Value, how: &Keyed, place: &mut Place) -> Result<(), Mismatch> {
    let (Value::Array(left), Value::Array(right)) = (left, right) else {
        return Ok(());
    };
    for item in right {
        let like = left.iter().position(|mine| same_item(mine, item, how));
        match like.and_then(|index| left.get_mut(index)) {
            Some(mine) if how.replaces => *mine = item.clone(),
            Some(mine) => {
                place.path.push(format!("[{}]", like.unwrap_or_default()));
                // An item of a list is there already: only its fields merge.
                if let (Kind::Struct(name), Value::Object(item)) = (&how.item.kind, item) {
                    fields(mine, item, name, place)?;
                }
                place.path.pop();
            }
            None => left.push(item.clone()),
        }
    }
    Ok(())
}

/// Whether two items are one by the first key that the right one has. Items without any key
/// are the same where keys are compared as they are, but not where there is a choice of keys.
fn same_item(left: &Value, right: &Value, how: &Keyed) -> bool {
    fn at<'a>(item: &'a Value, key: &str) -> &'a Value {
        item.get(key).unwrap_or(&Value::Null)
    }
    let absent = |value: &Value| value.is_null() || is_zero(value);
    for key in &how.keys {
        let (mine, theirs) = (at(left, key), at(right, key));
        if !absent(theirs) {
            return mine == theirs;
        }
        if how.keys.len() == 1 {
            return absent(mine);
        }
    }
    false
}

/// Whether a value of a field is the one that Go has where nobody sets it: an empty text, no
/// time, the choice that comes first.
fn is_unset(value: &Value, spec: &Spec) -> bool {
    is_zero(value)
        || value.as_str().is_some_and(|text| match spec.format {
            "duration" => !text.contains(|one: char| ('1'..='9').contains(&one)),
            "default-action" => text == "accept",
            "encryption-provider" | "filesystem" => text == "none",
            "logical-volume-type" => text == "linear",
            "raid-metadata" => text == "1.0",
            "rule-action" | "routing-table" => text == "unspec",
            _ => false,
        })
}

/// Whether Go would see an empty value.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
