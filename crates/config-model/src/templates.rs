//! Which templates a repository renders with.

use diagnostics::{Diagnostic, Rule};

/// Which templates a repository renders with.
///
/// A repository with its own templates ran with another program before, so what worked there
/// stays accepted: some rules are only warnings in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Templates {
    /// The built-in set, with or without overrides.
    BuiltIn,
    /// The repository's `templates/config`.
    Own,
}

impl Templates {
    /// A problem of a rule in a repository that renders with these templates.
    pub(crate) fn report(self, rule: &'static Rule, message: impl Into<String>) -> Diagnostic {
        match self {
            Self::BuiltIn => rule.report(message),
            Self::Own => rule.report_relaxed(message),
        }
    }
}
