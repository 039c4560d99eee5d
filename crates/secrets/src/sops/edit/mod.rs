//! Single values of an encrypted file set and taken out: `sops set` and `sops unset`.

mod json;
mod lines;
mod problem;
mod yaml;

use ::yaml::Limits;
use diagnostics::{Diagnostics, Source};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::document::Format;
use super::encrypt::{Encrypted, Revision, update};
use super::open::{File, Opened, open, read_plain};
use super::path::Path;
use super::rule::Rule;
use super::time::Timestamp;
use super::widen;
use crate::keys::Identity;
use problem::EditProblem;

/// Sets a value, making the maps that are missing on the way; everything else keeps its
/// tokens. A value that is there already leaves the file as it is. If the rule that is for the
/// file by now selects the value, and the file itself does not, the file takes over the
/// rule's selector where that leaves nothing in the clear, and a note says so.
///
/// # Errors
///
/// If the file cannot be decrypted, or has no place for such a value.
pub fn set(
    file: &File<'_>,
    path: &Path,
    value: &Json,
    rule: Option<&Rule>,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    edit(
        file,
        path,
        rule,
        identities,
        now,
        |source, limits, format| match format {
            Format::Yaml => yaml::set(source, limits, path, value),
            Format::Json => json::set(source.text(), path, value),
            Format::Dotenv => lines::set_dotenv(source.text(), path, value),
            Format::Ini => lines::set_ini(source, path, value),
            Format::Binary => Err(EditProblem::NoPlace),
        },
    )
}

/// Takes a value out, or a whole map or list; everything else keeps its tokens.
///
/// # Errors
///
/// If the file cannot be decrypted, or there is nothing at that path.
pub fn unset(
    file: &File<'_>,
    path: &Path,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    edit(
        file,
        path,
        None,
        identities,
        now,
        |source, limits, format| match format {
            Format::Yaml => yaml::unset(source, limits, path),
            Format::Json => json::unset(source.text(), path),
            Format::Dotenv => lines::unset_dotenv(source.text(), path),
            Format::Ini => lines::unset_ini(source, path),
            Format::Binary => Err(EditProblem::NoPlace),
        },
    )
}

/// Puts a whole new plaintext in the place of what an encrypted file holds, as an editor hands
/// it back. The file's keys stay, and so do the tokens of equal values; its selector as with
/// [`set`].
///
/// # Errors
///
/// If the file cannot be decrypted, or the plaintext cannot be encrypted.
pub fn replace(
    file: &File<'_>,
    plaintext: &[u8],
    rule: Option<&Rule>,
    identities: &[Identity],
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    let opened = open(file, identities, false)?;
    revise(file, plaintext, rule, &opened, now)
}

fn revise(
    file: &File<'_>,
    plaintext: &[u8],
    rule: Option<&Rule>,
    opened: &Opened,
    now: Timestamp,
) -> Result<Encrypted, Diagnostics> {
    let new = File {
        content: plaintext,
        ..*file
    };
    let plain = read_plain(&new)?;
    let widening = rule.and_then(|rule| widen::added(file.name, &plain, opened, rule));
    let revision = Revision {
        plaintext: &new,
        previous: file,
        rule: None,
        selector: rule.filter(|_| widening.as_ref().is_some_and(|widening| widening.adopt)),
        now,
    };
    let mut encrypted = update(&revision, &plain, opened)?;
    encrypted
        .notes
        .extend(widening.map(|widening| widening.note));
    Ok(encrypted)
}

fn edit(
    file: &File<'_>,
    path: &Path,
    rule: Option<&Rule>,
    identities: &[Identity],
    now: Timestamp,
    change: impl FnOnce(&Source, &Limits, Format) -> Result<String, EditProblem>,
) -> Result<Encrypted, Diagnostics> {
    let opened = open(file, identities, false)?;
    let clear = opened.plaintext()?;
    let text = std::str::from_utf8(&clear).unwrap_or_default();
    let source = Source::new(file.name, text);
    let source = source.with_secrets(match file.format {
        Format::Yaml => ::yaml::mask::values(text),
        _ => vec![0..text.len()],
    });
    let new = change(&source, &file.limits, file.format)
        .map_err(|problem| Diagnostics::from(problem.diagnostic(file.name, path)))?;
    let new = Zeroizing::new(new);
    revise(file, new.as_bytes(), rule, &opened, now)
}
