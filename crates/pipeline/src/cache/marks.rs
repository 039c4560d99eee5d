//! The file of marks: everything that passed in the last run, each as one mark.

use std::collections::BTreeSet;

use super::key::{Key, Mark};

/// What the file starts with.
const HEADER: &[u8] = b"ichor marks\n";

/// How many marks are kept: 2 MiB.
const MOST: usize = 1 << 16;

/// The size of one.
const LENGTH: usize = 32;

/// How large the file may be.
pub(super) const LIMIT: u64 = (HEADER.len() + (MOST + 1) * LENGTH) as u64;

/// Reads a file; nothing of one that is broken, or was written with another key.
pub(super) fn read(bytes: &[u8], key: &Key) -> BTreeSet<Mark> {
    let read = || {
        let body = bytes.strip_prefix(HEADER)?;
        let (marks, seal) = body.split_at_checked(body.len().checked_sub(LENGTH)?)?;
        if marks.len() % LENGTH != 0 || key.mark([HEADER, marks]).0 != *seal {
            return None;
        }
        let marks = marks.chunks_exact(LENGTH);
        Some(
            marks
                .filter_map(|mark| mark.try_into().ok().map(Mark))
                .collect(),
        )
    };
    read().unwrap_or_default()
}

/// The file of these marks, as many as are kept.
pub(super) fn write(marks: &BTreeSet<Mark>, key: &Key) -> Vec<u8> {
    let body: Vec<u8> = marks.iter().take(MOST).flat_map(|mark| mark.0).collect();
    let seal = key.mark([HEADER, &body]).0;
    [HEADER, &body, &seal].concat()
}
