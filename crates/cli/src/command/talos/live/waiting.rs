//! Whether it is waited for what was begun, and for how long.

use std::time::Duration;

use super::time::span;

/// The flags for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Waiting {
    /// Do not wait until it is done; `--wait=false` of talosctl is the same
    #[arg(long)]
    no_wait: bool,

    #[arg(long, hide = true, action = clap::ArgAction::Set, default_value_t = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    wait: bool,

    /// How long to wait for each node
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "30m")]
    timeout: Duration,
}

impl Waiting {
    /// How long to wait; none where it is not waited.
    pub(super) fn patience(&self) -> Option<Duration> {
        (self.wait && !self.no_wait).then_some(self.timeout)
    }
}
