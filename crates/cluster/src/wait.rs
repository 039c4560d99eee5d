//! Waiting for what others do.

use std::time::Duration;

use diagnostics::Diagnostic;

use crate::clock::Clock;
use crate::rules;

/// Between two looks.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);

/// How often it is said what is waited for.
pub(crate) const REMINDER: Duration = Duration::from_secs(15);

/// Why something is not awaited any more.
pub(crate) enum Stopped {
    /// The time is over.
    Late {
        /// What is missing still.
        missing: String,
        /// For how long it was waited for.
        seconds: u64,
    },
    /// Waiting makes it no better.
    Failed(Diagnostic),
}

impl Stopped {
    /// As a problem of a node.
    pub(crate) fn of(self, node: &str, what: &str) -> Diagnostic {
        match self {
            Self::Failed(problem) => problem,
            Self::Late { missing, seconds } => rules::CLUSTER_NOT_READY.report(format!(
                "`{node}`: {what} is not there after {seconds} s: {missing}"
            )),
        }
    }
}

/// Looks again and again until nothing is missing, and reminds of what is.
pub(crate) fn until(
    clock: &dyn Clock,
    patience: Duration,
    remind: &mut dyn FnMut(&str, u64),
    mut look: impl FnMut() -> Result<Option<String>, Diagnostic>,
) -> Result<(), Stopped> {
    found(clock, patience, remind, || {
        look().map(|missing| missing.map_or(Ok(()), Err))
    })
}

/// The same for something that is looked for: it, or what is missing for it.
pub(crate) fn found<T>(
    clock: &dyn Clock,
    patience: Duration,
    remind: &mut dyn FnMut(&str, u64),
    mut look: impl FnMut() -> Result<Result<T, String>, Diagnostic>,
) -> Result<T, Stopped> {
    let begin = clock.elapsed();
    let mut reminded = begin;
    loop {
        let missing = match look().map_err(Stopped::Failed)? {
            Ok(found) => return Ok(found),
            Err(missing) => missing,
        };
        let now = clock.elapsed();
        let seconds = now.saturating_sub(begin).as_secs();
        if now.saturating_sub(begin) >= patience {
            return Err(Stopped::Late { missing, seconds });
        }
        if now.saturating_sub(reminded) >= REMINDER {
            reminded = now;
            remind(&missing, seconds);
        }
        clock.pause(PAUSE);
    }
}
