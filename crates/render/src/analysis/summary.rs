//! What one template takes from outside.

use std::collections::BTreeSet;

use crate::syntax::Span;
use crate::syntax::ast::Word;

/// What one template takes from outside, whoever includes it.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) mentions: Vec<Free>,
    pub(super) filters: Vec<Word>,
    pub(super) tests: Vec<Word>,
    pub(super) links: Vec<Link>,
    /// What it binds at its outermost level.
    pub(super) exports: BTreeSet<String>,
}

/// A name that the template does not bind.
pub(super) struct Free {
    /// The variable that it starts from.
    pub(super) root: String,
    pub(super) of: Option<String>,
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) called: bool,
}

/// Another template that is needed.
pub(super) struct Link {
    /// Its possible names, where they are written out.
    pub(super) targets: Vec<String>,
    /// Whether it is an error if none exists.
    pub(super) required: bool,
    pub(super) with_context: bool,
    pub(super) extends: bool,
    /// What is bound where it is needed.
    pub(super) bound: BTreeSet<String>,
    pub(super) span: Span,
}
