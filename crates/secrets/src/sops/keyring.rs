//! The data key of a file: wrapped for its recipients, and had back from them.

use diagnostics::{Diagnostic, Diagnostics, Source};
use zeroize::Zeroizing;

use super::metadata::{AgeKey, Group, Metadata};
use super::shamir;
use super::token::{DataKey, NoRandomness};
use crate::keys::{Identity, Recipient, UnwrapError, shown, unwrap, wrap};
use crate::rules;

/// The problem of a system without random numbers.
pub(crate) fn no_randomness(_: NoRandomness) -> Diagnostics {
    Diagnostics::from(
        rules::SECRETS_NO_RANDOMNESS
            .report("the system gave no random numbers, without which nothing can be encrypted"),
    )
}

/// Gets the data key with whatever identity fits.
pub(crate) fn data_key(
    source: &Source,
    metadata: &Metadata,
    identities: &[Identity],
) -> Result<DataKey, Diagnostics> {
    let shares: Vec<_> = metadata
        .groups
        .iter()
        .map(|group| share(group, identities))
        .collect();
    let needed = if shares.len() == 1 {
        1
    } else {
        metadata.threshold.unwrap_or(shares.len())
    };
    let good: Vec<_> = shares
        .iter()
        .filter_map(|share| share.as_ref().ok().cloned())
        .collect();
    if good.len() < needed {
        return Err(Diagnostics::from(no_key(
            source, metadata, identities, &shares, needed,
        )));
    }
    let key = if shares.len() == 1 {
        good.into_iter().next()
    } else {
        shamir::combine(&good[..needed.max(2).min(good.len())])
    };
    let key = key.and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok());
    key.map(Zeroizing::new).ok_or_else(|| {
        Diagnostics::from(
            rules::SOPS_DAMAGED_KEY
                .report("what the keys of the `sops` block hold is no data key")
                .at(source.whole())
                .hint("take the file from an earlier commit"),
        )
    })
}

/// Wraps a data key for groups of recipients, several of them by Shamir's secret sharing.
pub(crate) fn wrap_for(
    key: &DataKey,
    groups: &[Vec<Recipient>],
    threshold: Option<usize>,
) -> Result<Vec<Group>, Diagnostics> {
    let shares = if groups.len() == 1 {
        vec![Zeroizing::new(key.to_vec())]
    } else {
        let threshold = threshold.unwrap_or(groups.len());
        if !(2..=groups.len()).contains(&threshold) || groups.len() > 255 {
            return Err(Diagnostics::from(
                rules::SOPS_BAD_THRESHOLD
                    .report(format!(
                        "a `shamir_threshold` of {threshold} does not fit {} key groups",
                        groups.len()
                    ))
                    .hint("use a number from 2 to the number of groups"),
            ));
        }
        shamir::split(key.as_slice(), groups.len(), threshold).map_err(no_randomness)?
    };
    let mut problems = Diagnostics::new();
    let mut wrapped = Vec::with_capacity(groups.len());
    for (recipients, share) in groups.iter().zip(shares) {
        let mut group = Group::default();
        for recipient in recipients {
            match wrap_one(recipient, &share) {
                Ok(key) => group.age.push(key),
                Err(problem) => problems.push(problem),
            }
        }
        wrapped.push(group);
    }
    if problems.is_empty() {
        Ok(wrapped)
    } else {
        Err(problems)
    }
}

/// Wraps the data key, or a share of it, for one recipient.
pub(crate) fn wrap_one(recipient: &Recipient, secret: &[u8]) -> Result<AgeKey, Diagnostic> {
    if let Some(kind) = recipient.lacks() {
        return Err(rules::KEYS_RECIPIENT_NOT_BUILT_IN
            .report(format!(
                "nothing can be encrypted to `{}`: it needs {kind}, which this build leaves out",
                recipient.shown()
            ))
            .hint("take it out of the rule, or use a build that has them"));
    }
    let enc = wrap(recipient, secret).ok_or_else(|| {
        rules::SOPS_CANNOT_WRAP
            .report(format!(
                "the data key could not be encrypted to `{}`",
                recipient.shown()
            ))
            .hint("check that the plugin of this recipient is installed and works")
    })?;
    Ok(AgeKey {
        recipient: recipient.to_string(),
        enc,
    })
}

fn share(group: &Group, identities: &[Identity]) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
    let mut worst = UnwrapError::NoMatch;
    for key in &group.age {
        // The one it is meant for first: the others cost an attempt each.
        let (likely, others): (Vec<_>, Vec<_>) = identities
            .iter()
            .partition(|identity| *identity.recipient() == key.recipient);
        match unwrap(likely.into_iter().chain(others), &key.enc) {
            Ok(secret) => return Ok(secret),
            Err(UnwrapError::Damaged) => worst = UnwrapError::Damaged,
            Err(UnwrapError::NoMatch) => {}
        }
    }
    Err(worst)
}

fn no_key(
    source: &Source,
    metadata: &Metadata,
    identities: &[Identity],
    shares: &[Result<Zeroizing<Vec<u8>>, UnwrapError>],
    needed: usize,
) -> Diagnostic {
    let recipients: Vec<_> = metadata
        .recipients()
        .map(|recipient| format!("`{}`", shown(recipient)))
        .collect();
    if recipients.is_empty() {
        let mut kinds: Vec<_> = metadata
            .groups
            .iter()
            .flat_map(|group| &group.foreign)
            .map(|(kind, _)| format!("`{kind}`"))
            .collect();
        kinds.dedup();
        return rules::SOPS_NO_AGE_KEY
            .report(format!(
                "the file is encrypted to {} keys only, not to any age recipient",
                kinds.join(", ")
            ))
            .at(source.whole())
            .hint("add an age recipient with the `sops` that can decrypt it (`sops updatekeys`)");
    }
    let good = shares.iter().filter(|share| share.is_ok()).count();
    if shares.contains(&Err(UnwrapError::Damaged)) {
        return rules::SOPS_DAMAGED_KEY
            .report("the data key of the file is damaged")
            .at(source.whole())
            .hint("take the file from an earlier commit");
    }
    let message = if shares.len() > 1 {
        format!("the identities at hand open {good} of the {needed} key groups that are needed")
    } else if identities.is_empty() {
        format!(
            "no identity is at hand; the file is encrypted to {}",
            recipients.join(", ")
        )
    } else {
        format!(
            "none of the identities at hand can decrypt the file; it is encrypted to {}",
            recipients.join(", ")
        )
    };
    rules::SOPS_NO_IDENTITY
        .report(message)
        .at(source.whole())
        .hint("use the `age.key` that belongs to one of these recipients")
}
