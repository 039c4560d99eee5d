//! What the API server checks of Kubernetes' own kinds beyond the published description, as far
//! as a schema can say it: lists of words, ranges, forms of names, what has to be there.
//!
//! The facts are those of the validation of Kubernetes 1.36; `cargo xtask oracles schemas` holds
//! them against a real API server.

use serde_json::{Map, Value};

/// Lines of a definition, a field of it (none for the definition itself), and what to add.
const ADDED: &str = include_str!("semantics.tsv");

/// What the description requires and the server does not.
const NOT_REQUIRED: &[(&str, &str)] = &[("core.v1.LimitRangeSpec", "limits")];

/// Adds to a definition what the server checks.
pub(super) fn add(name: &str, schema: &mut Value) {
    for line in ADDED.lines() {
        let mut words = line.split('\t');
        let (Some(definition), Some(field), Some(added)) =
            (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if definition != name {
            continue;
        }
        let added: Value = serde_json::from_str(added).expect("the table is JSON");
        if field.is_empty() {
            merge(schema, added);
            continue;
        }
        // Older releases lack some fields.
        let Some(place) = schema.pointer_mut(&format!("/properties/{field}")) else {
            continue;
        };
        if place.get("$ref").is_some() && added.get("allOf").is_none() {
            let wrapped = [("allOf".to_owned(), Value::Array(vec![added]))];
            merge(place, Value::Object(Map::from_iter(wrapped)));
        } else {
            merge(place, added);
        }
    }
    for (definition, field) in NOT_REQUIRED {
        if *definition == name
            && let Some(Value::Array(required)) = schema.get_mut("required")
        {
            required.retain(|name| name != field);
        }
    }
}

fn merge(target: &mut Value, added: Value) {
    match (target, added) {
        (Value::Object(target), Value::Object(added)) => {
            for (key, value) in added {
                match target.get_mut(&key) {
                    Some(there) => merge(there, value),
                    None => {
                        target.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(added)) => target.extend(added),
        (target, added) => *target = added,
    }
}
