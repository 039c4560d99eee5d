//! Who can decrypt a file, changed: `updatekeys` and `rotate`.

use diagnostics::Diagnostics;

use super::document::{self, Indents, New, NewMetadata};
use super::encrypt::{Change, Encrypted, Update};
use super::groups;
use super::keyring::{self, no_randomness};
use super::open::{File, open, parse, unwritable};
use super::pool::Pool;
use super::rule::Rule;
use super::seal::{seal, sign};
use super::time::Timestamp;
use super::token::{Cipher, generate_data_key};
use crate::keys::{Identity, Recipient};

/// Gives a file the recipients of a rule, under the data key that it has: `sops updatekeys`.
/// Values, MAC, time and selector stay, and so does what unchanged recipients have.
///
/// # Errors
///
/// If the file cannot be read, no identity fits, or the rule names nobody.
pub fn update_keys(
    file: &File<'_>,
    rule: &Rule,
    identities: &[Identity],
) -> Result<Encrypted, Diagnostics> {
    let (document, mut metadata) = parse(file)?;
    if groups::matches(&metadata, rule) {
        return Ok(Encrypted {
            content: file.content.to_vec(),
            change: Change::Unchanged,
            notes: Diagnostics::new(),
        });
    }
    let key = keyring::data_key(&document.source, &metadata, identities)?;
    let mut notes = Diagnostics::new();
    let regrouped = groups::regroup(&key, &metadata, rule)
        .map_err(|problems| groups::placed(problems, file.name))?;
    if let Some(regrouped) = regrouped {
        notes.extend(super::encrypt::removed_note(file.name, &regrouped.removed));
        metadata.groups = regrouped.groups;
        metadata.threshold = regrouped.threshold;
        metadata.write_groups();
    }
    let none: Vec<Option<New<'_>>> = document.items.iter().map(|_| None).collect();
    let new = NewMetadata::Write(&metadata.tree);
    let content = document::write(&document, &none, &new, &rule.indents)
        .map_err(|problems| unwritable(&document, &problems))?;
    Ok(Encrypted {
        content: content.to_vec(),
        change: Change::Updated(Update {
            keys: true,
            ..Update::default()
        }),
        notes,
    })
}

/// Encrypts every value of a file anew, under a new data key and new nonces, for the
/// recipients that it has: `sops rotate`.
///
/// # Errors
///
/// If the file cannot be decrypted, or is encrypted to keys of other kinds too, which cannot
/// be given the new data key.
pub fn rotate(
    file: &File<'_>,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    let opened = open(file, identities, false)?;
    let mut metadata = opened.metadata.clone();
    let rule = rule_of(&metadata)?;
    let key = generate_data_key().map_err(no_randomness)?;
    let cipher = Cipher::new(&key);
    (metadata.groups, metadata.threshold) =
        groups::group(&key, &rule).map_err(|problems| groups::placed(problems, file.name))?;
    metadata.write_groups();
    let document = &opened.document;
    // What a comment says decides, as it stands in the file.
    let sealed = seal(
        document,
        document,
        &opened.values,
        &metadata,
        &cipher,
        &mut Pool::default(),
    )?;
    sign(&mut metadata, &cipher, &sealed.mac, now)?;
    let changes: Vec<_> = sealed.tokens().map(|token| token.map(New::Token)).collect();
    let new = NewMetadata::Write(&metadata.tree);
    let content = document::write(document, &changes, &new, &Indents::default())
        .map_err(|problems| unwritable(document, &problems))?;
    Ok(Encrypted {
        content: content.to_vec(),
        change: Change::Updated(Update {
            values: sealed.fresh(document),
            keys: true,
            ..Update::default()
        }),
        notes: opened.notes,
    })
}

/// The rule that a file follows by its own metadata.
pub(crate) fn rule_of(metadata: &super::metadata::Metadata) -> Result<Rule, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut parse = |name: &str| {
        name.parse::<Recipient>()
            .map_err(|error| problems.push(error.diagnostic(name)))
            .ok()
    };
    let groups = metadata
        .groups
        .iter()
        .map(|group| {
            group
                .age
                .iter()
                .filter_map(|key| parse(&key.recipient))
                .collect()
        })
        .collect();
    let foreign = metadata
        .groups
        .iter()
        .map(|group| {
            group
                .foreign
                .iter()
                .map(|(kind, key)| foreign_name(kind, key))
                .collect()
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Rule {
        groups,
        foreign,
        threshold: metadata.threshold,
        selector: Some(metadata.selector.clone()),
        mac_only_encrypted: metadata.mac_only_encrypted,
        indents: Indents::default(),
    })
}

/// A key of another kind as rules name it.
fn foreign_name(kind: &str, key: &serde_json::Value) -> String {
    let name = [
        "fp",
        "arn",
        "resource_id",
        "key_id",
        "vault_url",
        "vault_address",
        "name",
    ]
    .iter()
    .find_map(|field| key.get(field)?.as_str())
    .unwrap_or_default();
    format!("{kind}: {name}")
}
