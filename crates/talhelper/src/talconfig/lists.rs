//! Lists, maps and numbers as they are written: an item may be a null, a number may be none.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A list; an item that is written as a null counts in the numbers of the others.
#[derive(Clone, PartialEq)]
pub(crate) struct List<T>(Vec<Option<T>>);

/// A map with free keys.
pub(crate) type Keys = serde_json::Map<String, Value>;

/// A list of texts.
pub(crate) type Texts = List<String>;

impl<T> List<T> {
    /// Whether there is no item at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items that there are, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let items = self.0.iter().enumerate();
        items.filter_map(|(index, item)| item.as_ref().map(|item| (index, item)))
    }

    /// All items, with what stands in the place of a null.
    pub(crate) fn map<'a, R>(&'a self, to: impl Fn(Option<&'a T>) -> R) -> Vec<R> {
        self.0.iter().map(|item| to(item.as_ref())).collect()
    }
}

impl List<String> {
    /// The texts that there are.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.0.iter().flatten().cloned().collect()
    }

    /// Every item with its number, a null as an empty text.
    pub(crate) fn written(&self) -> impl Iterator<Item = (usize, &str)> {
        let items = self.0.iter().enumerate();
        items.map(|(index, item)| (index, item.as_deref().unwrap_or_default()))
    }

    /// The list as a configuration takes it over.
    pub(crate) fn values(&self) -> Vec<Value> {
        self.map(|item| item.map_or(Value::Null, |text| text.as_str().into()))
    }
}

impl<T: Clone> List<T> {
    /// This list, and another behind it.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(Self)
    }
}

/// A number that is not negative; 0 where it is none that fits.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(Value::deserialize(from)?.as_u64().unwrap_or_default())
}
