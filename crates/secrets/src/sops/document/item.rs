//! A document as a list of values and comments with their places, whatever its format.

use std::ops::Range;
use std::sync::LazyLock;

use diagnostics::Source;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::format::Format;
use crate::sops::path::Path;
use crate::sops::value::{Kind, Value};

/// A value or a comment.
#[derive(Clone)]
pub(crate) struct Item {
    /// Of a comment: the collection that it belongs to.
    pub(crate) path: Path,
    pub(crate) comment: bool,
    /// The bytes that stand for it.
    pub(crate) range: Range<usize>,
    /// As the format reads it; a token is text here.
    pub(crate) value: Value,
    pub(crate) slot: Slot,
}

/// What a writer needs to know of the place.
#[derive(Clone, Default)]
pub(crate) struct Slot {
    /// YAML: the column of the key or dash that the value belongs to.
    pub(crate) column: usize,
    /// YAML: inside `[…]` or `{…}`, where a token needs quotes.
    pub(crate) flow: bool,
    /// YAML: what separates the value from its key or dash where so far nothing does.
    pub(crate) lead: &'static str,
    /// YAML: an explicit tag and the blanks after it, which go when the value is replaced.
    pub(crate) tag: Option<Range<usize>>,
    /// YAML: anchor and tag before a scalar. Somebody may have meant them as its text.
    pub(crate) marks: Option<Range<usize>>,
    /// YAML: there are such marks, none of YAML's own, and nothing after them.
    pub(crate) bare: bool,
    /// YAML: the number of the list or map that an alias stands for, of which this is a part.
    pub(crate) expansion: Option<usize>,
    /// YAML: where the value is defined, if this is an alias.
    pub(crate) definition: Option<Range<usize>>,
    /// YAML: the dash and all of a list item that is an encrypted comment.
    pub(crate) dash: Option<Range<usize>>,
    /// Ini: the comment stands behind the name of a section.
    pub(crate) heading: bool,
    /// YAML and ini: the comment has the rest of its line for itself.
    pub(crate) trailing: bool,
    /// YAML: the comment stands where sops does not see it, so that it selects nothing.
    pub(crate) unseen: bool,
}

/// A `sops` block, or all that is left of one.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) document: usize,
    /// Whether nothing else stands in the document.
    pub(crate) alone: bool,
    /// Everything that goes when the block goes.
    pub(crate) range: Range<usize>,
    /// Where the MAC stands, quotes included.
    pub(crate) mac: Option<Range<usize>>,
    /// Where the time stands, quotes included.
    pub(crate) last_modified: Option<Range<usize>>,
}

/// A parsed document.
pub(crate) struct Document {
    pub(crate) format: Format,
    /// All values in the clear are masked in excerpts.
    pub(crate) source: Source,
    /// In the order in which the MAC takes them.
    pub(crate) items: Vec<Item>,
    /// The fields of the first block.
    pub(crate) metadata: Option<Map<String, Json>>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) layout: Layout,
}

/// What only one format needs.
pub(crate) enum Layout {
    Yaml(YamlLayout),
    Json {
        /// Where a member can be added: after the last one or the `{`.
        end: usize,
        empty: bool,
        indent: String,
    },
    /// dotenv and ini: lines.
    Lines,
    /// The whole content, which need not be text.
    Binary(Zeroizing<Vec<u8>>),
}

pub(crate) struct YamlLayout {
    pub(crate) documents: Vec<YamlDocument>,
    pub(crate) expansions: Vec<Expansion>,
    /// Blanks a level, as the file has it.
    pub(crate) indent: Option<usize>,
}

pub(crate) struct YamlDocument {
    /// Where a block is added.
    pub(crate) end: usize,
    /// `{…}`: whether it is empty, if it is one.
    pub(crate) flow: Option<bool>,
    /// The column of its keys.
    pub(crate) column: usize,
    /// The `~` or `null` that is all of it, and gives way to a block.
    pub(crate) nothing: Range<usize>,
}

/// A list or map that is written as an alias.
pub(crate) struct Expansion {
    pub(crate) node: yaml::Node,
    pub(crate) range: Range<usize>,
}

/// What a value or comment becomes.
pub(crate) enum New<'a> {
    Token(&'a str),
    Clear(&'a Value),
}

/// What the metadata becomes.
pub(crate) enum NewMetadata<'a> {
    /// Gone.
    Remove,
    /// This, all of it.
    Write(&'a Map<String, Json>),
    /// As it is, but for these two.
    Touch {
        mac: &'a str,
        last_modified: &'a str,
    },
}

/// The value cannot be written where it should stand: why, without the value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unwritable(pub(crate) &'static str);

/// In the place of a comment that sops does not see.
static UNSEEN: LazyLock<Value> = LazyLock::new(|| Value::comment(""));

impl Item {
    /// The value as selectors see it.
    fn selecting(&self) -> &Value {
        if self.slot.unseen {
            &UNSEEN
        } else {
            &self.value
        }
    }

    /// Whether there is anything to encrypt.
    pub(crate) fn can_be_encrypted(&self) -> bool {
        self.value.kind() != Kind::Nothing && !self.value.is_empty()
    }
}

impl Document {
    /// Whether every block has its MAC and its time where they can be replaced.
    pub(crate) fn can_touch(&self) -> bool {
        !self.blocks.is_empty()
            && self
                .blocks
                .iter()
                .all(|block| block.mac.is_some() && block.last_modified.is_some())
    }

    /// The items as selectors take them.
    pub(crate) fn selectable(&self) -> impl Iterator<Item = (&Path, &Value, bool)> {
        self.items
            .iter()
            .map(|item| (&item.path, item.selecting(), item.comment))
    }
}
