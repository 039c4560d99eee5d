//! Why a file cannot be read or written.

use crate::rules;
use std::io;

use diagnostics::{Diagnostic, Location};

/// What stands under a path is no file: a pipe is never there to be read, and the size of a
/// device is no size.
pub(crate) fn special(shown_as: &str) -> Diagnostic {
    rules::FILE_SPECIAL
        .report(format!("`{shown_as}` is neither a file nor a folder"))
        .at(Location::file(shown_as))
}

pub(crate) fn too_large(shown_as: &str) -> Diagnostic {
    yaml::rules::FILE_TOO_LARGE
        .report(format!("`{shown_as}` is larger than 16 MiB"))
        .at(Location::file(shown_as))
}

/// The problem that a file cannot be read.
pub fn unreadable(shown_as: &str, error: &io::Error) -> Diagnostic {
    let reason = match error.kind() {
        io::ErrorKind::FileTooLarge => return too_large(shown_as),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "the link leads nowhere".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    };
    rules::FILE_UNREADABLE
        .report(format!("`{shown_as}` cannot be read: {reason}"))
        .at(Location::file(shown_as))
}

/// The problem that a path cannot be written.
pub fn unwritable(path: &str, error: &io::Error) -> Diagnostic {
    rules::FILE_UNWRITABLE
        .report(format!("`{path}` cannot be written: {error}"))
        .at(Location::file(path))
}
