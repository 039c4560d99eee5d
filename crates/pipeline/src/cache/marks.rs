//! The file of marks: everything that passed in the last run, each as one mark.

use std::collections::BTreeSet;

use super::key::{Key, Mark};

/// How many marks are kept: 2 MiB.
const MOST: usize = 1 << 16;

/// The size of one.
const LENGTH: usize = 32;

/// How large the file may be.
pub(super) const LIMIT: u64 = ((MOST + 2) * LENGTH) as u64;

/// Reads a file; nothing of one that is broken, or was written with another key.
pub(super) fn read(bytes: &[u8], key: &Key) -> BTreeSet<Mark> {
    let marks = key.unsealed(bytes).unwrap_or_default();
    let marks = marks.chunks_exact(LENGTH);
    marks
        .filter_map(|mark| mark.try_into().ok().map(Mark))
        .collect()
}

/// The file of these marks, as many as are kept.
pub(super) fn write(marks: &BTreeSet<Mark>, key: &Key) -> Vec<u8> {
    let body: Vec<u8> = marks.iter().take(MOST).flat_map(|mark| mark.0).collect();
    key.sealed(&body)
}
