//! An encrypted file to which somebody added values in the clear, encrypted in full.

use diagnostics::{Diagnostics, Location};

use super::encrypt::{Encrypted, Revision, update};
use super::keyring;
use super::open::{File, open_partly, parse, read_plain, select};
use super::rule::Rule;
use super::seal::unquoted;
use super::time::Timestamp;
use super::widen::{beyond, covers, is_narrow, nothing, selector_of};
use crate::keys::Identity;
use crate::rules;

/// Encrypts the values that stand in the clear in an encrypted file though its selector picks
/// them; everything else keeps its tokens. With a rule, the file takes over the rule's
/// selector where that picks values in the clear too, and nothing that is encrypted would be in
/// the clear then; `broadly` says whether so for a rule that names what is no secret
/// (`unencrypted_suffix` and the like), too.
///
/// The MAC is checked over what was encrypted already. If it does not match, values were taken
/// out or replaced as well, which is a note, not an error: the file is about to get a new one.
///
/// # Errors
///
/// If the file cannot be decrypted. If there is nothing in the clear, also if its MAC does not
/// match.
pub fn complete(
    file: &File<'_>,
    rule: Option<&Rule>,
    broadly: bool,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    let (document, metadata) = parse(file)?;
    let own = metadata.selector.clone();
    let key = keyring::data_key(&document.source, &metadata, identities)?;
    let (mut opened, mismatch) = open_partly(document, metadata, key)?;
    if opened.exposed.is_empty() {
        if let Some(problem) = mismatch {
            return Err(problem.into());
        }
    } else if mismatch.is_some() {
        opened.notes.push(
            rules::SOPS_MAC_RENEWED.report("the MAC does not match what was encrypted before either: values were replaced or taken out by hand",
            )
            .at(Location::file(file.name))
            .hint("compare the file with its last commit"),
        );
    }
    let clear = opened.plaintext()?;
    let plaintext = File {
        content: &clear,
        ..*file
    };
    let plain = read_plain(&plaintext)?;
    let unreadable: Diagnostics = plain
        .items
        .iter()
        .zip(select(&plain, &own))
        .filter(|(item, selected)| *selected && item.slot.bare)
        .map(|(item, _)| unquoted(&plain, item))
        .collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let adopted = rule.filter(|rule| {
        let selector = selector_of(rule);
        (broadly || is_narrow(&selector) || nothing(&plain, &own))
            && !beyond(&plain, &own, rule).is_empty()
            && covers(&plain, &own, &selector)
    });
    let revision = Revision {
        plaintext: &plaintext,
        previous: file,
        rule: None,
        selector: adopted,
        now,
    };
    update(&revision, &plain, &opened)
}
