//! Where the values of a node are written.

use diagnostics::Location;
use yaml::Node as Yaml;

use crate::talconfig::Raw;
use talos::generate::Role;

/// The key of a role's section.
pub(super) fn role_key(role: Role) -> &'static str {
    match role {
        Role::ControlPlane => "controlPlane",
        Role::Worker => "worker",
    }
}

/// The node of YAML at a path of keys and numbers with dots.
pub(super) fn find<'a>(root: &'a Yaml, path: &str) -> Option<&'a Yaml> {
    path.split('.').try_fold(root, |at, step| {
        match (at.as_sequence(), step.parse::<usize>()) {
            (Some(items), Ok(index)) => items.get(index),
            _ => at.get(step),
        }
    })
}

/// The place of a value of a node: where the node has it, else where its role has it, else
/// the deepest part of the way that the node has.
pub(super) fn place(raw: &Raw, index: usize, role: Role, path: &str) -> Location {
    let own = format!("nodes.{index}.{path}");
    let of_role = format!("{}.{path}", role_key(role));
    for path in [own.as_str(), of_role.as_str()] {
        if let Some(found) = find(raw.root(), path) {
            return raw.source().location(start(found));
        }
    }
    let mut way = own.as_str();
    while let Some((shorter, _)) = way.rsplit_once('.') {
        if let Some(found) = find(raw.root(), shorter) {
            return raw.source().location(start(found));
        }
        way = shorter;
    }
    raw.source().whole()
}

/// The place of a value of the talconfig itself.
pub(super) fn top(raw: &Raw, path: &str) -> Location {
    match find(raw.root(), path) {
        Some(found) => raw.source().location(start(found)),
        None => raw.source().whole(),
    }
}

/// A map is marked by its first key: all of it would be too much.
fn start(node: &Yaml) -> std::ops::Range<usize> {
    match node.as_mapping().and_then(|map| map.entries().first()) {
        Some(entry) => entry.key.range(),
        None => node.range(),
    }
}
