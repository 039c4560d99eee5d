//! Two branches of an encrypted file to one, value by value: what a git merge driver does.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Diagnostics, Location};
use zeroize::Zeroizing;

use super::document::{self, Format, Indents, New, NewMetadata};
use super::encrypt::{Change, Encrypted, Update, write_new};
use super::keyring::wrap_one;
use super::metadata::{AgeKey, Group, Metadata};
use super::open::{File, Opened, open, read_plain, unwritable};
use super::path::Path;
use super::pool::Pool;
use super::seal::{seal, sign};
use super::time::Timestamp;
use super::value::Value;
use crate::keys::{Identity, Recipient};
use crate::rules;

/// Merges what two branches made of a file. Values that only one side changed are taken from
/// it with their tokens, and the MAC is computed anew.
///
/// # Errors
///
/// If one of the files cannot be decrypted, or both sides changed the same thing differently
/// (`sops/merge-conflict`, one problem a place). No value is in any message.
pub fn merge(
    base: &File<'_>,
    ours: &File<'_>,
    theirs: &File<'_>,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    let taken = |file: &File<'_>, change| Encrypted {
        content: file.content.to_vec(),
        change,
        notes: Diagnostics::new(),
    };
    if ours.content == theirs.content || base.content == theirs.content {
        return Ok(taken(ours, Change::Unchanged));
    }
    if base.content == ours.content {
        return Ok(taken(theirs, Change::Updated(Update::default())));
    }
    let mut problems = Diagnostics::new();
    let mut opened = |file: &File<'_>| {
        open(file, identities, false)
            .map_err(|found| problems.extend(found))
            .ok()
    };
    let (base, left, right) = (opened(base), opened(ours), opened(theirs));
    let (Some(base), Some(left), Some(right)) = (base, left, right) else {
        return Err(problems);
    };
    let merge = Merge {
        name: ours.name,
        base,
        ours: left,
        theirs: right,
    };
    merge.run(ours, now)
}

struct Merge<'a> {
    name: &'a str,
    base: Opened,
    ours: Opened,
    theirs: Opened,
}

