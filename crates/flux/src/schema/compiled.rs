//! A rule in CEL, made ready.

use kube_cel::cel::Program;

/// A rule, compiled.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// The rule; none where it is not understood here.
    pub(super) rule: Option<Program>,
    /// What makes its message.
    pub(super) message: Option<Program>,
}
