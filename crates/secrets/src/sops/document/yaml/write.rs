//! Changed values, comments and metadata back into the text.

use std::collections::HashSet;

use yaml::{Node, Value as Yaml};
use zeroize::Zeroizing;

use super::super::item::{Document, Item, New, NewMetadata, Unwritable, YamlLayout};
use super::super::splice::Splices;
use super::metadata;
use super::scalar::{Block, Room, render};

/// Blanks a level where the file has no nested map to copy from.
const INDENT: usize = 2;

/// The text with `changes` (one an item, `None` to leave it) made. `indent` is that of a new
/// `sops` block. Errors name the number of the item.
pub(crate) fn write(
    document: &Document,
    layout: &YamlLayout,
    changes: &[Option<New<'_>>],
    metadata: &NewMetadata<'_>,
    indent: usize,
) -> Result<Zeroizing<Vec<u8>>, Vec<(usize, Unwritable)>> {
    let text = document.source.text();
    let mut writer = Writer {
        text,
        document,
        layout,
        changes,
        line_break: line_break(text),
        splices: Splices::default(),
        problems: Vec::new(),
    };
    writer.values();
    if let NewMetadata::Write(_) = metadata {
        writer.last_block();
    }
    writer.metadata(metadata, indent);
    if !writer.problems.is_empty() {
        return Err(writer.problems);
    }
    Ok(writer.splices.apply(text.as_bytes()))
}

struct Writer<'a> {
    text: &'a str,
    document: &'a Document,
    layout: &'a YamlLayout,
    changes: &'a [Option<New<'a>>],
    line_break: &'static str,
    splices: Splices,
    problems: Vec<(usize, Unwritable)>,
}

impl<'a> Writer<'a> {
    fn values(&mut self) {
        let items = &self.document.items;
        // What aliases stand for changes where they are defined.
        let changed: HashSet<usize> = items
            .iter()
            .zip(self.changes)
            .filter(|(item, change)| change.is_some() && item.slot.definition.is_none())
            .map(|(item, _)| item.range.start)
            .collect();
        let redefined = |item: &Item| {
            let definition = item.slot.definition.as_ref();
            definition.is_some_and(|range| changed.contains(&range.start))
        };
        let mut expanded = HashSet::new();
        for (item, change) in items.iter().zip(self.changes) {
            if let Some(number) = item.slot.expansion
                && (change.is_some() || redefined(item))
            {
                expanded.insert(number);
            }
        }
        let mut number = 0;
        while let Some(item) = items.get(number) {
            match item.slot.expansion {
                Some(expansion) => {
                    let count = items[number..]
                        .iter()
                        .take_while(|other| other.slot.expansion == Some(expansion))
                        .count();
                    if expanded.contains(&expansion) {
                        self.expand(expansion, number);
                    }
                    number += count;
                    continue;
                }
                None if item.comment => self.comment(number, item),
                None => match &self.changes[number] {
                    Some(new) => self.value(number, item, new),
                    None if redefined(item) => self.value(number, item, &New::Clear(&item.value)),
                    None => {}
                },
            }
            number += 1;
        }
    }

    fn value(&mut self, number: usize, item: &Item, new: &New<'_>) {
        if let Some(tag) = &item.slot.tag {
            self.splices.remove(tag.clone());
        }
        let mut out = match new {
            New::Token(token) => Zeroizing::new(token_text(token, item.slot.flow)),
            New::Clear(value) => render(value, &self.room(item)),
        };
        // A block scalar has its comment inside its range.
        if self.text[item.range.clone()].starts_with(['|', '>'])
            && let Some((at, comment)) = self.header_comment(number, item)
        {
            match self.comment_text(at, comment) {
                Some(comment) if out.contains('\n') => {
                    // A block again: the comment stays behind the header.
                    let end = out.find(['\r', '\n']).unwrap_or(out.len());
                    out.insert_str(end, &format!(" {}", *comment));
                }
                Some(comment) => out.push_str(&format!(" {}", *comment)),
                None => {}
            }
        }
        if item.range.is_empty() {
            out.insert_str(0, item.slot.lead);
        }
        self.splices.replace(item.range.clone(), out.as_bytes());
    }

