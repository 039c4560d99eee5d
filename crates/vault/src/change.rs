//! What is asked of a file, and what comes out.

use diagnostics::Diagnostics;
use secrets::{Change, Encrypted, Format, Recipient, Rule, Selector, Status};
use serde::Serialize;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

use super::batch::{Action, Outcome};
use super::find::Target;

/// In the place of what the creation rule and the name of a file say.
#[derive(Default, Clone)]
pub struct Overrides {
    /// Who can decrypt: replaces all keys of the rule.
    pub recipients: Option<Vec<Recipient>>,
    /// Which values are encrypted.
    pub selector: Option<Selector>,
    /// Whether the MAC covers encrypted values only.
    pub mac_only_encrypted: bool,
    /// How files are read.
    pub format: Option<Format>,
    /// Whether a MAC that does not match is no error.
    pub ignore_mac: bool,
}

impl Overrides {
    /// The rule as it is to be followed; `None` if nothing says who can decrypt.
    pub(super) fn apply(&self, rule: Option<&Rule>) -> Option<Rule> {
        let mut rule = match (&self.recipients, rule) {
            (None, None) => return None,
            (None, Some(rule)) => rule.clone(),
            (Some(recipients), rule) => Rule {
                groups: vec![recipients.clone()],
                foreign: Vec::new(),
                threshold: None,
                ..rule.cloned().unwrap_or_default()
            },
        };
        if let Some(selector) = &self.selector {
            rule.selector = Some(selector.clone());
        }
        rule.mac_only_encrypted |= self.mac_only_encrypted;
        Some(rule)
    }
}

/// A file with what became of it; nothing is written yet. `Debug` leaves the bytes out:
/// they may be in the clear.
pub struct Changed {
    /// Its bytes.
    pub content: Zeroizing<Vec<u8>>,
    /// What became of it.
    pub outcome: Outcome,
    /// Worth knowing.
    pub notes: Diagnostics,
}

impl std::fmt::Debug for Changed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Changed")
            .field("outcome", &self.outcome)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

impl Changed {
    pub(super) fn new(shown: &str, action: Action, content: Zeroizing<Vec<u8>>) -> Self {
        Self {
            content,
            outcome: Outcome::new(shown, action),
            notes: Diagnostics::new(),
        }
    }

    /// What the library made of a file; `action` unless nothing changed.
    pub(super) fn encrypted(shown: &str, action: Action, encrypted: Encrypted) -> Self {
        let mut outcome = Outcome::new(shown, action);
        match encrypted.change {
            Change::Unchanged | Change::Unproven => outcome.action = Action::Unchanged,
            Change::Created => {}
            Change::Updated(update) => {
                outcome.values = update.values.iter().map(ToString::to_string).collect();
            }
        }
        Self {
            content: encrypted.content.into(),
            outcome,
            notes: encrypted.notes,
        }
    }
}

/// A file whose recipients are not those of its rule.
#[derive(Debug, Clone, Serialize)]
pub struct KeyPlan {
    /// The file.
    #[serde(rename = "path", serialize_with = "shown")]
    pub target: Target,
    /// Who is to decrypt it, too.
    pub added: Vec<String>,
    /// Who no longer is.
    pub removed: Vec<String>,
}

fn shown<S: serde::Serializer>(target: &Target, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&target.shown)
}

/// The recipients that a file must be given, and those it must lose; `None` if it has the
/// keys of the rule.
pub(super) fn key_change(status: &Status, rule: &Rule) -> Option<(Vec<String>, Vec<String>)> {
    let has: BTreeSet<&str> = status
        .groups
        .iter()
        .flatten()
        .map(|key| key.trim())
        .collect();
    let foreign = rule.foreign.iter().flatten().map(String::as_str);
    let wants: BTreeSet<&str> = rule.recipients().map(Recipient::as_str).collect();
    let sets = |groups: Vec<Vec<&str>>| -> Vec<BTreeSet<String>> {
        groups
            .into_iter()
            .map(|group| group.into_iter().map(|key| key.trim().to_owned()).collect())
            .collect()
    };
    let old = sets(
        status
            .groups
            .iter()
            .map(|group| group.iter().map(String::as_str).collect())
            .collect(),
    );
    let new = sets(
        rule.groups
            .iter()
            .map(|group| group.iter().map(Recipient::as_str).collect())
            .collect(),
    );
    let count = rule.groups.len();
    let same_threshold =
        count < 2 || status.threshold.unwrap_or(count) == rule.threshold.unwrap_or(count);
    let foreign: Vec<_> = foreign.collect();
    if old == new && same_threshold && status.foreign_keys == foreign.len() {
        return None;
    }
    let owned = |keys: Vec<&&str>| keys.into_iter().map(|key| (*key).to_owned()).collect();
    let mut added: Vec<String> = owned(wants.difference(&has).collect());
    if status.foreign_keys < foreign.len() {
        added.extend(foreign.into_iter().map(str::to_owned));
    }
    Some((added, owned(has.difference(&wants).collect())))
}
