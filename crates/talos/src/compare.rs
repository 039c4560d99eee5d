//! Configurations compared by meaning: layout, order of keys and empty values do not count, nor
//! how a text is written that Talos reads more into, such as a time span.

use serde_json::Value;

use crate::fields::forms;
use crate::fields::kind_of_value;
use crate::fields::{Kind, Schema, Spec, any};
use crate::patch::differing;
use documents::change::Change;

/// What two configurations differ in, in the order of documents' names and paths.
///
/// A field that is empty counts as one that is not there. An entry of a map with free keys does
/// not: a label without a value is a label.
///
/// ```
/// use serde_json::json;
///
/// let before = [json!({"machine": {"type": "worker", "certSANs": []}})];
/// let after = [json!({"machine": {"type": "controlplane", "nodeLabels": {"a": ""}}})];
/// let found = talos::compare::differences(&before, &after);
/// let paths: Vec<_> = found.iter().map(|change| &change.path).collect();
/// assert_eq!(paths, ["machine.nodeLabels.a", "machine.type"]);
/// ```
pub fn differences(before: &[Value], after: &[Value]) -> Vec<Change> {
    let plain = |documents: &[Value]| -> Vec<Value> { documents.iter().map(document).collect() };
    differing(&plain(before), &plain(after))
}

/// A document in its plainest form.
fn document(document: &Value) -> Value {
    let spec = Schema::get().document(kind_of_value(document));
    plain(document, spec.unwrap_or(any()))
}

/// A value without fields that are empty, and with its texts as Talos would write them.
fn plain(value: &Value, spec: &Spec) -> Value {
    match (&spec.kind, value) {
        (Kind::Struct(name), Value::Object(map)) => map
            .iter()
            .filter_map(|(key, value)| {
                let spec = Schema::get().field(name, key).unwrap_or(any());
                let value = plain(value, spec);
                // A list that may be absent as opposed to empty says something by being empty.
                let said = spec.optional && value.is_array();
                (said || !is_empty(&value)).then(|| (key.clone(), value))
            })
            .collect(),
        // What other programs read may mean something even if it is empty.
        (Kind::Map(item), Value::Object(map)) => map
            .iter()
            .map(|(key, value)| (key.clone(), plain(value, item)))
            .collect(),
        (Kind::List(item), Value::Array(items)) => {
            items.iter().map(|value| plain(value, item)).collect()
        }
        (Kind::Keyed(keyed), Value::Array(items)) => items
            .iter()
            .map(|value| plain(value, &keyed.item))
            .collect(),
        (_, Value::String(text)) => match forms::compared(spec.format, text) {
            Some(written) => Value::String(written),
            None => value.clone(),
        },
        _ => value.clone(),
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
