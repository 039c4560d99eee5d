//! Python's `dict`: order kept, keys equal as Python has them equal.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::{Equivalent, IndexMap};
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::fault::{Fault, Outcome};
use super::view::View;

/// Key, then the key as written and the value.
pub(crate) type Entries = IndexMap<Key, (Value, Value)>;

/// A `dict`.
pub(crate) struct Dict {
    entries: RwLock<Entries>,
    /// The keys that may be asked for, where a configuration declares them.
    pub(crate) declared: Option<Arc<BTreeSet<String>>>,
}

impl Dict {
    pub(crate) fn value(entries: Entries) -> Value {
        Value::from_object(Self {
            entries: RwLock::new(entries),
            declared: None,
        })
    }

    /// A dictionary whose keys are declared.
    pub(crate) fn declared(entries: Entries, declared: Arc<BTreeSet<String>>) -> Value {
        Value::from_object(Self {
            entries: RwLock::new(entries),
            declared: Some(declared),
        })
    }

    /// From keys and values in turn; the last of equal keys wins.
    pub(crate) fn from_pairs(pairs: impl IntoIterator<Item = (Value, Value)>) -> Outcome<Value> {
        let mut entries = Entries::new();
        for (key, value) in pairs {
            insert(&mut entries, key, value)?;
        }
        Ok(Self::value(entries))
    }

    /// With text keys.
    pub(crate) fn from_names<N: AsRef<str>>(pairs: impl IntoIterator<Item = (N, Value)>) -> Value {
        let entries = pairs
            .into_iter()
            .map(|(name, value)| {
                let name = name.as_ref();
                (Key::Text(name.into()), (Value::from(name), value))
            })
            .collect();
        Self::value(entries)
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, key: &Value) -> Outcome<Option<Value>> {
        if let Some(text) = key.as_str() {
            return Ok(self.get_text(text));
        }
        let key = Key::of(key)?;
        Ok(self.read().get(&key).map(|(_, value)| value.clone()))
    }

    pub(crate) fn get_text(&self, key: &str) -> Option<Value> {
        self.read()
            .get(&TextKey(key))
            .map(|(_, value)| value.clone())
    }

    pub(crate) fn keys(&self) -> Vec<Value> {
        self.read().values().map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn pairs(&self) -> Vec<(Value, Value)> {
        self.read().values().cloned().collect()
    }
}

/// Adds an entry; an equal key keeps its place and the way it was written.
pub(crate) fn insert(entries: &mut Entries, key: Value, value: Value) -> Outcome<()> {
    match entries.entry(Key::of(&key)?) {
        indexmap::map::Entry::Occupied(mut entry) => entry.get_mut().1 = value,
        indexmap::map::Entry::Vacant(entry) => {
            entry.insert((key, value));
        }
    }
    Ok(())
}

/// What makes two keys equal: `1`, `1.0` and `True` are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    None,
    Integer(i128),
    Float(u64),
    Text(Arc<str>),
    Bytes(Vec<u8>),
    Tuple(Vec<Key>),
}

impl Key {
    pub(crate) fn of(value: &Value) -> Outcome<Self> {
        Ok(match View::of(value) {
            View::None => Self::None,
            View::Bool(truth) => Self::Integer(truth.into()),
            View::Integer(number) => Self::Integer(number),
            View::Float(number) => super::float::exact_integer(number)
                .map_or(Self::Float(number.to_bits()), Self::Integer),
            View::Text(text) => Self::Text(text.into()),
            View::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            View::Tuple(tuple) => {
                Self::Tuple(tuple.items.iter().map(Self::of).collect::<Outcome<_>>()?)
            }
            View::List(_) => return Err(unhashable("list")),
            View::Dict(_) => return Err(unhashable("dict")),
            View::Undefined(Some(undefined)) if undefined.is_strict() => {
                return Err(undefined.fault());
            }
            other => {
                return Err(Fault::type_error(format!(
                    "{} cannot be the key of a dict",
                    other.kind()
                )));
            }
        })
    }
}

fn unhashable(kind: &str) -> Fault {
    Fault::type_error(format!("a {kind} cannot be the key of a dict"))
}

/// A text key that is only looked up.
struct TextKey<'a>(&'a str);

impl Hash for TextKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(3);
        self.0.hash(state);
    }
}

impl Equivalent<Key> for TextKey<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        matches!(key, Key::Text(text) if **text == *self.0)
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::None => state.write_u8(0),
            Self::Integer(number) => {
                state.write_u8(1);
                number.hash(state);
            }
            Self::Float(bits) => {
                state.write_u8(2);
                bits.hash(state);
            }
            Self::Text(text) => TextKey(text).hash(state),
            Self::Bytes(bytes) => {
                state.write_u8(4);
                bytes.hash(state);
            }
            Self::Tuple(keys) => {
                state.write_u8(5);
                keys.hash(state);
            }
        }
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("dict")
    }
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key).ok().flatten()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.keys())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.read().len())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("dict")
    }
}
