//! Which templates a repository renders with.

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
