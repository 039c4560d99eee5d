//! Encryption that leaves alone what has not changed.

use diagnostics::{Diagnostic, Diagnostics};

use super::document::{self, Document, Format, Indents, New, NewMetadata};
use super::groups;
use super::keyring::no_randomness;
use super::metadata::Metadata;
use super::open::{File, Opened, open_parsed, parse, read_plain, unwritable};
use super::path::Path;
use super::pool::Pool;
use super::rule::Rule;
use super::seal::{Sealed, check, seal, sign};
use super::selector::Selector;
use super::time::Timestamp;
use super::token::{Cipher, generate_data_key};
use super::value::Value;
use crate::keys::{Identity, shown};
use crate::rules;

/// What is to be encrypted, and how.
pub struct Request<'a> {
    /// The file in the clear.
    pub plaintext: File<'a>,
    /// The encrypted file as it is now, if there is one. What is equal in it keeps its bytes.
    pub previous: Option<File<'a>>,
    /// Who can decrypt it and which values are encrypted.
    pub rule: &'a Rule,
    /// What can decrypt the previous file.
    pub identities: &'a [Identity],
    /// The time that a changed file bears.
    pub now: Timestamp,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Encrypted {
    /// The encrypted file.
    pub content: Vec<u8>,
    /// What it has that the previous one had not.
    pub change: Change,
    /// Worth knowing: removed recipients, comments that could not be read.
    pub notes: Diagnostics,
}

/// How an encrypted file differs from the previous one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// There was none.
    Created,
    /// Not at all, byte for byte.
    Unchanged,
    /// It is the previous one, which nobody here could decrypt: its keys and its selector are
    /// those of the rule, but its values may not be those of the plaintext.
    Unproven,
    /// In this.
    Updated(Update),
}

/// What is new in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The values that were encrypted anew, or are now in the clear.
    pub values: Vec<Path>,
    /// Whether comments, unencrypted text or the order of things changed.
    pub layout: bool,
    /// Whether other recipients can decrypt it.
    pub keys: bool,
    /// Whether another rule says which values are encrypted.
    pub selector: bool,
}

/// Encrypts a file. Where the previous one decrypts, equal values keep their tokens; if all is
/// equal, the file stays byte for byte; else it keeps its data key, and only what differs, the
/// MAC and its time change.
///
/// # Errors
///
/// Everything that is wrong with the file, with the previous one or with the rule. Nothing of
/// the plaintext is in any message.
pub fn encrypt(request: &Request<'_>) -> Result<Encrypted, Diagnostics> {
    let plain = read_plain(&request.plaintext)?;
    let Some(previous) = &request.previous else {
        return create(request, &plain, Diagnostics::new());
    };
    let (document, metadata) = match parse(previous) {
        Ok(parsed) => parsed,
        Err(problems)
            if problems
                .iter()
                .any(|problem| problem.is(&rules::SOPS_NOT_ENCRYPTED)) =>
        {
            let note = rules::SOPS_WAS_CLEAR
                .report("the file was in the clear until now; whoever saw it knows its secrets")
                .at(diagnostics::Location::file(previous.name))
                .hint("change the secrets if it was ever committed or copied");
            return create(request, &plain, Diagnostics::from(note));
        }
        Err(problems) => return Err(problems),
    };
    if request.identities.is_empty() {
        return unproven(request, previous, &metadata);
    }
    let opened = open_parsed(document, metadata, request.identities, false)?;
    let revision = Revision {
        plaintext: &request.plaintext,
        previous,
        rule: Some(request.rule),
        selector: None,
        now: request.now,
    };
    update(&revision, &plain, &opened)
}

/// A new plaintext for an encrypted file.
pub(crate) struct Revision<'a> {
    pub(crate) plaintext: &'a File<'a>,
    pub(crate) previous: &'a File<'a>,
    /// `None` to keep the keys and the selector of the file, whatever they are.
    pub(crate) rule: Option<&'a Rule>,
    /// A rule whose selector the file takes over, and nothing else.
    pub(crate) selector: Option<&'a Rule>,
    pub(crate) now: Timestamp,
}

impl Revision<'_> {
    fn indents(&self) -> Indents {
        self.rule
            .map(|rule| rule.indents.clone())
            .unwrap_or_default()
    }
}

