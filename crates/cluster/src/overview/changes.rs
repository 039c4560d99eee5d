//! What is otherwise than at the last look.

use serde::Serialize;

use super::facts::Object;
use super::finding::Finding;

/// Something that is otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Change {
    /// It is well again, or gone.
    Over {
        /// What was not well.
        object: Object,
    },
    /// It was well, or not there, or not well in another way.
    Found {
        /// What is not well now.
        #[serde(flatten)]
        finding: Finding,
    },
}

/// What changed from one look to the next: what is over first.
pub fn changes(before: &[Finding], after: &[Finding]) -> Vec<Change> {
    let is_over = |old: &&Finding| after.iter().all(|new| new.object != old.object);
    let mut over: Vec<Object> = before
        .iter()
        .filter(is_over)
        .map(|old| old.object.clone())
        .collect();
    over.dedup();
    let is_same = |one: &Finding, other: &Finding| {
        one.object == other.object
            && (one.level, one.cause, one.count) == (other.level, other.cause, other.count)
            && one.why == other.why
    };
    let found = after
        .iter()
        .filter(|new| !before.iter().any(|old| is_same(old, new)))
        .map(|finding| Change::Found {
            finding: finding.clone(),
        });
    let over = over.into_iter().map(|object| Change::Over { object });
    over.chain(found).collect()
}
