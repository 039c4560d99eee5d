//! What is known of nodes that are not finished, and what stands before the next one.

use std::ops::Range;
use std::sync::Arc;

use super::place;
use crate::node::{Anchor, Entry, Node, Notation};
use crate::scalar::{Scalar, Tag};

/// A list or map that is not closed yet.
pub(super) struct Frame {
    pub(super) part: Part,
    pub(super) anchor_id: usize,
    /// Whether the parser gave the brackets' place.
    pub(super) bracketed: bool,
    pub(super) children: Children,
    pub(super) height: usize,
    pub(super) weight: usize,
}

pub(super) enum Children {
    /// The items of a list.
    Items(Vec<Node>),
    /// The entries of a map, and a key without its value yet with the start of its entry.
    Entries(Vec<Entry>, Option<(Node, usize)>),
}

/// What is known of a node before its content.
pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) notation: Notation,
    pub(super) tag: Option<Arc<Tag>>,
    pub(super) anchor: Option<Anchor>,
    /// The scalar, if it is one.
    pub(super) content: Option<Scalar>,
    /// As [`Data::implied`](crate::node::Data::implied).
    pub(super) implied: bool,
}

impl Frame {
    /// Where the thing before the node that comes next ends.
    pub(super) fn before(&self) -> usize {
        let start = self.part.range.start + usize::from(self.bracketed);
        match &self.children {
            Children::Items(items) => items.last().map_or(start, |item| item.range().end),
            Children::Entries(entries, None) => {
                entries.last().map_or(start, |entry| entry.range().end)
            }
            Children::Entries(_, Some((key, _))) => key.range().end,
        }
    }

    /// The place of a scalar left out, and whether it has no sign of its place. `parsers` is
    /// the parser's idea of it.
    pub(super) fn left_out(&self, text: &str, parsers: usize) -> (usize, bool) {
        let before = self.before();
        match &self.children {
            Children::Items(_) if self.part.notation == Notation::Flow => (parsers, true),
            Children::Items(_) => match place::after_sign(text, before, b'-') {
                Some(place) => (place, false),
                None => (parsers, true),
            },
            Children::Entries(_, None) => {
                let place = place::after_sign(text, before, b'?');
                (place.unwrap_or(parsers), true)
            }
            Children::Entries(_, Some((key, start))) => {
                let sign = place::after_sign(text, before, b':').filter(|place| {
                    let explicit = *start < key.full_range().start;
                    self.part.notation == Notation::Flow
                        || place::belongs(text, *start, before, place - 1, explicit)
                });
                // Without the sign the value is left out directly behind the key.
                sign.map_or((before, true), |place| (place, false))
            }
        }
    }

    /// Adds a finished node.
    pub(super) fn push(&mut self, text: &str, node: Node) {
        self.height = self.height.max(node.data().height + 1);
        self.weight = self.weight.saturating_add(node.data().weight);
        let before = self.before();
        match &mut self.children {
            Children::Items(items) => items.push(node),
            Children::Entries(entries, pending) => {
                if let Some((key, start)) = pending.take() {
                    entries.push(Entry {
                        key,
                        value: node,
                        start,
                    });
                } else {
                    // The entry starts at `? `, if that is written.
                    let start = node.full_range().start;
                    let sign = place::after_sign(text, before, b'?');
                    let start = sign.map_or(start, |after| start.min(after - 1));
                    *pending = Some((node, start));
                }
            }
        }
    }
}
