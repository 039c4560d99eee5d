//! Files encrypted and decrypted as a whole.

use diagnostics::Diagnostics;
use secrets::{EncryptedFile, Request};
use zeroize::Zeroizing;

use super::batch::{Action, Outcome, Progress, Report};
use super::change::Changed;
use super::config;
use super::find::Target;
use super::look::{self, Look};
use super::names;
use super::open::Vault;
use super::steps::nothing;
use crate::clock;
use crate::git::Git;
use crate::places;

impl Vault {
    /// Encrypts every target that is in the clear and is meant to be encrypted. One that is
    /// encrypted already stays as it is. Where git holds an encrypted version of a file and an
    /// identity opens it, equal values keep the tokens that they had there.
    pub fn encrypt_all(&self, targets: &[Target], progress: Progress<'_>) -> Report<Outcome> {
        self.in_place(targets, progress, |vault, git, target| {
            vault.encrypted(git, target)
        })
    }

    /// Decrypts every target that is encrypted.
    pub fn decrypt_all(&self, targets: &[Target], progress: Progress<'_>) -> Report<Outcome> {
        self.in_place(targets, progress, |vault, _, target| {
            vault.decrypted(target)
        })
    }

    /// One file encrypted; see [`Vault::encrypt_all`].
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn encrypt(&self, target: &Target) -> Result<Changed, Diagnostics> {
        self.encrypted(Git::discover(&self.folder).as_ref(), target)
            .map(|changed| changed.unwrap_or_else(|| nothing(target)))
    }

    /// A text encrypted that stands in no file; `target` says which rule is for it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn encrypt_text(
        &self,
        target: &Target,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<Changed, Diagnostics> {
        let look = self.text(target, content)?;
        self.seal(&look, None)
    }

    /// One file in the clear.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, and if it is in the clear already.
    pub fn decrypt(&self, target: &Target) -> Result<Changed, Diagnostics> {
        self.decrypted(target)
            .map(|changed| changed.unwrap_or_else(|| nothing(target)))
    }

    /// A text in the clear that stands in no file.
    ///
    /// # Errors
    ///
    /// As [`Vault::decrypt`].
    pub fn decrypt_text(
        &self,
        target: &Target,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<Changed, Diagnostics> {
        let mut look = self.text(target, content)?;
        let encrypted = look.encrypted.take();
        let encrypted = encrypted.ok_or_else(|| look::not_encrypted(look.shown))?;
        self.revealed(&look, encrypted)
    }

    fn encrypted(
        &self,
        git: Option<&Git>,
        target: &Target,
    ) -> Result<Option<Changed>, Diagnostics> {
        let Some(look) = look::at(target, self.config.as_ref(), self.format())? else {
            return Ok(None);
        };
        // A rule for a whole folder means those files of it that hold what it selects.
        if look.encrypted.is_none()
            && !target.named
            && !names::is_named(look.shown)
            && let Some(rule) = look.rule
            && secrets::exposed(&look.file(), &rule.rule).is_ok_and(|found| found.is_empty())
        {
            return Ok(None);
        }
        self.seal(&look, git).map(Some)
    }

    fn seal(&self, look: &Look<'_>, git: Option<&Git>) -> Result<Changed, Diagnostics> {
        if look.encrypted.is_some() {
            let rule = look.rule.map(|rule| rule.rule.clone()).unwrap_or_default();
            let exposed = secrets::exposed(&look.file(), &rule).map_err(places::hidden)?;
            if exposed.has_errors() {
                return Err(exposed);
            }
            let content = look.content.clone();
            return Ok(Changed::new(look.shown, Action::Unchanged, content));
        }
        let rule = match self.overrides.apply(look.rule.map(|rule| &rule.rule)) {
            Some(rule) => rule,
            None => look::rule_for(look)?.clone(),
        };
        let committed = git.and_then(|git| self.committed(git, look));
        let previous = committed
            .as_deref()
            .map(|content| secrets::File::new(look.shown, content).with_format(look.format));
        let identities = match previous {
            Some(_) => self.keys.identities(),
            None => &[],
        };
        let request = Request {
            plaintext: look.file(),
            previous,
            rule: &rule,
            identities,
            now: clock::timestamp(),
        };
        let mut encrypted = secrets::encrypt(&request).map_err(places::hidden)?;
        if encrypted.change == secrets::Change::Unchanged {
            // As git has it, but not as it is on disk.
            encrypted.change = secrets::Change::Created;
        }
        let mut changed = Changed::encrypted(look.shown, Action::Encrypted, encrypted);
        changed.outcome.action = Action::Encrypted;
        Ok(changed)
    }

    /// The encrypted version that git holds of a file in the clear, if an identity opens it.
    fn committed(&self, git: &Git, look: &Look<'_>) -> Option<Vec<u8>> {
        let path = config::shown(&self.folder, &self.folder.join(look.shown));
        let content = git.committed(&path)?;
        let file = secrets::File::new(look.shown, &content).with_format(look.format);
        secrets::status(&file).ok()??;
        secrets::decrypt(&file, self.keys.identities()).ok()?;
        Some(content)
    }

    fn decrypted(&self, target: &Target) -> Result<Option<Changed>, Diagnostics> {
        let Some((look, encrypted)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        self.revealed(&look, encrypted).map(Some)
    }

    pub(super) fn revealed(
        &self,
        look: &Look<'_>,
        encrypted: EncryptedFile,
    ) -> Result<Changed, Diagnostics> {
        let identities = self.keys.identities();
        let decrypted = if self.overrides.ignore_mac {
            encrypted.decrypt_ignoring_mac(identities)
        } else {
            encrypted.decrypt(identities)
        };
        let decrypted = decrypted.map_err(places::hidden)?;
        let mut changed = Changed::new(look.shown, Action::Decrypted, decrypted.content);
        changed.notes = decrypted.notes;
        Ok(changed)
    }
}
