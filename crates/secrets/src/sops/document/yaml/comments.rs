//! Which collection a comment belongs to.
//!
//! go-yaml ties comments to nodes, and the place of an encrypted comment is authenticated by
//! the node's path. This is a rule by columns that agrees with it on nearly all real files; a
//! wrong guess costs no more than that sops shows the token in place of the comment.

use std::collections::HashMap;

use yaml::Comment;

use super::super::item::{Item, Slot};
use crate::sops::path::{Path, Step};
use crate::sops::value::Value;

/// A collection as far as comments go.
pub(super) struct Scope {
    /// From where on comments may belong to it: for a block, the end of its key.
    pub(super) open: usize,
    /// Up to where: for a block, the next key or dash of a collection around it.
    pub(super) close: usize,
    /// Where its first entry starts.
    pub(super) start: usize,
    pub(super) flow: bool,
    pub(super) column: usize,
    /// The column of the collection around it.
    pub(super) outer_column: usize,
    /// Whether it is an item of a list whose dash stands on a line above: what is between is
    /// about its first entry.
    pub(super) after_dash: bool,
    pub(super) path: Path,
}

/// Where a key or an item starts, and of which collection it is.
pub(super) struct Entry {
    pub(super) offset: usize,
    pub(super) path: Path,
}

/// Merges comments into the items: before the value that follows, and those behind a value on
/// its line before that value, as sops orders them. `documents` are the places at which
/// documents start.
pub(super) fn place_comments<'a>(
    text: &str,
    mut items: Vec<Item>,
    comments: impl Iterator<Item = &'a Comment>,
    scopes: &[Scope],
    entries: &[Entry],
    documents: &[usize],
) -> Vec<Item> {
    // The walk is in the order of the text; only aliases jump back, and they have no entries.
    let mut keyed: Vec<((usize, usize), Item)> = items
        .drain(..)
        .map(|item| ((item.range.start, 1), item))
        .collect();
    let flows = scopes.iter().filter(|scope| scope.flow);
    let flows: HashMap<usize, &Scope> = flows.map(|scope| (scope.close, scope)).collect();
    for comment in comments {
        let start = comment.range.start;
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let entry = entries[..entries.partition_point(|entry| entry.offset <= start)].last();
        let root = root_of(documents, start);
        // Behind `---` or `~` there is no entry of the document yet.
        let own = |entry: &&Entry| comment.trailing && entry.path.document == root.document;
        let flow = flow_before(text, &flows, comment);
        let item = item_below(text, scopes, comment);
        let (path, order) = match (flow, entry.filter(own)) {
            (Some(flow), _) => (behind_flow(flow), flow.start),
            (None, _) if item.is_some() => (item.cloned().unwrap_or_default(), start),
            (None, Some(entry)) => (entry.path.clone(), entry.offset),
            (None, None) => {
                let path = scope_of(scopes, start, start - line);
                (path.unwrap_or(root), start)
            }
        };
        let body = &text[comment.range.start + 1..comment.range.end];
        keyed.push((
            (order, 0),
            Item {
                path,
                comment: true,
                range: comment.range.clone(),
                value: Value::comment(body),
                slot: Slot {
                    trailing: comment.trailing,
                    unseen: comment.trailing && opens_flow(text, scopes, entry, start),
                    ..Slot::default()
                },
            },
        ));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}

/// The flow collection that ends right before a comment on its line.
fn flow_before<'a>(
    text: &str,
    flows: &HashMap<usize, &'a Scope>,
    comment: &Comment,
) -> Option<&'a Scope> {
    if !comment.trailing {
        return None;
    }
    let blanks = [' ', '\t'];
    let before = text[..comment.range.start].trim_end_matches(blanks);
    let before = before.strip_suffix(',').unwrap_or(before);
    let end = before.trim_end_matches(blanks).len();
    flows.get(&end).copied()
}

/// The map or list that is the item of a list, for a comment right behind its dash.
fn item_below<'a>(text: &str, scopes: &'a [Scope], comment: &Comment) -> Option<&'a Path> {
    let before = text[..comment.range.start].trim_end_matches([' ', '\t']);
    if !comment.trailing || !before.ends_with('-') {
        return None;
    }
    let opened = scopes.partition_point(|scope| scope.start.min(scope.open) <= before.len());
    let scope = scopes[..opened].last()?;
    (scope.after_dash && !scope.flow && scope.open == before.len()).then_some(&scope.path)
}

/// Where go-yaml has a comment that stands behind a flow collection: before the item that the
/// collection is, or, if it is the value of a key, before the first entry in it.
fn behind_flow(flow: &Scope) -> Path {
    let mut path = flow.path.clone();
    if matches!(path.steps.last(), Some(Step::Index(_))) {
        path.steps.pop();
    }
    path
}

/// Whether a comment stands right behind the bracket that opens a flow collection, where
/// go-yaml, and so sops, drops it.
fn opens_flow(text: &str, scopes: &[Scope], entry: Option<&Entry>, offset: usize) -> bool {
    let before = text[..offset].trim_end_matches([' ', '\t']);
    if !before.ends_with(['[', '{']) {
        return false;
    }
    let opened = scopes.partition_point(|scope| scope.start < before.len());
    scopes[..opened].last().is_some_and(|scope| {
        scope.flow && scope.close > offset && entry.is_none_or(|entry| entry.offset <= scope.start)
    })
}

/// The path of the innermost collection that a comment on a line of its own belongs to.
fn scope_of(scopes: &[Scope], offset: usize, column: usize) -> Option<Path> {
    // Scopes stand in the order in which they open, inner after outer.
    let before = scopes.partition_point(|scope| scope.start.min(scope.open) <= offset);
    scopes[..before]
        .iter()
        .rev()
        .find(|scope| {
            let open = (scope.open..scope.close).contains(&offset);
            let deep = if offset < scope.start {
                // Between a key and its block: deeper than the key.
                scope.after_dash || column > scope.outer_column || scope.path.steps.is_empty()
            } else {
                scope.flow || scope.path.steps.is_empty() || column >= scope.column
            };
            open && deep
        })
        .map(|scope| scope.path.clone())
}

/// The root of the document that an offset is in, by where documents start.
fn root_of(documents: &[usize], offset: usize) -> Path {
    let document = documents.partition_point(|&start| start <= offset);
    Path {
        document: document.saturating_sub(1),
        steps: Vec::new(),
    }
}
