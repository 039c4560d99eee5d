//! Regular expressions of schemas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use documents::regex::GoRegex;

/// The expressions that were met, each compiled once: schemas repeat a few of them everywhere.
#[derive(Debug, Default)]
pub(super) struct Patterns(Mutex<HashMap<Box<str>, Option<Arc<GoRegex>>>>);

impl Patterns {
    /// Whether a text matches an expression; every text does where it is none.
    pub(super) fn is_match(&self, pattern: &str, text: &str) -> bool {
        self.compiled(pattern)
            .is_none_or(|regex| regex.is_match(text.as_bytes()))
    }

    fn compiled(&self, pattern: &str) -> Option<Arc<GoRegex>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = known.get(pattern) {
            return regex.clone();
        }
        let regex = GoRegex::new(pattern).ok().map(Arc::new);
        known.insert(pattern.into(), regex.clone());
        regex
    }
}
