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

mod key;
mod marks;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::Utf8Path;
use diagnostics::Diagnostic;
use secrets::Timestamp;
use tree::Disk;

use crate::load::Inputs;
use key::{Key, Mark};

/// Its folder, beside the record.
const FOLDER: &str = "cache";

/// The file of marks.
const MARKS: &str = "marks";

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
        if self.knows(name, parts) {
            return Vec::new();
        }
        let found = check();
        if found.is_empty() {
            self.note(name, parts);
        }
        found
    }

    /// Whether it has passed.
    pub(crate) fn knows(&self, name: &str, parts: &[&[u8]]) -> bool {
        let Some(open) = &self.0 else { return false };
        let mark = open.mark(name, parts);
        let known = open.known.contains(&mark);
        if known {
            open.used().insert(mark);
        }
        known
    }

    /// Writes down that it has passed.
    pub(crate) fn note(&self, name: &str, parts: &[&[u8]]) {
        if let Some(open) = &self.0 {
            let mark = open.mark(name, parts);
            open.used().insert(mark);
        }
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
    }
}

impl Open {
    fn new(inputs: &Inputs, now: Timestamp) -> Option<Self> {
        let texts = identities(inputs);
        if inputs.build.is_empty() || texts.is_empty() {
            return None;
        }
        let disk = open(&inputs.root)?;
        let now = now.to_string();
        let day = now.get(..DAY).unwrap_or(&now);
        let mut decides = vec![inputs.build.as_bytes(), day.as_bytes()];
        decides.extend(texts);
        let key = Key::of(&disk, &decides)?;
        let kept = disk.kept(FOLDER, MARKS, marks::LIMIT);
        Some(Self {
            known: marks::read(&kept.unwrap_or_default(), &key),
            disk,
            key,
            used: Mutex::default(),
        })
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

fn open(root: &Utf8Path) -> Option<Disk> {
    Disk::open(root.as_std_path()).ok()
}

/// Every text that holds identities.
fn identities(inputs: &Inputs) -> Vec<&[u8]> {
    let files = [&inputs.keys.age, &inputs.keys.other_age];
    let files = files.into_iter().flatten();
    files
        .chain(&inputs.identities)
        .map(|source| source.text().as_bytes())
        .collect()
}
