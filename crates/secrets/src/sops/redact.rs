//! An encrypted file as people read it in a difference: every token short, nothing of its value.

use diagnostics::Diagnostics;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::document::{self, Indents, New, NewMetadata};
use super::open::{File, parse, select, unwritable};
use super::selector::NAMES;
use super::token::{is_token, type_of};

use crate::rules;

/// The file with `<encrypted str 1a2b3c4d>` in the place of each token, where the digits are of
/// a hash of the token: they change if and only if the value was encrypted anew. Of the
/// metadata, recipients and selector are left. A file without metadata comes back as it is.
///
/// # Errors
///
/// If the file has metadata that cannot be read.
pub fn redact(file: &File<'_>) -> Result<Vec<u8>, Diagnostics> {
    let (document, metadata) = match parse(file) {
        Ok(parsed) => parsed,
        Err(problems)
            if problems
                .iter()
                .any(|problem| problem.is(&rules::SOPS_NOT_ENCRYPTED)) =>
        {
            return Ok(file.content.to_vec());
        }
        Err(problems) => return Err(problems),
    };
    let selected = select(&document, &metadata.selector);
    let masks: Vec<Option<String>> = document
        .items
        .iter()
        .zip(&selected)
        .map(|(item, &selected)| {
            let text = item.value.as_text().unwrap_or_default();
            if is_token(text) {
                Some(format!(
                    "<encrypted {} {}>",
                    type_of(text).unwrap_or("str"),
                    digits(text)
                ))
            } else {
                // It should be a token; whatever it is, it is not shown.
                (selected && !item.comment && item.can_be_encrypted())
                    .then(|| "<clear text>".to_owned())
            }
        })
        .collect();
    let changes: Vec<_> = masks
        .iter()
        .map(|mask| mask.as_deref().map(New::Token))
        .collect();
    let mut tree = Map::new();
    let recipients = |group: &super::metadata::Group| -> Json {
        group
            .age
            .iter()
            .map(|key| Json::from(key.recipient.as_str()))
            .collect()
    };
    match &metadata.groups[..] {
        [group] => tree.insert("age".to_owned(), recipients(group)),
        groups => tree.insert(
            "key_groups".to_owned(),
            groups.iter().map(recipients).collect(),
        ),
    };
    for name in NAMES
        .into_iter()
        .chain(["mac_only_encrypted", "shamir_threshold"])
    {
        if let Some(value) = metadata.tree.get(name) {
            tree.insert(name.to_owned(), value.clone());
        }
    }
    let new = NewMetadata::Write(&tree);
    document::write(&document, &changes, &new, &Indents::default())
        .map(|content| content.to_vec())
        .map_err(|problems| unwritable(&document, &problems))
}

fn digits(token: &str) -> String {
    let hash = Sha256::digest(token.as_bytes());
    let first = hash
        .iter()
        .take(4)
        .fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
    format!("{first:08x}")
}