    /// A block scalar that the file ends with, where its last line has no end: it would have
    /// one as soon as anything follows.
    fn last_block(&mut self) {
        let number = self.document.items.len().checked_sub(1);
        let Some((number, item)) = number.and_then(|at| Some((at, self.document.items.get(at)?)))
        else {
            return;
        };
        let block = self.text[item.range.clone()].starts_with(['|', '>']);
        if block && !self.text.ends_with('\n') && self.changes[number].is_none() {
            self.value(number, item, &New::Clear(&item.value));
        }
    }

    fn room(&self, item: &Item) -> Room {
        let rest = &self.text[item.range.end..];
        let line = rest.split('\n').next().unwrap_or_default();
        let free = !item.slot.flow && line.trim().is_empty();
        let (outer, step) = (item.slot.column, self.layout.indent.unwrap_or(INDENT));
        let free = free && self.blanks_after(item.range.end + line.len() + 1) <= outer + step;
        Room {
            block: free.then_some(Block {
                outer,
                step,
                line_break: self.line_break,
            }),
        }
    }

    /// The length of the longest line of blanks up to the next one that has more, which a
    /// block scalar would take for its own. The metadata may be gone then.
    fn blanks_after(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        let mut longest = 0;
        loop {
            let blocks = &self.document.blocks;
            if let Some(block) = blocks
                .iter()
                .find(|block| block.range.start == at && block.range.end > at)
            {
                at = block.range.end;
                continue;
            }
            let line = self.text[at..].split_inclusive('\n').next();
            let Some(line) = line.filter(|line| line.trim().is_empty()) else {
                return longest;
            };
            longest = longest.max(line.trim_end_matches(['\r', '\n']).len());
            at += line.len();
        }
    }

    /// The comment behind the `|` of a block scalar, which precedes it in order.
    fn header_comment(&self, number: usize, value: &Item) -> Option<(usize, &'a Item)> {
        // One behind the next dash may come between them.
        let before = self.document.items[..number].iter().enumerate().rev();
        before
            .take_while(|(_, item)| item.comment)
            .find(|(_, item)| {
                item.range.start >= value.range.start && item.range.end <= value.range.end
            })
    }

    fn comment(&mut self, number: usize, item: &Item) {
        let Some(text) = self.comment_text(number, item) else {
            return;
        };
        if self.changes[number].is_none() {
            return;
        }
        let range = item.slot.dash.clone().unwrap_or(item.range.clone());
        let mut following = self
            .document
            .items
            .iter()
            .zip(self.changes)
            .skip(number + 1);
        let in_header =
            following
                .find(|(value, _)| !value.comment)
                .is_some_and(|(value, change)| {
                    change.is_some()
                        && value.range.start < range.start
                        && range.end <= value.range.end
                });
        if !in_header {
            self.splices.replace(range, text.as_bytes());
        }
    }

    /// A comment as it will be, `#` included.
    fn comment_text(&mut self, number: usize, item: &Item) -> Option<Zeroizing<String>> {
        let mut out = Zeroizing::new(String::from("#"));
        match &self.changes[number] {
            None => return Some(Zeroizing::new(self.text[item.range.clone()].to_owned())),
            Some(New::Token(token)) => out.push_str(token),
            Some(New::Clear(value)) => match value.as_text() {
                Some(text) if !text.contains(['\n', '\r']) => out.push_str(text),
                _ => {
                    self.problems
                        .push((number, Unwritable("a comment of YAML is one line of text")));
                    return None;
                }
            },
        }
        Some(out)
    }

    /// Writes the list or map of an alias out in its place.
    fn expand(&mut self, expansion: usize, first: usize) {
        let Some(expansion) = self.layout.expansions.get(expansion) else {
            return;
        };
        let mut out = Zeroizing::new(String::new());
        let mut next = first;
        self.flow(&expansion.node, &mut next, &mut out);
        self.splices
            .replace(expansion.range.clone(), out.as_bytes());
    }

