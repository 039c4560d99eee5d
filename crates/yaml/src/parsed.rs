//! What comes out of reading a text.

use std::ops::Range;

use diagnostics::Diagnostics;

use crate::node::Node;

/// What a text holds.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The root of each document that could be read whole, in order. None for a text that is
    /// empty or holds comments only; a null for a document that is explicit and empty (`---`).
    pub documents: Vec<Node>,
    /// The comments of the whole text in order, except those behind a syntax error.
    pub comments: Vec<Comment>,
    /// Every problem: syntax, duplicate keys, undefined aliases, limits. In order of place.
    pub diagnostics: Diagnostics,
}

/// A comment of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line, without the line break, in bytes.
    pub range: Range<usize>,
    /// Whether something else stands before it on the line.
    pub trailing: bool,
}

impl Parsed {
    /// The root of the first document.
    pub fn root(&self) -> Option<&Node> {
        self.documents.first()
    }
}
