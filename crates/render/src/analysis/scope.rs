//! Which names a template binds where, and what is known of their values.

use std::collections::{BTreeMap, BTreeSet};

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Shape {
    #[default]
    Unknown,
    /// The context's variable of this name, or a list of some of its items.
    Variable(String),
    /// An item of the context's list of this name.
    ItemOf(String),
}

/// The names that are bound at a place, innermost last.
#[derive(Default)]
pub(super) struct Scopes(Vec<BTreeMap<String, Shape>>);

impl Scopes {
    pub(super) fn new() -> Self {
        Self(vec![BTreeMap::new()])
    }

    pub(super) fn open(&mut self) {
        self.0.push(BTreeMap::new());
    }

    pub(super) fn close(&mut self) {
        self.0.pop();
    }

    /// Binds a name in the innermost scope.
    pub(super) fn bind(&mut self, name: &str, shape: Shape) {
        if let Some(scope) = self.0.last_mut() {
            // A name that is bound twice may hold either.
            let merged = match scope.get(name) {
                Some(before) if *before != shape => Shape::Unknown,
                _ => shape,
            };
            scope.insert(name.to_owned(), merged);
        }
    }

    /// What is known of a name, if it is bound.
    pub(super) fn get(&self, name: &str) -> Option<&Shape> {
        self.0.iter().rev().find_map(|scope| scope.get(name))
    }

    /// All bound names.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.0
            .iter()
            .flat_map(|scope| scope.keys().cloned())
            .collect()
    }

    /// The names of the outermost scope.
    pub(super) fn outermost(&self) -> BTreeSet<String> {
        self.0
            .first()
            .map(|scope| scope.keys().cloned().collect())
            .unwrap_or_default()
    }
}
