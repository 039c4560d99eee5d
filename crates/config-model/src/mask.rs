//! Which parts of a text no excerpt may show, and which texts in it no message may hold.
//!
//! What cannot be told to be harmless is masked: the value of a misspelt key may be the
//! secret that the right one was to hold, and in a text that cannot be read any line may.

use std::collections::HashSet;
use std::ops::Range;

use diagnostics::{SHORTEST_SECRET, Secrets, Source};
use yaml::{Mapping, Node, Value};

use crate::keys::{Declaration, Declarations, Field, Kind, Section};

/// How many secrets are guessed. There are not many more keys that hold one.
const MOST: usize = 100;

/// Masks a text before it is read: everything but the first value behind a known key that is
/// no secret. Also returns what seems to be secret in it.
pub(crate) fn unread(source: &Source, declarations: &Declarations) -> (Source, Vec<String>) {
    let mut known = HashSet::from(["nodes"]);
    let mut secret = HashSet::new();
    for declaration in declarations.iter() {
        if declaration.secret {
            secret.insert(declaration.name.as_str());
        } else {
            known.insert(declaration.name.as_str());
        }
    }
    let text = source.text();
    let mut ranges = Vec::new();
    let mut secrets = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(visible) = visible_length(line, &known, &secret) {
            let key = line[..visible].trim_end_matches(|character| !is_word(character));
            let named = key.rsplit(|character| !is_word(character)).next();
            if named.is_some_and(|name| secret.contains(name)) && secrets.len() < MOST {
                secrets.extend(
                    line[visible..]
                        .split(|character: char| {
                            character.is_whitespace() || "\"'[]{},:".contains(character)
                        })
                        .filter(|word| word.len() >= SHORTEST_SECRET)
                        .map(str::to_owned),
                );
            }
            ranges.push(start + visible..start + line.trim_end().len().max(visible));
        }
        start += line.len();
    }
    // A text that was copied to the wrong place is as secret there.
    ranges.extend(Secrets::new(&secrets).find(text));
    (source.clone().with_secrets(ranges), secrets)
}

/// Masks a text whose documents are known: the values of secret and of undeclared keys.
/// Also returns the texts found there.
pub(crate) fn read(
    source: &Source,
    roots: &[Node],
    declarations: &Declarations,
    section: Section,
) -> (Source, Vec<String>) {
    let mut masks = Masks {
        text: source.text(),
        ranges: Vec::new(),
        secrets: Vec::new(),
        line: 0..0,
    };
    for root in roots {
        match (root.as_mapping(), section) {
            (None, _) => masks.hide(root),
            (Some(mapping), Section::Cluster) => masks.keys(mapping, declarations, section),
            (Some(mapping), Section::Nodes) => masks.node_list(mapping, declarations),
        }
    }
    let Masks {
        mut ranges,
        secrets,
        ..
    } = masks;
    ranges.extend(Secrets::new(&secrets).find(source.text()));
    (source.clone().with_secrets(ranges), secrets)
}

