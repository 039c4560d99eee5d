//! Versions of Talos: the configuration contract, and the range of Kubernetes.

use std::fmt;

use diagnostics::Diagnostic;

use crate::rules;

/// A version contract: what the shape of a generated configuration depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contract {
    minor: u32,
}

impl Contract {
    /// The oldest one that can be generated.
    pub const OLDEST: Self = Self { minor: 9 };
    /// The newest one that can be generated.
    pub const NEWEST: Self = Self { minor: 14 };
    /// The newest one that is taken where none is set. A version of Talos does not make the move
    /// to 1.14: its documents and the sections of v1alpha1 exclude each other, so that patches
    /// have to move with them. Every later Talos reads this one, too.
    pub const NEWEST_UNASKED: Self = Self { minor: 13 };

    /// All of them, oldest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Self { minor })
    }

    /// The minor version behind `1.`.
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// Reads `1.13`, `v1.13` or `v1.13.9`, if it can be generated.
    ///
    /// The problem has no place: the caller knows it.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let minor = talos_minor(text)?;
        if minor > Self::NEWEST.minor {
            return Err(rules::TALOS_CONTRACT_UNSUPPORTED
                .report(format!(
                    "the contract 1.{minor} is newer than {}",
                    Self::NEWEST
                ))
                .hint(format!(
                    "use the contract `{}`: newer versions of Talos read it too",
                    Self::NEWEST
                )));
        }
        Self::not_too_old(minor)
    }

    /// The contract of a cluster: the one that is set, else that of the Talos version, but then
    /// never above [`Self::NEWEST_UNASKED`]. The note says when the two differ.
    pub fn choose(
        explicit: Option<&str>,
        talos_version: &str,
    ) -> Result<(Self, Option<Diagnostic>), Diagnostic> {
        if let Some(explicit) = explicit {
            return Self::parse(explicit).map(|contract| (contract, None));
        }
        let minor = talos_minor(talos_version)?;
        let newest = Self::NEWEST_UNASKED;
        if minor <= newest.minor {
            return Self::not_too_old(minor).map(|contract| (contract, None));
        }
        let note = rules::TALOS_CONTRACT_CAPPED.report(format!(
            "Talos 1.{minor} gets configurations of the contract {newest}, since no newer one is set"
        ));
        Ok((newest, Some(note)))
    }

    /// Refuses what Talos itself no longer supports.
    fn not_too_old(minor: u32) -> Result<Self, Diagnostic> {
        if minor < Self::OLDEST.minor {
            return Err(rules::TALOS_CONTRACT_UNSUPPORTED
                .report(format!(
                    "the contract 1.{minor} is older than {}",
                    Self::OLDEST
                ))
                .hint(format!("use Talos {} or newer", Self::OLDEST)));
        }
        Ok(Self { minor })
    }
}

/// A release of Talos, as far as configurations depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    minor: u32,
    patch: u32,
}

impl Release {
    /// Reads `v1.13.9`; what is behind the third number does not count.
    pub fn parse(text: &str) -> Option<Self> {
        let (1, minor) = major_minor(text)? else {
            return None;
        };
        let patch = text.splitn(3, '.').nth(2)?;
        let end = patch
            .find(|one: char| !one.is_ascii_digit())
            .unwrap_or(patch.len());
        let patch = number(patch.get(..end)?)?;
        Some(Self { minor, patch })
    }

    /// The minor of `1.x`.
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// The one that is meant where only a contract is known: what verdicts were recorded of.
    pub(crate) fn of(contract: Contract) -> Self {
        let patch = match contract.minor() {
            12 => 5,
            13 => 9,
            14 => 1,
            _ => 0,
        };
        Self {
            minor: contract.minor(),
            patch,
        }
    }

    /// Whether it is older than what mended something: each minor with its patch release, the
    /// last one and all above it being fine.
    pub(crate) fn is_before(self, mended: &[(u32, u32)]) -> bool {
        match mended.iter().find(|(minor, _)| *minor == self.minor) {
            Some((_, patch)) => self.patch < *patch,
            None => mended.last().is_some_and(|(minor, _)| self.minor < *minor),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}.{}", self.minor, self.patch)
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)
    }
}

