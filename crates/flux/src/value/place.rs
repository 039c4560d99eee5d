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
    secret: Option<Arc<Secret>>,
}

/// What variables of Secrets, put into a value, make of it. Has no `Debug`.
#[derive(Clone)]
pub struct Secret {
    /// The values of those variables.
    pub values: Vec<String>,
    /// Whether these values stand in the text as they are; else something was made of them, such
    /// as a part or the length.
    pub is_whole: bool,
}

impl Default for Secret {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            is_whole: true,
        }
    }
}

impl Place {
    /// A byte range of a file.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let small = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            source: Some(Arc::clone(source)),
            start: small(range.start),
            end: small(range.end),
            secret: None,
        }
    }

    /// The place of a value that holds something of Secrets.
    #[must_use]
    pub fn with_secret(mut self, secret: Arc<Secret>) -> Self {
        self.secret = Some(secret);
        self
    }

    /// What of Secrets the value that stands there in the end holds.
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_deref()
    }

    /// Another place, for a value that holds the same of Secrets, or more.
    #[must_use]
    pub(crate) fn moved(&self, to: &Self) -> Self {
        let secret = self.secret.clone().or_else(|| to.secret.clone());
        Self {
            secret,
            ..to.clone()
        }
    }

    /// Whether the file says that what stands there is secret.
    pub fn is_marked(&self) -> bool {
        let range = self.range();
        self.source.as_ref().is_some_and(|source| {
            let mut marked = source.secrets().iter();
            marked.any(|secret| secret.start < range.end && range.start < secret.end)
        })
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
            self.moved(other)
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
