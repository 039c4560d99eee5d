//! Why an edit fails.

use diagnostics::{Diagnostic, Location};

use crate::sops::path::Path;

/// Why a value cannot be set or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditProblem {
    /// The file has not that many documents.
    NoDocument,
    /// It stands in what an alias refers to.
    Alias,
    /// There is nothing at that path.
    NoSuchValue,
    /// The format has no place for it.
    NoPlace,
}

impl EditProblem {
    pub(super) fn diagnostic(self, name: &str, path: &Path) -> Diagnostic {
        let (rule, message) = match self {
            Self::NoDocument => (
                "sops/no-such-value",
                "the file has not that many documents".to_owned(),
            ),
            Self::Alias => (
                "sops/alias",
                format!("`{path}` stands in what an alias refers to"),
            ),
            Self::NoSuchValue => (
                "sops/no-such-value",
                format!("there is no value at `{path}`"),
            ),
            Self::NoPlace => (
                "sops/no-place",
                format!("this kind of file has no place for such a value at `{path}`"),
            ),
        };
        Diagnostic::error(rule, message).at(Location::file(name))
    }
}
