//! A selection of the questions, with what the libraries answered, as fixtures that
//! `cargo test -p flux` reads without Go.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Answer, ours};
use crate::files;

/// How many of each kind.
const KEPT: usize = 120;

/// How many of them may fail for one reason.
const OF_ONE_REASON: usize = 6;

/// Records the fixture of a kind of questions.
pub(super) fn record(name: &str, questions: &[Value], answers: &[Answer]) -> Result<()> {
    let mut kept = Vec::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (question, answer) in questions.iter().zip(answers) {
        if kept.len() == KEPT {
            break;
        }
        let outcome = answer.outcome(question);
        if let Some(error) = &answer.error {
            // What the libraries do not survive is in no fixture.
            if error.starts_with("panic") || error.starts_with("no ") {
                continue;
            }
            let count = reasons.entry(error.chars().take(40).collect()).or_default();
            *count += 1;
            if *count > OF_ONE_REASON {
                continue;
            }
        }
        let is_same = match (&outcome, ours::outcome(question)) {
            (Some(theirs), Some(ours)) => ours::is_same(theirs, &ours),
            (theirs, ours) => theirs.is_none() && ours.is_none(),
        };
        if is_same {
            kept.push(json!({ "question": question, "answer": outcome }).to_string());
        }
    }
    let path = files::root().join(format!("crates/flux/tests/libraries/{name}.json"));
    files::write(&path, format!("[\n{}\n]\n", kept.join(",\n")))
}
