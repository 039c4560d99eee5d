//! The keys of a file brought in line with a rule.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Diagnostics, Location};
use serde_json::Value as Json;

use super::keyring::{wrap_for, wrap_one};
use super::metadata::{Group, Metadata};
use super::rule::Rule;
use super::token::DataKey;
use crate::keys::Recipient;
use crate::rules;

/// Keys and threshold as the metadata should have them.
pub(crate) struct Regrouped {
    pub(crate) groups: Vec<Group>,
    pub(crate) threshold: Option<usize>,
    /// Recipients that can no longer decrypt the file as it is now, but know its data key.
    pub(crate) removed: Vec<String>,
}

/// Keys for a file that is yet to be encrypted.
pub(crate) fn group(
    key: &DataKey,
    rule: &Rule,
) -> Result<(Vec<Group>, Option<usize>), Diagnostics> {
    if let Some(foreign) = rule.foreign.iter().flatten().next() {
        return Err(Diagnostics::from(unsupported(foreign)));
    }
    check(rule)?;
    let groups = wrap_for(key, &rule.groups, rule.threshold)?;
    Ok((groups, threshold(rule)))
}

/// What must change; `None` if the file has the keys of the rule already. What an unchanged
/// recipient of a single group has stays as it is.
pub(crate) fn regroup(
    key: &DataKey,
    metadata: &Metadata,
    rule: &Rule,
) -> Result<Option<Regrouped>, Diagnostics> {
    if matches(metadata, rule) {
        return Ok(None);
    }
    check(rule)?;
    let kept = foreign(metadata, rule)?;
    let mut groups = match (&metadata.groups[..], &rule.groups[..]) {
        ([old], [recipients]) => {
            let mut group = Group::default();
            let wanted = |name: &str| {
                recipients
                    .iter()
                    .any(|recipient| recipient.as_str() == name)
            };
            let stay = old.age.iter().filter(|key| wanted(&key.recipient));
            group.age.extend(stay.cloned());
            for recipient in recipients {
                if !group
                    .age
                    .iter()
                    .any(|key| key.recipient == recipient.as_str())
                {
                    group.age.push(wrap_one(recipient, key.as_slice())?);
                }
            }
            vec![group]
        }
        // Shares of one cut do not fit those of another.
        _ => wrap_for(key, &rule.groups, rule.threshold)?,
    };
    for (group, foreign) in groups.iter_mut().zip(kept) {
        group.foreign = foreign;
    }
    let new: BTreeSet<_> = rule.recipients().map(Recipient::as_str).collect();
    let removed = metadata
        .recipients()
        .filter(|recipient| !new.contains(recipient))
        .map(str::to_owned)
        .collect();
    Ok(Some(Regrouped {
        groups,
        threshold: threshold(rule),
        removed,
    }))
}

/// Whether a file has the keys that a rule asks for.
pub(crate) fn matches(metadata: &Metadata, rule: &Rule) -> bool {
    let count = metadata.groups.len();
    let effective = |threshold: Option<usize>| threshold.unwrap_or(count);
    let none = Vec::new();
    count == rule.groups.len()
        && (count == 1 || effective(metadata.threshold) == effective(rule.threshold))
        && metadata
            .groups
            .iter()
            .zip(&rule.groups)
            .enumerate()
            .all(|(number, (old, new))| {
                let has: BTreeSet<_> = old.age.iter().map(|key| key.recipient.trim()).collect();
                let wants: BTreeSet<_> = new.iter().map(Recipient::as_str).collect();
                let foreign = rule.foreign.get(number).unwrap_or(&none);
                has == wants
                    && old.foreign.len() == foreign.len()
                    && old
                        .foreign
                        .iter()
                        .all(|key| foreign.iter().any(|name| is_named(key, name)))
            })
}

/// The problems of keys at the file that they are for: the rule is not at hand here.
pub(crate) fn placed(problems: Diagnostics, name: &str) -> Diagnostics {
    problems
        .into_iter()
        .map(|problem| match problem.location {
            None => problem.at(Location::file(name)),
            Some(_) => problem,
        })
        .collect()
}

fn check(rule: &Rule) -> Result<(), Diagnostics> {
    let empty = rule.groups.is_empty()
        || rule.groups.iter().enumerate().any(|(number, group)| {
            group.is_empty() && rule.foreign.get(number).is_none_or(Vec::is_empty)
        });
    if empty {
        return Err(Diagnostics::from(
            rules::SOPS_NO_RECIPIENT
                .report("the rule names nobody to encrypt to")
                .hint("add the recipient of `age.key` under `age`"),
        ));
    }
    Ok(())
}

/// Of a single group as it was written, and without meaning, as sops has it.
fn threshold(rule: &Rule) -> Option<usize> {
    match rule.groups.len() {
        0 | 1 => rule.threshold,
        count => rule.threshold.or(Some(count)),
    }
}

/// The keys of other kinds that stay, for each group of the rule.
fn foreign(
    metadata: &Metadata,
    rule: &Rule,
) -> Result<Vec<Vec<(&'static str, Json)>>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut kept = Vec::with_capacity(rule.groups.len());
    for number in 0..rule.groups.len() {
        let names = rule
            .foreign
            .get(number)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let old = metadata
            .groups
            .get(number)
            .map(|group| group.foreign.as_slice());
        let mut keys = Vec::new();
        for name in names {
            // A share of a new cut cannot be encrypted to them either.
            let found = old.unwrap_or_default().iter().find(|key| {
                rule.groups.len() == 1 && metadata.groups.len() == 1 && is_named(key, name)
            });
            match found {
                Some(key) => keys.push(key.clone()),
                None => problems.push(unsupported(name)),
            }
        }
        kept.push(keys);
    }
    if problems.is_empty() {
        Ok(kept)
    } else {
        Err(problems)
    }
}

/// Whether a key of another kind is the one that a rule calls `kind: name`.
fn is_named((kind, key): &(&'static str, Json), name: &str) -> bool {
    let Some((wanted, name)) = name.split_once(": ") else {
        return false;
    };
    wanted == *kind
        && key.as_object().is_some_and(|fields| {
            fields
                .values()
                .filter_map(Json::as_str)
                .any(|field| name.contains(field) && !field.is_empty())
        })
}

fn unsupported(name: &str) -> Diagnostic {
    rules::SOPS_UNSUPPORTED_KEY_KIND
        .report(format!(
            "nothing can be encrypted to `{name}` here: only age recipients can be used"
        ))
        .hint("use age recipients, or run `sops updatekeys` for this file")
}
