//! What passed before and has not changed since is not done again.
//!
//! `.ichor/cache` holds random bytes of this clone and *marks*: HMACs over the name of a check
//! and everything that it depends on, under a key made of these bytes, an identity of the
//! repository, the build of the program and the day. A mark says that this very check passed
//! with this very input, and nothing to anybody who has not the identity, too, with which the
//! secrets themselves can be read. Without any identity nothing is kept.
//!
//! Nothing depends on it: what is cut, foreign or not private is not there, and what cannot be
//! written is left out.

pub(crate) mod asked;
pub(crate) mod key;
mod marks;
pub(crate) mod told;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diagnostics::{Diagnostic, Diagnostics, Source};
use repository::View;
use secrets::Timestamp;
use serde::{Deserialize, Serialize};
use tree::Disk;
use vault::identities::KeyFiles;

use crate::load::Inputs;
use asked::Asked;
use key::{Key, Mark};
use told::Told;

/// Its folder, beside the record.
pub(crate) const FOLDER: &str = "cache";

/// The file of marks.
const MARKS: &str = "marks";

/// The file of checks that read more than one file.
const CHECKS: &str = "checks";

/// How large it may be: 1 MiB.
const CHECKS_LIMIT: u64 = 1 << 20;

/// The part of a time that is its day: `2026-01-02`.
const DAY: usize = 10;

/// The cache of a run.
#[derive(Default)]
pub(crate) struct Cache(Option<Open>);

struct Open {
    disk: Disk,
    key: Key,
    known: BTreeSet<Mark>,
    /// What was asked for and known, or has passed.
    used: Mutex<BTreeSet<Mark>>,
    checks: Mutex<Checks>,
}

/// A check with all that it depends on, which was measured once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Recalled {
    mark: Option<Mark>,
    /// Whether it has passed before.
    pub(crate) known: bool,
}

/// Checks by name.
#[derive(Default)]
struct Checks {
    known: BTreeMap<String, Check>,
    changed: bool,
}

/// What a check asked, and what it found.
#[derive(Serialize, Deserialize)]
struct Check {
    asked: Asked,
    found: Vec<Told>,
}

impl Cache {
    /// The cache of a repository, for this build and this day; empty where it cannot be trusted,
    /// and never filled where the build is not known or nothing is secret to others.
    pub(crate) fn open(inputs: &Inputs, now: Timestamp) -> Self {
        Self(Open::new(inputs, now))
    }

    /// Runs a check unless it has passed before: `parts` is everything that it depends on beside
    /// the program.
    pub(crate) fn unless_passed(
        &self,
        name: &str,
        parts: &[&[u8]],
        check: impl FnOnce() -> Vec<Diagnostic>,
    ) -> Vec<Diagnostic> {
        let recalled = self.recall(name, parts);
        if recalled.known {
            return Vec::new();
        }
        let found = check();
        if found.is_empty() {
            self.note(recalled);
        }
        found
    }

    /// What is known of a check with all that it depends on.
    pub(crate) fn recall(&self, name: &str, parts: &[&[u8]]) -> Recalled {
        let Some(open) = &self.0 else {
            return Recalled::default();
        };
        let mark = open.mark(name, parts);
        let known = open.known.contains(&mark);
        if known {
            open.used().insert(mark);
        }
        Recalled {
            mark: Some(mark),
            known,
        }
    }

    /// Writes down that it has passed.
    pub(crate) fn note(&self, recalled: Recalled) {
        if let (Some(open), Some(mark)) = (&self.0, recalled.mark) {
            open.used().insert(mark);
        }
    }

