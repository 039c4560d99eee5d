//! Several patches in a row: what a later one undoes.

use std::collections::HashMap;

use diagnostics::{Diagnostics, Location};
use serde_json::Value;

use super::apply::Applied;
use documents::change::Change;

use crate::rules;

/// What each patch set that a later one changed again, as a warning at the earlier patch.
///
/// The patches in the order in which they were applied, each with its name.
pub fn undone(history: &[(&str, &Applied)]) -> Diagnostics {
    let mut problems = Diagnostics::new();
    // Who changes a path, in order.
    let mut writers: HashMap<(&str, &str), Vec<(usize, &Change)>> = HashMap::new();
    for (index, (_, applied)) in history.iter().enumerate() {
        for change in &applied.changes {
            writers
                .entry((&change.document, &change.path))
                .or_default()
                .push((index, change));
        }
    }
    for (index, (name, applied)) in history.iter().enumerate() {
        for change in &applied.changes {
            let later = writers
                .get(&(change.document.as_str(), change.path.as_str()))
                .and_then(|all| all.iter().find(|(writer, _)| *writer > index));
            let Some((writer, by)) = later else {
                continue;
            };
            // A list that grows keeps what was put into it.
            if keeps(change.after.as_ref(), by.after.as_ref()) {
                continue;
            }
            let other = history.get(*writer).map_or("", |(other, _)| other);
            problems.push(
                rules::PATCH_UNDONE
                    .report(format!("`{}` is changed again by `{other}`", change.path))
                    .at(change
                        .place
                        .clone()
                        .unwrap_or_else(|| Location::file(*name)))
                    .hint(
                        "patches of the role come first, then the node's, then those for all nodes",
                    ),
            );
        }
    }
    problems
}

fn keeps(earlier: Option<&Value>, later: Option<&Value>) -> bool {
    match (earlier, later) {
        (Some(Value::Array(earlier)), Some(Value::Array(later))) => later.starts_with(earlier),
        _ => false,
    }
}
