//! Time, as a state machine needs it.

use std::time::Duration;

/// How long it has been, and how to wait.
pub trait Clock: Sync {
    /// Since some time before all this began.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn pause(&self, span: Duration);
}
