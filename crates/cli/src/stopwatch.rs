//! The clock of state machines.

use std::time::Duration;

/// Counts from when it was started.
pub(crate) struct Stopwatch(repository::clock::Start);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(repository::clock::Start::now())
    }
}

impl cluster::Clock for Stopwatch {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn pause(&self, span: Duration) {
        std::thread::sleep(span);
    }
}
