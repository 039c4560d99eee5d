//! JSON 6902 patches: operations on places of one document.

use serde_json::{Map, Value};

use crate::emit::plain_or_quoted;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// The place, as a JSON pointer.
    pub path: String,
}

/// What it does.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Puts a value there, in front of the item that is there.
    Add(Value),
    /// Takes the value away.
    Remove,
    /// Puts a value in the place of the one that is there.
    Replace(Value),
    /// Takes the value from another place.
    Move(String),
    /// Takes a copy from another place.
    Copy(String),
    /// Fails unless this value is there.
    Test(Value),
}

/// Why an operation cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// There is no such place.
    #[error("nothing is at `{0}`")]
    Missing(String),
    /// The path is no JSON pointer.
    #[error("`{0}` is no place: it starts with `/`")]
    BadPath(String),
    /// A test failed.
    #[error("the value at `{0}` is not the one that is tested for")]
    Test(String),
}

/// Reads one operation; the error says what is missing.
pub fn operation(value: &Value) -> Result<Operation, &'static str> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let with = || {
        value
            .get("value")
            .cloned()
            .ok_or("the operation has no `value`")
    };
    let from = || text("from").ok_or("the operation has no `from`");
    let path = text("path").ok_or("the operation has no `path`")?;
    let verb = match text("op").ok_or("the operation has no `op`")?.as_str() {
        "add" => Verb::Add(with()?),
        "remove" => Verb::Remove,
        "replace" => Verb::Replace(with()?),
        "move" => Verb::Move(from()?),
        "copy" => Verb::Copy(from()?),
        "test" => Verb::Test(value.get("value").cloned().unwrap_or(Value::Null)),
        _ => return Err("`op` is none of `add`, `remove`, `replace`, `move`, `copy`, `test`"),
    };
    Ok(Operation { verb, path })
}

impl Operation {
    /// Does it.
    pub fn apply(&self, document: &mut Value) -> Result<(), JsonError> {
        let path = &self.path;
        match &self.verb {
            Verb::Add(value) => add(document, path, value.clone()),
            Verb::Remove => remove(document, path).map(drop),
            Verb::Replace(value) => {
                *find(document, path)? = value.clone();
                Ok(())
            }
            Verb::Move(from) => {
                let value = remove(document, from)?;
                add(document, path, value)
            }
            Verb::Copy(from) => {
                let value = find(document, from)?.clone();
                add(document, path, value)
            }
            Verb::Test(value) => {
                let found = find(document, path).map(|found| found.clone());
                if found.unwrap_or(Value::Null) == *value {
                    Ok(())
                } else {
                    Err(JsonError::Test(path.clone()))
                }
            }
        }
    }
}

fn find<'a>(document: &'a mut Value, path: &str) -> Result<&'a mut Value, JsonError> {
    checked(path)?;
    document
        .pointer_mut(path)
        .ok_or_else(|| JsonError::Missing(path.to_owned()))
}

fn checked(path: &str) -> Result<(), JsonError> {
    if path.is_empty() || path.starts_with('/') {
        Ok(())
    } else {
        Err(JsonError::BadPath(path.to_owned()))
    }
}

/// The parent's path, and the last key without its escapes.
fn split(path: &str) -> Result<(&str, String), JsonError> {
    checked(path)?;
    let (parent, last) = path
        .rsplit_once('/')
        .ok_or_else(|| JsonError::BadPath(path.to_owned()))?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(document: &mut Value, path: &str, value: Value) -> Result<(), JsonError> {
    if path.is_empty() {
        *document = value;
        return Ok(());
    }
    let (parent, last) = split(path)?;
    let missing = || JsonError::Missing(path.to_owned());
    match find(document, parent)? {
        Value::Object(map) => {
            map.insert(last, value);
        }
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => {
            let index: usize = last.parse().map_err(|_| missing())?;
            if index > items.len() {
                return Err(missing());
            }
            items.insert(index, value);
        }
        _ => return Err(missing()),
    }
    Ok(())
}

fn remove(document: &mut Value, path: &str) -> Result<Value, JsonError> {
    let (parent, last) = split(path)?;
    let missing = || JsonError::Missing(path.to_owned());
    match find(document, parent)? {
        Value::Object(map) => map.shift_remove(&last).ok_or_else(missing),
        Value::Array(items) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => Ok(items.remove(index)),
            _ => Err(missing()),
        },
        _ => Err(missing()),
    }
}

/// Operations as the strategic merge that does the same, for a hint; values are left out. None
/// if there is none.
pub fn strategic<'a>(operations: impl Iterator<Item = &'a Operation>) -> Option<String> {
    let mut root = Value::Object(Map::new());
    for operation in operations {
        let mut keys: Vec<String> = operation
            .path
            .strip_prefix('/')?
            .split('/')
            .map(|key| key.replace("~1", "/").replace("~0", "~"))
            .collect();
        let leaf = match &operation.verb {
            Verb::Remove => "{$$patch: delete}",
            Verb::Add(_) if keys.last().is_some_and(|last| last == "-") => {
                keys.pop();
                "[…]"
            }
            Verb::Add(_) | Verb::Replace(_) => "…",
            Verb::Move(_) | Verb::Copy(_) | Verb::Test(_) => return None,
        };
        let mut at = &mut root;
        for key in keys {
            // An item of a list has no place in a merge.
            if key == "-" || key.parse::<usize>().is_ok() {
                return None;
            }
            let Value::Object(map) = at else {
                return None;
            };
            at = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
        }
        *at = leaf.into();
    }
    let text = flow(&root);
    // More than a line does not help.
    (text.chars().count() <= 200)
        .then(|| text.strip_prefix('{')?.strip_suffix('}').map(str::to_owned))?
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", plain_or_quoted(key), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}
