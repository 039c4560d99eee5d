//! JSON documents, and the JSON that binary files are wrapped in.

use std::ops::Range;

use diagnostics::{Diagnostics, Rule, Source};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::format::Format;
use super::item::{Block, Document, Item, Layout, New, NewMetadata, Slot, Unwritable};
use super::splice::Splices;
use crate::rules;
use crate::sops::path::{Path, Step};
use crate::sops::value::{Kind, Value};

/// Levels of lists and objects that are read.
const DEPTH: usize = 128;

/// Reads a text.
pub(super) fn read(source: &Source) -> Result<Document, Diagnostics> {
    // Its grammar and its numbers are checked by the field's own reader; what follows only
    // finds the places.
    let problem = |at: usize, rule: &'static Rule, message: String| {
        Diagnostics::from(rule.report(message).at(source.location(at..at)))
    };
    let whole: Json = serde_json::from_str(source.text()).map_err(|error| {
        let message = error.to_string();
        let reason = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let at = offset(source.text(), error.line(), error.column());
        problem(at, &rules::JSON_SYNTAX, reason)
    })?;
    if !whole.is_object() {
        return Err(problem(
            0,
            &rules::SOPS_NOT_A_MAP,
            "the file is not a JSON object, and SOPS encrypts only such".to_owned(),
        ));
    }
    let mut reader = Reader {
        text: source.text(),
        at: 0,
        items: Vec::new(),
        blocks: Vec::new(),
        metadata: None,
        members: Vec::new(),
        last_member: None,
        depth: 0,
    };
    reader.blank();
    reader.object(&Path::default()).map_err(|()| {
        problem(
            reader.at,
            &rules::JSON_SYNTAX,
            "lists and objects nest too deeply".to_owned(),
        )
    })?;
    let (end, empty) = match reader.last_member {
        Some(end) => (end, false),
        None => (source.text().find('{').map_or(0, |at| at + 1), true),
    };
    Ok(Document {
        format: Format::Json,
        source: source.clone(),
        items: reader.items,
        metadata: reader.metadata,
        blocks: reader.blocks,
        layout: Layout::Json {
            end,
            empty,
            indent: indent(source.text()),
        },
    })
}

