//! Waiting for a node.

use std::time::Duration;

use diagnostics::Diagnostic;

use super::{Event, Target, Upgrade};
use crate::rules;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);

/// How often it is said what is waited for.
const REMINDER: Duration = Duration::from_secs(15);

impl Upgrade<'_> {
    /// Looks again and again until nothing is missing, and tells what is.
    pub(super) fn until(
        &self,
        target: &Target,
        what: &str,
        patience: Duration,
        tell: &mut dyn FnMut(Event),
        mut look: impl FnMut() -> Result<Option<String>, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let begin = self.clock.elapsed();
        let mut reminded = begin;
        loop {
            let Some(missing) = look()? else {
                return Ok(());
            };
            let now = self.clock.elapsed();
            let spent = now.saturating_sub(begin);
            if spent >= patience {
                return Err(rules::CLUSTER_NOT_READY
                    .report(format!(
                        "`{}`: after {} s it is not so that {what}: {missing}",
                        target.name,
                        spent.as_secs()
                    ))
                    .hint("look at its console; the same command goes on from there"));
            }
            if now.saturating_sub(reminded) >= REMINDER {
                reminded = now;
                tell(Event::Waiting {
                    node: target.name.clone(),
                    until: missing,
                    seconds: spent.as_secs(),
                });
            }
            self.clock.pause(PAUSE);
        }
    }
}
