//! The node tree.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::read::{Dialect, Resolved};
use crate::scalar::{Scalar, Style, Tag};

/// A value and the place where it is written.
///
/// Cheap to clone. An alias shares the value of its anchor, so everything but
/// [`Node::range`] sees through it. `Debug` shows kinds and places, never text.
#[derive(Clone)]
pub struct Node {
    range: Range<usize>,
    alias: bool,
    data: Arc<Data>,
}

/// What a node and all aliases of it share.
pub(crate) struct Data {
    pub(crate) value: Value,
    pub(crate) tag: Option<Arc<Tag>>,
    pub(crate) anchor: Option<Anchor>,
    pub(crate) style: Notation,
    /// Where the value itself is written.
    pub(crate) range: Range<usize>,
    /// Whether it is left out, and so is the sign (`:`, `-`) behind which it would stand.
    pub(crate) implied: bool,
    /// Levels of lists and maps, this one included; 0 for a scalar.
    pub(crate) height: usize,
    /// Nodes below and including this one, aliases expanded.
    pub(crate) weight: usize,
}

/// `&name`, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The name without `&`.
    pub name: String,
    /// Where `&name` is written, in bytes.
    pub range: Range<usize>,
}

/// How a list or map is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// One entry a line.
    Block,
    /// `[…]` and `{…}`; also each `key: value` directly inside `[…]`.
    Flow,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text, a number, a truth value, a null.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A map.
    Mapping(Mapping),
}

impl Node {
    pub(crate) fn new(range: Range<usize>, data: Arc<Data>) -> Self {
        Self {
            range,
            alias: false,
            data,
        }
    }

    pub(crate) fn alias(range: Range<usize>, data: Arc<Data>) -> Self {
        Self {
            range,
            alias: true,
            data,
        }
    }

    /// The same node with another value.
    pub(crate) fn with_value(&self, value: Value) -> Self {
        let data = Data {
            value,
            tag: self.data.tag.clone(),
            anchor: self.data.anchor.clone(),
            style: self.data.style,
            range: self.data.range.clone(),
            implied: self.data.implied,
            height: self.data.height,
            weight: self.data.weight,
        };
        Self {
            range: self.range.clone(),
            alias: self.alias,
            data: Arc::new(data),
        }
    }

    pub(crate) fn data(&self) -> &Arc<Data> {
        &self.data
    }

    /// Where it is written, in bytes of the source, without anchor and tag.
    ///
    /// A plain scalar: exactly its text. A quoted one: its quotes too. A block scalar: from
    /// its `|` or `>` to the end of its last line of content, without the line break. A flow
    /// list or map: its brackets too. A block list or map: from the first key or dash to the
    /// end of its last entry. A value left out: the empty range after its `:` or `-`. An
    /// alias: `*name` itself.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// As [`Node::range`], with the anchor and the tag that precede it.
    pub fn full_range(&self) -> Range<usize> {
        if self.alias {
            return self.range();
        }
        let start = [
            self.data.anchor.as_ref().map(|anchor| anchor.range.start),
            self.data.tag.as_ref().map(|tag| tag.range().start),
        ]
        .into_iter()
        .flatten()
        .fold(self.range.start, usize::min);
        start..self.range.end
    }

    /// Whether it is left out together with the sign of its place, as in `{key}` or `? key`.
    pub(crate) fn is_implied(&self) -> bool {
        self.data.implied && !self.alias
    }

    /// Where the value is written: for an alias, the place of the anchored node.
    pub fn definition_range(&self) -> Range<usize> {
        self.data.range.clone()
    }

    /// Whether this is `*name`.
    pub fn is_alias(&self) -> bool {
        self.alias
    }

    /// What it holds; for an alias, what its anchor holds.
    pub fn value(&self) -> &Value {
        &self.data.value
    }

    /// The explicit tag.
    pub fn tag(&self) -> Option<&Tag> {
        self.data.tag.as_deref()
    }

    /// The anchor that was defined on it.
    pub fn anchor(&self) -> Option<&Anchor> {
        self.data.anchor.as_ref()
    }

    /// Block or flow; a scalar counts as block if it is `|` or `>`.
    pub fn notation(&self) -> Notation {
        self.data.style
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self.value() {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entries, if it is a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match self.value() {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self.value() {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The text of a scalar, whatever its type: a shorthand.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(Scalar::text)
    }

    /// The value of a key, if this is a map that has it: a shorthand.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// Whether it is left out, or a null in every dialect: `null`, `Null`, `NULL` or `~`, plain.
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.read(Dialect::Yaml12) == Resolved::Null)
    }

    /// What it is, with its article, by the YAML 1.2 core schema: `a map`, `a list`, `text`,
    /// `a whole number`, `a number`, `true or false`, `nothing`.
    pub fn kind_name(&self) -> &'static str {
        match self.value() {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
            Value::Scalar(scalar) => scalar.read(Dialect::Yaml12).kind_name(),
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.value() {
            Value::Scalar(_) => "scalar",
            Value::Sequence(_) => "list",
            Value::Mapping(_) => "map",
        };
        write!(formatter, "Node({kind} at {:?})", self.range)
    }
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, usually a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
    pub(crate) start: usize,
}

impl Entry {
    /// From the key, its anchor, its tag and a `? ` included, to the end of the value.
    pub fn range(&self) -> Range<usize> {
        self.start..self.value.range().end.max(self.key.range().end)
    }
}

/// Keys and values in written order.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
    /// Positions in `entries` of scalar keys, ordered by key text, then by position.
    by_text: Box<[u32]>,
}

impl Mapping {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut by_text: Vec<u32> = (0..entries.len())
            .filter(|&index| entries[index].key.as_scalar().is_some())
            .filter_map(|index| u32::try_from(index).ok())
            .collect();
        // Stable, so that equal keys stay in written order.
        by_text.sort_by(|&left, &right| {
            let text = |index: u32| entries[index as usize].key.text();
            text(left).cmp(&text(right))
        });
        Self {
            entries,
            by_text: by_text.into(),
        }
    }

    /// All entries in written order, merge keys and duplicates included.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// As [`Mapping::entries`], one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Whether it is `{}`.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries are written.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry of a scalar key with this text, whatever its notation: `5` and `"5"` are the
    /// same key here. Of duplicates, which are errors, the last.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let end = self
            .by_text
            .partition_point(|&index| self.key_text(index) <= key);
        let index = *self.by_text.get(end.checked_sub(1)?)?;
        (self.key_text(index) == key).then(|| &self.entries[index as usize])
    }

    /// The value of a scalar key; see [`Mapping::entry`].
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Pairs of entries that have the same scalar key: the first and each later one.
    pub(crate) fn duplicates(&self) -> impl Iterator<Item = (&Entry, &Entry)> {
        self.by_text
            .chunk_by(|&left, &right| self.key_text(left) == self.key_text(right))
            .flat_map(|same| {
                same[1..].iter().map(|&later| {
                    (
                        &self.entries[same[0] as usize],
                        &self.entries[later as usize],
                    )
                })
            })
    }

    fn key_text(&self, index: u32) -> &str {
        self.entries[index as usize].key.text().unwrap_or_default()
    }
}

impl<'a> IntoIterator for &'a Mapping {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The notation that a scalar's style amounts to.
pub(crate) fn notation_of(style: Style) -> Notation {
    if style.is_block() {
        Notation::Block
    } else {
        Notation::Flow
    }
}