fn create(
    request: &Request<'_>,
    plain: &Document,
    notes: Diagnostics,
) -> Result<Encrypted, Diagnostics> {
    let rule = request.rule;
    let key = generate_data_key().map_err(no_randomness)?;
    let cipher = Cipher::new(&key);
    let (groups, threshold) = groups::group(&key, rule)
        .map_err(|problems| groups::placed(problems, request.plaintext.name))?;
    // sops writes its default explicitly, except for binary files.
    let binary = plain.format == document::Format::Binary;
    let selector = (!binary).then(|| rule.selector.clone().unwrap_or_default());
    let mut metadata = Metadata::new(
        groups,
        threshold,
        selector,
        rule.mac_only_encrypted && !binary,
    );
    let values: Vec<_> = plain.items.iter().map(|item| item.value.clone()).collect();
    let sealed = seal(
        plain,
        plain,
        &values,
        &metadata,
        &cipher,
        &mut Pool::default(),
    )?;
    let mut notes = notes;
    notes.extend(sealed.lossy(plain));
    sign(&mut metadata, &cipher, &sealed.mac, request.now)?;
    let content = write_new(plain, &sealed, &metadata, &request.plaintext, &rule.indents)?;
    Ok(Encrypted {
        content,
        change: Change::Created,
        notes,
    })
}

fn unproven(
    request: &Request<'_>,
    previous: &File<'_>,
    metadata: &Metadata,
) -> Result<Encrypted, Diagnostics> {
    let same = follows(metadata, request.rule, request.plaintext.format);
    if same {
        return Ok(Encrypted {
            content: previous.content.to_vec(),
            change: Change::Unproven,
            notes: Diagnostics::new(),
        });
    }
    Err(Diagnostics::from(
        rules::SOPS_CANNOT_UPDATE.report("the rule for this file has changed, and no identity is at hand to encrypt it again",
        )
        .at(diagnostics::Location::file(previous.name))
        .hint("run this where the `age.key` is"),
    ))
}

/// Brings an encrypted file in line with a plaintext, and with a rule.
pub(crate) fn update(
    revision: &Revision<'_>,
    plain: &Document,
    opened: &Opened,
) -> Result<Encrypted, Diagnostics> {
    let complete = opened.exposed.is_empty();
    let same = complete && same_values(plain, opened) && same_comments(plain, opened);
    let followed = |rule| follows(&opened.metadata, rule, plain.format);
    if same && revision.rule.is_none_or(followed) && revision.selector.is_none() {
        return Ok(Encrypted {
            content: revision.previous.content.to_vec(),
            change: Change::Unchanged,
            notes: opened.notes.clone(),
        });
    }
    let mut metadata = opened.metadata.clone();
    let mut notes = opened.notes.clone();
    let mut update = Update::default();
    if let Some(rule) = revision.rule
        && let Some(regrouped) = groups::regroup(&opened.key, &metadata, rule)
            .map_err(|problems| groups::placed(problems, revision.plaintext.name))?
    {
        notes.extend(removed_note(revision.plaintext.name, &regrouped.removed));
        metadata.groups = regrouped.groups;
        metadata.threshold = regrouped.threshold;
        metadata.write_groups();
        update.keys = true;
    }
    if let Some(rule) = revision.rule.or(revision.selector) {
        let selector = rule.selector.clone().unwrap_or_default();
        let binary = plain.format == document::Format::Binary;
        // A binary file has one value, which is always encrypted.
        if !binary
            && (selector != metadata.selector
                || rule.mac_only_encrypted != metadata.mac_only_encrypted)
        {
            metadata.selector = selector;
            metadata.mac_only_encrypted = rule.mac_only_encrypted;
            metadata.write_selector();
            update.selector = true;
        }
    }
    if same && !update.selector {
        return keep(revision, opened, &metadata, update, notes);
    }
    let mut pool = Pool::default();
    pool.add(opened);
    let values: Vec<_> = plain.items.iter().map(|item| item.value.clone()).collect();
    let aligned = same_structure(plain, opened);
    let written = if aligned { &opened.document } else { plain };
    let sealed = seal(
        plain,
        written,
        &values,
        &metadata,
        &opened.cipher,
        &mut pool,
    )?;
    update.values = sealed.fresh(plain);
    notes.extend(sealed.lossy(plain));
    update.layout = !aligned || (update.values.is_empty() && !update.selector);
    sign(&mut metadata, &opened.cipher, &sealed.mac, revision.now)?;
    let indents = revision.indents();
    let content = if aligned {
        patch(opened, &sealed, &values, &metadata, &update, revision)?
    } else {
        write_new(plain, &sealed, &metadata, revision.plaintext, &indents)?
    };
    Ok(Encrypted {
        content,
        change: Change::Updated(update),
        notes,
    })
}

/// Whether a file has the keys and the selector of a rule.
fn follows(metadata: &Metadata, rule: &Rule, format: Format) -> bool {
    // A binary file has one value, which is always encrypted.
    let same = || match &rule.selector {
        Some(selector) => metadata.selector == *selector,
        None => metadata.selector == Selector::default(),
    };
    groups::matches(metadata, rule)
        && (format == Format::Binary
            || (same() && metadata.mac_only_encrypted == rule.mac_only_encrypted))
}

