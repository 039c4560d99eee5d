//! An encrypted file, decrypted in memory.

use ::yaml::Limits;
use diagnostics::{Diagnostic, Diagnostics, Severity};
use zeroize::Zeroizing;

use super::document::{self, Document, Format, Indents, Item, New, NewMetadata};
use super::keyring;
use super::mac::Mac;
use super::metadata::Metadata;
use super::token::{Cipher, DataKey, TokenError, is_token};
use super::value::{Kind, Value};
use crate::keys::Identity;
use crate::rules;

/// A file as it is handed in.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// What messages call it; usually its path in the repository.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
    /// How to read it.
    pub format: Format,
    /// What is too large to be read. The default goes beyond the 5 MiB that Flux takes.
    pub limits: Limits,
}

impl<'a> File<'a> {
    /// A file of the format that its name tells.
    pub fn new(name: &'a str, content: &'a [u8]) -> Self {
        Self {
            name,
            content,
            format: Format::of(name),
            limits: Limits::default(),
        }
    }

    /// The same, read in another format than its name tells.
    #[must_use]
    pub fn with_format(self, format: Format) -> Self {
        Self { format, ..self }
    }
}

/// Reads a file in the clear; one with metadata is none.
pub(crate) fn read_plain(file: &File<'_>) -> Result<Document, Diagnostics> {
    let plain = document::read_plain(file.name, file.content, file.format, &file.limits)?;
    if let Some(block) = plain.blocks.first() {
        return Err(Diagnostics::from(
            rules::SOPS_ALREADY_ENCRYPTED
                .report("the file has a `sops` block, which SOPS keeps for itself")
                .at(plain.source.location(block.range.start..block.range.start))
                .hint("decrypt it first, or rename the key"),
        ));
    }
    Ok(plain)
}

/// An encrypted file with everything in the clear: never leaves the crate.
pub(crate) struct Opened {
    pub(crate) document: Document,
    pub(crate) metadata: Metadata,
    pub(crate) key: DataKey,
    pub(crate) cipher: Cipher,
    /// For each item, whether the file's own selector picks it.
    pub(crate) selected: Vec<bool>,
    /// For each item, its value in the clear.
    pub(crate) values: Vec<Value>,
    /// The items that stand in the clear though the selector picks them; only where that was
    /// said to be no error.
    pub(crate) exposed: Vec<usize>,
    /// Comments that did not decrypt, values in the clear.
    pub(crate) notes: Diagnostics,
}

/// Reads the metadata and the items, without any key.
pub(crate) fn parse(file: &File<'_>) -> Result<(Document, Metadata), Diagnostics> {
    let mut document =
        document::read_encrypted(file.name, file.content, file.format, &file.limits)?;
    let tree = document.metadata.take().unwrap_or_default();
    let place = document
        .blocks
        .first()
        .map_or(0..0, |block| block.range.clone());
    let metadata = Metadata::read(tree).map_err(|problems| {
        let location = document.source.location(place.start..place.start);
        problems
            .into_iter()
            .map(|problem| problem.rule.report(problem.message).at(location.clone()))
            .collect::<Diagnostics>()
    })?;
    Ok((document, metadata))
}

/// Which items of a document a selector picks.
pub(crate) fn select(document: &Document, selector: &super::selector::Selector) -> Vec<bool> {
    selector.select(document.selectable())
}

/// Decrypts everything and, unless told otherwise, verifies the MAC. Who does not ask for the
/// MAC wants to see the file as it is: values in the clear are a note then.
pub(crate) fn open(
    file: &File<'_>,
    identities: &[Identity],
    ignore_mac: bool,
) -> Result<Opened, Diagnostics> {
    let (document, metadata) = parse(file)?;
    open_parsed(document, metadata, identities, ignore_mac)
}

