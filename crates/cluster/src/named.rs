//! Problems of one node among several.

use diagnostics::Diagnostic;

/// A problem with the name of its node before it.
pub(crate) fn prefixed(node: &str, mut problem: Diagnostic) -> Diagnostic {
    problem.message = format!("`{node}`: {}", problem.message);
    problem
}
