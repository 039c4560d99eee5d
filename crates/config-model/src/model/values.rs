//! The values of all keys by name, as templates read them.

use indexmap::IndexMap;
use secrecy::SecretString;
use serde_json::Value;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The file sets it.
    Set,
    /// The file leaves it out, and it has a default.
    Defaulted,
    /// It follows from other keys.
    Derived,
    /// The file leaves it out, and there is no default: declared, but undefined.
    Unset,
    /// The file sets it, and nothing declares it (repositories with own templates only).
    Undeclared,
}

/// What is known about the value of one key. Has no `Debug`: it may be a secret.
#[derive(Clone)]
pub struct Entry {
    pub(crate) value: Option<Value>,
    pub(crate) state: State,
    pub(crate) secret: bool,
}

impl Entry {
    /// The value; none where the key is [`State::Unset`].
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Where it comes from.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether no message may hold it.
    pub fn is_secret(&self) -> bool {
        self.secret
    }
}

/// The values of all keys of a section: every declared key, set or not, in the order of
/// declaration, then undeclared ones. Has no `Debug`: some are secrets.
#[derive(Clone, Default)]
pub struct Values {
    entries: IndexMap<String, Entry>,
}

impl Values {
    /// The value of a key, if it has one.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entry(name)?.value()
    }

    /// What is known about a key; none if it is not declared and not set.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// All keys with what is known about them, unset ones included.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Entry)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry))
    }

    pub(crate) fn insert(&mut self, name: &str, entry: Entry) {
        self.entries.insert(name.to_owned(), entry);
    }

    /// Every text of a secret key that is not empty, for redaction.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = SecretString> {
        let mut texts = Vec::new();
        for entry in self.entries.values().filter(|entry| entry.secret) {
            if let Some(value) = &entry.value {
                collect(value, &mut texts);
            }
        }
        texts.into_iter().map(SecretString::from)
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(entries) => entries.values().for_each(|item| collect(item, texts)),
        Value::String(_) | Value::Null | Value::Bool(_) => {}
    }
}
