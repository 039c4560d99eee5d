//! ini files as go-ini reads them for sops.

mod value;

pub(crate) use value::write as value_text;

use std::collections::HashSet;
use std::ops::Range;

use diagnostics::{Diagnostics, Source};
use zeroize::Zeroizing;

use super::format::Format;
use super::item::{Block, Document, Item, Layout, New, NewMetadata, Slot, Unwritable};
use super::splice::Splices;
use crate::rules;
use crate::sops::flatten::{flatten, unflatten};
use crate::sops::path::{Path, Step};
use crate::sops::value::{Kind, Value};

/// The section of keys that stand before any other.
const DEFAULT: &str = "DEFAULT";
const METADATA: &str = "sops";
/// What starts a value of several lines.
const OPEN: &str = "\"\"\"";

/// Reads a text.
pub(super) fn read(source: &Source) -> Result<Document, Diagnostics> {
    let mut reader = Reader {
        source,
        section: DEFAULT.into(),
        items: Vec::new(),
        heading: None,
        comments: Vec::new(),
        block: None,
        outer: DEFAULT.into(),
        flat: Vec::new(),
        keys: HashSet::new(),
        count: 1,
        problems: Diagnostics::new(),
    };
    reader.lines();
    let metadata = match &reader.block {
        Some(_) => {
            let tree = unflatten(std::mem::take(&mut reader.flat));
            if tree.is_none() {
                reader.problems.push(
                    rules::SOPS_DAMAGED_METADATA
                        .report("the keys of `[sops]` contradict each other or have gaps")
                        .at(source.whole()),
                );
            }
            tree
        }
        None => None,
    };
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    Ok(Document {
        format: Format::Ini,
        source: source.clone(),
        items: reader.items,
        metadata,
        blocks: reader.block.into_iter().collect(),
        layout: Layout::Lines,
    })
}

