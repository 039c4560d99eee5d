//! Files encrypted and decrypted as a whole.

use diagnostics::{Diagnostics, Location};
use secrets::{EncryptedFile, Request, Rule};
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
use crate::rules;
use repository::Git;

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
        self.encrypted(self.view.git().as_ref(), target)
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
        self.seal(&look, None, true)
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
        let Some(look) = look::at(&self.view, target, self.config.as_ref(), self.format())? else {
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
        self.seal(&look, git, target.named).map(Some)
    }

    /// What is encrypted already, and has values in the clear that it should not have, encrypted
    /// in full. Who names the file wants what its rule says.
    fn completed(
        &self,
        look: &Look<'_>,
        encrypted: &EncryptedFile,
        named: bool,
    ) -> Result<Changed, Diagnostics> {
        let rule = look.rule.map(|rule| &rule.rule);
        let narrower =
            |file: &EncryptedFile| rule.map(|rule| file.narrower(rule)).unwrap_or_default();
        let file = look.file();
        let exposed =
            secrets::exposed(&file, &Rule::default()).map_err(Diagnostics::without_lines)?;
        let wanted = narrower(encrypted);
        let hollow = encrypted.status().selects_nothing;
        let follow = wanted.has_errors() || (named || hollow) && !wanted.is_empty();
        if exposed.is_empty() && !follow {
            let content = look.content.clone();
            let mut unchanged = Changed::new(look.shown, Action::Unchanged, content);
            unchanged.notes = wanted;
            return Ok(unchanged);
        }
        let identities = self.keys.identities();
        let made = secrets::complete(&file, rule, named, identities, clock::timestamp())
            .map_err(Diagnostics::without_lines)?;
        let mut changed = Changed::encrypted(look.shown, Action::Updated, made);
        // What it could not take over.
        let after = secrets::File::new(look.shown, &changed.content).with_format(look.format);
        if let Some(after) = EncryptedFile::read(&after).map_err(Diagnostics::without_lines)? {
            changed.notes.extend(narrower(&after));
        }
        Ok(changed)
    }

    fn seal(
        &self,
        look: &Look<'_>,
        git: Option<&Git>,
        named: bool,
    ) -> Result<Changed, Diagnostics> {
        if let Some(encrypted) = &look.encrypted {
            return self.completed(look, encrypted, named);
        }
        let rule = match self.overrides.apply(look.rule.map(|rule| &rule.rule)) {
            Some(rule) => rule,
            None => look::rule_for(look)?.clone(),
        };
        if secrets::selects_nothing(&look.file(), &rule).map_err(Diagnostics::without_lines)? {
            return Err(nothing_selected(look.shown, &rule));
        }
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
        let mut encrypted = secrets::encrypt(&request).map_err(Diagnostics::without_lines)?;
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
        let path = config::shown(self.folder(), &self.folder().join(look.shown));
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
        let decrypted = decrypted.map_err(Diagnostics::without_lines)?;
        let mut changed = Changed::new(look.shown, Action::Decrypted, decrypted.content);
        changed.notes = decrypted.notes;
        Ok(changed)
    }
}

/// sops writes such a file, all of it in the clear, and says nothing.
fn nothing_selected(shown: &str, rule: &Rule) -> Diagnostics {
    let selector = rule.selector.clone().unwrap_or_default();
    Diagnostics::from(
        rules::SECRETS_NOTHING_SELECTED.report(format!("all of `{shown}` would stay in the clear: `{selector}` selects nothing in it"),
        )
        .at(Location::file(shown))
        .hint("correct the rule in `.sops.yaml`, or the keys of the file; if it holds no secret, take `.sops` out of its name"),
    )
}
