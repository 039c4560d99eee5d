//! A few bytes encrypted to one recipient as an armored age file, as SOPS keeps a data key.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use zeroize::Zeroizing;

use super::identity::Identity;
use super::recipient::Recipient;

/// More than any data key or Shamir share has: a file that holds more is not one.
const LIMIT: u64 = 4096;

/// Why a data key could not be had from an age file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnwrapError {
    /// None of the identities is the one it was encrypted to.
    NoMatch,
    /// It is no age file, or was changed.
    Damaged,
}

/// Encrypts to one recipient. `None` if that failed, which takes a plugin or broken random
/// numbers.
pub(crate) fn wrap(recipient: &Recipient, secret: &[u8]) -> Option<String> {
    let mut armored = Vec::with_capacity(512);
    recipient
        .with_age(|recipient| {
            let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).ok()?;
            let armor = ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor).ok()?;
            let mut writer = encryptor.wrap_output(armor).ok()?;
            writer.write_all(secret).ok()?;
            writer.finish().ok()?.finish().ok()
        })
        .flatten()?;
    let text = String::from_utf8(armored).ok()?;
    // age's own line ending on Windows is not SOPS'.
    Some(text.replace("\r\n", "\n"))
}

/// Decrypts an armored age file with the first identity that fits.
pub(crate) fn unwrap<'a>(
    identities: impl IntoIterator<Item = &'a Identity>,
    armored: &str,
) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
    // Blank lines around the armor are common, and age refuses them.
    let armored = armored.trim();
    let mut worst = UnwrapError::NoMatch;
    for identity in identities {
        match identity.with_age(|identity| unwrap_one(identity, armored)) {
            Some(Ok(secret)) => return Ok(secret),
            Some(Err(UnwrapError::NoMatch)) | None => {}
            Some(Err(UnwrapError::Damaged)) => worst = UnwrapError::Damaged,
        }
    }
    Err(worst)
}

fn unwrap_one(
    identity: &dyn age::Identity,
    armored: &str,
) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
    // Out of its armor first: age reads a header that lies in memory whole, several times faster.
    let mut binary = Vec::with_capacity(armored.len());
    ArmoredReader::new(armored.as_bytes())
        .read_to_end(&mut binary)
        .map_err(|_| UnwrapError::Damaged)?;
    let decryptor =
        age::Decryptor::new_buffered(binary.as_slice()).map_err(|_| UnwrapError::Damaged)?;
    let reader = match decryptor.decrypt(std::iter::once(identity)) {
        Ok(reader) => reader,
        Err(age::DecryptError::NoMatchingKeys) => return Err(UnwrapError::NoMatch),
        Err(_) => return Err(UnwrapError::Damaged),
    };
    // Room for all that may come, so that no copy of the secret is left behind by growing.
    let mut secret = Zeroizing::new(Vec::with_capacity(128));
    reader
        .take(LIMIT)
        .read_to_end(&mut secret)
        .map_err(|_| UnwrapError::Damaged)?;
    Ok(secret)
}
