//! Something that is not well, and something that comes of nothing else.

use std::fmt::Write as _;

use diagnostics::Diagnostic;
use serde::Serialize;

use super::facts::Object;
use super::pods::Group;
use crate::cause::Cause;
use crate::rules;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is not what it should be, and does not become so by itself.
    Failing,
    /// It is not yet what it should be.
    Waiting,
    /// Somebody wanted it so, or it does no harm.
    Remark,
}

/// Something that is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub object: Object,
    /// How bad it is.
    pub level: Level,
    /// Why.
    pub cause: Cause,
    /// In the words of who says so.
    pub why: String,
    /// What to do about it.
    pub next: String,
    /// What it comes of, or waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Object>,
    /// How many of it: pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The index of what it comes of.
    #[serde(skip)]
    pub(super) behind: Option<usize>,
}

impl Finding {
    /// As a problem; none where somebody wanted it so, or it does no harm.
    pub fn problem(&self) -> Option<Diagnostic> {
        let rule = match self.level {
            Level::Failing => &rules::CLUSTER_FAILING,
            Level::Waiting => &rules::CLUSTER_WAITING,
            Level::Remark => return None,
        };
        let mut words = format!("{}: {}", self.object, self.cause.words());
        if !self.why.is_empty() && self.why != self.cause.words() {
            words.push_str(": ");
            words.push_str(&self.why);
        }
        if let Some(after) = &self.after {
            let _ = write!(words, "; it comes of {after}");
        }
        Some(rule.report(diagnostics::words(&words)).hint(&*self.next))
    }
}

/// Something that comes of nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct First {
    /// What.
    pub object: Object,
    /// How bad it is.
    pub level: Level,
    /// Why; where it only waits for its pods, why these are not well.
    pub cause: Cause,
    /// In the words of who says so.
    pub why: String,
    /// What to do about it.
    pub next: String,
    /// What of it is not well: its pods and volumes.
    pub parts: Vec<Object>,
    /// How many others wait for it.
    pub waiting: usize,
}

/// How it all is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// All that is not well, the worst first.
    pub findings: Vec<Finding>,
    /// What to look at, in this order.
    pub first: Vec<First>,
    /// Pods that are not well.
    pub groups: Vec<Group>,
}
