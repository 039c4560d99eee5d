//! Texts that stand in other files: `@file`, and each is read once.

use std::collections::HashMap;
use std::sync::Mutex;

use diagnostics::{Diagnostic, Diagnostics, Location, Source};

use super::Files;
use documents::substitute::{Variables, comments, substitute};

use crate::rules;

/// What a file holds, or why it could not be read.
type Read = Result<Source, Diagnostic>;

/// The files of a talconfig.
pub(super) struct Contents<'a> {
    files: &'a dyn Files,
    variables: &'a Variables,
    read: Mutex<HashMap<String, Read>>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(files: &'a dyn Files, variables: &'a Variables) -> Self {
        Self {
            files,
            variables,
            read: Mutex::default(),
        }
    }

    /// The name of the file that a value stands for, relative to the talconfig's folder.
    pub(super) fn name(value: &str) -> Option<&str> {
        let name = value.strip_prefix('@')?.trim();
        Some(name.strip_prefix("./").unwrap_or(name))
    }

    /// A file. Whoever asks for one that cannot be read gets the same problem, at the place of
    /// the first who asked.
    pub(super) fn file(&self, name: &str, place: &Location) -> Read {
        // A thread that panicked cannot have left half an entry.
        let mut read = match self.read.lock() {
            Ok(read) => read,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some(known) = read.get(name) {
            return known.clone();
        }
        let found = match self.files.read(name) {
            Ok(Some(source)) => Ok(source),
            Ok(None) => {
                let message = if name.is_empty() {
                    "the name of a file is missing behind `@`".to_owned()
                } else {
                    format!("there is no file `{name}`")
                };
                Err(rules::TALCONFIG_MISSING_FILE
                    .report(message)
                    .at(place.clone()))
            }
            Err(mut problem) => {
                problem.location.get_or_insert_with(|| place.clone());
                Err(problem)
            }
        };
        read.insert(name.to_owned(), found.clone());
        found
    }

    /// A text as it is written, or what the file holds that it stands for, with variables put
    /// in unless it is to be taken as it is.
    pub(super) fn text(
        &self,
        written: &str,
        as_it_is: bool,
        place: &Location,
    ) -> (String, Diagnostics) {
        let Some(name) = Self::name(written) else {
            return (written.to_owned(), Diagnostics::new());
        };
        let source = match self.file(name, place) {
            Ok(source) => source,
            Err(problem) => return (String::new(), [problem].into_iter().collect()),
        };
        if as_it_is {
            return (source.text().to_owned(), Diagnostics::new());
        }
        let (filled, problems) = self.substituted(&source);
        (filled.text().to_owned(), problems)
    }

    /// A text with variables put in, comments left alone.
    pub(super) fn substituted(&self, source: &Source) -> (Source, Diagnostics) {
        if !source.text().contains('$') {
            return (source.clone(), Diagnostics::new());
        }
        substitute(source, &comments(source), self.variables)
    }
}