impl Merge<'_> {
    fn run(&self, file: &File<'_>, now: Timestamp) -> Result<Encrypted, Diagnostics> {
        let mut problems = Diagnostics::new();
        let sides = [&self.base, &self.ours, &self.theirs];
        let several = sides.into_iter().flat_map(|side| repeated(&side.document));
        for path in several.collect::<BTreeSet<_>>() {
            problems.push(self.conflict(&format!(
                "`{path}` stands there several times, so nobody can tell what changed"
            )));
        }
        let values = self.values(&mut problems);
        let metadata = self.metadata(&mut problems);
        let text = self.text(&values)?;
        if text.is_none() && problems.is_empty() {
            problems.push(self.conflict("both sides changed the same lines of its structure"));
        }
        let (Some(text), Some((mut metadata, rotated))) = (text, metadata) else {
            return Err(problems);
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let merged = File {
            content: &text,
            ..*file
        };
        // Two additions of the same key, for instance.
        let unreadable =
            |_| Diagnostics::from(self.conflict("both sides together give no valid file"));
        let plain = read_plain(&merged).map_err(unreadable)?;
        if !self.has_expected_paths(&plain) {
            return Err(Diagnostics::from(
                self.conflict("both sides changed the same part of its structure"),
            ));
        }
        if let Some(path) = repeated(&plain).first() {
            return Err(Diagnostics::from(
                self.conflict(&format!("both sides added `{path}`")),
            ));
        }
        let keyed = if rotated { &self.theirs } else { &self.ours };
        let mut pool = Pool::default();
        for side in [&self.ours, &self.theirs, &self.base] {
            if side.key == keyed.key {
                pool.add(side);
            }
        }
        let new: Vec<_> = plain.items.iter().map(|item| item.value.clone()).collect();
        let sealed = seal(&plain, &plain, &new, &metadata, &keyed.cipher, &mut pool)?;
        sign(&mut metadata, &keyed.cipher, &sealed.mac, now)?;
        let content = write_new(&plain, &sealed, &metadata, &merged, &Indents::default())?;
        Ok(Encrypted {
            content,
            change: Change::Updated(Update {
                values: sealed.fresh(&plain),
                ..Update::default()
            }),
            notes: Diagnostics::new(),
        })
    }

    /// The merged value of every path that all three have.
    fn values(&self, problems: &mut Diagnostics) -> BTreeMap<Path, Value> {
        let (base, ours, theirs) = (
            by_path(&self.base),
            by_path(&self.ours),
            by_path(&self.theirs),
        );
        let mut merged = BTreeMap::new();
        for (path, old) in base {
            let (Some(left), Some(right)) = (ours.get(path), theirs.get(path)) else {
                let left = [ours.get(path), theirs.get(path)];
                // One side took it out. If the other changed it, somebody must decide.
                if left.iter().flatten().any(|value| **value != old) {
                    problems.push(
                        self.conflict(&format!("one side changed `{path}`, the other took it out")),
                    );
                }
                continue;
            };
            let value = if left == right || *right == old {
                left
            } else if *left == old {
                right
            } else {
                problems.push(self.conflict(&format!("both sides changed `{path}`")));
                left
            };
            merged.insert(path.clone(), (*value).clone());
        }
        merged
    }

    /// The merged plaintext: the structure of whoever changed it, with the merged values.
    fn text(
        &self,
        values: &BTreeMap<Path, Value>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Diagnostics> {
        let base = with_values(&self.base, values)?;
        let ours = with_values(&self.ours, values)?;
        let theirs = with_values(&self.theirs, values)?;
        if ours == theirs || theirs == base {
            return Ok(Some(ours));
        }
        if ours == base {
            return Ok(Some(theirs));
        }
        let text =
            |bytes: &Zeroizing<Vec<u8>>| String::from_utf8(bytes.to_vec()).ok().map(Zeroizing::new);
        let (Some(base), Some(ours), Some(theirs)) = (text(&base), text(&ours), text(&theirs))
        else {
            return Ok(None);
        };
        let merged = lines::merge(&base, &ours, &theirs);
        Ok(merged.map(|text| Zeroizing::new(text.into_bytes())))
    }

    /// Whether exactly those values are there that neither side took out.
    fn has_expected_paths(&self, plain: &document::Document) -> bool {
        let (base, ours, theirs) = (
            by_path(&self.base),
            by_path(&self.ours),
            by_path(&self.theirs),
        );
        // Items of lists have numbers, which additions before them change.
        let counted = |path: &Path| path.keys().map(str::to_owned).collect::<Vec<_>>();
        let mut expected: BTreeMap<_, i64> = BTreeMap::new();
        for (paths, count) in [(&ours, 1), (&theirs, 1), (&base, -1)] {
            for path in paths.keys() {
                *expected.entry((path.document, counted(path))).or_default() += count;
            }
        }
        for item in plain.items.iter().filter(|item| !item.comment) {
            *expected
                .entry((item.path.document, counted(&item.path)))
                .or_default() -= 1;
        }
        // Both may have added or taken out the same; then lines decided.
        let both = |path: &Path| ours.contains_key(path) == theirs.contains_key(path);
        let doubled: Vec<_> = ours
            .keys()
            .chain(theirs.keys())
            .chain(base.keys())
            .filter(|path| both(path) && ours.contains_key(*path) != base.contains_key(*path))
            .map(|path| (path.document, counted(path)))
            .collect();
        expected
            .into_iter()
            .all(|(key, left)| left == 0 || doubled.contains(&key))
    }

    /// The merged keys and selector, and whether they go with the data key of `theirs`.
    fn metadata(&self, problems: &mut Diagnostics) -> Option<(Metadata, bool)> {
        let (base, ours, theirs) = (&self.base, &self.ours, &self.theirs);
        let rotated = ours.key == base.key && theirs.key != base.key;
        let (side, other) = if rotated {
            (theirs, ours)
        } else {
            (ours, theirs)
        };
        let mut metadata = side.metadata.clone();
        let selector = |opened: &Opened| {
            (
                opened.metadata.selector.clone(),
                opened.metadata.mac_only_encrypted,
            )
        };
        if selector(side) != selector(other) && selector(other) != selector(base) {
            if selector(side) == selector(base) {
                (metadata.selector, metadata.mac_only_encrypted) = selector(other);
                metadata.write_selector();
            } else {
                problems.push(self.conflict("both sides changed which values are encrypted"));
            }
        }
        let names = |opened: &Opened| -> Vec<Vec<String>> {
            let groups = opened.metadata.groups.iter();
            groups
                .map(|group| {
                    let mut names: Vec<_> =
                        group.age.iter().map(|key| key.recipient.clone()).collect();
                    names.sort();
                    names
                })
                .collect()
        };
        let (old, left, right) = (names(base), names(side), names(other));
        if left == right || right == old {
            return Some((metadata, rotated));
        }
        let single = [&old, &left, &right].iter().all(|groups| groups.len() == 1);
        if !single {
            problems.push(self.conflict("both sides changed its key groups"));
            return None;
        }
        let wanted = left[0]
            .iter()
            .chain(&right[0])
            .filter(|name| {
                let removed =
                    old[0].contains(name) && !(left[0].contains(name) && right[0].contains(name));
                !removed
            })
            .fold(Vec::<&String>::new(), |mut names, name| {
                if !names.contains(&name) {
                    names.push(name);
                }
                names
            });
        let mut group = Group {
            age: Vec::new(),
            foreign: metadata.groups[0].foreign.clone(),
        };
        for name in wanted {
            match self.key_of(name, side, other) {
                Ok(key) => group.age.push(key),
                Err(problem) => problems.push(problem),
            }
        }
        metadata.groups = vec![group];
        metadata.write_groups();
        Some((metadata, rotated))
    }

    /// What a recipient has of the data key of a side.
    fn key_of(&self, name: &str, side: &Opened, other: &Opened) -> Result<AgeKey, Diagnostic> {
        let same = other.key == side.key;
        let known = [Some(side), same.then_some(other)];
        let keys = known
            .into_iter()
            .flatten()
            .flat_map(|opened| &opened.metadata.groups);
        if let Some(key) = keys
            .flat_map(|group| &group.age)
            .find(|key| key.recipient == name)
        {
            return Ok(key.clone());
        }
        let recipient: Recipient = name.parse().map_err(|error: crate::keys::RecipientError| {
            error.diagnostic(name).at(Location::file(self.name))
        })?;
        wrap_one(&recipient, side.key.as_slice())
    }

    fn conflict(&self, what: &str) -> Diagnostic {
        rules::SOPS_MERGE_CONFLICT
            .report(what.to_owned())
            .at(Location::file(self.name))
            .hint("decide by hand: take one side, then set the value of the other")
    }
}

/// The places that several values of a file claim: dotenv and JSON allow it.
fn repeated(document: &document::Document) -> BTreeSet<&Path> {
    let mut seen = BTreeSet::new();
    let items = document.items.iter().filter(|item| !item.comment);
    items
        .map(|item| &item.path)
        .filter(|path| !seen.insert(*path))
        .collect()
}

fn by_path(opened: &Opened) -> BTreeMap<&Path, &Value> {
    let items = opened.document.items.iter().zip(&opened.values);
    items
        .filter(|(item, _)| !item.comment)
        .map(|(item, value)| (&item.path, value))
        .collect()
}

/// The plaintext of a side, with other values in it.
fn with_values(
    opened: &Opened,
    values: &BTreeMap<Path, Value>,
) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
    let items = opened.document.items.iter().zip(&opened.values);
    let binary = opened.document.format == Format::Binary;
    let changes: Vec<_> = items
        .map(|(item, value)| {
            let value = values
                .get(&item.path)
                .filter(|_| !item.comment)
                .unwrap_or(value);
            (binary || item.value != *value).then_some(New::Clear(value))
        })
        .collect();
    document::write(
        &opened.document,
        &changes,
        &NewMetadata::Remove,
        &Indents::default(),
    )
    .map_err(|problems| unwritable(&opened.document, &problems))
}
