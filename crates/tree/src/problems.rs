//! The problems that the disk gives.

use std::io::{self, ErrorKind};

use diagnostics::{Diagnostic, Location};

use crate::disk::Obstacle;
use crate::rules;
use crate::{Entry, RelPath};

/// The problem that a component of a path is in the way of everything below it.
pub(crate) fn in_the_way(obstacle: &Obstacle) -> Diagnostic {
    match obstacle {
        Obstacle::Missing => rules::PLAN_MISSING_FOLDER.report("the folder is gone"),
        Obstacle::NotAFolder(path) => rules::PLAN_NOT_A_FOLDER
            .report(format!("`{path}` is not a folder"))
            .at(Location::file(path.as_str()))
            .hint("move it away: outputs are written below it"),
        Obstacle::Link(path) => rules::PLAN_SYMBOLIC_LINK
            .report(format!(
                "`{path}` is a symbolic link, and outputs are never written through one"
            ))
            .at(Location::file(path.as_str()))
            .hint("replace the link by a folder"),
        Obstacle::Io(path, error) => unreadable(path, error),
    }
}

/// The problem that a file or folder cannot be read.
pub(crate) fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    rules::PLAN_UNREADABLE
        .report(format!("`{path}` cannot be read: {error}"))
        .at(Location::file(path))
}

/// The problem that something else stands where a file must.
pub(crate) fn not_a_file(path: &str, kind: &str) -> Diagnostic {
    rules::PLAN_NOT_A_FILE
        .report(format!("`{path}` is {kind}, but a file is written there"))
        .at(Location::file(path))
        .hint("move it away, or rename the template")
}

/// The problem that an output would replace what repositories are rendered from.
pub(crate) fn is_input(path: &RelPath, entry: &Entry) -> Diagnostic {
    rules::PLAN_INPUT_FILE
        .report(format!(
            "`{path}` may not be an output: repositories are rendered from it"
        ))
        .at(entry.origin.location())
        .hint("rename the template")
}

/// The problem that a folder cannot be written to.
pub(crate) fn blocked(folder: &str, obstacle: Obstacle) -> Diagnostic {
    match obstacle {
        Obstacle::Io(path, error) => refused(&path, &error),
        Obstacle::Missing => refused(folder, &ErrorKind::NotFound.into()),
        obstacle => in_the_way(&obstacle),
    }
}

/// The problem that the disk refuses a change.
pub(crate) fn refused(path: &str, error: &io::Error) -> Diagnostic {
    let problem = rules::COMMIT_WRITE_FAILED
        .report(format!("`{path}` cannot be written: {error}"))
        .at(Location::file(path));
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            problem.hint("free some space and run again")
        }
        ErrorKind::PermissionDenied => problem.hint("make its folder writable and run again"),
        ErrorKind::ReadOnlyFilesystem => problem.hint("the file system is mounted read-only"),
        _ => problem,
    }
}
