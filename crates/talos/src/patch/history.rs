//! Several patches in a row: what a later one undoes.

use std::collections::HashMap;

use diagnostics::{Diagnostics, Location};
use serde_json::Value;

use super::apply::Applied;
use documents::change::Change;

use crate::rules;

/// What a patch set and a later one changed again.
struct Undone<'a> {
    /// The earlier patch.
    index: usize,
    change: &'a Change,
    /// The later one.
    by: usize,
}

/// The patches that have set what a later one changed again, each once.
///
/// The patches in the order in which they were applied.
pub fn contested(history: &[&Applied]) -> Vec<usize> {
    let mut out: Vec<_> = all_undone(history).iter().map(|one| one.index).collect();
    out.dedup();
    out
}

/// What each patch set that a later one changed again, as a warning at the earlier patch.
///
/// The patches in the order in which they were applied, each with its name.
pub fn undone(history: &[(&str, &Applied)]) -> Diagnostics {
    let name = |index: usize| history.get(index).map_or("", |(name, _)| name);
    let applied: Vec<_> = history.iter().map(|(_, applied)| *applied).collect();
    let report = |Undone { index, change, by }: Undone<'_>| {
        let place = change.place.clone();
        rules::PATCH_UNDONE
            .report(format!(
                "`{}` is changed again by `{}`",
                change.path,
                name(by)
            ))
            .at(place.unwrap_or_else(|| Location::file(name(index))))
            .hint("patches of the role come first, then the node's, then those for all nodes")
    };
    all_undone(&applied).into_iter().map(report).collect()
}

/// In the order of the patches and of their changes.
fn all_undone<'a>(history: &[&'a Applied]) -> Vec<Undone<'a>> {
    // Who changes a path, in order.
    let mut writers: HashMap<(&str, &str), Vec<(usize, &Change)>> = HashMap::new();
    for (index, applied) in history.iter().enumerate() {
        for change in &applied.changes {
            writers
                .entry((&change.document, &change.path))
                .or_default()
                .push((index, change));
        }
    }
    let mut out = Vec::new();
    for (index, applied) in history.iter().enumerate() {
        for change in &applied.changes {
            let later = writers
                .get(&(change.document.as_str(), change.path.as_str()))
                .and_then(|all| all.iter().find(|(writer, _)| *writer > index));
            // A list that grows keeps what was put into it.
            if let Some((by, again)) = later
                && !keeps(change.after.as_ref(), again.after.as_ref())
            {
                out.push(Undone {
                    index,
                    change,
                    by: *by,
                });
            }
        }
    }
    out
}

fn keeps(earlier: Option<&Value>, later: Option<&Value>) -> bool {
    match (earlier, later) {
        (Some(Value::Array(earlier)), Some(Value::Array(later))) => later.starts_with(earlier),
        _ => false,
    }
}
