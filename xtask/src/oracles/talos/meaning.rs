//! Configurations compared by meaning: as YAML values, without what is absent or empty.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Maps with keys that are the user's own: there an empty text is a value.
const FREE: [&str; 12] = [
    "nodeLabels",
    "nodeAnnotations",
    "nodeTaints",
    "sysctls",
    "sysfs",
    "env",
    "extraArgs",
    "extraConfig",
    "variables",
    "extraTags",
    "extraManifestHeaders",
    "auditPolicy",
];

/// Numbers that Talos writes even where nobody set them.
const ALWAYS: [&str; 6] = [
    "permissions",
    "slot",
    "containerID",
    "hostID",
    "size",
    "vlanID",
];

/// What Talos writes for a choice that nobody made.
const UNCHOSEN: [(&str, &str); 2] = [("provider", "none"), ("protocol", "Protocol(0)")];

/// The documents of a text, by meaning. Not read with ichor's own reader, which could err the
/// same way twice.
pub(super) fn documents(text: &str) -> Result<Vec<Value>> {
    let all: Vec<Value> =
        serde_saphyr::from_multiple(text).with_context(|| format!("not YAML:\n{text}"))?;
    Ok(all
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| meaning(value, false))
        .collect())
}

fn meaning(value: &Value, free: bool) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let inside = free || FREE.contains(&key.as_str());
                (key.clone(), meaning(value, inside))
            })
            .filter(|(_, value)| !is_empty(value) || (free && value.is_string()))
            .filter(|(key, value)| free || !is_unset(key, value))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| meaning(item, free)).collect(),
        Value::Number(number) => match number.as_f64() {
            // A whole number, however it is written.
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 9e15 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
                Value::from(whole as i64)
            }
            _ => value.clone(),
        },
        other => other.clone(),
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

fn is_unset(key: &str, value: &Value) -> bool {
    ALWAYS.contains(&key) && value.as_i64() == Some(0)
        || UNCHOSEN
            .iter()
            .any(|(name, text)| *name == key && value.as_str() == Some(text))
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
    talos::patch::document_name(document)
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
