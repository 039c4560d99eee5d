//! Work on many files at once: in parallel, in order, and every problem told.

use diagnostics::Diagnostics;
use rayon::prelude::*;
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::find::Target;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It was in the clear.
    Encrypted,
    /// It is in the clear now.
    Decrypted,
    /// Values of it are others, or are encrypted anew.
    Updated,
    /// All of it is encrypted anew, under a new data key.
    Rotated,
    /// Others can decrypt it.
    KeysUpdated,
    /// Nothing.
    Unchanged,
}

/// One file of a run; no value of it is in here.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// As messages name it.
    pub path: String,
    /// What became of it.
    pub action: Action,
    /// The paths of values that were encrypted anew, where only some were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Recipients that it had not before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Recipients that it has no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl Outcome {
    /// Of which there is nothing more to say.
    pub fn new(path: impl Into<String>, action: Action) -> Self {
        Self {
            path: path.into(),
            action,
            values: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
        }
    }
}

/// What became of all files.
#[derive(Debug, Default)]
pub struct Report<T> {
    /// In the order of their paths.
    pub files: Vec<T>,
    /// Everything that is wrong or worth knowing; files with errors are left as they are.
    pub problems: Diagnostics,
}

/// Told of every file that is done: how many are, and how many there are.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Runs `work` on every target. What one worker holds at a time is one file.
pub(super) fn run<T: Send, S>(
    targets: &[Target],
    progress: Progress<'_>,
    start: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &Target) -> Result<Option<(T, Diagnostics)>, Diagnostics> + Sync + Send,
) -> Report<T> {
    let done = AtomicUsize::new(0);
    progress(0, targets.len());
    let results: Vec<_> = targets
        .par_iter()
        .map_init(start, |state, target| {
            let result = work(state, target);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, targets.len());
            result
        })
        .collect();
    let mut report = Report {
        files: Vec::new(),
        problems: Diagnostics::new(),
    };
    for result in results {
        match result {
            Ok(Some((file, notes))) => {
                report.files.push(file);
                report.problems.extend(notes);
            }
            Ok(None) => {}
            Err(problems) => report.problems.extend(problems),
        }
    }
    report
}
