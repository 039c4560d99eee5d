//! The two files as they are written: keys, values and their places, nothing checked yet.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Entry, Limits, Mapping, Node};

use crate::keys::{Declarations, Section};
use crate::mask;
use crate::rules;

/// A file that was read.
pub(crate) struct RawFile {
    /// The text, secrets masked.
    pub(crate) source: Source,
    /// The keys at its top, if it could be read.
    pub(crate) root: Option<RawMap>,
    /// The secret texts in it.
    pub(crate) secrets: Vec<String>,
    /// What keeps it from being read, and duplicate keys.
    pub(crate) diagnostics: Diagnostics,
}

/// A map as it is written.
pub(crate) struct RawMap {
    /// Where it stands.
    pub(crate) range: Range<usize>,
    /// Its entries in written order; of duplicates the first.
    pub(crate) entries: Vec<RawEntry>,
}

impl RawMap {
    /// The keys that have a value.
    pub(crate) fn set_keys(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|entry| !entry.value.is_null() && entry.value.text() != Some(""))
            .map(|entry| entry.name.as_str())
    }
}

/// A key and its value as they are written.
pub(crate) struct RawEntry {
    /// The key's text.
    pub(crate) name: String,
    /// Where the key stands.
    pub(crate) key: Range<usize>,
    /// The value.
    pub(crate) value: Node,
}

/// Reads one of the two files.
pub(crate) fn read(source: &Source, declarations: &Declarations, section: Section) -> RawFile {
    let (unread, guessed) = mask::unread(source, declarations);
    let parsed = yaml::parse(&unread, &Limits::default());
    let mut diagnostics = parsed.diagnostics;
    let unreadable = diagnostics.has_errors();
    let (masked, mut secrets) = mask::read(source, &parsed.documents, declarations, section);
    if unreadable {
        secrets.extend(guessed);
    }
    let mut file = RawFile {
        source: masked,
        root: None,
        secrets,
        diagnostics: Diagnostics::new(),
    };
    match parsed.documents.as_slice() {
        [] if unreadable => file.source = unread,
        [] => diagnostics.push(
            rules::FILE_EMPTY
                .report("the file is empty")
                .at(source.whole()),
        ),
        [root, further @ ..] => {
            if let Some(second) = further.first() {
                diagnostics.push(
                    rules::FILE_SEVERAL_DOCUMENTS
                        .report("the file holds more than one YAML document")
                        .at(file.source.location(second.range()))
                        .hint("keep one document and remove the `---` between them"),
                );
            }
            if root.is_null() {
                diagnostics.push(
                    rules::FILE_EMPTY
                        .report("the file is empty")
                        .at(source.whole()),
                );
            } else if root.as_mapping().is_some() {
                file.root = raw_map(root, &file.source, &mut diagnostics);
            } else {
                diagnostics.push(
                    rules::FILE_NOT_A_MAP
                        .report(format!(
                            "the file holds {}, not keys with values",
                            root.kind_name()
                        ))
                        .at(unread.location(root.range())),
                );
            }
        }
    }
    file.diagnostics = diagnostics;
    file
}

/// The keys of a map, merge keys resolved; none if it is no map.
pub(crate) fn raw_map(
    node: &Node,
    source: &Source,
    diagnostics: &mut Diagnostics,
) -> Option<RawMap> {
    let mapping = node.as_mapping()?;
    let mut entries = Vec::with_capacity(mapping.len());
    let mut seen = HashSet::with_capacity(mapping.len());
    for entry in merged(mapping, source, diagnostics).iter() {
        let Some(name) = entry.key.text() else {
            diagnostics.push(
                rules::KEY_NOT_TEXT
                    .report(format!(
                        "{} stands where the name of a key is expected",
                        entry.key.kind_name()
                    ))
                    .at(source.location(entry.key.range())),
            );
            continue;
        };
        if seen.insert(name) {
            entries.push(RawEntry {
                name: name.to_owned(),
                key: entry.key.range(),
                value: entry.value.clone(),
            });
        }
    }
    Some(RawMap {
        range: node.range(),
        entries,
    })
}

/// The entries of a map, with those that `<<` merges into it.
pub(crate) fn merged<'a>(
    mapping: &'a Mapping,
    source: &Source,
    diagnostics: &mut Diagnostics,
) -> Cow<'a, [Entry]> {
    if mapping.get("<<").is_none() {
        return Cow::Borrowed(mapping.entries());
    }
    match mapping.merged(Dialect::Python) {
        Ok(entries) => Cow::Owned(entries),
        Err(bad) => {
            for place in &bad.places {
                diagnostics.push(
                    rules::VALUE_WRONG_TYPE
                        .report("`<<` takes a map or a list of maps")
                        .at(source.location(place.clone())),
                );
            }
            let own = mapping
                .entries()
                .iter()
                .filter(|entry| entry.key.text() != Some("<<"));
            Cow::Owned(own.cloned().collect())
        }
    }
}