/// The minor of `1.x`, or a problem without a place.
fn talos_minor(text: &str) -> Result<u32, Diagnostic> {
    match major_minor(text) {
        Some((1, minor)) => Ok(minor),
        _ => Err(rules::TALOS_VERSION_SYNTAX
            .report(format!("`{text}` is not a version of Talos"))
            .hint("write it like `v1.13.9`")),
    }
}

/// Major and minor of `v1.2.3`, `1.2` and the like.
fn major_minor(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
    let major = number(parts.next()?)?;
    let minor = parts.next()?;
    // A patch version may have a pre-release behind it; a minor version may not.
    let patch_is_fine = parts
        .next()
        .is_none_or(|patch| patch.starts_with(|one: char| one.is_ascii_digit()));
    if !patch_is_fine {
        return None;
    }
    Some((major, number(minor)?))
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u32> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// The minors of Kubernetes `1.x` that a minor of Talos `1.x` supports, both ends included.
pub fn kubernetes_range(talos_minor: u32) -> Option<(u32, u32)> {
    // Every Talos since 1.9 supports six minors, and each one moves them by one.
    (9..=15)
        .contains(&talos_minor)
        .then(|| (talos_minor + 18, talos_minor + 23))
}

/// The minors of Talos `1.x` that a minor of it can be installed over, both ends included: what
/// its installer takes (`UpgradeableFrom` in the machinery's `compatibility`).
pub fn upgrade_range(talos_minor: u32) -> (u32, u32) {
    // Since 1.10 each is installed over the two before it, and takes the place of the next.
    (talos_minor.saturating_sub(2), talos_minor.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::{Contract, Release, kubernetes_range};

    #[test]
    fn releases_before_and_after_a_repair() {
        let mended = [(12, 9), (13, 3)];
        for (text, before) in [
            ("v1.12.5", true),
            ("1.12.9", false),
            ("v1.13.2", true),
            ("v1.13.3-beta.1", false),
            ("v1.14.0", false),
            ("v1.11.9", true),
        ] {
            let release = Release::parse(text).expect("a release");
            assert_eq!(release.is_before(&mended), before, "{text}");
        }
        for text in ["", "v1.13", "v2.1.0", "v1.13.x", "v1.13.rc"] {
            assert_eq!(Release::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_newer_contract_is_taken_where_it_is_set_and_never_for_a_version() {
        let (capped, note) = Contract::choose(None, "v1.14.0").expect("a version");
        assert_eq!(capped, Contract::NEWEST_UNASKED);
        insta::assert_snapshot!(note.expect("a note"), @"note[talos/contract-capped]: Talos 1.14 gets configurations of the contract 1.13, since no newer one is set");
        let (chosen, note) = Contract::choose(Some("1.14"), "v1.14.1").expect("a contract");
        assert_eq!((chosen, note.is_none()), (Contract::NEWEST, true));
        let refused = Contract::parse("1.15").expect_err("refused");
        insta::assert_snapshot!(refused.message, @"the contract 1.15 is newer than 1.14");
        let (chosen, note) = Contract::choose(Some("v1.12"), "v1.13.9").expect("a contract");
        assert_eq!((chosen.minor(), note.is_none()), (12, true));
        for text in [
            "", "v", "1", "1.", "2.1", "1.x", "+1.13", "1.+9", "1.13.rc", "1.8.0",
        ] {
            assert!(Contract::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_talos_runs_six_minors_of_kubernetes() {
        assert_eq!(kubernetes_range(8), None);
        assert_eq!(kubernetes_range(9), Some((27, 32)));
        assert_eq!(kubernetes_range(11), Some((29, 34)));
        assert_eq!(kubernetes_range(13), Some((31, 36)));
        assert_eq!(kubernetes_range(14), Some((32, 37)));
        assert_eq!(kubernetes_range(15), Some((33, 38)));
        assert_eq!(kubernetes_range(16), None);
    }
}