/// How much of a line may be shown; none for all of it.
fn visible_length(line: &str, known: &HashSet<&str>, secret: &HashSet<&str>) -> Option<usize> {
    let mut words = 0;
    let mut at = 0;
    let mut is_known = false;
    for word in line.split_inclusive(|character| !is_word(character)) {
        let name = word.trim_end_matches(|character| !is_word(character));
        if secret.contains(name) {
            let behind = &line[at + name.len()..];
            let value = behind.trim_start_matches([':', ' ', '"', '\'']);
            return Some(at + name.len() + behind.len() - value.len());
        }
        if !name.is_empty() {
            words += 1;
            if words == 1 {
                is_known = known.contains(name);
                let only_opens = line[..at]
                    .chars()
                    .all(|character| " -{[\"'".contains(character));
                if !is_known || !only_opens {
                    return Some(at + name.len());
                }
            }
        }
        at += word.len();
    }
    if !is_known {
        return None;
    }
    // A second `: ` means that another key came to stand on this line.
    let second = line.match_indices(": ").nth(1).map(|(at, _)| at)?;
    let before =
        line[..second].trim_end_matches(|character| is_word(character) || character == '"');
    Some(before.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

struct Masks<'a> {
    text: &'a str,
    ranges: Vec<Range<usize>>,
    secrets: Vec<String>,
    /// The line that was looked at last, from some offset in it.
    line: Range<usize>,
}

impl Masks<'_> {
    fn keys(&mut self, mapping: &Mapping, declarations: &Declarations, section: Section) {
        for entry in mapping {
            let name = entry.key.text().unwrap_or_default();
            match (declarations.get(section, name), entry.value.as_mapping()) {
                (None, Some(merged)) if name == "<<" => self.keys(merged, declarations, section),
                (None, None) if name == "<<" && entry.value.as_sequence().is_some() => {
                    for merged in entry.value.as_sequence().unwrap_or_default() {
                        match merged.as_mapping() {
                            Some(merged) => self.keys(merged, declarations, section),
                            None => self.hide(merged),
                        }
                    }
                }
                (
                    Some(Declaration {
                        secret: false,
                        kind,
                        ..
                    }),
                    _,
                ) => self.value(&entry.value, kind),
                // What the sample has everybody knows; what stands behind it may be anything.
                (Some(secret), _)
                    if secret
                        .placeholder_text()
                        .is_some_and(|known| entry.value.text() == Some(known)) =>
                {
                    let end = entry.value.definition_range().end;
                    let line_end = self.line_end(end);
                    self.ranges.push(end..line_end);
                }
                (Some(_), _) => self.secret(&entry.value),
                (None, _) => self.hide(&entry.value),
            }
            if entry.key.as_scalar().is_none() {
                self.hide(&entry.key);
            }
        }
    }

    fn node_list(&mut self, mapping: &Mapping, declarations: &Declarations) {
        for entry in mapping {
            if entry.key.as_scalar().is_none() {
                self.hide(&entry.key);
            }
            let nodes = entry
                .value
                .as_sequence()
                .filter(|_| entry.key.text() == Some("nodes"));
            let Some(nodes) = nodes else {
                self.hide(&entry.value);
                continue;
            };
            for node in nodes {
                match node.as_mapping() {
                    Some(node) => self.keys(node, declarations, Section::Nodes),
                    None => self.hide(node),
                }
            }
        }
    }

    /// The value of a declared key that is not secret as a whole.
    fn value(&mut self, node: &Node, kind: &Kind) {
        match (node.value(), kind) {
            (Value::Scalar(_), _) => {
                // No value of such a key has blanks; what follows one came there by mistake.
                let range = node.definition_range();
                let written = self.text.get(range.clone()).unwrap_or_default();
                let hidden_from = match kind {
                    Kind::TokenId => written.find(['=', ' ']),
                    // Blanks before the closing quote hide nothing.
                    _ => written.find(char::is_whitespace).filter(|at| {
                        let quote = |one: char| one.is_whitespace() || one == '"' || one == '\'';
                        !written[*at..].chars().all(quote)
                    }),
                };
                // `https://user:password@host`
                if let (Some(start), Some(end)) = (written.find("://"), written.rfind('@')) {
                    self.ranges
                        .push(range.start + (start + 3).min(end)..range.start + end);
                }
                if let Some(at) = hidden_from {
                    self.ranges.push(range.start + at..range.end);
                }
            }
            (Value::Sequence(items), Kind::List { of, .. } | Kind::OneOrList(of)) => {
                for item in items {
                    self.value(item, of);
                }
            }
            (Value::Mapping(mapping), Kind::Record(fields)) => self.fields(mapping, fields),
            (Value::Mapping(mapping), Kind::Map(of)) => {
                for entry in mapping {
                    self.value(&entry.value, of);
                }
            }
            (Value::Mapping(mapping), Kind::Labels) => {
                for entry in mapping {
                    self.value(&entry.value, &Kind::Text);
                }
            }
            (_, Kind::Any) => {}
            _ => self.hide(node),
        }
    }

    fn fields(&mut self, mapping: &Mapping, fields: &[Field]) {
        for entry in mapping {
            let name = entry.key.text().unwrap_or_default();
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.secret => self.secret(&entry.value),
                Some(field) => self.value(&entry.value, &field.kind),
                None => self.hide(&entry.value),
            }
        }
    }

    /// Hides a value and remembers its texts.
    fn secret(&mut self, node: &Node) {
        self.hide(node);
        match node.value() {
            Value::Scalar(scalar) if !scalar.text().is_empty() => {
                self.secrets.push(scalar.text().to_owned());
            }
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter().for_each(|item| self.secret(item)),
            Value::Mapping(mapping) => {
                for entry in mapping {
                    self.secret(&entry.key);
                    self.secret(&entry.value);
                }
            }
        }
    }

    /// Hides a value to the end of its last line, comments included.
    fn hide(&mut self, node: &Node) {
        for range in [node.full_range(), node.definition_range()] {
            if range.is_empty() {
                continue;
            }
            let line_end = self.line_end(range.end);
            self.ranges.push(range.start..line_end);
        }
    }

    /// Where the line of an offset ends. Remembers the last one: a line may be the whole text.
    fn line_end(&mut self, offset: usize) -> usize {
        if !(self.line.start <= offset && offset <= self.line.end) {
            let rest = self.text.get(offset..).unwrap_or_default();
            let end = rest
                .find('\n')
                .map_or(self.text.len(), |length| offset + length);
            self.line = offset..end;
        }
        self.line.end
    }
}
