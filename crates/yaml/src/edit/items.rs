//! Items of lists: put in behind the others, or in their place.

use std::ops::Range;

use super::edits::{EditError, Edits};
use crate::node::{Mapping, Node, Notation, Value};

impl Edits<'_> {
    /// Adds items behind the last of the list that a key of a block map has, with the comments
    /// that stand below that one as part of it. A key that is absent or has nothing gets a list.
    ///
    /// The items are YAML with a dash before each, from the first column on; comments may stand
    /// between them. They are indented as the list is, and get the line breaks of the text.
    ///
    /// # Errors
    ///
    /// If the node is no block map, or the key has something else than a block list.
    pub fn append_items(&mut self, map: &Node, key: &str, items: &str) -> Result<(), EditError> {
        let keyed = map
            .as_mapping()
            .filter(|_| map.notation() == Notation::Block);
        let entries = keyed.map(Mapping::entries).ok_or(EditError::NotMapping)?;
        let mut entries = entries.iter();
        let Some(entry) = entries.find(|entry| entry.key.text() == Some(key)) else {
            return self.append_entry(map, key, &format!("\n{}", indented(items, 2, "\n")));
        };
        let list = &entry.value;
        let range = self.checked(list.range())?;
        match list.value() {
            Value::Sequence(all) if list.notation() == Notation::Block => {
                let column = self.column_of_dash(list)?;
                let last = all.last().map_or(range.end, |item| item.range().end);
                let end = self.end_of_item(last, column);
                self.add_lines(end, items, column);
                Ok(())
            }
            Value::Sequence(all) if all.is_empty() => {
                self.below(range, items);
                Ok(())
            }
            Value::Scalar(_)
                if matches!(
                    list.text(),
                    None | Some("" | "~" | "null" | "Null" | "NULL")
                ) =>
            {
                self.below(range, items);
                Ok(())
            }
            _ => Err(EditError::NotBlockList),
        }
    }

    /// Puts items into a block list so that the first of them becomes the one of this number,
    /// from 0; see [`Edits::append_items`].
    ///
    /// # Errors
    ///
    /// If the node is no block list, or has fewer items.
    pub fn insert_items(
        &mut self,
        list: &Node,
        number: usize,
        items: &str,
    ) -> Result<(), EditError> {
        let all = list
            .as_sequence()
            .filter(|_| list.notation() == Notation::Block);
        let all = all.ok_or(EditError::NotBlockList)?;
        let column = self.column_of_dash(list)?;
        let at = match number.checked_sub(1) {
            Some(before) => {
                let before = all.get(before).ok_or(EditError::NoSuchEntry)?;
                self.end_of_item(self.checked(before.range())?.end, column)
            }
            None => self.line_start(self.checked(list.range())?.start),
        };
        self.add_lines(at, items, column);
        Ok(())
    }

    /// Puts items in the place of some of a block list, by their numbers, comments that stand
    /// below the last of these included; see [`Edits::append_items`].
    ///
    /// # Errors
    ///
    /// If the node is no block list, or has no such items.
    pub fn replace_items(
        &mut self,
        list: &Node,
        numbers: Range<usize>,
        items: &str,
    ) -> Result<(), EditError> {
        let all = list
            .as_sequence()
            .filter(|_| list.notation() == Notation::Block);
        let all = all.ok_or(EditError::NotBlockList)?;
        let replaced = all.get(numbers).ok_or(EditError::NoSuchEntry)?;
        let (Some(first), Some(last)) = (replaced.first(), replaced.last()) else {
            return Err(EditError::NoSuchEntry);
        };
        let column = self.column_of_dash(list)?;
        let end = self.end_of_item(self.checked(last.range())?.end, column);
        let start = self.line_start(self.dash(first.range().start));
        let mut items = indented(items, column, self.line_break());
        if end == self.text().len() && !self.text().ends_with('\n') {
            items.truncate(items.trim_end_matches(['\r', '\n']).len());
        }
        self.replace(start..end, items);
        Ok(())
    }

    /// Puts a list below a key, in the place of nothing.
    fn below(&mut self, nothing: Range<usize>, items: &str) {
        let end = self.after_line(nothing.end);
        if !nothing.is_empty() {
            self.remove(nothing);
        }
        self.add_lines(end, items, 2);
    }

    /// Puts items where a line begins, or at the end.
    fn add_lines(&mut self, offset: usize, items: &str, column: usize) {
        let lines = indented(items, column, self.line_break());
        if offset == 0 || self.text()[..offset].ends_with('\n') {
            self.insert(offset, lines);
        } else {
            self.insert(offset, format!("{}{lines}", self.line_break()));
        }
    }

    /// The offset of the dash before an item.
    fn dash(&self, item: usize) -> usize {
        self.text()[..item].rfind('-').unwrap_or(item)
    }

    fn column_of_dash(&self, list: &Node) -> Result<usize, EditError> {
        // A block list begins with its first dash.
        let start = self.checked(list.range())?.start;
        Ok(self.column(start))
    }

    /// Behind the lines of an item that ends there: comments that are indented deeper than its
    /// dash are its own.
    fn end_of_item(&self, end: usize, column: usize) -> usize {
        let mut end = self.after_line(end);
        let mut next = end;
        while next < self.text().len() && self.is_blank_or_comment(next, column) {
            let is_blank = self.text()[next..self.line_end(next)].trim().is_empty();
            next = self.after_line(next);
            // A blank line belongs to what follows it.
            if !is_blank {
                end = next;
            }
        }
        end
    }
}

/// Lines at a column.
fn indented(lines: &str, column: usize, line_break: &str) -> String {
    let indent = " ".repeat(column);
    let mut out = String::new();
    for line in lines.lines() {
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
        out.push_str(line_break);
    }
    out
}
