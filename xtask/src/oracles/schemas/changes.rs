//! Objects, changed one field at a time.

use serde_json::{Value, json};

/// An object with one change.
pub(super) struct Change {
    /// What was done.
    pub(super) what: &'static str,
    /// Where, as a JSON pointer.
    pub(super) path: String,
    pub(super) object: Value,
}

/// What is done to a value in the place where it stands.
enum Deed {
    Replace(Value),
    Remove,
    AddField,
    Append(Value),
    Repeat,
}

/// Changes of an object, at most so many, spread evenly.
pub(super) fn of(object: &Value, most: usize) -> Vec<Change> {
    let mut deeds = Vec::new();
    all(object, "", &mut deeds);
    let step = deeds.len().div_ceil(most.max(1)).max(1);
    // A step that shares no factor with the number of deeds of a value meets each of them.
    let step = if step % 2 == 0 { step + 1 } else { step };
    let mut changes = Vec::new();
    for (what, path, deed) in deeds.into_iter().step_by(step) {
        let mut object = object.clone();
        if apply(&mut object, &path, deed) {
            changes.push(Change { what, path, object });
        }
    }
    changes
}

fn all(value: &Value, path: &str, deeds: &mut Vec<(&'static str, String, Deed)>) {
    if matches!(path, "/apiVersion" | "/kind") {
        return;
    }
    let mut add = |what, deed| deeds.push((what, path.to_owned(), deed));
    if matches!(path, "" | "/metadata") {
        add("unknown field", Deed::AddField);
    } else {
        add("removed", Deed::Remove);
        add("null", Deed::Replace(Value::Null));
        match value {
            Value::Object(_) => {
                add("unknown field", Deed::AddField);
                add("text", Deed::Replace(json!("x")));
                add("empty", Deed::Replace(json!({})));
            }
            Value::Array(_) => {
                add("text", Deed::Replace(json!("x")));
                add("empty", Deed::Replace(json!([])));
                add("repeated item", Deed::Repeat);
                add("null item", Deed::Append(Value::Null));
                add("empty item", Deed::Append(json!({})));
            }
            Value::Bool(is) => {
                add("text", Deed::Replace(json!("true")));
                add("number", Deed::Replace(json!(1)));
                add("flipped", Deed::Replace(json!(!is)));
            }
            Value::Number(number) => {
                add("text", Deed::Replace(json!(number.to_string())));
                for (what, number) in [
                    ("negative", json!(-1)),
                    ("zero", json!(0)),
                    ("large", json!(70_000)),
                    ("half", json!(0.5)),
                    ("list", json!([1])),
                ] {
                    add(what, Deed::Replace(number));
                }
            }
            Value::String(text) => {
                for (what, text) in [
                    ("number", json!(8080)),
                    ("truth", json!(true)),
                    ("blank", json!("")),
                    ("odd", json!("Not valid_!")),
                    ("upper", json!(text.to_uppercase())),
                    ("64 letters", json!("a".repeat(64))),
                    ("300 letters", json!("a".repeat(300))),
                    ("other", json!("Xyz")),
                    ("list", json!([text])),
                    ("map", json!({})),
                ] {
                    add(what, Deed::Replace(text));
                }
            }
            Value::Null => {}
        }
    }
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                all(value, &format!("{path}/{key}"), deeds);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                all(value, &format!("{path}/{index}"), deeds);
            }
        }
        _ => {}
    }
}

fn apply(object: &mut Value, path: &str, deed: Deed) -> bool {
    if let Deed::Remove = deed {
        let Some((parent, key)) = path.rsplit_once('/') else {
            return false;
        };
        let key = key.replace("~1", "/").replace("~0", "~");
        return match object.pointer_mut(parent) {
            Some(Value::Object(entries)) => entries.shift_remove(&key).is_some(),
            Some(Value::Array(items)) => {
                let index: Option<usize> = key.parse().ok();
                index.is_some_and(|index| {
                    index < items.len() && {
                        items.remove(index);
                        true
                    }
                })
            }
            _ => false,
        };
    }
    let Some(value) = object.pointer_mut(path) else {
        return false;
    };
    match (deed, value) {
        (Deed::Replace(new), value) => *value = new,
        (Deed::AddField, Value::Object(entries)) => {
            entries.insert("unheardOf".to_owned(), json!("x"));
        }
        (Deed::Append(item), Value::Array(items)) => items.push(item),
        (Deed::Repeat, Value::Array(items)) => match items.first().cloned() {
            Some(first) => items.push(first),
            None => return false,
        },
        _ => return false,
    }
    true
}
