//! A file in an editor: opened, and taken back.

use diagnostics::{Diagnostics, Location};
use repository::Batch;
use secrets::{File, Format, Request};
use zeroize::Zeroizing;

use super::batch::Action;
use super::change::Changed;
use super::disk;
use super::find::Target;
use super::look;
use super::open::Vault;
use super::recipients::own_rule;
use super::steps::write;
use crate::clock;

/// A file that somebody edits. Has no `Debug`: it is in the clear.
pub struct Editing<'a> {
    vault: &'a Vault,
    target: &'a Target,
    /// The encrypted file as it was; `None` if it is yet to be created.
    original: Option<Zeroizing<Vec<u8>>>,
    plaintext: Zeroizing<Vec<u8>>,
    format: Format,
}

impl Vault {
    /// Decrypts a file for an editor. One that does not exist is empty, and there must be a
    /// rule for it.
    ///
    /// # Errors
    ///
    /// If it cannot be decrypted, or nothing says who is to decrypt a new one.
    pub fn edit<'a>(&'a self, target: &'a Target) -> Result<Editing<'a>, Diagnostics> {
        let format = self.format().unwrap_or_else(|| Format::of(&target.shown));
        if !self.view.exists(&target.shown) {
            let rule = self
                .config()
                .and_then(|config| config.rule_for(&target.path));
            if self.overrides.apply(rule.map(|rule| &rule.rule)).is_none() {
                return Err(look::no_rule(&target.shown));
            }
            return Ok(Editing {
                vault: self,
                target,
                original: None,
                plaintext: Zeroizing::default(),
                format,
            });
        }
        let (look, encrypted) = self.required(target)?;
        let plaintext = self.revealed(&look, encrypted)?.content;
        Ok(Editing {
            vault: self,
            target,
            original: Some(look.content),
            plaintext,
            format,
        })
    }
}

impl Editing<'_> {
    /// What the editor is given.
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// Whether the file is yet to be created.
    pub fn is_new(&self) -> bool {
        self.original.is_none()
    }

    /// Takes back what the editor left, and writes the file if that changes it. If the file
    /// was changed meanwhile, both changes are merged.
    ///
    /// # Errors
    ///
    /// If the text cannot be encrypted, or both changes meet in one value. Nothing is written
    /// then, and the text may be corrected and taken back again.
    pub fn finish(&self, edited: &[u8]) -> Result<Changed, Diagnostics> {
        let shown = &self.target.shown;
        if edited == self.plaintext.as_slice() {
            let content = self.original.clone().unwrap_or_default();
            return Ok(Changed::new(shown, Action::Unchanged, content));
        }
        let batch = Batch::into_view(&self.vault.view)?;
        if self.original.is_none() && self.vault.view.exists(shown) {
            return Err(Diagnostics::from(
                repository::rules::FILE_EXISTS
                    .report(format!(
                        "`{shown}` was created meanwhile, and stays as it is"
                    ))
                    .at(Location::file(shown.as_str()))
                    .hint("edit the file that is there"),
            ));
        }
        let mut changed = match &self.original {
            Some(original) => self.replaced(original, edited)?,
            None => self.created(edited)?,
        };
        if changed.outcome.action == Action::Unchanged {
            return Ok(changed);
        }
        if let Some(original) = &self.original {
            let now = disk::read(&self.vault.view, self.target)?;
            if now != *original {
                changed.content = self.merged(original, &now, &changed.content)?;
            }
        }
        write(batch, self.target, &changed)?;
        Ok(changed)
    }

    fn file<'a>(&'a self, content: &'a [u8]) -> File<'a> {
        File::new(&self.target.shown, content).with_format(self.format)
    }

    fn replaced(&self, original: &[u8], edited: &[u8]) -> Result<Changed, Diagnostics> {
        let identities = self.vault.keys().identities();
        let file = self.file(original);
        let encrypted = if self.vault.overrides.ignore_mac {
            // What is under a wrong MAC is nothing to keep tokens of.
            secrets::encrypt(&Request {
                plaintext: self.file(edited),
                previous: None,
                rule: &own_rule(&file)?,
                identities,
                now: clock::timestamp(),
            })
        } else {
            secrets::replace(
                &file,
                edited,
                self.vault.rule(self.target),
                identities,
                clock::timestamp(),
            )
        };
        let encrypted = encrypted.map_err(Diagnostics::without_lines)?;
        Ok(Changed::encrypted(
            &self.target.shown,
            Action::Updated,
            encrypted,
        ))
    }

    fn created(&self, edited: &[u8]) -> Result<Changed, Diagnostics> {
        let mut changed = self
            .vault
            .encrypt_text(self.target, Zeroizing::new(edited.to_vec()))?;
        changed.outcome.action = Action::Encrypted;
        Ok(changed)
    }

    fn merged(
        &self,
        original: &[u8],
        now: &[u8],
        edited: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Diagnostics> {
        let merged = secrets::merge(
            &self.file(original),
            &self.file(now),
            &self.file(edited),
            self.vault.keys().identities(),
            clock::timestamp(),
        )
        .map_err(Diagnostics::without_lines)?;
        Ok(merged.content.into())
    }
}
