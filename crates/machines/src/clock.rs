//! The time at which certificates begin.

use std::time::{Duration, SystemTime};

use diagnostics::Diagnostic;

use crate::rules;

/// 1 June 2026, in days since 1970: every build of the program is later.
const BUILT_AFTER: Duration = Duration::from_hours(20_605 * 24);

/// A time that can be now: what begins before the program was built has ended by the time that
/// somebody needs it.
///
/// # Errors
///
/// A clock that is wrong.
pub(super) fn plausible(now: SystemTime) -> Result<SystemTime, Diagnostic> {
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    if since.is_ok_and(|since| since >= BUILT_AFTER) {
        return Ok(now);
    }
    Err(rules::TALOS_CLOCK
        .report("the clock of this machine says a time at which this program was not built yet")
        .hint("set the clock: certificates begin now, and would end too early"))
}

#[cfg(test)]
mod tests {
    use super::{BUILT_AFTER, Duration, SystemTime, plausible};

    #[test]
    fn a_clock_that_starts_at_nothing_is_told() {
        let built = SystemTime::UNIX_EPOCH + BUILT_AFTER;
        assert!(plausible(built).is_ok());
        for wrong in [
            built - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH,
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        ] {
            let problem = plausible(wrong).expect_err("it is wrong");
            assert!(problem.is(&crate::rules::TALOS_CLOCK));
        }
    }
}
