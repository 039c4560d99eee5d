//! The type of a key, as far as its values tell.

use serde_json::Value;
use yaml::{Dialect, Node, Resolved};

/// What values of a key look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing is known.
    Unknown,
    /// Values of several types.
    Any,
    Boolean,
    Integer,
    Number,
    Text,
    List(Box<Type>),
    Map,
}

impl Type {
    /// Of a literal of the plugin.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Unknown,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::Text,
            Value::Array(items) => {
                Self::List(Box::new(Self::common(items.iter().map(Self::of_value))))
            }
            Value::Object(_) => Self::Map,
        }
    }

    /// Of a value in a file, read as makejinja reads it.
    pub(super) fn of_node(node: &Node) -> Self {
        match node.value() {
            yaml::Value::Scalar(scalar) => match scalar.read(Dialect::Python) {
                Resolved::Null => Self::Unknown,
                Resolved::Bool(_) => Self::Boolean,
                // `12:30` is a number to Python only.
                Resolved::Integer(_) | Resolved::BigInteger(_)
                    if is_plain_integer(scalar.text()) =>
                {
                    Self::Integer
                }
                Resolved::Float(_) => Self::Number,
                _ => Self::Text,
            },
            yaml::Value::Sequence(items) => {
                Self::List(Box::new(Self::common(items.iter().map(Self::of_node))))
            }
            yaml::Value::Mapping(_) => Self::Map,
        }
    }

    /// What two values of one key are. A number beside a text is taken by its text.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Text, Self::Integer | Self::Number)
            | (Self::Integer | Self::Number, Self::Text) => Self::Text,
            (one, other) => one.beside(other),
        }
    }

    /// What two values in one list are, which keep their own types.
    fn beside(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, known) | (known, Self::Unknown) => known,
            (one, other) if one == other => one,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            (Self::List(one), Self::List(other)) => Self::List(Box::new(one.beside(*other))),
            _ => Self::Any,
        }
    }

    /// As `templates/variables.yaml` calls it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Unknown | Self::Any => "any".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Text => "string".to_owned(),
            Self::List(of) => match **of {
                Self::Unknown | Self::Any => "list".to_owned(),
                _ => format!("list of {}", of.name()),
            },
            Self::Map => "map".to_owned(),
        }
    }

    /// Whether a value of it could be a text.
    pub(super) fn may_be_text(&self) -> bool {
        matches!(self, Self::Unknown | Self::Any | Self::Text | Self::Integer)
    }

    fn common(types: impl Iterator<Item = Self>) -> Self {
        types.fold(Self::Unknown, Self::beside)
    }
}

/// Whether a name is that of a password, token or private key. Rather too often than too
/// seldom: what is secret is redacted, nothing else changes.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split('_').collect();
    let Some(last) = words.last() else {
        return false;
    };
    // What only describes a secret is none: where it is, what it is called.
    if [
        "enabled",
        "url",
        "name",
        "ref",
        "host",
        "issuer",
        "ttl",
        "length",
        "path",
        "file",
        "namespace",
        "type",
        "version",
        "replicas",
        "size",
    ]
    .contains(last)
    {
        return false;
    }
    let telling = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "credential",
        "credentials",
        "apikey",
        "pat",
        "psk",
    ];
    words.iter().any(|word| telling.contains(word))
        || words.windows(2).any(|pair| {
            pair[1] == "key"
                && [
                    "api",
                    "private",
                    "access",
                    "secret",
                    "ssh",
                    "encryption",
                    "signing",
                ]
                .contains(&pair[0])
        })
}

fn is_plain_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.len() < 19
        && digits.chars().all(|digit| digit.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}
