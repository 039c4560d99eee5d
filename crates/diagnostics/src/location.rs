//! Places in files.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// A place: a file, or a line and column in it.
///
/// Places are told apart by what is shown of them, so the range does not count.
#[derive(Debug, Clone, Serialize)]
pub struct Location {
    /// The file as the user knows it.
    pub file: String,
    /// Line, from 1; 0 when the place is the file as a whole, which serialises without it.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: usize,
    /// Column in characters, from 1; 0 when the place is the file as a whole, which serialises
    /// without it.
    #[serde(skip_serializing_if = "is_zero")]
    pub column: usize,
    /// The line itself, secrets masked.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
    /// The bytes of the file that it is about; none when the place is the file as a whole.
    #[serde(skip)]
    pub range: Option<Range<usize>>,
}

/// One line of a source, ready to be shown: secrets are masked, tabs are blanks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The line without its line break.
    pub text: String,
    /// First marked character of `text`, from 0.
    pub start: usize,
    /// One past the last marked character; always greater than `start`.
    pub end: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it asks about by reference"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Location {
    /// A file as a whole.
    pub fn file(name: impl Into<String>) -> Self {
        Self {
            file: name.into(),
            line: 0,
            column: 0,
            excerpt: None,
            range: None,
        }
    }

    /// The same place without the line itself, which may hold what nobody may see.
    #[must_use]
    pub fn without_excerpt(mut self) -> Self {
        self.excerpt = None;
        self
    }

    fn shown(&self) -> (&str, usize, usize, Option<&Excerpt>) {
        let excerpt = self.excerpt.as_ref();
        (&self.file, self.line, self.column, excerpt)
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.shown() == other.shown()
    }
}

impl Eq for Location {}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// In the order of files, lines and columns.
impl Ord for Location {
    fn cmp(&self, other: &Self) -> Ordering {
        self.shown().cmp(&other.shown())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}
