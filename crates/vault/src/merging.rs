//! What git asks for: a merge of three versions, and a text for its differences.

use diagnostics::{Diagnostics, Location, Rule};
use secrets::File;
use zeroize::Zeroizing;

use super::keys::Keys;
use super::names;
use crate::clock;

/// The merge of what two branches made of a file; see [`secrets::merge`].
///
/// # Errors
///
/// A conflict, files that cannot be decrypted, or files in the clear.
pub fn merge(
    name: &str,
    [base, ours, theirs]: [&[u8]; 3],
    keys: &Keys,
) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
    if ours == theirs || base == theirs {
        return Ok(Zeroizing::new(ours.to_vec()));
    }
    if base == ours {
        return Ok(Zeroizing::new(theirs.to_vec()));
    }
    let conflict = |rule: &'static Rule, message: &str| {
        Diagnostics::from(rule.report(message).at(Location::file(name)))
    };
    if base.is_empty() {
        return Err(conflict(
            &secrets::rules::SOPS_MERGE_CONFLICT,
            "both sides added the file, and differently",
        ));
    }
    for (side, content) in [("ours", ours), ("theirs", theirs), ("the base", base)] {
        if !names::may_be_encrypted(content) {
            return Err(conflict(
                &secrets::rules::SOPS_NOT_ENCRYPTED,
                &format!("one version ({side}) is in the clear, so that values cannot be merged"),
            ));
        }
    }
    let file = |content| File::new(name, content);
    let merged = secrets::merge(
        &file(base),
        &file(ours),
        &file(theirs),
        keys.identities(),
        clock::timestamp(),
    )
    .map_err(Diagnostics::without_lines)?;
    Ok(merged.content.into())
}

/// A file for a difference: a short mark in the place of each encrypted value. What is no
/// SOPS file, or a damaged one, comes back as it is.
pub fn redacted(name: &str, content: &[u8]) -> Vec<u8> {
    if !names::may_be_encrypted(content) {
        return content.to_vec();
    }
    secrets::redact(&File::new(name, content)).unwrap_or_else(|_| content.to_vec())
}

/// The same with the values in the clear, where an identity opens it.
pub fn revealed(name: &str, content: &[u8], keys: &Keys) -> Zeroizing<Vec<u8>> {
    if !names::may_be_encrypted(content) {
        return Zeroizing::new(content.to_vec());
    }
    let file = File::new(name, content);
    secrets::decrypt_ignoring_mac(&file, keys.identities()).map_or_else(
        |_| Zeroizing::new(redacted(name, content)),
        |decrypted| decrypted.content,
    )
}
