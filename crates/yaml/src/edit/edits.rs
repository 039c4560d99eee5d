//! Changes, collected, checked and applied at once.

use std::ops::Range;

/// Changes to one text.
///
/// All ranges refer to the text as it was; the order in which changes are added matters only
/// for insertions at the same place.
///
/// ```
/// use diagnostics::Source;
/// use yaml::edit::{Edits, New};
///
/// let text = "name: 'a' # old\nport: 80\n";
/// let parsed = yaml::parse(&Source::new("a.yaml", text), &yaml::Limits::default());
/// let root = parsed.root().expect("one document");
///
/// let mut edits = Edits::new(text);
/// edits.replace_scalar(root.get("name").expect("is there"), New::Text("it's"))?;
/// edits.append_entry(root, "host", "example.org")?;
/// assert_eq!(edits.apply()?, "name: 'it''s' # old\nport: 80\nhost: example.org\n");
/// # Ok::<(), yaml::edit::EditError>(())
/// ```
#[derive(Clone)]
pub struct Edits<'a> {
    text: &'a str,
    changes: Vec<(Range<usize>, String)>,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// A range that is not of this text.
    #[error("bytes {0:?} are not a range of the text")]
    NoSuchRange(Range<usize>),
    /// Two changes of the same bytes.
    #[error("two edits overlap, at bytes {0:?} and {1:?}")]
    Overlap(Range<usize>, Range<usize>),
    /// A list or map where a scalar is needed.
    #[error("{0} cannot be replaced as a scalar")]
    NotScalar(&'static str),
    /// A value that is left out without a sign of its place, as in `{key}` or `? key`, or a
    /// key that is left out.
    #[error("nothing is written there, not even a `:`")]
    NoPlace,
    /// A scalar or list where a map is needed, or a pair inside `[…]` that has no braces.
    #[error("entries can be changed in a block map or in `{{…}}` only")]
    NotMapping,
    /// Something else than a list with dashes.
    #[error("items can be changed in a list with dashes only")]
    NotBlockList,
    /// The map has no such entry.
    #[error("the map has no entry of that number or key")]
    NoSuchEntry,
    /// Several lines where only one fits.
    #[error("the new value has several lines, which do not fit there")]
    SeveralLines,
}

impl<'a> Edits<'a> {
    /// None yet.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }

    /// The text as it was.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Puts something else in the place of a range.
    pub fn replace(&mut self, range: Range<usize>, replacement: impl Into<String>) {
        self.changes.push((range, replacement.into()));
    }

    /// Puts something in at an offset.
    pub fn insert(&mut self, offset: usize, addition: impl Into<String>) {
        self.replace(offset..offset, addition);
    }

    /// Takes a range out.
    pub fn remove(&mut self, range: Range<usize>) {
        self.replace(range, "");
    }

    /// The text with all changes made.
    ///
    /// # Errors
    ///
    /// If a range is outside of the text or cuts a character, or two overlap; an insertion
    /// may touch either end of another range.
    pub fn apply(&self) -> Result<String, EditError> {
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        let mut last = 0..0;
        for (range, replacement) in changes {
            if range.start > range.end || self.text.get(range.clone()).is_none() {
                return Err(EditError::NoSuchRange(range.clone()));
            }
            if range.start < done {
                return Err(EditError::Overlap(last, range.clone()));
            }
            out.push_str(&self.text[done..range.start]);
            out.push_str(replacement);
            done = range.end;
            last = range.clone();
        }
        out.push_str(&self.text[done..]);
        Ok(out)
    }

    /// The line break of this text: that of its first line.
    pub fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The end of the line that an offset stands in, before its line break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let rest = &self.text[offset..];
        let line = rest.find('\n').map_or(rest, |newline| &rest[..newline]);
        offset + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The start of the line that an offset stands in.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.text[..offset]
            .rfind('\n')
            .map_or(0, |newline| newline + 1)
    }

    /// Checks that a range is one of this text, so that it can be sliced.
    pub(super) fn checked(&self, range: Range<usize>) -> Result<Range<usize>, EditError> {
        if range.start <= range.end && self.text.get(range.clone()).is_some() {
            Ok(range)
        } else {
            Err(EditError::NoSuchRange(range))
        }
    }
}

/// Shows places only: a replacement may be a secret.
impl std::fmt::Debug for Edits<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.changes.iter().map(|(range, _)| range))
            .finish()
    }
}
