//! Who can decrypt: `updatekeys` and `rotate`.

use diagnostics::{Diagnostics, Location};
use secrets::{Recipient, Rule, Status};

use super::batch::{self, Action, Outcome, Progress, Report};
use super::change::{Changed, KeyPlan, key_change};
use super::find::Target;
use super::look;
use super::open::Vault;
use super::owned::Owned;
use super::steps::nothing;
use crate::clock;
use crate::rules;

/// Who is given a file, and who is taken from it, whatever the rule says.
#[derive(Debug, Default)]
pub struct Recipients {
    /// New ones.
    pub add: Vec<Recipient>,
    /// Those that go.
    pub remove: Vec<String>,
}

impl Vault {
    /// Encrypts every target anew, under new data keys.
    pub fn rotate_all(
        &self,
        targets: &[Target],
        recipients: &Recipients,
        progress: Progress<'_>,
    ) -> Report<Outcome> {
        self.with_other_keys(targets, progress, |vault, target| {
            vault.rotated(target, recipients)
        })
    }

    /// Gives every target the recipients of its rule.
    pub fn update_keys_all(&self, targets: &[Target], progress: Progress<'_>) -> Report<Outcome> {
        self.with_other_keys(targets, progress, Self::keys_updated)
    }

    /// What `configure` wrote stays known as that: no value of it becomes another.
    fn with_other_keys(
        &self,
        targets: &[Target],
        progress: Progress<'_>,
        work: impl Fn(&Self, &Target) -> Result<Option<Changed>, Diagnostics> + Sync,
    ) -> Report<Outcome> {
        let owned = Owned::before(self, targets);
        let mut report = self.in_place(targets, progress, |vault, _, target| work(vault, target));
        if let Some(Err(problem)) = owned.map(|owned| owned.after()) {
            report.problems.push(problem);
        }
        report
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
                let (look, encrypted) = look;
                let rule = look::rule_for(&look)?;
                Ok(
                    key_change(&encrypted.status(), rule).map(|(added, removed)| {
                        let plan = KeyPlan {
                            target: target.clone(),
                            added,
                            removed,
                        };
                        (plan, Diagnostics::new())
                    }),
                )
            },
        )
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

    fn rotated(
        &self,
        target: &Target,
        recipients: &Recipients,
    ) -> Result<Option<Changed>, Diagnostics> {
        let Some((look, encrypted)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        let status = encrypted.status();
        let identities = self.keys.identities();
        let mut encrypted = secrets::rotate(&look.file(), identities, clock::timestamp())
            .map_err(Diagnostics::without_lines)?;
        let (added, removed) = difference(&status, recipients);
        if !added.is_empty() || !removed.is_empty() {
            // After the rotation, which the old recipients must allow; they never see a file
            // with the new data key in it.
            let rule = with_recipients(look.shown, &status, recipients)?;
            let file = secrets::File {
                content: &encrypted.content,
                ..look.file()
            };
            let with_keys = secrets::update_keys(&file, &rule, identities)
                .map_err(Diagnostics::without_lines)?;
            encrypted.content = with_keys.content;
        }
        let mut changed = Changed::encrypted(look.shown, Action::Rotated, encrypted);
        changed.outcome.values.clear();
        changed.outcome.added = added;
        changed.outcome.removed = removed;
        Ok(Some(changed))
    }

    fn keys_updated(&self, target: &Target) -> Result<Option<Changed>, Diagnostics> {
        let Some((look, encrypted)) = self.encrypted_look(target)? else {
            return Ok(None);
        };
        let status = encrypted.status();
        let rule = look::rule_for(&look)?;
        let Some((added, removed)) = key_change(&status, rule) else {
            let content = look.content.clone();
            return Ok(Some(Changed::new(look.shown, Action::Unchanged, content)));
        };
        let identities = self.keys.identities();
        let encrypted = secrets::update_keys(&look.file(), rule, identities)
            .map_err(Diagnostics::without_lines)?;
        let mut changed = Changed::encrypted(look.shown, Action::KeysUpdated, encrypted);
        changed.outcome.added = added;
        changed.outcome.removed = removed;
        Ok(Some(changed))
    }
}

/// The rule that a file follows by its own metadata.
pub(super) fn own_rule(file: &secrets::File<'_>) -> Result<Rule, Diagnostics> {
    let status = secrets::status(file)?.ok_or_else(|| look::not_encrypted(file.name))?;
    with_recipients(file.name, &status, &Recipients::default())
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
                    rules::SECRETS_UNUSABLE_RECIPIENT
                        .report(format!(
                            "the file has the recipient `{}`, which cannot be used here",
                            secrets::shown_recipient(name)
                        ))
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
