//! The schemas that the program brings along.
//!
//! `cargo xtask codegen schemas` writes the file: a list of lines, an empty line, then compressed
//! blocks. Only the block of a kind that occurs is unpacked, and only what it refers to is read.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::OnceLock;

use super::model::{Lines, Schema};

/// The file.
static BUNDLE: &[u8] = include_bytes!("../../schemas/bundle");

/// Group, version and kind.
pub(super) type Key = (String, String, String);

/// What the file has.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// The releases of Kubernetes, oldest first.
    pub(super) releases: Vec<&'static str>,
    /// The packages that the other kinds come from, and their versions.
    pub(super) origins: Vec<(&'static str, &'static str)>,
    /// Where the kinds of Kubernetes itself lie.
    builtin: Block,
    /// The kinds of others.
    pub(super) kinds: Vec<Kind>,
}

/// A kind that the file has.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) kind: &'static str,
    pub(super) namespaced: bool,
    pub(super) block: Block,
}

/// A compressed block.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Block {
    bytes: &'static [u8],
    unpacked: usize,
}

impl Block {
    /// The schema of a kind.
    pub(super) fn kind(self) -> Schema {
        Lines::new(self.text()).kind()
    }

    /// What it holds.
    pub(super) fn text(self) -> String {
        let mut text = String::with_capacity(self.unpacked);
        let mut reader = flate2::read::ZlibDecoder::new(self.bytes);
        // The file is part of the program: a test unpacks all of it.
        reader.read_to_string(&mut text).unwrap_or_default();
        text
    }
}

/// The file, its list read.
pub(super) fn bundle() -> &'static Bundle {
    static READ: OnceLock<Bundle> = OnceLock::new();
    READ.get_or_init(|| read(BUNDLE).unwrap_or_default())
}

fn read(bytes: &'static [u8]) -> Option<Bundle> {
    let end = bytes.windows(2).position(|two| two == b"\n\n")?;
    let head = str::from_utf8(bytes.get(..end)?).ok()?;
    let blocks = bytes.get(end + 2..)?;
    let mut bundle = Bundle::default();
    for line in head.lines().skip(1) {
        let mut words = line.split('\t');
        match (words.next()?, words.clone().count()) {
            ("releases", _) => bundle.releases = words.collect(),
            ("origin", 2) => bundle.origins.push((words.next()?, words.next()?)),
            ("builtin", 3) => bundle.builtin = block(&mut words, blocks)?,
            (group, _) => bundle.kinds.push(Kind {
                group,
                version: words.next()?,
                kind: words.next()?,
                namespaced: words.next()? == "namespaced",
                block: block(&mut words, blocks)?,
            }),
        }
    }
    Some(bundle)
}

fn block<'a>(words: &mut impl Iterator<Item = &'a str>, blocks: &'static [u8]) -> Option<Block> {
    let mut number = || words.next()?.parse::<usize>().ok();
    let (start, length, unpacked) = (number()?, number()?, number()?);
    Some(Block {
        bytes: blocks.get(start..start.checked_add(length)?)?,
        unpacked,
    })
}

/// Kubernetes' own kinds in one release.
#[derive(Debug, Default)]
pub(super) struct Builtin {
    text: String,
    /// Kinds of any release.
    pub(super) kinds: HashMap<Key, BuiltinKind>,
    definitions: HashMap<Box<str>, Definition>,
}

/// A kind of Kubernetes' own.
#[derive(Debug)]
pub(super) struct BuiltinKind {
    /// The releases that serve it, as bits.
    pub(super) releases: u32,
    pub(super) namespaced: bool,
    /// The name of its definition.
    pub(super) definition: Box<str>,
}

#[derive(Debug)]
struct Definition {
    /// Where it stands in the text.
    range: std::ops::Range<usize>,
    schema: OnceLock<Schema>,
}

impl Builtin {
    /// Unpacks the kinds of a release.
    pub(super) fn unpack(release: usize) -> Self {
        let text = bundle().builtin.text();
        let bit = 1_u32.checked_shl(u32::try_from(release).unwrap_or(u32::MAX));
        let bit = bit.unwrap_or_default();
        let mut builtin = Self::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let range = start..start + line.len();
            start = range.end;
            // One that cannot be read would be one of the program's own: a test reads them all.
            let _: Option<()> = builtin.line(line.trim_end_matches('\n'), &range, bit);
        }
        builtin.text = text;
        builtin
    }

    fn line(&mut self, line: &str, range: &std::ops::Range<usize>, bit: u32) -> Option<()> {
        let (what, rest) = line.split_once('\t')?;
        let (releases, rest) = rest.split_once('\t')?;
        let releases: u32 = releases.parse().ok()?;
        if what == "kind" {
            let mut words = rest.split('\t');
            let mut word = || words.next().map(str::to_owned);
            let key = (word()?, word()?, word()?);
            let namespaced = word()? == "namespaced";
            let definition = word()?.into();
            let kind = BuiltinKind {
                releases,
                namespaced,
                definition,
            };
            let known = self.kinds.entry(key).or_insert(BuiltinKind {
                releases: 0,
                namespaced,
                definition: Box::default(),
            });
            let all = known.releases | releases;
            if releases & bit != 0 || known.definition.is_empty() {
                *known = kind;
            }
            known.releases = all;
        } else if releases & bit != 0 {
            let (name, schema) = rest.split_once('\t')?;
            let end = range.start + line.len();
            let definition = Definition {
                range: end - schema.len()..end,
                schema: OnceLock::new(),
            };
            self.definitions.insert(name.into(), definition);
        }
        Some(())
    }

    /// A definition.
    pub(super) fn definition(&self, name: &str) -> Option<&Schema> {
        let definition = self.definitions.get(name)?;
        let text = self.text.get(definition.range.clone())?;
        // One that cannot be read allows everything: a test reads them all.
        let read = || Schema::parse(text).unwrap_or_default();
        Some(definition.schema.get_or_init(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_bundle_can_be_read() {
        let bundle = bundle();
        assert_eq!(bundle.releases.len(), 5);
        assert!(bundle.kinds.len() > 100);
        for kind in &bundle.kinds {
            let text = kind.block.text();
            assert_eq!(text.len(), kind.block.unpacked);
            for line in text.lines() {
                let read: Result<Schema, _> = serde_json::from_str(line);
                read.unwrap_or_else(|error| panic!("{}: {error}: {line}", kind.kind));
            }
        }
        for release in 0..bundle.releases.len() {
            let builtin = Builtin::unpack(release);
            assert!(builtin.definitions.len() > 500, "{release}");
            for (name, definition) in &builtin.definitions {
                let text = &builtin.text[definition.range.clone()];
                Schema::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            let bit = 1 << release;
            for (key, kind) in &builtin.kinds {
                let there = builtin.definition(&kind.definition).is_some();
                assert_eq!(there, kind.releases & bit != 0 || there, "{key:?}");
            }
        }
    }
}
