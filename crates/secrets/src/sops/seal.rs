//! The values of a document as tokens, and the MAC over them.

use diagnostics::{Diagnostic, Diagnostics};

use super::document::{self, Document, Format, Item};
use super::keyring::no_randomness;
use super::lossy;
use super::mac::Mac;
use super::metadata::Metadata;
use super::open::{File, select};
use super::path::Path;
use super::pool::Pool;
use super::selector::Selector;
use super::time::Timestamp;
use super::token::{Cipher, is_token};
use super::value::Value;

use crate::rules;

/// A document's values, encrypted.
pub(crate) struct Sealed {
    /// For each item its token, if it has one, and whether that is new.
    pub(super) tokens: Vec<Option<(String, bool)>>,
    selected: Vec<bool>,
    pub(crate) mac: Value,
}

impl Sealed {
    /// For each item its token, if it has one.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Option<&str>> {
        self.tokens
            .iter()
            .map(|token| token.as_ref().map(|(token, _)| token.as_str()))
    }

    /// The values with a new token that are not what was written.
    pub(crate) fn lossy(&self, document: &Document) -> Diagnostics {
        let items = document.items.iter().zip(&self.tokens);
        items
            .filter(|(_, token)| matches!(token, Some((_, true))))
            .filter_map(|(item, _)| lossy::lost(document, item))
            .collect()
    }

    /// The places of the values that have a new token.
    pub(crate) fn fresh(&self, document: &Document) -> Vec<Path> {
        let items = document.items.iter().zip(&self.tokens);
        items
            .filter(|(item, token)| !item.comment && matches!(token, Some((_, true))))
            .map(|(item, _)| item.path.clone())
            .collect()
    }
}

/// Encrypts the values that a selector picks, for the places that they have in `written`: the
/// same document, or one of the same structure.
pub(crate) fn seal(
    document: &Document,
    written: &Document,
    values: &[Value],
    metadata: &Metadata,
    cipher: &Cipher,
    pool: &mut Pool,
) -> Result<Sealed, Diagnostics> {
    let selected = select(document, &metadata.selector);
    let mut mac = Mac::new(metadata.mac_only_encrypted);
    let mut tokens = Vec::with_capacity(values.len());
    let mut problems = Diagnostics::new();
    let items = document.items.iter().zip(&written.items);
    for (((item, place), value), &selected) in items.zip(values).zip(&selected) {
        mac.add(value, selected);
        if selected && item.slot.bare {
            problems.push(unquoted(document, item));
        }
        if item.slot.unseen && metadata.selector.picks_comment(value) {
            problems.push(unseen(document, item));
        }
        // A comment that could not be decrypted stays the token that it is.
        let unreadable = item.comment && value.as_text().is_some_and(is_token);
        if !selected || value.is_empty() || unreadable {
            tokens.push(None);
            continue;
        }
        let token = pool
            .token(cipher, place.path.additional_data(), value)
            .map_err(no_randomness)?;
        if let Selector::UnencryptedCommentRegex(regex) = &metadata.selector
            && item.comment
            && regex.is_match(token.0.as_bytes())
        {
            problems.push(
                rules::SOPS_REGEX_MATCHES_TOKENS.report("`unencrypted_comment_regex` matches encrypted comments too, after which nobody could decrypt the file",
                )
                .at(document.source.location(item.range.clone()))
                .hint("use a longer pattern"),
            );
        }
        tokens.push(Some(token));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Sealed {
        tokens,
        selected,
        mac: mac.finish(),
    })
}

/// YAML takes an unquoted text that starts with `!` or `&` for a tag or an anchor: the value is
/// nothing, and the text would stay in the clear.
pub(super) fn unquoted(document: &Document, item: &Item) -> Diagnostic {
    rules::SOPS_UNQUOTED.report(format!(
            "the value of `{}` is a tag or an anchor and nothing else, which would stay in the clear",
            item.path
        ),
    )
    .at(document.source.location(item.slot.marks.clone().unwrap_or(item.range.clone())))
    .hint("put it in quotes: without them, YAML reads a text that starts with `!` or `&` as something else")
}

/// A comment that somebody wrote to select values, and that sops drops.
fn unseen(document: &Document, item: &Item) -> Diagnostic {
    rules::SOPS_UNSEEN_COMMENT.report("the selector matches this comment, but sops does not see a comment behind an opening bracket, and would treat the values as if it were not there",
    )
    .at(document.source.location(item.range.clone()))
    .hint("put the comment on a line of its own, above the key or above the first item")
}

/// Encrypts the MAC under its time, into the metadata.
pub(crate) fn sign(
    metadata: &mut Metadata,
    cipher: &Cipher,
    mac: &Value,
    now: Timestamp,
) -> Result<(), Diagnostics> {
    let time = now.to_string();
    let mac = cipher.encrypt(mac, &time).map_err(no_randomness)?;
    metadata.write_mac(mac, time);
    Ok(())
}

/// Reads the result back without any key: every value that should be a token is one, and
/// nothing has moved. What this finds would be a fault of this crate, and nothing is written.
pub(super) fn check(
    file: &File<'_>,
    content: &[u8],
    expected: &Document,
    sealed: &Sealed,
    selector: &Selector,
) -> Result<(), Diagnostics> {
    let written = document::read_encrypted(file.name, content, file.format, &file.limits);
    let good = written.is_ok_and(|written| {
        // Which values a comment selects is a matter of the layout.
        let selected = select(&written, selector);
        let values = |document: &Document| {
            let items = document.items.iter().enumerate();
            let values: Vec<_> = items
                .filter(|(_, item)| !item.comment)
                .map(|(number, item)| (number, item.path.clone()))
                .collect();
            values
        };
        let (new, old) = (values(&written), values(expected));
        new.len() == old.len()
            && new.iter().zip(&old).all(|((at, path), (number, old))| {
                let item = &written.items[*at];
                let token = item.value.as_text().is_some_and(is_token);
                path == old
                    && (file.format == Format::Binary || selected[*at] == sealed.selected[*number])
                    && (!sealed.selected[*number] || token == sealed.tokens[*number].is_some())
            })
    });
    if good {
        return Ok(());
    }
    if matches!(
        selector,
        Selector::EncryptedCommentRegex(_) | Selector::UnencryptedCommentRegex(_)
    ) {
        return Err(Diagnostics::from(
            rules::SOPS_COMMENT_MOVES.report("in the encrypted file, a comment would select other values than in this one, so it is not written",
            )
            .at(diagnostics::Location::file(file.name))
            .hint("put such comments on lines of their own, above the key that they are about"),
        ));
    }
    Err(Diagnostics::from(
        rules::SOPS_NOT_PROVEN
            .report("the encrypted file does not read back as it should, so it is not written")
            .at(diagnostics::Location::file(file.name))
            .hint("report this with the file's structure, without its values"),
    ))
}
