//! Where this crate differs from makejinja on purpose.

use std::collections::BTreeMap;

/// The file DIFFERENCES: a line for each case, `name: reason`.
pub(crate) struct Differences(BTreeMap<String, String>);

impl Differences {
    /// Reads the file.
    pub(crate) fn read() -> Self {
        let lines = include_str!("DIFFERENCES").lines();
        let entries = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split_once(": ").expect("`name: reason`"))
            .map(|(name, reason)| (name.to_owned(), reason.to_owned()));
        Self(entries.collect())
    }

    /// Why a case may differ.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All cases that differ.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
