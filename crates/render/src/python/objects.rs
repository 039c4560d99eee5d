//! Python's containers as objects of the engine.
//!
//! Lists and dictionaries can be changed in place (`append`, `update`), which minijinja's
//! own cannot, and which templates of this family rely on. None of these values is shared
//! between two templates.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::IndexMap;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

/// A `list`.
pub(crate) struct List(RwLock<Vec<Value>>);

impl List {
    pub(crate) fn value(items: Vec<Value>) -> Value {
        Value::from_object(Self(RwLock::new(items)))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Vec<Value>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Vec<Value>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A `tuple`; what `groupby` gives has names for its two items.
pub(crate) struct Tuple {
    pub(crate) items: Vec<Value>,
    pub(crate) names: &'static [&'static str],
}

impl Tuple {
    pub(crate) fn value(items: Vec<Value>) -> Value {
        Value::from_object(Self { items, names: &[] })
    }
}

/// `range(start, stop, step)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: i128,
    pub(crate) stop: i128,
    pub(crate) step: i128,
}

impl Range {
    pub(crate) fn len(&self) -> usize {
        let distance = if self.step > 0 {
            self.stop.saturating_sub(self.start)
        } else {
            self.start.saturating_sub(self.stop)
        };
        if distance <= 0 {
            return 0;
        }
        let steps = (distance - 1) / self.step.saturating_abs().max(1) + 1;
        usize::try_from(steps).unwrap_or(usize::MAX)
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        let offset = i128::try_from(index).ok()?.checked_mul(self.step)?;
        self.start.checked_add(offset).map(super::view::integer)
    }
}

/// What `map`, `select`, `batch` and the like give: it can be gone through once.
pub(crate) struct Stream {
    /// `generator`, `list_reverseiterator`.
    pub(crate) kind: &'static str,
    items: Mutex<std::collections::VecDeque<Value>>,
}

impl Stream {
    pub(crate) fn value(kind: &'static str, items: Vec<Value>) -> Value {
        Value::from_object(Self {
            kind,
            items: Mutex::new(items.into()),
        })
    }

    /// All that is left.
    pub(crate) fn drain(&self) -> Vec<Value> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *items).into()
    }

    /// The next one.
    pub(crate) fn next(&self) -> Option<Value> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.pop_front()
    }
}

/// What `keys()`, `values()` and `items()` give, as it was then.
pub(crate) struct DictView {
    /// `dict_keys`, `dict_values`, `dict_items`.
    pub(crate) kind: &'static str,
    pub(crate) items: Vec<Value>,
}

/// What `namespace()` gives.
#[derive(Default)]
pub(crate) struct Namespace(RwLock<IndexMap<String, Value>>);

impl Namespace {
    pub(crate) fn new(entries: IndexMap<String, Value>) -> Self {
        Self(RwLock::new(entries))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(name).cloned()
    }

    pub(crate) fn set(&self, name: &str, value: Value) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(name.to_owned(), value);
    }

    pub(crate) fn entries(&self) -> Vec<(String, Value)> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        entries
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// A value that templates can only print and pass on, such as a date.
pub(crate) struct Opaque {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) repr: String,
}

/// Stands for an argument that a caller left out.
pub(crate) struct Missing;

/// Implements what the engine itself asks of a container, and a `Debug` without contents.
macro_rules! container {
    ($type:ident, $name:literal, $items:expr, $length:expr) => {
        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($name)
            }
        }

        impl Object for $type {
            fn repr(self: &Arc<Self>) -> ObjectRepr {
                ObjectRepr::Iterable
            }

            fn enumerate(self: &Arc<Self>) -> Enumerator {
                let items: fn(&Self) -> Vec<Value> = $items;
                Enumerator::Values(items(self))
            }

            fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
                let length: fn(&Self) -> usize = $length;
                Some(length(self))
            }

            fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($name)
            }
        }
    };
}

container!(List, "list", |list| list.read().clone(), |list| list
    .read()
    .len());
container!(Tuple, "tuple", |tuple| tuple.items.clone(), |tuple| tuple
    .items
    .len());
container!(
    DictView,
    "dictionary view",
    |view| view.items.clone(),
    |view| view.items.len()
);
container!(
    Range,
    "range",
    |range| {
        let length = range.len().min(super::ITEM_LIMIT);
        (0..length).filter_map(|index| range.get(index)).collect()
    },
    Range::len
);

/// Implements an object that is always true and that the engine cannot look into.
macro_rules! plain {
    ($type:ident, $name:literal) => {
        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($name)
            }
        }

        impl Object for $type {
            fn repr(self: &Arc<Self>) -> ObjectRepr {
                ObjectRepr::Plain
            }

            fn is_true(self: &Arc<Self>) -> bool {
                true
            }

            fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($name)
            }
        }
    };
}

plain!(Namespace, "namespace");
plain!(Opaque, "value");
plain!(Missing, "missing");

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("generator")
    }
}

impl Object for Stream {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.drain())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("generator")
    }
}
