//! Variables and what is known of their values.

use std::collections::BTreeMap;

use crate::unknown::Known;
use crate::value::Place;

/// A variable.
#[derive(Clone)]
pub struct Variable {
    /// Its value, without line feeds.
    pub known: Known,
    /// Where its name is written.
    pub place: Place,
    /// Whether its value is a secret.
    pub is_secret: bool,
}

/// Variables by name.
///
/// `Debug` shows names, never values.
#[derive(Clone, Default)]
pub struct Variables {
    all: BTreeMap<String, Variable>,
    open: bool,
}

impl Variables {
    /// Sets a variable, in the place of an earlier one. Line feeds go, as Flux takes them out.
    pub fn set(&mut self, name: impl Into<String>, value: &str, place: Place) {
        let known = Known::Value(value.replace('\n', ""));
        self.insert(name.into(), known, place);
    }

    /// As [`Variables::set`], with a value that is a secret.
    pub fn set_secret(&mut self, name: impl Into<String>, value: &str, place: Place) {
        let name = name.into();
        self.set(name.as_str(), value, place);
        if let Some(variable) = self.all.get_mut(&name) {
            variable.is_secret = true;
        }
    }

    /// Says that there is a variable whose value nobody knows.
    pub fn set_unknown(&mut self, name: impl Into<String>, place: Place) {
        self.insert(name.into(), Known::Unknown, place);
    }

    fn insert(&mut self, name: String, known: Known, place: Place) {
        let variable = Variable {
            known,
            place,
            is_secret: false,
        };
        self.all.insert(name, variable);
    }

    /// Says that there may be any number of further variables: whatever is asked for and not
    /// set, is unknown.
    pub fn open(&mut self) {
        self.open = true;
    }

    /// Whether there is none for certain.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && !self.open
    }

    /// What is known of a variable; none where it is not set.
    pub fn get(&self, name: &str) -> Option<&Known> {
        match self.all.get(name) {
            Some(variable) => Some(&variable.known),
            None => self.open.then_some(&Known::Unknown),
        }
    }

    /// Whether a variable is set for certain.
    pub fn is_set(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    /// Whether the value of a variable is a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        { self.all.get(name) }.is_some_and(|variable| variable.is_secret)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Variable)> {
        { self.all.iter() }.map(|(name, variable)| (name.as_str(), variable))
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.all.keys()).finish()
    }
}

impl<N: Into<String>, V: AsRef<str>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let mut all = Self::default();
        for (name, value) in variables {
            all.set(name, value.as_ref(), Place::default());
        }
        all
    }
}

/// Whether Flux takes a text as the name of a variable. One that is none fails every build that
/// has it among its variables, used or not.
pub fn is_name(name: &str) -> bool {
    // As the expression of the library has it, `$` matches at the end only.
    !name.starts_with(|letter: char| letter.is_ascii_digit()) && !name.is_empty() && {
        name.bytes()
    }
    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
