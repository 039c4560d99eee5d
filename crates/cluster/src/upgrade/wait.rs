//! Waiting for a node.

use std::time::Duration;

use diagnostics::Diagnostic;

use super::{Event, Target, Upgrade};
use crate::rules;
use crate::wait::{Stopped, until};

impl Upgrade<'_> {
    /// Looks again and again until nothing is missing, and tells what is.
    pub(super) fn until(
        &self,
        target: &Target,
        what: &str,
        patience: Duration,
        tell: &mut dyn FnMut(Event),
        look: impl FnMut() -> Result<Option<String>, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let mut remind = |missing: &str, seconds: u64| {
            tell(Event::Waiting {
                node: target.name.clone(),
                until: missing.to_owned(),
                seconds,
            });
        };
        until(self.clock, patience, &mut remind, look).map_err(|stopped| match stopped {
            Stopped::Failed(problem) => problem,
            Stopped::Late { missing, seconds } => rules::CLUSTER_NOT_READY
                .report(format!(
                    "`{}`: after {seconds} s it is not so that {what}: {missing}",
                    target.name
                ))
                .hint("look at its console; the same command goes on from there"),
        })
    }
}
