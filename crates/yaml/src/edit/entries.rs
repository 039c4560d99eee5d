//! Entries of maps: put in, taken out.

use std::ops::Range;

use super::edits::{EditError, Edits};
use crate::node::{Entry, Mapping, Node, Notation, Value};
use crate::scalar::Style;

impl Edits<'_> {
    /// Adds an entry behind the last of a map; see [`Edits::insert_entry`].
    ///
    /// # Errors
    ///
    /// As for [`Edits::insert_entry`].
    pub fn append_entry(&mut self, map: &Node, key: &str, value: &str) -> Result<(), EditError> {
        let count = map.as_mapping().map_or(0, Mapping::len);
        self.insert_entry(map, count, key, value)
    }

    /// Adds an entry to a map so that it becomes the one of this number, from 0.
    ///
    /// Key and value are YAML, as they are to stand: [`quote`](crate::quote) makes it of text.
    /// In a block map the value may have several lines, the first of which may be empty; they
    /// are indented as the entry is, and get the line breaks of the text.
    ///
    /// # Errors
    ///
    /// If the node is no map, or is not of this text, or has fewer entries, or the value has
    /// several lines in a flow map.
    pub fn insert_entry(
        &mut self,
        map: &Node,
        number: usize,
        key: &str,
        value: &str,
    ) -> Result<(), EditError> {
        let (notation, mapping) = self.editable(map)?;
        let entries = mapping.entries();
        if number > entries.len() {
            return Err(EditError::NoSuchEntry);
        }
        let blank = if value.is_empty() || value.starts_with('\n') {
            ""
        } else {
            " "
        };
        if notation == Notation::Flow {
            if value.contains('\n') || key.contains('\n') {
                return Err(EditError::SeveralLines);
            }
            let entry = format!("{key}:{blank}{value}");
            match (number, entries.first()) {
                (_, None) => self.insert(map.range().start + 1, entry),
                (0, Some(first)) => self.insert(first.range().start, format!("{entry}, ")),
                _ => self.insert(entries[number - 1].range().end, format!(", {entry}")),
            }
            return Ok(());
        }
        let start = map.range().start;
        let indent = " ".repeat(self.column(start));
        let line_break = self.line_break();
        let mut entry = format!("{key}:{blank}");
        for (index, line) in value.lines().enumerate() {
            if index > 0 {
                entry.push_str(line_break);
                if !line.is_empty() {
                    entry.push_str(&indent);
                }
            }
            entry.push_str(line);
        }
        if number == 0 {
            self.insert(start, format!("{entry}{line_break}{indent}"));
        } else {
            let before = &entries[number - 1];
            self.close_block_scalar(written_last(before));
            let end = self.line_end(before.range().end);
            self.insert(end, format!("{line_break}{indent}{entry}"));
        }
        Ok(())
    }

    /// Takes the entry of a number, from 0, out of a map, with the rest of its last line.
    ///
    /// Comment lines above it stay. A map that becomes empty is written `{}`.
    ///
    /// # Errors
    ///
    /// If the node is no map, or is not of this text, or has no such entry.
    pub fn remove_entry(&mut self, map: &Node, number: usize) -> Result<(), EditError> {
        let (notation, mapping) = self.editable(map)?;
        let entries = mapping.entries();
        let Some(entry) = entries.get(number) else {
            return Err(EditError::NoSuchEntry);
        };
        let range = entry.range();
        let next = entries.get(number + 1).map(|next| next.range().start);
        let before = number.checked_sub(1).map(|before| &entries[before]);
        let key_left_out = |next: &Entry| next.key.full_range().is_empty();
        if before.is_some_and(|before| before.value.is_implied())
            && entries.get(number + 1).is_some_and(key_left_out)
        {
            // `? a` and `: c` would become one entry.
            return Err(EditError::NoPlace);
        }
        if notation == Notation::Flow {
            match (next, number) {
                (Some(next), _) => self.remove(range.start..next),
                (None, 0) => self.remove(range),
                (None, _) => self.remove(entries[number - 1].range().end..range.end),
            }
        } else if entries.len() == 1 {
            self.replace(map.range().start..range.end, "{}");
        } else {
            let range = self.block_entry_lines(map, entries, number);
            self.remove(range);
        }
        Ok(())
    }

    /// Takes the entry of a key out of a map; see [`Edits::remove_entry`].
    ///
    /// # Errors
    ///
    /// As for [`Edits::remove_entry`].
    pub fn remove_key(&mut self, map: &Node, key: &str) -> Result<(), EditError> {
        let (_, mapping) = self.editable(map)?;
        let number = mapping
            .entries()
            .iter()
            .rposition(|entry| entry.key.text() == Some(key))
            .ok_or(EditError::NoSuchEntry)?;
        self.remove_entry(map, number)
    }

    fn editable<'n>(&self, map: &'n Node) -> Result<(Notation, &'n Mapping), EditError> {
        let range = self.checked(map.range())?;
        let mapping = map.as_mapping().ok_or(EditError::NotMapping)?;
        let braced = self.text()[range].starts_with('{');
        if map.is_alias() || (map.notation() == Notation::Flow && !braced) {
            return Err(EditError::NotMapping);
        }
        Ok((map.notation(), mapping))
    }

    /// How many characters stand before an offset on its line.
    pub(super) fn column(&self, offset: usize) -> usize {
        self.text()[self.line_start(offset)..offset]
            .chars()
            // A byte order mark takes no column.
            .filter(|&character| character != '\u{feff}')
            .count()
    }

    fn block_entry_lines(&self, map: &Node, entries: &[Entry], number: usize) -> Range<usize> {
        let text = self.text();
        let entry = &entries[number];
        let next = entries.get(number + 1).map(|next| next.range().start);
        let start = if number == 0 {
            map.range().start
        } else {
            self.line_start(entry.range().start)
        };
        let line = self.line_start(start);
        let alone = text[line..start].bytes().all(|byte| byte == b' ');
        if let (false, Some(next)) = (alone, next) {
            // `- key: value`: what follows moves up behind the dash.
            return start..next;
        }
        let mut end = self.after_line(entry.range().end);
        let before = number.checked_sub(1).map(|before| &entries[before]);
        if before
            .and_then(|before| last_scalar_style(written_last(before)))
            .is_some_and(Style::is_block)
        {
            // Blank lines and indented comments behind it would become part of the block
            // scalar before it.
            let column = self.column(map.range().start);
            while end < text.len() && self.is_blank_or_comment(end, column) {
                end = self.after_line(end);
            }
        }
        line..end
    }

    /// Whether the line that starts here is blank, or a comment indented beyond a column.
    pub(super) fn is_blank_or_comment(&self, start: usize, column: usize) -> bool {
        let line = &self.text()[start..self.line_end(start)];
        let content = line.trim_start_matches(' ');
        line.trim().is_empty() || (content.starts_with('#') && line.len() - content.len() > column)
    }

    /// The start of the next line.
    pub(super) fn after_line(&self, offset: usize) -> usize {
        let end = self.line_end(offset);
        self.text()[end..]
            .find('\n')
            .map_or(self.text().len(), |newline| end + newline + 1)
    }

    /// Keeps the value of a block scalar that ends the text without a line break, when a line
    /// is to follow it.
    fn close_block_scalar(&mut self, value: &Node) {
        let last = last_node(value);
        let range = last.range();
        if last_scalar_style(last).is_none_or(|style| !style.is_block())
            || range.end < self.text().len()
        {
            return;
        }
        let header = self.text()[range.clone()]
            .lines()
            .next()
            .unwrap_or_default();
        let token = header.split([' ', '\t']).next().unwrap_or_default();
        if let Some(keep) = token.find('+') {
            let at = range.start + keep;
            self.replace(at..at + 1, "-");
        } else if !token.contains('-') && last.text() != Some("") {
            self.insert(range.start + 1, "-");
        }
    }
}

/// The node that is written last inside of a node.
fn last_node(node: &Node) -> &Node {
    let mut last = node;
    loop {
        let inner = match last.value() {
            _ if last.is_alias() => None,
            Value::Scalar(_) => None,
            Value::Sequence(items) => items.last(),
            Value::Mapping(mapping) => mapping.entries().last().map(written_last),
        };
        match inner {
            Some(inner) if last.notation() == Notation::Block => last = inner,
            _ => return last,
        }
    }
}

/// The value of an entry, or its key if nothing stands behind it.
fn written_last(entry: &Entry) -> &Node {
    if entry.value.is_implied() {
        &entry.key
    } else {
        &entry.value
    }
}

fn last_scalar_style(node: &Node) -> Option<Style> {
    last_node(node)
        .as_scalar()
        .map(crate::scalar::Scalar::style)
}
