//! Removing what a run leaves: temporary files, and folders that became empty.
//!
//! Nothing here fails: what cannot be removed is in the way of nothing.

use std::collections::BTreeSet;

use crate::RelPath;
use crate::disk::Disk;
use crate::journal::{Journal, temporary_name};

/// Removes the temporary files of a killed run, and the folders that it left empty. What
/// cannot be removed now is in the way of nothing: it is replaced when its name is used.
pub(crate) fn sweep(disk: &Disk, journal: &Journal) {
    for (index, step) in journal.steps.iter().enumerate() {
        if let Ok(folder) = disk.folder(step.path.parent()) {
            drop(folder.remove(&temporary_name(index)));
        }
    }
    remove_empty_parents(disk, journal.steps.iter().map(|step| &step.path));
}

/// Removes the folders above the given files that are empty, the deepest first.
pub(crate) fn remove_empty_parents<'a>(disk: &Disk, paths: impl IntoIterator<Item = &'a RelPath>) {
    let mut folders = BTreeSet::new();
    for path in paths {
        let mut folder = path.parent();
        while !folder.is_empty() && folders.insert(folder) {
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
    // A folder sorts before everything below it.
    for folder in folders.into_iter().rev() {
        remove_folder(disk, folder);
    }
}

/// Removes a folder if it is empty.
pub(crate) fn remove_folder(disk: &Disk, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    if let Ok(parent) = disk.folder(parent) {
        drop(parent.remove_empty(name));
    }
}
