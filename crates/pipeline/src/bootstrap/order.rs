//! The order of releases: who needs whom.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, Diagnostics, closest};
use flux::value::Value;

use super::Wanted;
use super::helmfile::Entry;
use crate::rules;

/// A release of a helmfile, and which file of them it is in.
pub(super) struct Ordered<'a> {
    pub(super) file: usize,
    pub(super) entry: &'a Entry,
    /// None where it cannot be installed, which was told.
    pub(super) wanted: Option<Wanted>,
}

/// The releases in an order in which each may be installed, with their needs.
pub(super) fn of(all: Vec<Ordered<'_>>, problems: &mut Diagnostics) -> Vec<Wanted> {
    let needs = needs(&all, problems);
    let mut missing: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for (index, needs) in needs.iter().enumerate() {
        for need in needs {
            if let Some(others) = needed_by.get_mut(*need) {
                others.push(index);
            }
        }
    }
    // What is free of those, in the order of the files.
    let free = |missing: &[usize], index: &usize| missing.get(*index) == Some(&0);
    let mut next: BTreeSet<usize> = (0..all.len()).filter(|it| free(&missing, it)).collect();
    let mut order = Vec::new();
    while let Some(index) = next.pop_first() {
        order.push(index);
        for other in needed_by.get(index).into_iter().flatten() {
            if let Some(count) = missing.get_mut(*other) {
                *count -= 1;
            }
            if free(&missing, other) {
                next.insert(*other);
            }
        }
    }
    if let Some(index) = missing.iter().position(|count| *count > 0) {
        let inner = in_circle(index, &needs, &missing);
        if let Some(Ordered { entry, .. }) = all.get(inner) {
            let message = format!("the release `{}` needs itself", entry.name);
            let place = entry.needs.first().and_then(|need| need.place.location());
            let problem = rules::BOOTSTRAP_NEED_CIRCLE.report(message).at(place);
            problems.push(problem.hint("take one of them out of `needs`"));
        }
    }
    let mut wanted: Vec<Option<Wanted>> = all.into_iter().map(|one| one.wanted).collect();
    let mut places: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut out = Vec::new();
    for index in order {
        let Some(mut one) = wanted.get_mut(index).and_then(Option::take) else {
            continue;
        };
        let needs = needs.get(index).into_iter().flatten();
        one.needs = needs
            .filter_map(|need| places.get(*need).copied().flatten())
            .collect();
        if let Some(place) = places.get_mut(index) {
            *place = Some(out.len());
        }
        out.push(one);
    }
    out
}

/// Of each release, which it needs: those that it names, and all of the file before, since
/// helmfile runs one file after the other.
fn needs(all: &[Ordered<'_>], problems: &mut Diagnostics) -> Vec<BTreeSet<usize>> {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_both: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (index, Ordered { entry, .. }) in all.iter().enumerate().rev() {
        by_name.insert(&entry.name, index);
        by_both.insert((&entry.namespace, &entry.name), index);
    }
    // By `context/namespace/name`, `namespace/name` or the name alone.
    let named = |need: &str| {
        let mut parts = need.rsplit('/');
        let name = parts.next().unwrap_or_default();
        match parts.next() {
            Some(namespace) => by_both.get(&(namespace, name)).copied(),
            None => by_name.get(name).copied(),
        }
    };
    let mut out = Vec::new();
    let mut before = 0..0;
    for (index, one) in all.iter().enumerate() {
        if all
            .get(index.wrapping_sub(1))
            .is_some_and(|other| other.file < one.file)
        {
            before = before.end..index;
        }
        let mut needs: BTreeSet<usize> = before.clone().collect();
        for need in &one.entry.needs {
            let text = need.as_text().unwrap_or_default();
            match named(text) {
                Some(found) => drop(needs.insert(found)),
                None => problems.push(unknown(all, &one.entry.name, text, need)),
            }
        }
        out.push(needs);
    }
    out
}

/// One that needs itself, of those that one leads to which could not be ordered.
fn in_circle(start: usize, needs: &[BTreeSet<usize>], missing: &[usize]) -> usize {
    let mut at = start;
    // After so many steps it has come to a circle, and stays in it.
    for _ in needs {
        let mut next = needs.get(at).into_iter().flatten();
        match next.find(|need| missing.get(**need).is_some_and(|count| *count > 0)) {
            Some(need) => at = *need,
            None => return at,
        }
    }
    at
}

fn unknown(all: &[Ordered<'_>], name: &str, need: &str, value: &Value) -> Diagnostic {
    let message = format!("`{name}` needs `{need}`, which no helmfile installs");
    let problem = rules::BOOTSTRAP_NEED_UNKNOWN
        .report(message)
        .at(value.place.location());
    let known: Vec<String> = { all.iter() }
        .map(|one| format!("{}/{}", one.entry.namespace, one.entry.name))
        .collect();
    match closest(need, known.iter().map(String::as_str)) {
        Some(known) => problem.hint(format!("did you mean `{known}`?")),
        None => problem.hint("add the release, or take it out of `needs`"),
    }
}
