//! A line of the table: where a field goes, and how.

use super::subsystem::Subsystem;
use super::tree::Tree;
use crate::migrate::work::Work;

/// One field of v1alpha1.
pub(super) struct Row {
    /// Its path.
    pub(super) path: &'static str,
    /// The kind of document that has it.
    pub(super) kind: &'static str,
    /// The path in that document; empty where the rule below puts it together.
    pub(super) field: &'static str,
    /// How the value changes.
    pub(super) how: How,
    /// What it moves with.
    pub(super) subsystem: Subsystem,
}

/// How a value changes on its way.
pub(super) enum How {
    /// Not at all.
    Same,
    /// `disabled` becomes `enabled`.
    Inverted,
    /// Each item of a list becomes a map with this key.
    Each(&'static str),
    /// By a rule of its own.
    By(Convert),
    /// Documents always do what it says where it has this value; with any other it has no
    /// successor, and what to do is said.
    Always(bool, &'static str),
    /// No document has it; what to do about it.
    Nowhere(&'static str),
}

/// Moves the value of a row; gives back what stays of it, or says why it all does.
pub(super) type Convert = fn(&mut Work<'_>, &'static Row, Tree) -> Result<Option<Tree>, String>;
