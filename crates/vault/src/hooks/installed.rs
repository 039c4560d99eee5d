//! What was set up.

use serde::Serialize;

/// One thing that was set up, or that somebody must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// The file.
    pub path: String,
    /// What it is for: a clause.
    pub purpose: &'static str,
    /// What became of it.
    pub action: Setup,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setup {
    /// It was written, or completed.
    Written,
    /// It was right already.
    Present,
    /// It belongs to somebody else: this line must be added.
    Foreign {
        /// The line.
        line: String,
    },
}
