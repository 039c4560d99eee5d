//! Where a value is written.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use diagnostics::{Location, Source};

/// A place in a file, or none for what no file says. Cheap to clone.
#[derive(Clone, Default)]
pub struct Place {
    source: Option<Arc<Source>>,
    start: u32,
    end: u32,
}

impl Place {
    /// A byte range of a file.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let small = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            source: Some(Arc::clone(source)),
            start: small(range.start),
            end: small(range.end),
        }
    }

    /// The file; none for what no file says.
    pub fn source(&self) -> Option<&Arc<Source>> {
        self.source.as_ref()
    }

    /// The byte range in the file.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The place as messages name it.
    pub fn location(&self) -> Option<Location> {
        let source = self.source.as_ref()?;
        Some(source.location(self.range()))
    }

    /// This one, or the other where this one is none.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.source.is_some() {
            self.clone()
        } else {
            other.clone()
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(formatter, "{}:{}..{}", source.name(), self.start, self.end),
            None => formatter.write_str("nowhere"),
        }
    }
}
