//! Configurations compared by meaning: layout, order of keys and empty values do not count.

use serde_json::Value;

use crate::patch::{Change, differing};

/// What two configurations differ in, in the order of documents' names and paths.
///
/// A value that is empty counts as one that is not there.
///
/// ```
/// use serde_json::json;
///
/// let before = [json!({"machine": {"type": "worker", "certSANs": []}})];
/// let after = [json!({"machine": {"type": "controlplane"}})];
/// let found = talos::compare::differences(&before, &after);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].path, "machine.type");
/// ```
pub fn differences(before: &[Value], after: &[Value]) -> Vec<Change> {
    let plain = |documents: &[Value]| -> Vec<Value> { documents.iter().map(filled).collect() };
    differing(&plain(before), &plain(after))
}

/// Without what is empty.
fn filled(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), filled(value)))
            .filter(|(_, value)| !is_empty(value))
            .collect(),
        Value::Array(items) => items.iter().map(filled).collect(),
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
