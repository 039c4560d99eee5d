//! A scalar as it was written: its text, its notation, its tag.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without any quotes: the only notation whose type depends on the text.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Style {
    /// Whether it is a `|` or `>` block.
    pub fn is_block(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }
}

/// An explicit tag, such as `!!str`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    name: String,
    range: Range<usize>,
}

/// What `!!` stands for unless a `%TAG` directive says otherwise.
const CORE: &str = "tag:yaml.org,2002:";

impl Tag {
    pub(crate) fn new(name: String, range: Range<usize>) -> Self {
        Self { name, range }
    }

    /// The tag with its handle resolved, such as `tag:yaml.org,2002:str`, or `!secret`
    /// for a local one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What follows `!!`, such as `str`, if the tag is one of YAML's own.
    pub fn core(&self) -> Option<&str> {
        self.name.strip_prefix(CORE)
    }

    /// Where the tag is written, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}

/// Text, and what is needed to tell its type.
///
/// `Debug` leaves the text out: it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    text: Box<str>,
    style: Style,
    tag: Option<Arc<Tag>>,
}

impl Scalar {
    /// A scalar that stands in no file, for tests and generated values.
    pub fn new(text: impl Into<Box<str>>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            tag: None,
        }
    }

    pub(crate) fn with_tag(mut self, tag: Option<Arc<Tag>>) -> Self {
        self.tag = tag;
        self
    }

    /// The value after unquoting, unescaping and folding; empty for a value left out.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Its explicit tag.
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_deref()
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Scalar")
            .field("style", &self.style)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}
