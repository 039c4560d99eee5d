//! dotenv files as sops reads them: `KEY=value` lines, no quotes, no `export`.

use diagnostics::{Diagnostics, Source};
use serde_json::Map;
use zeroize::Zeroizing;

use super::format::Format;
use super::item::{Block, Document, Item, Layout, New, NewMetadata, Slot, Unwritable};
use super::splice::Splices;
use crate::rules;
use crate::sops::flatten::{flatten, unflatten};
use crate::sops::path::{Path, Step};
use crate::sops::value::{Kind, Value};

/// What every key of the metadata starts with.
const PREFIX: &str = "sops_";

/// Reads a text.
pub(super) fn read(source: &Source) -> Result<Document, Diagnostics> {
    let text = source.text();
    let mut items = Vec::new();
    let mut blocks = Vec::new();
    let mut flat = Vec::new();
    let mut problems = Diagnostics::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let line = line.strip_suffix('\n').unwrap_or(line);
        let at = |from: usize| range.start + from..range.start + line.len();
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            items.push(item(Path::default(), true, at(1), Value::comment(comment)));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            problems.push(
                rules::DOTENV_SYNTAX
                    .report("this line is no `KEY=value`")
                    .at(source.clone().with_secrets([at(0)]).location(at(0)))
                    .hint("start comments with `#`"),
            );
            continue;
        };
        let place = at(key.len() + 1);
        if let Some(name) = key.strip_prefix(PREFIX) {
            flat.push((name.to_owned(), unescape(value)));
            let named = |wanted: &str| (name == wanted).then(|| place.clone());
            blocks.push(Block {
                document: 0,
                alone: false,
                range,
                mac: named("mac"),
                last_modified: named("lastmodified"),
            });
            continue;
        }
        let path = Path::default().child(Step::Key(key.into()));
        items.push(item(path, false, place, Value::text(unescape(value))));
    }
    let metadata = if flat.is_empty() {
        Some(Map::new())
    } else {
        unflatten(flat)
    };
    if metadata.is_none() {
        problems.push(
            rules::SOPS_DAMAGED_METADATA
                .report("the `sops_` lines contradict each other or have gaps")
                .at(source.whole()),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Document {
        format: Format::Dotenv,
        source: source.clone(),
        items,
        metadata: metadata.filter(|tree| !tree.is_empty()),
        blocks,
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
        match change {
            None => {}
            Some(New::Token(token)) => splices.replace(item.range.clone(), *token),
            Some(New::Clear(value)) if item.comment && value.as_bytes().contains(&b'\n') => {
                problems.push((number, Unwritable("a comment of a dotenv file is one line")));
            }
            Some(New::Clear(value)) => splices.replace(item.range.clone(), escape(value)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    match metadata {
        NewMetadata::Touch { mac, last_modified } => {
            for block in &document.blocks {
                for (range, new) in [(&block.mac, mac), (&block.last_modified, last_modified)] {
                    if let Some(range) = range {
                        splices.replace(range.clone(), *new);
                    }
                }
            }
        }
        NewMetadata::Remove => remove(document, &mut splices),
        NewMetadata::Write(tree) => {
            remove(document, &mut splices);
            let end = text.len();
            let mut lines = String::new();
            // The last line that stays may lack its end.
            let kept = document.items.iter().map(|item| item.range.end).max();
            if kept == Some(end) {
                lines.push('\n');
            }
            let mut flat = flatten(tree);
            flat.sort();
            for (key, value) in flat {
                lines.push_str(&format!("{PREFIX}{key}={}\n", value.replace('\n', "\\n")));
            }
            splices.replace(end..end, lines);
        }
    }
    Ok(splices.apply(text.as_bytes()))
}

fn remove(document: &Document, splices: &mut Splices) {
    for block in &document.blocks {
        splices.remove(block.range.clone());
    }
}

fn item(path: Path, comment: bool, range: std::ops::Range<usize>, value: Value) -> Item {
    Item {
        path,
        comment,
        range,
        value,
        slot: Slot::default(),
    }
}

fn unescape(value: &str) -> String {
    value.replace("\\n", "\n")
}

fn escape(value: &Value) -> Vec<u8> {
    let bytes = match value.kind() {
        Kind::Comment => return value.as_bytes().to_vec(),
        Kind::Bool => return value.as_bytes().to_ascii_lowercase(),
        _ => value.as_bytes(),
    };
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
    out
}
