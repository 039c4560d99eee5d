//! Keys whose values were checked one by one, with their places; nothing across keys yet.

use std::ops::Range;
use std::str::FromStr;

use diagnostics::{Location, Source};
use indexmap::IndexMap;
use serde_json::Value;

use crate::keys::{Declarations, Default, Section};
use crate::used::Uses;

/// A value with its place; none for a default.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) range: Option<Range<usize>>,
}

/// A key that the file sets.
pub(crate) enum Slot {
    /// Its value is good by itself.
    Valid {
        value: Value,
        /// Where the value stands.
        range: Range<usize>,
        /// Where each entry of a list stands.
        items: Vec<Range<usize>>,
    },
    /// Its value is not, which was reported.
    Invalid,
}

/// The keys that one map sets.
pub(crate) struct Fields<'a> {
    pub(crate) source: Source,
    /// Where the map stands.
    pub(crate) range: Range<usize>,
    pub(crate) section: Section,
    pub(crate) declarations: &'a Declarations,
    pub(crate) slots: IndexMap<String, Slot>,
    /// Undeclared keys that are let through.
    pub(crate) extra: IndexMap<String, Value>,
    /// Which keys count, while rules look at these; none once all of them do.
    pub(crate) uses: Option<Uses<'a>>,
}

impl Fields<'_> {
    /// Whether a key counts. To the rules, one that does not is neither set nor missing.
    ///
    /// What `templates/variables.yaml` declares always counts.
    pub(crate) fn counts(&self, name: &str) -> bool {
        let own = || {
            let declaration = self.declarations.get(self.section, name);
            declaration.is_some_and(|declaration| !declaration.is_built_in())
        };
        self.uses
            .is_none_or(|uses| uses.counts(self.section, name) || own())
    }

    fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.get(name).filter(|_| self.counts(name))
    }

    /// Whether the file sets a key to something, good or not.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.slot(name).is_some()
    }

    /// The value that the file sets.
    pub(crate) fn set(&self, name: &str) -> Option<&Value> {
        match self.slot(name)? {
            Slot::Valid { value, .. } => Some(value),
            Slot::Invalid => None,
        }
    }

    /// The value that the file sets, or the fixed default; none if it is invalid.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        match self.slot(name) {
            Some(Slot::Valid { value, .. }) => Some(value),
            Some(Slot::Invalid) => None,
            None if !self.counts(name) => None,
            None => match &self.declarations.get(self.section, name)?.default {
                Default::Value(value) => Some(value),
                Default::Unset | Default::Derived(_) => None,
            },
        }
    }

    /// The text of a value that is not empty, set or by default.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether a switch is on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A value of a checked type, set or by default.
    pub(crate) fn typed<T: FromStr>(&self, name: &str) -> Option<Placed<T>> {
        Some(Placed {
            value: self.text(name)?.parse().ok()?,
            range: self.range_of(name),
        })
    }

    /// The entries of a list of a checked type, set or by default.
    pub(crate) fn list<T: FromStr>(&self, name: &str) -> Vec<Placed<T>> {
        let places: &[Range<usize>] = match self.slot(name) {
            Some(Slot::Valid { items, .. }) => items,
            _ => &[],
        };
        let values: Vec<&str> = match self.value(name) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        };
        values
            .into_iter()
            .enumerate()
            .filter_map(|(index, text)| {
                Some(Placed {
                    value: text.parse().ok()?,
                    range: places.get(index).cloned(),
                })
            })
            .collect()
    }

    /// Where the value of a key stands.
    pub(crate) fn range_of(&self, name: &str) -> Option<Range<usize>> {
        match self.slot(name)? {
            Slot::Valid { range, .. } => Some(range.clone()),
            Slot::Invalid => None,
        }
    }

    /// The place of a value, or of the map as a whole.
    pub(crate) fn location(&self, name: &str) -> Location {
        self.location_of(self.range_of(name))
    }

    /// The place of a range, or of the map as a whole.
    pub(crate) fn location_of(&self, range: Option<Range<usize>>) -> Location {
        match range {
            Some(range) => self.source.location(range),
            None => self.whole(),
        }
    }

    /// The place of the map: the file, or the first line of a node.
    pub(crate) fn whole(&self) -> Location {
        match self.section {
            Section::Cluster => self.source.whole(),
            Section::Nodes => self.source.location(self.first_line()),
        }
    }

    /// Where a value stands; the first line of the map for one that was merged into it.
    pub(crate) fn own_place(&self, range: Range<usize>) -> Range<usize> {
        if self.range.contains(&range.start) {
            range
        } else {
            self.first_line()
        }
    }

    fn first_line(&self) -> Range<usize> {
        let start = self.range.start;
        let rest = self.source.text().get(start..);
        let line = rest.and_then(|rest| rest.lines().next());
        start..start + line.map_or(0, str::len)
    }
}
