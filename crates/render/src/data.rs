//! Values as they come in: what a data file, a configuration or a caller gives to templates.

/// A value for templates, with Python's distinctions: whole and broken numbers, keys of any
/// kind, order kept.
#[derive(Clone, PartialEq)]
pub enum Data {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Data>),
    /// A list that cannot be changed, and prints otherwise. Only a plugin gives one.
    Tuple(Vec<Data>),
    /// A dictionary, in order. Of two equal keys the last wins, in the place of the first.
    Map(Vec<(Data, Data)>),
    /// A value that templates can only print and pass on, such as a date.
    Opaque {
        /// Its Python type, for messages: `datetime.date`.
        kind: String,
        /// As printed: `2024-01-31`.
        text: String,
        /// As printed inside a list: `datetime.date(2024, 1, 31)`.
        repr: String,
    },
    /// An object that stays with a Python plugin.
    Remote(crate::remote::Remote),
}

impl Data {
    /// The entries of a dictionary.
    pub fn as_map(&self) -> Option<&[(Data, Data)]> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// A text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&serde_json::Value> for Data {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::None,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => number.as_i128().map_or_else(
                || Self::Float(number.as_f64().unwrap_or(f64::NAN)),
                Self::Integer,
            ),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => Self::Map(
                entries
                    .iter()
                    .map(|(key, value)| (Self::Text(key.clone()), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<serde_json::Value> for Data {
    fn from(value: serde_json::Value) -> Self {
        Self::from(&value)
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Data {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Data {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}
