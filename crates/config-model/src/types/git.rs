//! The repository and its branch.

use super::text::{InvalidValue, checked_text};
use crate::rules;

checked_text! {
    /// A repository on GitHub: `owner/repo`.
    RepositoryName, |text| {
        if is_repository(text) {
            return Ok(());
        }
        let invalid = InvalidValue::new(&rules::REPOSITORY_INVALID, "is not of the form `owner/repo`");
        Err(match from_url(text) {
            Some(plain) => invalid.hint_that(format!("write `{plain}`")),
            None => invalid,
        })
    }
}

impl RepositoryName {
    /// What stands before the slash.
    pub fn owner(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(owner, _)| owner)
    }

    /// What stands after the slash.
    pub fn name(&self) -> &str {
        self.as_str().split_once('/').map_or("", |(_, name)| name)
    }
}

checked_text! {
    /// A branch, by the rules of `git check-ref-format --branch`.
    BranchName, |text| {
        let invalid = |reason: &str| InvalidValue::new(&rules::REPOSITORY_INVALID_BRANCH, reason);
        let forbidden = |character: char| {
            character.is_whitespace()
                || character.is_control()
                || matches!(character, '~' | '^' | ':' | '?' | '*' | '[' | '\\')
        };
        if text.contains(char::is_whitespace) {
            return Err(invalid("is not a branch name: it has white space"));
        }
        let well_formed = !text.is_empty()
            && !text.contains(forbidden)
            && !text.contains("..")
            && !text.contains("@{")
            && text != "@"
            && text != "HEAD"
            && !text.starts_with('-')
            && !text.ends_with('.')
            && text.split('/').all(|part| {
                !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none()
            });
        if !well_formed {
            return Err(invalid("is not a branch name that git accepts"));
        }
        Ok(())
    }
}

fn is_repository(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else {
        return false;
    };
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let owner_fits =
        (1..=100).contains(&owner.len()) && owner.bytes().all(word) && !owner.starts_with('-');
    let name_fits = (1..=100).contains(&name.len())
        && name.bytes().all(|byte| word(byte) || byte == b'.')
        && name != "."
        && name != ".."
        && !name.to_ascii_lowercase().ends_with(".git");
    owner_fits && name_fits
}

/// `owner/repo` out of the address of a repository.
fn from_url(text: &str) -> Option<String> {
    let text = text.trim();
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => text.split_once(':').map_or(text, |(_, path)| path),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<_> = path.split('/').collect();
    if path == text && parts.len() > 2 {
        return None;
    }
    let plain = format!("{}/{}", parts.first()?, parts.get(1)?);
    is_repository(&plain).then_some(plain)
}
