//! Spans of time, as people write and read them.

use std::time::Duration;

use talos_client::api::common::Timestamp;

/// A span as Go writes it: `90s`, `5m`, `1h30m`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let malformed = || "write it like `90s`, `5m` or `1h30m`".to_owned();
    let nanos = documents::duration::nanoseconds(text).ok_or_else(malformed)?;
    let nanos = u64::try_from(nanos).map_err(|_| malformed())?;
    match Duration::from_nanos(nanos) {
        none if none.is_zero() => Err("it takes some time".to_owned()),
        span => Ok(span),
    }
}

/// How long ago something was, in its two largest units.
pub(super) fn ago(then: Option<&Timestamp>) -> String {
    let Some(then) = then.filter(|then| then.seconds > 0) else {
        return String::new();
    };
    let seconds = repository::clock::unix_seconds().saturating_sub(then.seconds);
    let seconds = seconds.max(0);
    match (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds}s ago"),
        (0, 0, minutes) => format!("{minutes}m{}s ago", seconds % 60),
        (0, hours, minutes) => format!("{hours}h{minutes}m ago"),
        (days, hours, _) => format!("{days}d{hours}h ago"),
    }
}