    fn flow(&self, node: &Node, next: &mut usize, out: &mut String) {
        match node.value() {
            Yaml::Mapping(mapping) if !mapping.is_empty() => {
                for (position, entry) in mapping.into_iter().enumerate() {
                    out.push_str(if position == 0 { "{" } else { ", " });
                    let key = entry.key.text().unwrap_or_default();
                    out.push_str(&if key == "<<" {
                        key.to_owned()
                    } else {
                        yaml::quote(key)
                    });
                    out.push_str(": ");
                    self.flow(&entry.value, next, out);
                }
                out.push('}');
            }
            Yaml::Sequence(items) if !items.is_empty() => {
                for (position, item) in items.iter().enumerate() {
                    out.push_str(if position == 0 { "[" } else { ", " });
                    self.flow(item, next, out);
                }
                out.push(']');
            }
            empty => {
                let room = Room { block: None };
                let item = &self.document.items[*next];
                match (&self.changes[*next], empty) {
                    (Some(New::Token(token)), _) => out.push_str(&token_text(token, true)),
                    (Some(New::Clear(value)), _) => out.push_str(&render(value, &room)),
                    (None, Yaml::Mapping(_)) => out.push_str("{}"),
                    (None, Yaml::Sequence(_)) => out.push_str("[]"),
                    (None, Yaml::Scalar(_)) => out.push_str(&render(&item.value, &room)),
                }
                *next += 1;
            }
        }
    }

    /// How far the entries of a block that is there are set in.
    fn block_indent(&self, start: usize, column: usize) -> Option<usize> {
        let line = self.text[start..].lines().nth(1)?;
        let blanks = line.len() - line.trim_start_matches(' ').len();
        blanks.checked_sub(column).filter(|&indent| indent > 0)
    }

    fn metadata(&mut self, metadata: &NewMetadata<'_>, indent: usize) {
        let blocks = &self.document.blocks;
        match metadata {
            NewMetadata::Remove => {
                for block in blocks {
                    let document = self.layout.documents.get(block.document);
                    let flow = document.is_some_and(|document| document.flow.is_some());
                    let empty = if block.alone && !flow {
                        format!("{{}}{}", self.line_break)
                    } else {
                        String::new()
                    };
                    // With the blanks before its key, if that is all there is on the line.
                    let start = block.range.start;
                    let line = self.text[..start].trim_end_matches(' ');
                    let start = if line.is_empty() || line.ends_with('\n') {
                        line.len()
                    } else {
                        start
                    };
                    self.splices.replace(start..block.range.end, empty);
                }
            }
            NewMetadata::Touch { mac, last_modified } => {
                for block in blocks {
                    for (range, new) in [(&block.mac, *mac), (&block.last_modified, *last_modified)]
                    {
                        let Some(range) = range else { continue };
                        let quote = match self.text.as_bytes().get(range.start) {
                            Some(b'\'') => "'",
                            Some(b'"') => "\"",
                            _ if new.starts_with("ENC[") => "",
                            _ => "\"",
                        };
                        self.splices
                            .replace(range.clone(), format!("{quote}{new}{quote}"));
                    }
                }
            }
            NewMetadata::Write(tree) => {
                for (number, place) in self.layout.documents.iter().enumerate() {
                    let old = blocks.iter().find(|block| block.document == number);
                    let flow = serde_json::to_string(tree).unwrap_or_default();
                    match (old, place.flow) {
                        (Some(block), None) => {
                            let start = block.range.start;
                            let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
                            let column = start - line;
                            let indent = self.block_indent(start, column).unwrap_or(indent);
                            let new = metadata::block(tree, column, indent, self.line_break);
                            self.splices.replace(block.range.clone(), new);
                        }
                        (Some(block), Some(_)) => {
                            // The range has one of the commas around it.
                            let old = &self.text[block.range.clone()];
                            let before = if old.starts_with(',') { ", " } else { "" };
                            let after = if old.trim_end().ends_with(',') {
                                ", "
                            } else {
                                ""
                            };
                            self.splices.replace(
                                block.range.clone(),
                                format!("{before}\"sops\": {flow}{after}"),
                            );
                        }
                        (None, Some(empty)) => {
                            let before = self.text[..place.end].trim_end();
                            let comma = if empty || before.ends_with(',') {
                                ""
                            } else {
                                ", "
                            };
                            self.splices
                                .replace(place.end..place.end, format!("{comma}\"sops\": {flow}"));
                        }
                        (None, None) => {
                            self.splices.remove(place.nothing.clone());
                            let ended = place.end == 0 || self.text[..place.end].ends_with('\n');
                            let mut new = String::from(if ended { "" } else { self.line_break });
                            let column = place.column;
                            new.extend(std::iter::repeat_n(' ', column));
                            new.push_str(&metadata::block(tree, column, indent, self.line_break));
                            self.splices.replace(place.end..place.end, new);
                        }
                    }
                }
            }
        }
    }
}

fn token_text(token: &str, flow: bool) -> String {
    if flow {
        format!("\"{token}\"")
    } else {
        token.to_owned()
    }
}

fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
