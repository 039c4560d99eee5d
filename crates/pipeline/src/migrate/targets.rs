//! Where goes what only control planes take of a patch for all nodes.

use std::collections::BTreeSet;

use diagnostics::Source;
use yaml::edit::Edits;
use yaml::{Limits, Node};

use super::listed::{List, Of, all, overrides, own, role};
use super::rewrite::Nodes;
use super::{Move, by_hand, pen};

/// The key of what control planes have in common.
const SECTION: &str = "controlPlane";

/// Why patches cannot be added.
const NOWHERE: &str = "patches for control planes cannot be added here: write `patches` as a list that nothing else has, by an anchor or otherwise";

/// A list that is to be put in.
pub(super) struct New {
    /// The number of the node that gets it; else all control planes do.
    node: Option<usize>,
    items: Vec<String>,
}

/// Puts patches behind those of the control planes, each with the documents that it has: into
/// the list of the role, unless a node would not get it there or lay its own over it. Gives back
/// the lists that are new.
pub(super) fn place(
    source: &Source,
    root: &Node,
    lists: &mut [List<'_>],
    wanted: Vec<(String, Vec<String>)>,
    moving: &mut Move,
) -> Vec<New> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut refuse = |why: &str, node: &Node| {
        moving
            .problems
            .push(by_hand("", why, source.location(node.range())));
    };
    let unknown = all(root).iter().find(|node| role(node) == Nodes::All);
    if let Some(node) = unknown {
        let why = "only control planes take a part of it, and a variable decides whether this node is one: write `true` or `false`";
        refuse(why, node);
        return Vec::new();
    }
    let nodes: Vec<_> = { all(root).iter().enumerate() }
        .filter(|(_, node)| role(node) == Nodes::ControlPlanes)
        .collect();
    let by_themselves = nodes
        .iter()
        .any(|(_, node)| own(node).is_some() && overrides(node));
    let mut titles: BTreeSet<String> = { lists.iter() }
        .filter(|list| list.of == Of::Node && list.nodes != Nodes::Workers)
        .flat_map(|list| list.titles.iter().cloned())
        .collect();
    let (mut of_role, mut of_nodes) = (Vec::new(), Vec::new());
    // What is laid over one that goes to the nodes has to stay behind it.
    for (text, documents) in wanted {
        if by_themselves || documents.iter().any(|title| titles.contains(title)) {
            titles.extend(documents);
            of_nodes.push(text);
        } else {
            of_role.push(text);
        }
    }
    let mut new = Vec::new();
    if !of_role.is_empty() {
        let section = root.get(SECTION);
        match section {
            None => new.push(New {
                node: None,
                items: of_role,
            }),
            Some(section) => match add(lists, section, &of_role) {
                Some(true) => {}
                Some(false) => new.push(New {
                    node: None,
                    items: of_role,
                }),
                None => refuse(NOWHERE, section),
            },
        }
    }
    if of_nodes.is_empty() {
        return new;
    }
    for (index, node) in nodes {
        if own(node).is_none() && overrides(node) {
            let why = "with patches of its own the node would pass over those of its role: take out `overridePatches`";
            refuse(why, node);
            continue;
        }
        match add(lists, node, &of_nodes) {
            Some(true) => {}
            Some(false) => new.push(New {
                node: Some(index),
                items: of_nodes.clone(),
            }),
            None => refuse(NOWHERE, node),
        }
    }
    new
}

/// Adds patches to the list of a map: whether it has one; nothing if none can be added there.
fn add(lists: &mut [List<'_>], owner: &Node, items: &[String]) -> Option<bool> {
    let Some(list) = own(owner) else {
        let is_free = owner.get(pen::PATCHES).is_none() && owner.as_mapping().is_some();
        return (is_free && !owner.is_alias()).then_some(false);
    };
    let range = list.definition_range();
    let mut lists = lists.iter_mut();
    let known = lists.find(|one| one.list.definition_range() == range)?;
    if known.shared {
        return None;
    }
    known.more.extend_from_slice(items);
    Some(true)
}

/// Puts lists into a text that has none at their places.
pub(super) fn put(text: String, new: &[New]) -> Option<String> {
    if new.is_empty() {
        return Some(text);
    }
    let parsed = yaml::parse(&Source::new("", text.as_str()), &Limits::default());
    let root = parsed.root()?;
    let mut edits = Edits::new(&text);
    for New { node, items } in new {
        let owner = match node {
            Some(index) => Some(all(root).get(*index)?),
            None => root.get(SECTION),
        };
        let put = match owner {
            Some(owner) => pen::new_list(&mut edits, owner, items),
            None => pen::new_section(&mut edits, root, SECTION, items),
        };
        put.ok()?;
    }
    edits.apply().ok()
}
