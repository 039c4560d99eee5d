//! What is wrong with git.

use diagnostics::{Diagnostic, Location};

/// The problem of something in git that cannot be read.
pub(super) fn unreadable(shown: &str, reason: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(
        "git/unreadable",
        format!("git's index cannot be read: {reason}"),
    )
    .at(Location::file(shown))
}
