//! The clock, for the few places that name a time. No rendering depends on it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Now as RFC 3339 in UTC with whole seconds: `2026-01-02T03:04:05Z`.
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Now as RFC 3339 in UTC with nanoseconds, which no other moment has.
pub fn stamp() -> String {
    Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S.%9fZ")
        .to_string()
}

/// Now in UTC as Python's `isoformat` has it, without a zone: `2026-01-02T03:04:05`.
pub fn now_without_zone() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Now as a folder name in UTC that sorts by time: `2026-01-02T030405Z`.
pub fn now_as_folder() -> String {
    Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H%M%SZ")
        .to_string()
}

/// Now in whole seconds since 1970, as encrypted files bear it.
pub fn unix_seconds() -> i64 {
    Timestamp::now().as_second()
}

/// Now, as certificates are judged by.
pub fn system_time() -> std::time::SystemTime {
    Timestamp::now().into()
}

/// A moment that spans are counted from, whatever happens to the time of day.
#[derive(Debug, Clone, Copy)]
pub struct Start(std::time::Instant);

impl Start {
    /// This moment.
    pub fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long ago it was.
    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}