/// The same of a file that was parsed already.
pub(crate) fn open_parsed(
    document: Document,
    metadata: Metadata,
    identities: &[Identity],
    ignore_mac: bool,
) -> Result<Opened, Diagnostics> {
    let key = keyring::data_key(&document.source, &metadata, identities)?;
    open_with(document, metadata, key, ignore_mac)
}

/// The same with the data key at hand.
pub(crate) fn open_with(
    document: Document,
    metadata: Metadata,
    key: DataKey,
    ignore_mac: bool,
) -> Result<Opened, Diagnostics> {
    let (mut opened, mismatch) = open_partly(document, metadata, key)?;
    let told: Vec<_> = opened
        .exposed
        .iter()
        .map(|&number| clear_text(&opened.document, &opened.document.items[number]))
        .collect();
    if ignore_mac {
        opened.notes.extend(told.into_iter().map(|mut problem| {
            problem.severity = Severity::Warning;
            problem
        }));
        return Ok(opened);
    }
    let mut problems: Diagnostics = told.into_iter().collect();
    if problems.is_empty() {
        problems.extend(mismatch);
    }
    if problems.is_empty() {
        Ok(opened)
    } else {
        Err(problems)
    }
}

/// The same, where values in the clear are no error, and a MAC that does not match is handed
/// back. It is computed over what is encrypted, without them.
pub(crate) fn open_partly(
    document: Document,
    metadata: Metadata,
    key: DataKey,
) -> Result<(Opened, Option<Diagnostic>), Diagnostics> {
    let cipher = Cipher::new(&key);
    let selected = select(&document, &metadata.selector);
    let mut values = Vec::with_capacity(document.items.len());
    let mut problems = Diagnostics::new();
    let mut notes = Diagnostics::new();
    let mut exposed = Vec::new();
    let mut mac = Mac::new(metadata.mac_only_encrypted);
    for (number, (item, &selected)) in document.items.iter().zip(&selected).enumerate() {
        let value = if !selected {
            item.value.clone()
        } else if item.comment {
            comment(&document, &cipher, item, &mut notes)
        } else if is_exposed(item) {
            exposed.push(number);
            values.push(item.value.clone());
            continue;
        } else {
            match value(&document, &cipher, item) {
                Ok(value) => value,
                Err(problem) => {
                    problems.push(problem);
                    Value::nothing()
                }
            }
        };
        mac.add(&value, selected);
        values.push(value);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mismatch = check_mac(&document, &metadata, &cipher, &mac.finish());
    let opened = Opened {
        document,
        metadata,
        key,
        cipher,
        selected,
        values,
        exposed,
        notes,
    };
    Ok((opened, mismatch))
}

/// Whether a value that should be encrypted is not.
fn is_exposed(item: &Item) -> bool {
    let token = |text: &str| item.value.kind() == Kind::Text && is_token(text);
    item.can_be_encrypted() && !item.value.as_text().is_some_and(token)
}

fn clear_text(document: &Document, item: &Item) -> Diagnostic {
    rules::SOPS_CLEAR_TEXT.report(format!(
            "the value of `{}` is in the clear, where the file's rule says encrypted",
            item.path
        ),
    )
    .at(document.source.location(item.range.clone()))
    .hint(format!(
        "`ichor secrets encrypt --in-place {}` encrypts it; change the value if anybody may have seen it",
        document.source.name()
    ))
}

impl Opened {
    /// The file in the clear, its layout kept, its metadata gone.
    pub(crate) fn plaintext(&self) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
        let changes: Vec<_> = self
            .document
            .items
            .iter()
            .zip(&self.values)
            .map(|(item, value)| (item.value != *value).then_some(New::Clear(value)))
            .collect();
        let binary = self.document.format == Format::Binary;
        let changes = if binary {
            self.values
                .iter()
                .map(|value| Some(New::Clear(value)))
                .collect()
        } else {
            changes
        };
        document::write(
            &self.document,
            &changes,
            &NewMetadata::Remove,
            &Indents::default(),
        )
        .map_err(|problems| unwritable(&self.document, &problems))
    }
}

