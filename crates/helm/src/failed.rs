//! A call that failed: what is known of why, and what `helm` said.

use std::fmt;
use std::io;

/// A call that changed a cluster, or should have, and failed.
#[derive(Debug)]
pub struct Failed {
    /// Why, as far as it can be told.
    pub why: Why,
    /// All that `helm` said, by lines, without paths of its private folder; bounded. What the API
    /// server refused may show a value, so that it passes the mask of whoever shows it.
    pub said: Vec<String>,
}

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The program, or what it is given, could not be made ready.
    NotStarted,
    /// It was told to end: by who stopped this program, or since it took far longer than its own
    /// timeout.
    Ended,
    /// Another call works on the release, or was killed while it did.
    Pending,
    /// An object belongs to another release, or to none.
    Foreign,
    /// A kind is not known: its `CustomResourceDefinition` is not there.
    NoKind,
    /// Somebody else manages a field.
    Conflict,
    /// A webhook refused.
    Webhook,
    /// Rights are missing.
    Forbidden,
    /// No API server answers.
    Unreachable,
    /// What was applied is not ready within the timeout.
    NotReady,
    /// The release that is to be rolled back is not there, or has no revision to go back to.
    NoRevision,
    /// Anything else, which [`Failed::said`] tells.
    Other,
}

/// What `helm` says (3.22.0, 4.3.1) and what that means; the first one counts.
const WORDS: &[(&str, Why)] = &[
    (
        "another operation (install/upgrade/rollback) is in progress",
        Why::Pending,
    ),
    ("invalid ownership metadata", Why::Foreign),
    ("no matches for kind", Why::NoKind),
    ("admission webhook", Why::Webhook),
    ("failed calling webhook", Why::Webhook),
    ("conflict with ", Why::Conflict),
    ("cluster unreachable", Why::Unreachable),
    ("connection refused", Why::Unreachable),
    ("connection reset", Why::Unreachable),
    ("stream error", Why::Unreachable),
    ("unexpected EOF", Why::Unreachable),
    ("TLS handshake timeout", Why::Unreachable),
    ("too many requests", Why::Unreachable),
    ("the server is currently unable", Why::Unreachable),
    ("is forbidden", Why::Forbidden),
    ("failed to query", Why::Unreachable),
    ("context canceled", Why::Ended),
    ("context deadline exceeded", Why::NotReady),
    ("timed out waiting for the condition", Why::NotReady),
    ("release: not found", Why::NoRevision),
    ("no revision for release", Why::NoRevision),
    ("has no 0 version", Why::NoRevision),
];

impl Failed {
    pub(crate) fn not_started(why: String) -> Self {
        Self {
            why: Why::NotStarted,
            said: vec![why],
        }
    }

    /// One that ended with what it said.
    pub(crate) fn with(said: Vec<String>) -> Self {
        let found = WORDS
            .iter()
            .find(|(words, _)| said.iter().any(|line| line.contains(words)));
        Self {
            why: found.map_or(Why::Other, |(_, why)| *why),
            said,
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::not_started(format!("nothing can be written for it: {error}"))
    }
}

/// What `helm` said, as one clause.
impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&clause(&self.said))
    }
}

impl std::error::Error for Failed {}

/// How much of what it says of a failure is passed on in a clause, in lines.
const LINES: usize = 8;

/// What was said, as one clause.
pub(crate) fn clause(said: &[String]) -> String {
    let lines: Vec<&str> = said.iter().take(LINES).map(String::as_str).collect();
    let words = lines.join("; ");
    let words = words.trim_start_matches("Error: ");
    if words.is_empty() {
        "it says nothing of why".to_owned()
    } else {
        words.to_owned()
    }
}