/// The text with changes made; see the writer for YAML.
pub(super) fn write(
    document: &Document,
    changes: &[Option<New<'_>>],
    metadata: &NewMetadata<'_>,
) -> Result<Zeroizing<Vec<u8>>, Vec<(usize, Unwritable)>> {
    let text = document.source.text();
    let mut splices = Splices::default();
    let mut problems = Vec::new();
    for (number, (item, change)) in document.items.iter().zip(changes).enumerate() {
        let new = match change {
            None => continue,
            // Up to the last `]` of the line all is the name of the section.
            Some(New::Token(_)) if item.slot.heading => {
                problems.push((
                    number,
                    Unwritable("behind the name of a section nothing can be encrypted"),
                ));
                continue;
            }
            Some(New::Token(token)) if item.comment => Zeroizing::new(format!("; {token}")),
            Some(New::Token(token)) => Zeroizing::new((*token).to_owned()),
            Some(New::Clear(value)) => match clear(value, item, &behind(document, changes, number))
            {
                Some(text) => text,
                None => {
                    problems.push((number, Unwritable("no notation of ini files holds it")));
                    continue;
                }
            },
        };
        splices.replace(item.range.clone(), new.as_bytes());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut values = document.items.iter().zip(changes);
    let last = values.find(|(item, _)| !item.comment && item.range.end == text.len());
    if let (NewMetadata::Write(_), Some((item, None))) = (metadata, last)
        && &text[item.range.clone()] == OPEN
    {
        // It is a value only as long as nothing follows.
        splices.replace(item.range.clone(), format!("`{OPEN}`"));
    }
    let block = document.blocks.first();
    match (metadata, block) {
        (NewMetadata::Remove | NewMetadata::Touch { .. }, None) => {}
        (NewMetadata::Remove, Some(block)) => splices.remove(block.range.clone()),
        (NewMetadata::Touch { mac, last_modified }, Some(block)) => {
            for (range, new) in [(&block.mac, mac), (&block.last_modified, last_modified)] {
                if let Some(range) = range {
                    splices.replace(range.clone(), *new);
                }
            }
        }
        (NewMetadata::Write(tree), block) => {
            let mut lines = String::new();
            let range = block.map_or(text.len()..text.len(), |block| block.range.clone());
            if block.is_none() && !text.is_empty() {
                lines.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
            }
            lines.push_str("[sops]\n");
            let mut flat = flatten(tree);
            flat.sort();
            for (key, value) in flat {
                let escaped = value.replace('\n', "\\n");
                let value = value::write(&escaped).unwrap_or(escaped);
                lines.push_str(&format!("{key} = {value}\n"));
            }
            if block.is_some_and(|block| block.range.end < text.len()) {
                lines.push('\n');
            }
            splices.replace(range, lines);
        }
    }
    Ok(splices.apply(text.as_bytes()))
}

/// The keys of a text with the places of their values.
pub(crate) fn items(source: &Source) -> Option<Vec<(Path, Range<usize>)>> {
    let document = read(source).ok()?;
    let items = document.items.into_iter().filter(|item| !item.comment);
    Some(items.map(|item| (item.path, item.range)).collect())
}

/// The comment behind a value on its line, as it will be.
fn behind(document: &Document, changes: &[Option<New<'_>>], number: usize) -> Zeroizing<String> {
    let text = document.source.text();
    let end = document.items[number].range.end;
    // Comments above the key stand behind it too, and before this one.
    let after = document.items.iter().enumerate().skip(number + 1);
    let next = after
        .take_while(|(_, next)| next.comment)
        .find(|(_, next)| {
            let between = text.get(end..next.range.start);
            between.is_some_and(|between| !between.contains('\n'))
        });
    let Some((number, comment)) = next else {
        return Zeroizing::default();
    };
    match &changes[number] {
        Some(New::Clear(value)) => clear(value, comment, "").unwrap_or_default(),
        Some(New::Token(token)) => Zeroizing::new(format!("; {token}")),
        None => Zeroizing::new(text[comment.range.clone()].to_owned()),
    }
}

fn clear(new: &Value, item: &Item, behind: &str) -> Option<Zeroizing<String>> {
    let text = new.as_text()?;
    if !item.comment {
        let text = if new.kind() == Kind::Bool {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        };
        return value::write_before(&text, behind).map(Zeroizing::new);
    }
    // Lines after the first bring their own `;` where they have one.
    let mut out = Zeroizing::new(String::new());
    for (position, line) in text.split('\n').enumerate() {
        if item.slot.trailing && position > 0 {
            return None;
        }
        if position > 0 {
            out.push('\n');
        }
        if position == 0 || !line.trim_start().starts_with(['#', ';']) {
            // After a `;` others are skipped, and after a `#` such as itself.
            out.push_str(if line.starts_with(';') { "# " } else { "; " });
        }
        out.push_str(line);
    }
    Some(out)
}

struct Reader<'a> {
    source: &'a Source,
    section: Box<str>,
    items: Vec<Item>,
    /// Where the comment behind the name of this section starts.
    heading: Option<usize>,
    /// Comments that wait for what they belong to.
    comments: Vec<(Range<usize>, bool)>,
    block: Option<Block>,
    /// The section before `[sops]`.
    outer: Box<str>,
    flat: Vec<(String, String)>,
    /// The keys of this section.
    keys: HashSet<String>,
    /// Numbers the keys that are called `-`.
    count: usize,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn lines(&mut self) {
        let text = self.source.text();
        let mut at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        while at < text.len() {
            let next = value::line_end(text, at);
            let raw = &text[at..next];
            let start = at + (raw.len() - raw.trim_start().len());
            let line = raw.trim();
            let range = start..start + line.len();
            at = match line.chars().next() {
                None => {
                    self.split_comment();
                    next
                }
                Some('#' | ';') => {
                    self.comment_line(range);
                    next
                }
                Some('[') => {
                    self.section_line(range, at);
                    next
                }
                Some(_) => self.key_line(range, next),
            };
        }
        if let Some(block) = &mut self.block
            && block.range.end == usize::MAX
        {
            block.range.end = text.len();
            self.drop_comments();
            // What stands before `[sops]` stood at the end before there was such a section.
            self.section = std::mem::take(&mut self.outer);
        }
        self.assign_comments();
    }

    /// Comments inside of `[sops]` go with it.
    fn drop_comments(&mut self) {
        if let Some(block) = &self.block {
            self.comments
                .retain(|(range, _)| range.start < block.range.start);
        }
    }

    /// A blank line: the next comment is another one.
    fn split_comment(&mut self) {
        if let Some((_, open)) = self.comments.last_mut() {
            *open = false;
        }
    }

    fn comment_line(&mut self, range: Range<usize>) {
        match self.comments.last_mut() {
            Some((last, true)) => last.end = range.end,
            _ => self.comments.push((range, true)),
        }
    }

    fn section_line(&mut self, range: Range<usize>, line: usize) {
        let text = &self.source.text()[range.clone()];
        let Some(end) = text.rfind(']').filter(|&end| end > 1) else {
            self.problem(range, "this section has no name, or no `]`");
            return;
        };
        self.split_comment();
        let outer = std::mem::replace(&mut self.section, text[1..end].into());
        self.keys.clear();
        self.count = 1;
        if let Some(block) = &mut self.block
            && block.range.end == usize::MAX
        {
            // Comments before this line belong to it.
            let mut comments = self.comments.iter().map(|(range, _)| range.start);
            block.range.end = comments
                .find(|&start| start > block.range.start)
                .unwrap_or(line);
        }
        if let Some(at) = text[end..].find(['#', ';']) {
            self.heading = Some(range.start + end + at);
            self.comments
                .push((range.start + end + at..range.end, false));
        }
        if &*self.section == METADATA {
            if self.block.is_some() {
                self.problem(range, "there are two sections `[sops]`");
                return;
            }
            self.outer = outer;
            self.block = Some(Block {
                document: 0,
                alone: false,
                range: line..usize::MAX,
                mac: None,
                last_modified: None,
            });
        } else {
            self.assign_comments();
        }
    }

    fn key_line(&mut self, range: Range<usize>, next: usize) -> usize {
        let text = self.source.text();
        let line = &text[range.clone()];
        let Some((name, delimiter)) = key_name(line) else {
            self.problem(
                range,
                "this line is no `key = value`, no comment and no `[section]`",
            );
            return next;
        };
        let Some(read) = value::read(text, range.start + delimiter + 1) else {
            self.problem(range, "the quote of this value never ends");
            return text.len();
        };
        let name = if name == "-" {
            self.count += 1;
            format!("#{}", self.count - 1)
        } else {
            name.to_owned()
        };
        if &*self.section == METADATA {
            let place = Some(read.range.clone());
            if let Some(block) = &mut self.block {
                match &*name {
                    "mac" => block.mac = place,
                    "lastmodified" => block.last_modified = place,
                    _ => {}
                }
            }
            self.flat.push((name, read.text.replace("\\n", "\n")));
            self.drop_comments();
            return read.next;
        }
        if !self.keys.insert(name.clone()) {
            self.problem(
                range,
                "this key stands twice in its section, and sops keeps only one",
            );
            return read.next;
        }
        let path = self.section_path().child(Step::Key(name.into()));
        self.items
            .push(item(path, false, read.range, Value::text(read.text), false));
        if let Some(comment) = read.comment {
            self.comments.push((comment, false));
        }
        self.assign_comments();
        read.next
    }

    /// Gives the waiting comments to the section, behind what it has so far, as sops does.
    fn assign_comments(&mut self) {
        let text = self.source.text();
        let path = self.section_path();
        for (range, _) in std::mem::take(&mut self.comments) {
            let written = &text[range.clone()];
            let body = match written.chars().next() {
                Some(';') => written.trim_start_matches([';', ' ']),
                _ => written.trim_start_matches(['#', ' ']),
            };
            let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let trailing = !text[line..range.start].trim().is_empty();
            let heading = self.heading == Some(range.start);
            let mut comment = item(path.clone(), true, range, Value::comment(body), trailing);
            comment.slot.heading = heading;
            self.items.push(comment);
        }
    }

    fn section_path(&self) -> Path {
        Path::default().child(Step::Key(self.section.clone()))
    }

    fn problem(&mut self, range: Range<usize>, message: &'static str) {
        let source = self.source.clone().with_secrets([range.clone()]);
        self.problems
            .push(rules::INI_SYNTAX.report(message).at(source.location(range)));
    }
}

fn item(path: Path, comment: bool, range: Range<usize>, value: Value, trailing: bool) -> Item {
    Item {
        path,
        comment,
        range,
        value,
        slot: Slot {
            trailing,
            ..Slot::default()
        },
    }
}

/// The name of a key and where its `=` or `:` stands.
fn key_name(line: &str) -> Option<(&str, usize)> {
    for quote in ["\"\"\"", "\"", "`"] {
        if let Some(rest) = line.strip_prefix(quote)
            && (quote != "\"\"\"" || line.len() > 6)
        {
            let end = rest.find(quote)?;
            let after = quote.len() + end + quote.len();
            let delimiter = line[after..].find(['=', ':'])?;
            return Some((rest[..end].trim(), after + delimiter));
        }
    }
    let delimiter = line.find(['=', ':']).filter(|&at| at > 0)?;
    Some((line[..delimiter].trim(), delimiter))
}
