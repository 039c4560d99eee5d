//! What can be said of a file, with and without a key.

use diagnostics::{Diagnostic, Diagnostics};
use zeroize::Zeroizing;

use super::document::{self, Document, Item};
use super::metadata::Metadata;
use super::open::{File, Opened, open, open_parsed, parse, select};
use super::path::Path;
use super::rule::Rule;
use super::selector::Selector;
use super::token::is_token;
use super::value::{Kind, Value};
use super::widen;
use crate::keys::Identity;
use crate::rules;

/// A file in the clear.
pub struct Decrypted {
    /// Its bytes: the layout of the encrypted file, without its metadata.
    pub content: Zeroizing<Vec<u8>>,
    /// Worth knowing: comments that could not be read.
    pub notes: Diagnostics,
}

/// What the metadata of a file says; no key is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The age recipients of each key group.
    pub groups: Vec<Vec<String>>,
    /// How many keys of other kinds there are beside them.
    pub foreign_keys: usize,
    /// How many of several groups are needed.
    pub threshold: Option<usize>,
    /// Which values are encrypted.
    pub selector: Selector,
    /// Whether the MAC covers encrypted values only.
    pub mac_only_encrypted: bool,
    /// When a value was last changed, RFC 3339.
    pub last_modified: String,
    /// The version of sops that wrote it, as it names itself.
    pub version: Option<String>,
    /// How many values are encrypted.
    pub encrypted_values: usize,
    /// Whether it holds values, and its selector picks none of them.
    pub selects_nothing: bool,
}

/// Decrypts a file and verifies its MAC.
///
/// # Errors
///
/// If no identity fits, a value was changed or moved, or the MAC does not match.
pub fn decrypt(file: &File<'_>, identities: &[Identity]) -> Result<Decrypted, Diagnostics> {
    clear(&open(file, identities, false)?)
}

/// Decrypts a file whatever its MAC says: to look at one that was changed by hand or merged.
///
/// # Errors
///
/// If no identity fits, or a value was changed or moved.
pub fn decrypt_ignoring_mac(
    file: &File<'_>,
    identities: &[Identity],
) -> Result<Decrypted, Diagnostics> {
    clear(&open(file, identities, true)?)
}

/// All values of a file in the clear, in its order; comments and empty maps are left out.
///
/// # Errors
///
/// As [`decrypt`].
pub fn values(file: &File<'_>, identities: &[Identity]) -> Result<Vec<(Path, Value)>, Diagnostics> {
    let opened = open(file, identities, false)?;
    let items = opened.document.items.iter().zip(&opened.values);
    Ok(items
        .filter(|(item, value)| !item.comment && value.kind() != Kind::Comment)
        .map(|(item, value)| (item.path.clone(), value.clone()))
        .collect())
}

/// One value of a file in the clear.
///
/// # Errors
///
/// As [`decrypt`], or if there is no value at that path (`sops/no-such-value`).
pub fn get(file: &File<'_>, path: &Path, identities: &[Identity]) -> Result<Value, Diagnostics> {
    let all = values(file, identities)?;
    let found = all.iter().find(|(at, _)| at == path);
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let below = |at: &Path| at.document == path.document && at.steps.starts_with(&path.steps);
        let message = if all.iter().any(|(at, _)| below(at)) {
            format!("`{path}` is a map or a list, not a value")
        } else {
            format!("there is no value at `{path}`")
        };
        Diagnostics::from(
            rules::SOPS_NO_SUCH_VALUE
                .report(message)
                .at(diagnostics::Location::file(file.name)),
        )
    })
}

/// What a file says of itself; `None` if it has no metadata, which means it is in the clear.
///
/// # Errors
///
/// If it cannot be read, or its metadata is damaged.
pub fn status(file: &File<'_>) -> Result<Option<Status>, Diagnostics> {
    Ok(EncryptedFile::read(file)?.map(|file| file.status()))
}

/// An encrypted file that was read, but not opened: for who wants to know what it says of
/// itself first and may decrypt it then, without reading it twice.
pub struct EncryptedFile {
    document: Document,
    metadata: Metadata,
}

impl EncryptedFile {
    /// Reads a file; `None` if it has no metadata, which means it is in the clear.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or its metadata is damaged.
    pub fn read(file: &File<'_>) -> Result<Option<Self>, Diagnostics> {
        match parse(file) {
            Ok((document, metadata)) => Ok(Some(Self { document, metadata })),
            Err(problems) => {
                let clear = |problem: &Diagnostic| problem.is(&rules::SOPS_NOT_ENCRYPTED);
                // A binary file in the clear need not be JSON at all.
                let binary = file.format == document::Format::Binary
                    && !file.content.trim_ascii_start().starts_with(b"{");
                if binary || problems.iter().any(clear) {
                    Ok(None)
                } else {
                    Err(problems)
                }
            }
        }
    }

    /// What its metadata says.
    pub fn status(&self) -> Status {
        let encrypted = |item: &&Item| item.value.as_text().is_some_and(is_token) && !item.comment;
        let groups = &self.metadata.groups;
        Status {
            groups: groups
                .iter()
                .map(|group| group.age.iter().map(|key| key.recipient.clone()).collect())
                .collect(),
            foreign_keys: groups.iter().map(|group| group.foreign.len()).sum(),
            threshold: self.metadata.threshold,
            selector: self.metadata.selector.clone(),
            mac_only_encrypted: self.metadata.mac_only_encrypted,
            last_modified: self.metadata.last_modified.clone(),
            version: self
                .metadata
                .tree
                .get("version")
                .and_then(|version| version.as_str())
                .map(str::to_owned),
            encrypted_values: self.document.items.iter().filter(encrypted).count(),
            selects_nothing: widen::nothing(&self.document, &self.metadata.selector),
        }
    }

