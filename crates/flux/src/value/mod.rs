//! Values of Kubernetes objects, each with the place where it is written.

mod json;
mod place;
mod read;
mod write;

use indexmap::IndexMap;

pub use place::{Place, Secret};
pub(crate) use read::whole;
pub use read::{documents, documents_of, read};

/// A value and who wrote it.
///
/// Equality is that of the data: two values are the same wherever they were written.
/// `Debug` shows kinds and places, never text, which may be a secret.
#[derive(Clone, Default)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it is written: in a resource, a patch, a component, a template's output.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Default, PartialEq)]
pub enum Data {
    /// Nothing.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map, in the order in which its keys came.
    Map(Map),
}

/// A number as Go has it.
#[derive(Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number; what Go holds lies within its `int64` and `uint64`.
    Integer(i128),
    /// Any other.
    Float(f64),
}

/// Keys and their values.
pub type Map = IndexMap<String, Field, foldhash::fast::RandomState>;

/// The value of a key, and where the key is written.
#[derive(Clone, Default)]
pub struct Field {
    /// Where the key is written.
    pub key: Place,
    /// Its value.
    pub value: Value,
}

impl Value {
    /// A value at a place.
    pub fn new(data: Data, place: Place) -> Self {
        Self { data, place }
    }

    /// A text that nobody wrote.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Data::Text(text.into()), Place::default())
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        Some(&self.as_map()?.get(key)?.value)
    }

    /// As [`Value::get`], to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        Some(&mut self.as_map_mut()?.get_mut(key)?.value)
    }

    /// The value below several keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(is) => Some(is),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a list; none where it is not.
    pub fn items(&self) -> &[Self] {
        self.as_list().unwrap_or_default()
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// As [`Value::as_map`], to change it.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether something in it is secret: marked as such in its file, or made of a Secret.
    pub fn holds_secret(&self) -> bool {
        let is_secret = |place: &Place| place.secret().is_some() || place.is_marked();
        match &self.data {
            Data::List(items) => items.iter().any(Self::holds_secret),
            Data::Map(map) => {
                { map.values() }.any(|field| is_secret(&field.key) || field.value.holds_secret())
            }
            _ => is_secret(&self.place),
        }
    }

    /// Whether it is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// What it is, with its article.
    pub fn kind_name(&self) -> &'static str {
        match &self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "true or false",
            Data::Number(Number::Integer(_)) => "a whole number",
            Data::Number(Number::Float(_)) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Value({} at {:?})", self.kind_name(), self.place)
    }
}

#[cfg(test)]
mod tests;