/// The text with changes made; see the writer for YAML.
pub(super) fn write(
    document: &Document,
    changes: &[Option<New<'_>>],
    metadata: &NewMetadata<'_>,
    new_indent: Option<&str>,
) -> Result<Zeroizing<Vec<u8>>, Vec<(usize, Unwritable)>> {
    let Layout::Json { end, empty, indent } = &document.layout else {
        return Err(Vec::new());
    };
    let mut splices = Splices::default();
    let mut problems = Vec::new();
    for (number, (item, change)) in document.items.iter().zip(changes).enumerate() {
        let new = match change {
            None => continue,
            Some(New::Token(token)) => Zeroizing::new(format!("\"{token}\"")),
            Some(New::Clear(value)) => match render(value) {
                Some(text) => text,
                None => {
                    problems.push((number, Unwritable("it is not text that JSON could hold")));
                    continue;
                }
            },
        };
        splices.replace(item.range.clone(), new.as_bytes());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    match metadata {
        NewMetadata::Remove => {
            for block in &document.blocks {
                splices.remove(block.range.clone());
            }
        }
        NewMetadata::Touch { mac, last_modified } => {
            for block in &document.blocks {
                for (range, new) in [(&block.mac, mac), (&block.last_modified, last_modified)] {
                    if let Some(range) = range {
                        splices.replace(range.clone(), format!("\"{new}\""));
                    }
                }
            }
        }
        NewMetadata::Write(tree) => {
            let indent = new_indent.unwrap_or(indent);
            let member = format!("\"sops\": {}", pretty(tree, indent, 1));
            match document.blocks.first() {
                Some(block) => {
                    let old = &document.source.text()[block.range.clone()];
                    let start = block.range.start + old.find('"').unwrap_or_default();
                    let end = block.range.start + old.rfind('}').map_or(old.len(), |at| at + 1);
                    splices.replace(start..end, member);
                }
                None if *empty => splices.replace(*end..*end, format!("\n{indent}{member}\n")),
                None => splices.replace(*end..*end, format!(",\n{indent}{member}")),
            }
        }
    }
    Ok(splices.apply(document.source.text().as_bytes()))
}

/// Metadata as JSON with one blank after each colon, as Flux wants it, and Go's escapes.
pub(super) fn pretty(tree: &Map<String, Json>, indent: &str, level: usize) -> String {
    let mut out = String::new();
    print(&Json::Object(tree.clone()), indent, level, &mut out);
    out
}

fn print(value: &Json, indent: &str, level: usize, out: &mut String) {
    let line = |level: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(indent, level));
    };
    match value {
        Json::Object(map) if !map.is_empty() => {
            for (position, (key, value)) in map.iter().enumerate() {
                out.push(if position == 0 { '{' } else { ',' });
                line(level + 1, out);
                out.push_str(&Json::from(key.as_str()).to_string());
                out.push_str(": ");
                print(value, indent, level + 1, out);
            }
            line(level, out);
            out.push('}');
        }
        Json::Array(items) if !items.is_empty() => {
            for (position, item) in items.iter().enumerate() {
                out.push(if position == 0 { '[' } else { ',' });
                line(level + 1, out);
                print(item, indent, level + 1, out);
            }
            line(level, out);
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn render(value: &Value) -> Option<Zeroizing<String>> {
    let text = value.as_text()?;
    Some(Zeroizing::new(match value.kind() {
        Kind::Nothing => "null".to_owned(),
        Kind::Bool => text.to_ascii_lowercase(),
        Kind::Integer => text.to_owned(),
        Kind::Float if text.ends_with("Inf") || text == "NaN" => return None,
        Kind::Float if text.contains('.') => text.to_owned(),
        Kind::Float => format!("{text}.0"),
        Kind::Text | Kind::Time | Kind::Comment => serde_json::to_string(text).ok()?,
    }))
}

/// A value of JSON text, of whatever kind.
pub(crate) struct Member {
    pub(crate) path: Path,
    /// With its key, if it has one.
    pub(crate) member: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// All values of a text, outer ones behind inner ones. `None` if it is no JSON object.
pub(crate) fn members(text: &str) -> Option<Vec<Member>> {
    serde_json::from_str::<Map<String, Json>>(text).ok()?;
    let mut reader = Reader {
        text,
        at: 0,
        items: Vec::new(),
        blocks: Vec::new(),
        metadata: None,
        members: Vec::new(),
        last_member: None,
        depth: 0,
    };
    reader.blank();
    reader.member(&Path::default(), 0).ok()?;
    Some(reader.members)
}

struct Reader<'a> {
    text: &'a str,
    members: Vec<Member>,
    at: usize,
    items: Vec<Item>,
    blocks: Vec<Block>,
    metadata: Option<Map<String, Json>>,
    /// The end of the last member of the outermost object.
    last_member: Option<usize>,
    depth: usize,
}

/// Finds places in a text that is known to be JSON.
impl Reader<'_> {
    fn value(&mut self, path: &Path) -> Result<(), ()> {
        let start = self.at;
        match self.byte() {
            Some(b'{') => self.object(path)?,
            Some(b'[') => self.array(path)?,
            _ => {
                self.scalar();
                let value = read_scalar(&self.text[start..self.at]).ok_or(())?;
                self.push(path, start, value);
            }
        }
        Ok(())
    }

    /// A value whose key, if it has one, starts at an offset.
    fn member(&mut self, path: &Path, start: usize) -> Result<(), ()> {
        let from = self.at;
        self.value(path)?;
        self.members.push(Member {
            path: path.clone(),
            member: start..self.at,
            value: from..self.at,
        });
        Ok(())
    }

    fn object(&mut self, path: &Path) -> Result<(), ()> {
        self.enter()?;
        let start = self.at;
        self.at += 1;
        self.blank();
        let mut count = 0;
        // The comma before the member that is being read.
        let mut comma = None;
        while self.byte() != Some(b'}') {
            let key_start = self.at;
            self.scalar();
            let key: String =
                serde_json::from_str(&self.text[key_start..self.at]).map_err(|_| ())?;
            self.blank();
            self.at += 1;
            self.blank();
            if path.steps.is_empty() && key == "sops" {
                self.block(comma.unwrap_or(key_start), comma.is_some())?;
            } else {
                self.member(&path.child(Step::Key(key.into())), key_start)?;
            }
            count += 1;
            if path.steps.is_empty() {
                self.last_member = Some(self.at);
            }
            self.blank();
            comma = (self.byte() == Some(b',')).then_some(self.at);
            if comma.is_some() {
                self.at += 1;
                self.blank();
            }
            if self.byte().is_none() {
                return Err(());
            }
        }
        self.at += 1;
        self.depth -= 1;
        if count == 0 && !path.steps.is_empty() {
            self.push(path, start, Value::nothing());
        }
        Ok(())
    }

    fn array(&mut self, path: &Path) -> Result<(), ()> {
        self.enter()?;
        let start = self.at;
        self.at += 1;
        self.blank();
        let mut count = 0;
        while self.byte() != Some(b']') {
            self.member(&path.child(Step::Index(count)), self.at)?;
            count += 1;
            self.blank();
            if self.byte() == Some(b',') {
                self.at += 1;
                self.blank();
            }
            if self.byte().is_none() {
                return Err(());
            }
        }
        self.at += 1;
        self.depth -= 1;
        if count == 0 {
            self.push(path, start, Value::nothing());
        }
        Ok(())
    }

    /// The value of `sops`; the cursor stands before it.
    fn block(&mut self, mut start: usize, comma_before: bool) -> Result<(), ()> {
        let from = self.at;
        let (items, blocks) = (self.items.len(), self.blocks.len());
        self.value(&Path::default().child(Step::Key("sops".into())))?;
        let members: Vec<_> = self.items.drain(items..).collect();
        self.blocks.truncate(blocks);
        let place = |name: &str| {
            members
                .iter()
                .find(|item| matches!(&item.path.steps[..], [_, Step::Key(key)] if &**key == name))
                .map(|item| item.range.clone())
        };
        let tree: Json = serde_json::from_str(&self.text[from..self.at]).map_err(|_| ())?;
        if let Json::Object(tree) = tree {
            self.metadata.get_or_insert(tree);
        }
        let mut end = self.at;
        if !comma_before {
            // Then the one behind it goes with it.
            let rest = self.text[end..].trim_start();
            if let Some(after) = rest.strip_prefix(',') {
                let after = after.trim_start();
                end = self.text.len() - after.len();
            } else {
                // Alone: the line break before it goes too.
                start = self.text[..start].trim_end().len();
            }
        }
        self.blocks.push(Block {
            document: 0,
            alone: false,
            range: start..end,
            mac: place("mac"),
            last_modified: place("lastmodified"),
        });
        Ok(())
    }

    fn push(&mut self, path: &Path, start: usize, value: Value) {
        self.items.push(Item {
            path: path.clone(),
            comment: false,
            range: start..self.at,
            value,
            slot: Slot::default(),
        });
    }

    fn scalar(&mut self) {
        let bytes = self.text.as_bytes();
        if self.byte() != Some(b'"') {
            while let Some(byte) = self.byte()
                && !matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
            {
                self.at += 1;
            }
            return;
        }
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(bytes.len());
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.byte() {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn enter(&mut self) -> Result<(), ()> {
        self.depth += 1;
        if self.depth > DEPTH { Err(()) } else { Ok(()) }
    }
}

/// A scalar as sops 3.13.2 reads it: whole numbers of 64 bits, else floating point.
fn read_scalar(text: &str) -> Option<Value> {
    Some(match text {
        "null" => Value::nothing(),
        "true" => Value::bool(true),
        "false" => Value::bool(false),
        _ if text.starts_with('"') => Value::text(serde_json::from_str::<String>(text).ok()?),
        _ => match text.parse() {
            Ok(number) => Value::integer(number),
            Err(_) => Value::float(
                text.parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())?,
            ),
        },
    })
}

/// What the first member is set in by; sops' own is a tab.
fn indent(text: &str) -> String {
    let mut lines = text.lines();
    lines.next();
    let blank = lines
        .next()
        .map(|line| &line[..line.len() - line.trim_start().len()])
        .filter(|blank| !blank.is_empty());
    blank.unwrap_or("\t").to_owned()
}

/// A place by line and column, both from 1, column in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}

/// Whether there is a scalar of that name at the top.
pub(super) fn has_value(document: &Document, name: &str) -> bool {
    document
        .items
        .iter()
        .any(|item| matches!(&item.path.steps[..], [Step::Key(key)] if &**key == name))
}