    /// The values that its own selector leaves in the clear and the rule for it would encrypt: an
    /// error where the rule names what is secret (`encrypted_regex` and the like), else a
    /// warning, since a rule that names what is not may be meant for other files.
    pub fn narrower(&self, rule: &Rule) -> Diagnostics {
        widen::narrower(&self.document, &self.metadata.selector, rule)
    }

    /// Decrypts it and verifies its MAC.
    ///
    /// # Errors
    ///
    /// As [`decrypt`].
    pub fn decrypt(self, identities: &[Identity]) -> Result<Decrypted, Diagnostics> {
        clear(&open_parsed(
            self.document,
            self.metadata,
            identities,
            false,
        )?)
    }

    /// Decrypts it whatever its MAC says.
    ///
    /// # Errors
    ///
    /// As [`decrypt_ignoring_mac`].
    pub fn decrypt_ignoring_mac(self, identities: &[Identity]) -> Result<Decrypted, Diagnostics> {
        clear(&open_parsed(
            self.document,
            self.metadata,
            identities,
            true,
        )?)
    }
}

/// The values of a file that stand in the clear though they should be encrypted: under the
/// file's own metadata if it has some, else under the rule for it. No key is needed, so a
/// guard that runs before every commit can use it.
///
/// The first problem of a file without any metadata says so, and stands for all its values.
///
/// # Errors
///
/// If the file cannot be read.
pub fn exposed(file: &File<'_>, rule: &Rule) -> Result<Diagnostics, Diagnostics> {
    match status(file)? {
        Some(_) => {
            let (document, metadata) = parse(file)?;
            Ok(clear_values(&document, &metadata.selector)
                .map(|item| {
                    rules::SOPS_CLEAR_TEXT.report(format!(
                            "the value of `{}` is in the clear in an encrypted file",
                            item.path
                        ),
                    )
                    .at(document.source.location(item.range.clone()))
                    .hint(format!(
                        "`ichor secrets encrypt --in-place {}` encrypts it; in the clear it must not be committed",
                        file.name
                    ))
                })
                .collect())
        }
        None => {
            let document =
                document::read_plain(file.name, file.content, file.format, &file.limits)?;
            // Of a binary file there is only one value, whatever its name.
            let selector = rule
                .selector
                .clone()
                .filter(|_| file.format != document::Format::Binary);
            let selector = selector.unwrap_or_default();
            let exposed: Vec<_> = clear_values(&document, &selector).collect();
            let Some(first) = exposed.first() else {
                return Ok(Diagnostics::new());
            };
            let others = match exposed.len() - 1 {
                0 => String::new(),
                1 => " and one other value".to_owned(),
                count => format!(" and {count} other values"),
            };
            let place = if file.format == document::Format::Binary {
                document.source.whole()
            } else {
                document.source.location(first.range.clone())
            };
            Ok(Diagnostics::from(
                rules::SOPS_NOT_ENCRYPTED.report(format!("`{}`{others} should be encrypted by the rule for this file, and the file is in the clear", first.path),
                )
                .at(place)
                .hint("encrypt it before it is committed"),
            ))
        }
    }
}

/// Whether a file in the clear has values that a rule selects, and all of them are references
/// that Flux fills in, `${NAME}`: it holds no secret, whatever its name is. `apiVersion`,
/// `kind` and `metadata` of a Kubernetes object do not count, which no secret stands in.
///
/// # Errors
///
/// If the file cannot be read.
pub fn only_references(file: &File<'_>, rule: &Rule) -> Result<bool, Diagnostics> {
    // Nearly all files have none.
    if !file.content.windows(2).any(|pair| pair == b"${") {
        return Ok(false);
    }
    let document = document::read_plain(file.name, file.content, file.format, &file.limits)?;
    if file.format == document::Format::Binary {
        return Ok(false);
    }
    let plain = |item: &&Item| {
        let key = item.path.keys().next();
        matches!(key, Some("apiVersion" | "kind" | "metadata" | "type"))
    };
    let selector = rule.selector.clone().unwrap_or_default();
    let mut values = clear_values(&document, &selector)
        .filter(|item| !plain(item))
        .peekable();
    Ok(
        values.peek().is_some()
            && values.all(|item| item.value.as_text().is_some_and(is_reference)),
    )
}

/// Whether a text is made of `${NAME}` and punctuation. A default, as in `${NAME:=x}`, may be a
/// secret.
fn is_reference(text: &str) -> bool {
    let mut parts = text.split("${");
    let plain = |text: &str| !text.contains(char::is_alphanumeric);
    let reference = |part: &str| {
        part.split_once('}').is_some_and(|(name, rest)| {
            let name = name.trim_end_matches([':', '=', '-']);
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && plain(rest)
        })
    };
    let (mut count, start) = (0, parts.next().unwrap_or_default());
    plain(start) && parts.inspect(|_| count += 1).all(reference) && count > 0
}

fn clear_values<'a>(
    document: &'a Document,
    selector: &Selector,
) -> impl Iterator<Item = &'a Item> + use<'a> {
    let selected = select(document, selector);
    document
        .items
        .iter()
        .zip(selected)
        .filter_map(|(item, selected)| {
            let token = item.value.as_text().is_some_and(is_token);
            let readable = item.can_be_encrypted() || item.slot.bare;
            (selected && !item.comment && readable && !token).then_some(item)
        })
}

fn clear(opened: &Opened) -> Result<Decrypted, Diagnostics> {
    Ok(Decrypted {
        content: opened.plaintext()?,
        notes: opened.notes.clone(),
    })
}
