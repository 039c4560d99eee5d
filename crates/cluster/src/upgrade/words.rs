//! What is told of a node.

use diagnostics::Diagnostic;
use talos_client::Fault;

use super::{Event, Step, Target};
use crate::rules;

/// A failure with the name of the node before it.
pub(super) fn named(target: &Target, fault: &Fault) -> Diagnostic {
    of(target, fault.diagnostic())
}

/// A problem with the name of the node before it.
pub(super) fn of(target: &Target, problem: Diagnostic) -> Diagnostic {
    crate::named::prefixed(&target.name, problem)
}

/// A problem of a target that is none.
pub(super) fn nobody(address: &str) -> Diagnostic {
    rules::CLUSTER_UPGRADE_FAILED.report(format!("`{address}` is no node of this upgrade"))
}

/// Tells that a step begins.
pub(super) fn begin(target: &Target, step: Step, tell: &mut dyn FnMut(Event)) {
    tell(Event::Step {
        node: target.name.clone(),
        step,
    });
}
