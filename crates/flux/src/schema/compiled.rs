//! A rule in CEL, made ready.

use kube_cel::cel::IdedExpr;

/// A rule, compiled.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// The rule; none where it is not understood here.
    pub(super) rule: Option<IdedExpr>,
    /// What makes its message.
    pub(super) message: Option<IdedExpr>,
    /// Whether only changes can break it.
    pub(super) is_of_changes: bool,
}
