//! What waits for what: `dependsOn` of Kustomizations and of releases.

use std::collections::HashMap;

use diagnostics::{Diagnostic, Diagnostics};

use super::{at, is_open, related};
use crate::inventory::Inventory;
use crate::object::{Id, Object};
use crate::rules;
use crate::value::Value;

/// How many of a circle are named.
const SHOWN: usize = 12;

/// Who may depend on another of the same kind.
struct Node<'a> {
    id: &'a Id,
    object: &'a Object,
}

pub(super) fn check(inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    let assembled = inventory.assembled;
    let kustomizations = { assembled.kustomizations.iter() }.map(|one| Node {
        id: &one.id,
        object: &one.object,
    });
    of_kind(
        "Kustomization",
        &kustomizations.collect::<Vec<_>>(),
        inventory,
        problems,
    );
    let releases = { assembled.releases.iter() }.map(|one| Node {
        id: &one.id,
        object: &one.object,
    });
    of_kind(
        "HelmRelease",
        &releases.collect::<Vec<_>>(),
        inventory,
        problems,
    );
}

fn of_kind(kind: &str, nodes: &[Node<'_>], inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    let mut edges: Vec<Vec<(usize, &Value)>> = Vec::with_capacity(nodes.len());
    let mut places = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        let at = (node.id.namespace.as_str(), node.id.name.as_str());
        places.entry(at).or_insert(index);
    }
    let is_any_open = nodes
        .iter()
        .any(|node| is_open(&node.id.name) || is_open(&node.id.namespace));
    for node in nodes {
        let mut targets = Vec::new();
        let list = node.object.0.at(&["spec", "dependsOn"]);
        for entry in list.map(Value::items).unwrap_or_default() {
            let Some(name) = entry.get("name").filter(|name| name.as_text().is_some()) else {
                continue;
            };
            let wanted = name.as_text().unwrap_or_default();
            let namespace = entry.get("namespace").and_then(Value::as_text);
            let within = namespace
                .filter(|one| !one.is_empty())
                .unwrap_or(&node.id.namespace);
            if let Some(&target) = places.get(&(within, wanted)) {
                targets.push((target, name));
                continue;
            }
            // What another cluster or a folder that could not be built has is not known.
            let is_written = !(is_any_open || is_open(wanted) || is_open(within));
            if is_written && inventory.knows_all() {
                problems.push(missing(kind, nodes, name, entry, within));
            }
        }
        edges.push(targets);
    }
    cycles(kind, nodes, &edges, problems);
}

fn missing(
    kind: &str,
    nodes: &[Node<'_>],
    name: &Value,
    entry: &Value,
    within: &str,
) -> Diagnostic {
    let wanted = name.as_text().unwrap_or_default();
    let mut others = nodes.iter().filter(|one| one.id.name == wanted);
    if let (Some(other), None) = (others.next(), others.next()) {
        let message = format!(
            "there is no {kind} `{wanted}` in namespace `{within}`, but one in `{}`",
            other.id.namespace
        );
        let place = entry.get("namespace").unwrap_or(name);
        let problem = at(rules::FLUX_DEPENDENCY_NAMESPACE.report(message), place);
        return related(problem, &other.object.place(), "it is this one").hint(format!(
            "write `namespace: {}` beside the name",
            other.id.namespace
        ));
    }
    let message = format!("there is no {kind} `{wanted}` in namespace `{within}`");
    let problem = at(rules::FLUX_DEPENDENCY_MISSING.report(message), name);
    let names = nodes.iter().map(|one| one.id.name.as_str());
    match diagnostics::closest(wanted, names) {
        Some(close) if close != wanted => problem.hint(format!("did you mean `{close}`?")),
        _ => problem,
    }
}

/// Reports each circle once, at the first who is in it.
fn cycles(
    kind: &str,
    nodes: &[Node<'_>],
    edges: &[Vec<(usize, &Value)>],
    problems: &mut Diagnostics,
) {
    // 0: not seen, 1: on the way here, 2: done.
    let mut state = vec![0_u8; nodes.len()];
    for start in 0..nodes.len() {
        if state.get(start) != Some(&0) {
            continue;
        }
        // Each with how many of its edges are done; a stack of its own, so that no length of a
        // chain is too long.
        let mut way = vec![(start, 0_usize)];
        set(&mut state, start, 1);
        while let Some((node, next)) = way.last_mut() {
            let node = *node;
            let edge = edges.get(node).and_then(|edges| edges.get(*next)).copied();
            *next += 1;
            match edge {
                None => {
                    set(&mut state, node, 2);
                    way.pop();
                }
                Some((target, _)) if state.get(target) == Some(&0) => {
                    set(&mut state, target, 1);
                    way.push((target, 0));
                }
                Some((target, name)) if state.get(target) == Some(&1) => {
                    let from = way.iter().position(|(one, _)| *one == target);
                    let circle = way.get(from.unwrap_or_default()..).unwrap_or_default();
                    problems.push(circle_problem(kind, nodes, edges, circle, name));
                }
                Some(_) => {}
            }
        }
    }
}

/// A circle: who is in it, each with the number of the edge after that which leads on.
fn circle_problem(
    kind: &str,
    nodes: &[Node<'_>],
    edges: &[Vec<(usize, &Value)>],
    circle: &[(usize, usize)],
    name: &Value,
) -> Diagnostic {
    let ids = circle.iter().filter_map(|(one, _)| nodes.get(*one));
    let mut names: Vec<String> = ids
        .map(|one| format!("`{}/{}`", one.id.namespace, one.id.name))
        .collect();
    let first = names.first().cloned().unwrap_or_default();
    if names.len() == 1 {
        let message = format!("the {kind} {first} depends on itself");
        return at(rules::FLUX_DEPENDENCY_CYCLE.report(message), name);
    }
    let count = names.len();
    names.truncate(SHOWN);
    if count > SHOWN {
        names.push(format!("{} more", count - SHOWN));
    }
    names.push(first);
    let message = format!("a circle of {kind}s: {}", names.join(" depends on "));
    let mut problem = at(rules::FLUX_DEPENDENCY_CYCLE.report(message), name);
    for &(one, next) in circle.iter().take(count - 1).take(SHOWN) {
        let edge = edges
            .get(one)
            .and_then(|edges| edges.get(next.wrapping_sub(1)));
        if let Some((_, value)) = edge {
            problem = related(problem, &value.place, "and this is part of it");
        }
    }
    problem
}

fn set(state: &mut [u8], index: usize, to: u8) {
    if let Some(one) = state.get_mut(index) {
        *one = to;
    }
}
