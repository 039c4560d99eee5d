//! Configurations compared by meaning: as YAML values, without what is absent or empty.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::table::{Field, Shape, Table};

/// The documents of a text, by meaning. Not read with ichor's own reader, which could err the
/// same way twice.
pub(super) fn documents(table: &Table, text: &str) -> Result<Vec<Value>> {
    let all: Vec<Value> =
        serde_saphyr::from_multiple(text).with_context(|| format!("not YAML:\n{text}"))?;
    Ok(all
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| {
            let kind = value.get("kind").and_then(Value::as_str);
            match table.document(kind.unwrap_or("v1alpha1")) {
                Some(name) => fields(table, value, name),
                None => value.clone(),
            }
        })
        // 1.13 leaves an empty one behind where it was to delete from one that is not there.
        .filter(|document| !is_empty(document))
        .collect())
}

/// The fields of a type that are set.
fn fields(table: &Table, value: &Value, name: &str) -> Value {
    let Value::Object(map) = value else {
        return value.clone();
    };
    let mut out = Map::new();
    for (key, value) in map {
        let Some(field) = table.field(name, key) else {
            out.insert(key.clone(), value.clone());
            continue;
        };
        let value = of(table, value, &field.shape);
        if !is_unset(table, &value, field) {
            out.insert(key.clone(), value);
        }
    }
    // Encryption without a provider and keys is none, whatever else is said about it.
    if name == "BlockEncryptionSpec" && !out.contains_key("provider") && !out.contains_key("keys") {
        out.clear();
    }
    out.into()
}

fn of(table: &Table, value: &Value, shape: &Shape) -> Value {
    match (shape, value) {
        (Shape::Type(name), _) => fields(table, value, name),
        (Shape::List(item, _), Value::Array(items)) => {
            items.iter().map(|value| of(table, value, item)).collect()
        }
        (Shape::Map(item), Value::Object(map)) => map
            .iter()
            .map(|(key, value)| (key.clone(), of(table, value, item)))
            .collect::<Map<_, _>>()
            .into(),
        (Shape::Scalar(word, _), Value::Object(map)) if word == "args" => map
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Map<_, _>>()
            .into(),
        (Shape::Scalar(word, _), Value::String(text)) if word == "duration" => {
            seconds(text).map_or_else(|| value.clone(), |seconds| format!("{seconds} s").into())
        }
        (Shape::Scalar(_, form), Value::String(_) | Value::Number(_)) if form.ends_with("size") => {
            let text = value.to_string();
            text.trim_matches('"').replace(' ', "").into()
        }
        (Shape::Scalar(word, _), _) if word == "any" => plain(value),
        // What a JSON patch puts there is text once the config is read. A port is not.
        (Shape::Scalar(word, form), Value::Bool(_) | Value::Number(_))
            if word == "text" && form != "ports" =>
        {
            value.to_string().into()
        }
        _ => number(value),
    }
}

/// Anything, with whole numbers alike however they are written, and without nulls.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => number(other),
    }
}

fn number(value: &Value) -> Value {
    match value.as_f64() {
        Some(whole) if whole.fract() == 0.0 && whole.abs() < 9e15 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            Value::from(whole as i64)
        }
        _ => value.clone(),
    }
}

/// Whether a field has the value that it has where nobody sets it.
fn is_unset(table: &Table, value: &Value, field: &Field) -> bool {
    if is_empty(value) {
        return true;
    }
    let Shape::Scalar(_, format) = &field.shape else {
        return false;
    };
    !field.optional
        && match value {
            Value::Bool(flag) => !flag,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text == "0 s" || table.unchosen(format) == Some(text),
            _ => false,
        }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// `1m30s` in seconds.
fn seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|one: char| one.is_ascii_alphabetic())?;
        let (count, unit) = rest.split_at(end);
        let length = unit
            .find(|one: char| !one.is_ascii_alphabetic())
            .unwrap_or(unit.len());
        let (unit, behind) = unit.split_at(length);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total += count.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    Some(total)
}

/// Where two configurations differ, one line each: theirs, then ours.
pub(super) fn differences(theirs: &[Value], ours: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let name = |document: Option<&Value>| document.map_or("nothing".to_owned(), name);
    for index in 0..theirs.len().max(ours.len()) {
        let (their, our) = (theirs.get(index), ours.get(index));
        if let (Some(their), Some(our)) = (their, our)
            && self::name(their) == self::name(our)
        {
            compare(their, our, &self::name(their), &mut found);
        } else {
            let (their, our) = (name(their), name(our));
            found.push(format!("document {index}: theirs {their}, ours {our}"));
        }
    }
    found
}

fn name(document: &Value) -> String {
    talos::fields::document_name(document)
}

fn compare(theirs: &Value, ours: &Value, path: &str, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys: Vec<_> = left.keys().chain(right.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let (left, right) = (left.get(key), right.get(key));
                compare(
                    left.unwrap_or(&Value::Null),
                    right.unwrap_or(&Value::Null),
                    &format!("{path}.{key}"),
                    found,
                );
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                compare(left, right, &format!("{path}[{index}]"), found);
            }
        }
        _ if theirs == ours => {}
        _ => found.push(format!("{path}: theirs {theirs}, ours {ours}")),
    }
}
