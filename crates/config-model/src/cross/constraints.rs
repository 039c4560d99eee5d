//! What declarations say that keys ask of each other.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Diagnostics};

use super::scope::Scope;
use crate::fields::Fields;
use crate::keys::{Constraint, Demand, Kind};

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let cluster = scope.cluster;
    // What several ask for is missed once.
    let mut missed = HashSet::new();
    for constraint in cluster.declarations.constraints() {
        if !constraint.when.iter().all(|key| is_on(cluster, key)) {
            continue;
        }
        match &constraint.demand {
            Demand::Requires(keys) => diagnostics.extend(
                keys.iter()
                    .filter(|key| lacks(cluster, key))
                    .filter(|key| missed.insert((constraint.rule, *key)))
                    .map(|key| required(cluster, constraint, key)),
            ),
            Demand::AllOrNone(keys) => diagnostics.extend(partial(cluster, constraint, keys)),
        }
    }
}

/// Whether a key has a value that is not empty, or one that was reported already.
pub(super) fn has(cluster: &Fields<'_>, key: &str) -> bool {
    cluster.is_set(key) || cluster.text(key).is_some()
}

/// Whether a key that counts has no value, or is a switch that is off.
pub(super) fn lacks(cluster: &Fields<'_>, key: &str) -> bool {
    let is_reported = cluster.is_set(key) && cluster.set(key).is_none();
    cluster.counts(key) && !is_on(cluster, key) && !is_reported
}

fn is_on(cluster: &Fields<'_>, key: &str) -> bool {
    if is_switch(cluster, key) {
        cluster.flag(key)
    } else {
        has(cluster, key)
    }
}

fn is_switch(cluster: &Fields<'_>, key: &str) -> bool {
    let declaration = cluster.declarations.get(cluster.section, key);
    declaration.is_some_and(|declaration| declaration.kind == Kind::Boolean)
}

/// The problem of a key that is not set, at the one that asks for it.
fn required(cluster: &Fields<'_>, constraint: &Constraint, key: &str) -> Diagnostic {
    let with = constraint.when.first().map_or("", String::as_str);
    let (asks, is_asked) = (is_switch(cluster, with), is_switch(cluster, key));
    let message = match (asks, is_asked) {
        (true, true) => format!("`{with}` is on, but `{key}` is not"),
        (true, false) => format!("`{with}` is on, but `{key}` is not set"),
        (false, true) => format!("`{with}` is set, but `{key}` is not on"),
        (false, false) => format!("`{with}` is set without `{key}`"),
    };
    let value = if is_asked { ": true" } else { "" };
    let declaration = cluster.declarations.get(cluster.section, key);
    let made = match declaration {
        Some(declaration) if declaration.generate => " (`ichor secrets generate` makes one)",
        _ => "",
    };
    let usual = asks.then(|| format!("set `{key}{value}`{made}, or `{with}: false`"));
    let problem = constraint.rule.report(message).at(cluster.location(with));
    match constraint.hint.clone().or(usual) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The problem of keys of which some are set and some are not, at the first that is.
fn partial(cluster: &Fields<'_>, constraint: &Constraint, keys: &[String]) -> Option<Diagnostic> {
    let counting = keys.iter().filter(|key| cluster.counts(key));
    let (set, missing): (Vec<_>, Vec<_>) = counting.partition(|key| has(cluster, key));
    let first = set.first()?;
    if missing.is_empty() {
        return None;
    }
    let names: Vec<_> = missing.iter().map(|key| format!("`{key}`")).collect();
    let usual = match keys.len() {
        2 => "set both, or neither",
        3 => "set all three, or none",
        _ => "set all of them, or none",
    };
    let hint = constraint.hint.as_deref().unwrap_or(usual);
    Some(
        constraint
            .rule
            .report(format!("`{first}` is set without {}", names.join(" and ")))
            .at(cluster.location(first))
            .hint(hint),
    )
}