/// Problems of the writers, with their places.
pub(crate) fn unwritable(
    document: &Document,
    problems: &[(usize, document::Unwritable)],
) -> Diagnostics {
    problems
        .iter()
        .map(|(number, reason)| {
            let item = &document.items[*number];
            let what = if item.comment {
                "this comment".to_owned()
            } else {
                format!("the value of `{}`", item.path)
            };
            rules::SOPS_UNWRITABLE
                .report(format!("{what} cannot be written: {}", reason.0))
                .at(document.source.location(item.range.clone()))
        })
        .collect()
}

fn value(document: &Document, cipher: &Cipher, item: &Item) -> Result<Value, Diagnostic> {
    if !item.can_be_encrypted() {
        return Ok(item.value.clone());
    }
    let location = || document.source.location(item.range.clone());
    cipher
        .decrypt(
            item.value.as_text().unwrap_or_default(),
            &item.path.additional_data(),
        )
        .map_err(|error| {
            let message = match error {
                TokenError::Malformed => "is damaged",
                TokenError::NotAuthentic => "was changed, or moved here from another key or file",
                TokenError::WrongType => "is not of the type that it claims",
            };
            rules::SOPS_DAMAGED_VALUE.report(
                format!("the encrypted value of `{}` {message}", item.path),
            )
            .at(location())
            .hint(format!(
                "take the file from an earlier commit; or write the value in its place in the clear, and run `ichor secrets encrypt --in-place {}`",
                document.source.name()
            ))
        })
}

fn comment(document: &Document, cipher: &Cipher, item: &Item, notes: &mut Diagnostics) -> Value {
    let text = item.value.as_text().unwrap_or_default();
    if !is_token(text) {
        // Written by an old sops, or by hand: harmless, nothing depends on it.
        return item.value.clone();
    }
    // Which collection a comment belongs to is go-yaml's guess; ours may differ.
    let places =
        std::iter::once(item.path.additional_data()).chain(item.path.outer_additional_data());
    for place in places {
        if let Ok(value) = cipher.decrypt(text, &place) {
            return Value::comment(value.as_bytes());
        }
    }
    notes.push(
        rules::SOPS_UNREADABLE_COMMENT
            .report("this encrypted comment cannot be decrypted; it stays as it is")
            .at(document.source.location(item.range.clone()))
            .hint("remove it, or encrypt the file again from its plaintext"),
    );
    item.value.clone()
}

fn check_mac(
    document: &Document,
    metadata: &Metadata,
    cipher: &Cipher,
    computed: &Value,
) -> Option<Diagnostic> {
    let stored = metadata.mac.as_deref();
    let stored = stored.map(|token| cipher.decrypt(token, &metadata.last_modified));
    // Nearly always; then no place is looked up.
    if matches!(&stored, Some(Ok(stored)) if stored.as_bytes() == computed.as_bytes()) {
        return None;
    }
    let place = document.blocks.iter().find_map(|block| block.mac.clone());
    let location = place.map_or_else(
        || document.source.whole(),
        |range| document.source.location(range),
    );
    let hint = &*format!(
        "compare the file with an earlier commit; if the change was meant, run `ichor secrets decrypt --in-place --ignore-mac {0}` and `ichor secrets encrypt --in-place {0}`",
        document.source.name()
    );
    let Some(stored) = stored else {
        return Some(
            rules::SOPS_NO_MAC
                .report("the file has no MAC, so nobody can tell whether it was changed")
                .at(location)
                .hint(hint),
        );
    };
    match stored {
        Ok(_) => Some(
            rules::SOPS_MAC_MISMATCH.report("the file was changed after it was encrypted: its MAC does not match its values",
            )
            .at(location)
            .hint(hint),
        ),
        Err(_) => Some(
            rules::SOPS_DAMAGED_MAC.report("the MAC, or the time that belongs to it, was changed",
            )
            .at(location)
            .hint(hint),
        ),
    }
}