/// All values are as they were: only the keys change, as `sops updatekeys` does it.
fn keep(
    revision: &Revision<'_>,
    opened: &Opened,
    metadata: &Metadata,
    update: Update,
    notes: Diagnostics,
) -> Result<Encrypted, Diagnostics> {
    let none: Vec<Option<New<'_>>> = opened.values.iter().map(|_| None).collect();
    let new = NewMetadata::Write(&metadata.tree);
    let content = document::write(&opened.document, &none, &new, &revision.indents())
        .map_err(|problems| unwritable(&opened.document, &problems))?;
    Ok(Encrypted {
        content: content.to_vec(),
        change: Change::Updated(update),
        notes,
    })
}

/// The plaintext's own layout with tokens in it.
pub(crate) fn write_new(
    plain: &Document,
    sealed: &Sealed,
    metadata: &Metadata,
    file: &File<'_>,
    indents: &Indents,
) -> Result<Vec<u8>, Diagnostics> {
    let changes: Vec<_> = sealed
        .tokens
        .iter()
        .map(|token| token.as_ref().map(|(token, _)| New::Token(token)))
        .collect();
    let new = NewMetadata::Write(&metadata.tree);
    let content = document::write(plain, &changes, &new, indents)
        .map_err(|problems| unwritable(plain, &problems))?;
    check(file, &content, plain, sealed, &metadata.selector)?;
    Ok(content.to_vec())
}

/// The previous layout with what differs in it.
fn patch(
    opened: &Opened,
    sealed: &Sealed,
    values: &[Value],
    metadata: &Metadata,
    update: &Update,
    revision: &Revision<'_>,
) -> Result<Vec<u8>, Diagnostics> {
    let items = opened.document.items.iter().zip(values).zip(&sealed.tokens);
    let changes: Vec<_> = items
        .map(|((item, value), token)| match token {
            Some((token, _)) => {
                (item.value.as_bytes() != token.as_bytes()).then_some(New::Token(token))
            }
            None => (item.value != *value).then_some(New::Clear(value)),
        })
        .collect();
    let mac = metadata.mac.as_deref().unwrap_or_default();
    let touch = NewMetadata::Touch {
        mac,
        last_modified: &metadata.last_modified,
    };
    let whole = update.keys
        || update.selector
        || !opened.document.can_touch()
        || metadata.tree.get("version") != opened.metadata.tree.get("version");
    let new = if whole {
        NewMetadata::Write(&metadata.tree)
    } else {
        touch
    };
    let content = document::write(&opened.document, &changes, &new, &revision.indents())
        .map_err(|problems| unwritable(&opened.document, &problems))?;
    check(
        revision.plaintext,
        &content,
        &opened.document,
        sealed,
        &metadata.selector,
    )?;
    Ok(content.to_vec())
}

pub(crate) fn removed_note(name: &str, removed: &[String]) -> Option<Diagnostic> {
    (!removed.is_empty()).then(|| {
        let names: Vec<_> = removed.iter().map(|name| format!("`{}`", shown(name))).collect();
        rules::SOPS_RECIPIENT_REMOVED.report(format!(
                "{} can no longer decrypt this file, but knows the data key of its earlier versions",
                names.join(", ")
            ),
        )
        .at(diagnostics::Location::file(name))
        .hint("rotate the data key, and change the secrets where it matters")
    })
}

fn same_values(plain: &Document, opened: &Opened) -> bool {
    let new = plain
        .items
        .iter()
        .filter(|item| !item.comment)
        .map(|item| (&item.path, &item.value));
    let old = opened.document.items.iter().zip(&opened.values);
    let old = old
        .filter(|(item, _)| !item.comment)
        .map(|(item, value)| (&item.path, value));
    new.eq(old)
}

/// Whether the comments are the same, in whatever order: old versions of sops moved them.
fn same_comments(plain: &Document, opened: &Opened) -> bool {
    let mut new: Vec<_> = plain
        .items
        .iter()
        .filter(|item| item.comment)
        .map(|item| item.value.as_bytes().trim_ascii_end())
        .collect();
    let old = opened.document.items.iter().zip(&opened.values);
    let mut old: Vec<_> = old
        .filter(|(item, _)| item.comment)
        .map(|(_, value)| value.as_bytes().trim_ascii_end())
        .collect();
    new.sort_unstable();
    old.sort_unstable();
    new == old
}

/// Whether both have the same keys and comments in the same order, so that only values differ.
fn same_structure(plain: &Document, opened: &Opened) -> bool {
    let old = &opened.document.items;
    plain.items.len() == old.len()
        && plain
            .items
            .iter()
            .zip(old)
            .all(|(new, old)| new.comment == old.comment && (new.comment || new.path == old.path))
}
