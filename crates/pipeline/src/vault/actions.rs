//! What the commands do to files: encrypt, decrypt, set, unset, rotate, update keys.

use diagnostics::{Diagnostic, Diagnostics, Location};
use secrets::{Path, Recipient, Request, Rule, Status, Value};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::Vault;
use super::batch::{self, Action, Outcome, Progress, Report};
use super::change::{Changed, KeyPlan, key_change};
use super::config;
use super::disk;
use super::find::Target;
use super::look::{self, Look};
use crate::clock;
use crate::git::Git;

/// Who is given a file, and who is taken from it, whatever the rule says.
#[derive(Debug, Default)]
pub struct Recipients {
    /// New ones.
    pub add: Vec<Recipient>,
    /// Those that go.
    pub remove: Vec<String>,
}

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

    /// Encrypts every target anew, under new data keys.
    pub fn rotate_all(
        &self,
        targets: &[Target],
        recipients: &Recipients,
        progress: Progress<'_>,
    ) -> Report<Outcome> {
        self.in_place(targets, progress, |vault, _, target| {
            vault.rotated(target, recipients)
        })
    }

    /// Gives every target the recipients of its rule.
    pub fn update_keys_all(&self, targets: &[Target], progress: Progress<'_>) -> Report<Outcome> {
        self.in_place(targets, progress, |vault, _, target| {
            vault.keys_updated(target)
        })
    }

    /// The targets whose recipients are not those of their rule. No identity is needed.
    pub fn plan_keys(&self, targets: &[Target], progress: Progress<'_>) -> Report<KeyPlan> {
        batch::run(
            targets,
            progress,
            || (),
            |(), target| {
                let Some(look) = self.encrypted_look(target)? else {
                    return Ok(None);
                };
                let (look, status) = look;
                let rule = look::rule_for(&look)?;
                Ok(key_change(&status, rule).map(|(added, removed)| {
                    let plan = KeyPlan {
                        target: target.clone(),
                        added,
                        removed,
                    };
                    (plan, Diagnostics::new())
                }))
            },
        )
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
        let look = self.text(target, content)?;
        if look.status.is_none() {
            return Err(look::not_encrypted(look.shown));
        }
        self.open_look(&look)
    }

    /// One file under a new data key, with recipients added and taken out.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn rotate(&self, target: &Target, recipients: &Recipients) -> Result<Changed, Diagnostics> {
        self.rotated(target, recipients)
            .map(|changed| changed.unwrap_or_else(|| nothing(target)))
    }

    /// One value of a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted, or there is no value at that path.
    pub fn get(&self, target: &Target, path: &Path) -> Result<Value, Diagnostics> {
        let (look, _) = self.required(target)?;
        secrets::get(&look.file(), path, self.keys.identities()).map_err(disk::hidden)
    }

    /// All values of a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted.
    pub fn values(&self, target: &Target) -> Result<Vec<(Path, Value)>, Diagnostics> {
        let (look, _) = self.required(target)?;
        secrets::values(&look.file(), self.keys.identities()).map_err(disk::hidden)
    }

    /// Sets a value, and writes the file if that changes it.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted or written, or has no place for such a value.
    pub fn set(&self, target: &Target, path: &Path, value: &Json) -> Result<Changed, Diagnostics> {
        let (look, _) = self.required(target)?;
        let identities = self.keys.identities();
        let now = clock::timestamp();
        let encrypted =
            secrets::set(&look.file(), path, value, identities, now).map_err(disk::hidden)?;
        let changed = Changed::encrypted(look.shown, Action::Updated, encrypted);
        write(target, &changed)?;
        Ok(changed)
    }

    /// Takes a value out. One that is not there is no error: then nothing changes.
    ///
    /// # Errors
    ///
    /// If the file cannot be decrypted or written.
    pub fn unset(&self, target: &Target, path: &Path) -> Result<Changed, Diagnostics> {
        let (look, _) = self.required(target)?;
        let identities = self.keys.identities();
        match secrets::unset(&look.file(), path, identities, clock::timestamp()) {
            Ok(encrypted) => {
                let changed = Changed::encrypted(look.shown, Action::Updated, encrypted);
                write(target, &changed)?;
                Ok(changed)
            }
            Err(problems)
                if problems
                    .iter()
                    .all(|problem| problem.rule.as_str() == "sops/no-such-value") =>
            {
                let content = look.content.clone();
                Ok(Changed::new(look.shown, Action::Unchanged, content))
            }
            Err(problems) => Err(disk::hidden(problems)),
        }
    }

    fn in_place(
        &self,
        targets: &[Target],
        progress: Progress<'_>,
        work: impl Fn(&Self, Option<&Git>, &Target) -> Result<Option<Changed>, Diagnostics> + Sync,
    ) -> Report<Outcome> {
        let start = || Git::discover(&self.folder);
        batch::run(targets, progress, start, |git, target| {
            let Some(changed) = work(self, git.as_ref(), target)? else {
                return Ok(None);
            };
            write(target, &changed)?;
            Ok(Some((changed.outcome, changed.notes)))
        })
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
        if look.status.is_none()
            && !target.named
            && !super::names::is_named(look.shown)
            && let Some(rule) = look.rule
            && secrets::exposed(&look.file(), &rule.rule).is_ok_and(|found| found.is_empty())
        {
            return Ok(None);
        }
        self.seal(&look, git).map(Some)
    }

    fn seal(&self, look: &Look<'_>, git: Option<&Git>) -> Result<Changed, Diagnostics> {
        if look.status.is_some() {
            let rule = look.rule.map(|rule| rule.rule.clone()).unwrap_or_default();
            let exposed = secrets::exposed(&look.file(), &rule).map_err(disk::hidden)?;
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
        let mut encrypted = secrets::encrypt(&request).map_err(disk::hidden)?;
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
        let Some((look, _)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        self.open_look(&look).map(Some)
    }

    pub(super) fn open_look(&self, look: &Look<'_>) -> Result<Changed, Diagnostics> {
        let identities = self.keys.identities();
        let decrypt = if self.overrides.ignore_mac {
            secrets::decrypt_ignoring_mac
        } else {
            secrets::decrypt
        };
        let decrypted = decrypt(&look.file(), identities).map_err(disk::hidden)?;
        let mut changed = Changed::new(look.shown, Action::Decrypted, decrypted.content);
        changed.notes = decrypted.notes;
        Ok(changed)
    }

    fn rotated(
        &self,
        target: &Target,
        recipients: &Recipients,
    ) -> Result<Option<Changed>, Diagnostics> {
        let Some((look, status)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        let identities = self.keys.identities();
        let mut encrypted =
            secrets::rotate(&look.file(), identities, clock::timestamp()).map_err(disk::hidden)?;
        let (added, removed) = difference(&status, recipients);
        if !added.is_empty() || !removed.is_empty() {
            // After the rotation, which the old recipients must allow; they never see a file
            // with the new data key in it.
            let rule = with_recipients(look.shown, &status, recipients)?;
            let file = secrets::File {
                content: &encrypted.content,
                ..look.file()
            };
            let with_keys = secrets::update_keys(&file, &rule, identities).map_err(disk::hidden)?;
            encrypted.content = with_keys.content;
        }
        let mut changed = Changed::encrypted(look.shown, Action::Rotated, encrypted);
        changed.outcome.values.clear();
        changed.outcome.added = added;
        changed.outcome.removed = removed;
        Ok(Some(changed))
    }

    fn keys_updated(&self, target: &Target) -> Result<Option<Changed>, Diagnostics> {
        let Some((look, status)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        let rule = look::rule_for(&look)?;
        let Some((added, removed)) = key_change(&status, rule) else {
            let content = look.content.clone();
            return Ok(Some(Changed::new(look.shown, Action::Unchanged, content)));
        };
        let identities = self.keys.identities();
        let encrypted =
            secrets::update_keys(&look.file(), rule, identities).map_err(disk::hidden)?;
        let mut changed = Changed::encrypted(look.shown, Action::KeysUpdated, encrypted);
        changed.outcome.added = added;
        changed.outcome.removed = removed;
        Ok(Some(changed))
    }

    /// An encrypted file. `None` if it was found in a folder and is none.
    pub(super) fn encrypted_look<'a>(
        &'a self,
        target: &'a Target,
    ) -> Result<Option<(Look<'a>, Status)>, Diagnostics> {
        let look = look::at(target, self.config.as_ref(), self.format())?;
        match look {
            Some(mut look) => match look.status.take() {
                Some(status) => Ok(Some((look, status))),
                None if target.named => Err(look::not_encrypted(look.shown)),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// The same of a file that must be encrypted.
    pub(super) fn required<'a>(
        &'a self,
        target: &'a Target,
    ) -> Result<(Look<'a>, Status), Diagnostics> {
        self.encrypted_look(target)?
            .ok_or_else(|| look::not_encrypted(&target.shown))
    }

    fn text<'a>(
        &'a self,
        target: &'a Target,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<Look<'a>, Diagnostics> {
        let rule = self
            .config
            .as_ref()
            .and_then(|config| config.rule_for(&target.path));
        let format = self
            .format()
            .unwrap_or_else(|| secrets::Format::of(&target.shown));
        look::look(&target.shown, content, format, rule, true)?
            .ok_or_else(|| look::not_encrypted(&target.shown))
    }
}

/// Writes what changed.
pub(super) fn write(target: &Target, changed: &Changed) -> Result<(), Diagnostics> {
    if changed.outcome.action == Action::Unchanged {
        return Ok(());
    }
    disk::replace(&target.path, &target.shown, &changed.content, None).map_err(Diagnostics::from)
}

fn nothing(target: &Target) -> Changed {
    Changed::new(&target.shown, Action::Unchanged, Zeroizing::default())
}

/// Which recipients a file has not yet, and which of those that go it has.
fn difference(status: &Status, recipients: &Recipients) -> (Vec<String>, Vec<String>) {
    let has = |name: &str| status.groups.iter().flatten().any(|key| key == name);
    let added = recipients.add.iter().map(Recipient::as_str);
    let removed = recipients.remove.iter();
    (
        added.filter(|name| !has(name)).map(str::to_owned).collect(),
        removed.filter(|name| has(name)).cloned().collect(),
    )
}

/// The rule that a file follows by its own metadata.
pub(super) fn own_rule(file: &secrets::File<'_>) -> Result<Rule, Diagnostics> {
    let status = secrets::status(file)?.ok_or_else(|| look::not_encrypted(file.name))?;
    with_recipients(file.name, &status, &Recipients::default())
}

/// The rule that a file follows by its own metadata, with other recipients. As in sops, new
/// ones go into the first group.
fn with_recipients(
    shown: &str,
    status: &Status,
    recipients: &Recipients,
) -> Result<Rule, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut groups = Vec::with_capacity(status.groups.len());
    for names in &status.groups {
        let mut group = Vec::new();
        for name in names
            .iter()
            .filter(|name| !recipients.remove.contains(name))
        {
            match name.parse::<Recipient>() {
                Ok(recipient) => group.push(recipient),
                Err(_) => problems.push(
                    Diagnostic::error(
                        "secrets/unusable-recipient",
                        format!("the file has the recipient `{name}`, which cannot be used here"),
                    )
                    .at(Location::file(shown))
                    .hint("take it out with `--rm-age`"),
                ),
            }
        }
        groups.push(group);
    }
    if let Some(first) = groups.first_mut() {
        for recipient in &recipients.add {
            if !first.contains(recipient) {
                first.push(recipient.clone());
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Rule {
        groups,
        threshold: status.threshold,
        selector: Some(status.selector.clone()),
        mac_only_encrypted: status.mac_only_encrypted,
        ..Rule::default()
    })
}