    /// Runs a check unless everything that it asked of the view the last time is as it was:
    /// then it finds the same. `parts` is what it depends on beside the view and the program.
    pub(crate) fn unless_seen(
        &self,
        name: &str,
        parts: &[&[u8]],
        view: &View<'_>,
        check: impl FnOnce(&View<'_>) -> Diagnostics,
    ) -> Diagnostics {
        let Some(open) = &self.0 else {
            return check(view);
        };
        let more: Vec<&[u8]> = [name.as_bytes()].iter().chain(parts).copied().collect();
        let known = open.checks().known.remove(name);
        let known = known.filter(|known| known.asked.holds(&open.key, view, &more));
        let (known, changed, found) = match known {
            Some(known) => {
                let found = told::show(&known.found).unwrap_or_default();
                (Some(known), false, found)
            }
            None => {
                let (view, seen) = view.recording();
                let found = check(&view);
                let whole = !seen.asked_git()
                    && !seen.is_partial()
                    && !found.has_errors()
                    && !depends_on_the_hour(&found);
                let known = whole.then(|| Check {
                    asked: Asked::new(&open.key, &seen, &more),
                    found: told::keep(&found),
                });
                (known, true, found)
            }
        };
        let mut checks = open.checks();
        checks.changed |= changed;
        checks
            .known
            .extend(known.map(|known| (name.to_owned(), known)));
        found
    }

    /// Keeps what passed for the next run; of earlier ones only where this one stopped half-way.
    pub(crate) fn close(self, whole: bool) {
        let Some(open) = self.0 else { return };
        let mut marks = open
            .used
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if !whole {
            marks.extend(&open.known);
        }
        if marks != open.known {
            let bytes = marks::write(&marks, &open.key);
            // The next run does more, and nothing else comes of it.
            drop(open.disk.keep(FOLDER, MARKS, &bytes));
        }
        let checks = open
            .checks
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if checks.changed
            && let Ok(body) = serde_json::to_vec(&checks.known)
        {
            let bytes = open.key.sealed(&body);
            if bytes.len() as u64 <= CHECKS_LIMIT {
                drop(open.disk.keep(FOLDER, CHECKS, &bytes));
            }
        }
    }
}

impl Open {
    fn new(inputs: &Inputs, now: Timestamp) -> Option<Self> {
        let decides = decides(&inputs.build, now, &inputs.keys, &inputs.identities)?;
        let disk = Disk::open(inputs.view.root()?.as_std_path()).ok()?;
        let key = Key::of(&disk, &decides)?;
        let marks = disk.kept(FOLDER, MARKS, marks::LIMIT).unwrap_or_default();
        let checks = disk.kept(FOLDER, CHECKS, CHECKS_LIMIT).unwrap_or_default();
        let checks = key.unsealed(&checks).map(serde_json::from_slice);
        Some(Self {
            known: marks::read(&marks, &key),
            disk,
            key,
            used: Mutex::default(),
            checks: Mutex::new(Checks {
                known: checks.and_then(Result::ok).unwrap_or_default(),
                changed: false,
            }),
        })
    }

    fn checks(&self) -> MutexGuard<'_, Checks> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, name: &str, parts: &[&[u8]]) -> Mark {
        let parts = parts.iter().copied();
        self.key.mark([name.as_bytes()].into_iter().chain(parts))
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<Mark>> {
        // A panic elsewhere leaves whole marks behind.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether something of these is told today only: a certificate that begins or ends soon may do
/// so before the day is over, which is as exact as the key is.
pub(crate) fn depends_on_the_hour(found: &Diagnostics) -> bool {
    let rules = [
        &talos::rules::TALSECRET_EXPIRES_SOON,
        &talos::rules::TALSECRET_NOT_YET_VALID,
    ];
    rules.into_iter().any(|rule| found.has(rule))
}

/// What the key depends on: the build, the day, and every text that holds identities. `None`
/// where the build is not known or there is no identity.
pub(crate) fn decides(
    build: &str,
    now: Timestamp,
    files: &KeyFiles,
    others: &[Source],
) -> Option<Vec<Vec<u8>>> {
    let texts: Vec<_> = [&files.age, &files.other_age]
        .into_iter()
        .flatten()
        .chain(others)
        .map(|source| source.text().as_bytes().to_vec())
        .collect();
    if build.is_empty() || texts.is_empty() {
        return None;
    }
    let now = now.to_string();
    let day = now.get(..DAY).unwrap_or(&now);
    let mut decides = vec![build.as_bytes().to_vec(), day.as_bytes().to_vec()];
    decides.extend(texts);
    Some(decides)
}
