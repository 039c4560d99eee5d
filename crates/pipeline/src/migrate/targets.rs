//! Where goes what only control planes take of a patch for all nodes.

use std::collections::BTreeSet;

use diagnostics::Source;
use yaml::Node;
use yaml::edit::Edits;

use super::listed::{List, Of, all, overrides, own, role};
use super::rewrite::Nodes;
use super::{Move, by_hand, pen};

/// Puts patches behind those of the control planes, each with the documents that it has: into
/// the list of the role, unless a node would not get it there or lay its own over it.
pub(super) fn place(
    source: &Source,
    root: &Node,
    lists: &mut [List<'_>],
    wanted: Vec<(String, Vec<String>)>,
    edits: &mut Edits<'_>,
    moving: &mut Move,
) {
    if wanted.is_empty() {
        return;
    }
    let mut refuse = |why: &str, node: &Node| {
        moving
            .problems
            .push(by_hand("", why, source.location(node.range())));
    };
    let unknown = all(root).iter().find(|node| role(node) == Nodes::All);
    if let Some(node) = unknown {
        let why = "only control planes take a part of it, and a variable decides whether this node is one: write `true` or `false`";
        return refuse(why, node);
    }
    let nodes: Vec<_> = { all(root).iter() }
        .filter(|node| role(node) == Nodes::ControlPlanes)
        .collect();
    let by_themselves = nodes
        .iter()
        .any(|node| own(node).is_some() && overrides(node));
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
    if !of_role.is_empty() {
        let section = root
            .get("controlPlane")
            .filter(|section| !section.is_null());
        let added = match section {
            Some(section) => add(lists, section, &of_role, edits),
            None if root.get("controlPlane").is_some() => false,
            None => pen::new_section(edits, root, "controlPlane", &of_role).is_ok(),
        };
        if !added {
            let why = "patches for control planes cannot be added here: write `controlPlane: {patches: […]}` with a list that nothing else has";
            refuse(why, section.unwrap_or(root));
        }
    }
    if of_nodes.is_empty() {
        return;
    }
    for node in nodes {
        if own(node).is_none() && overrides(node) {
            let why = "with patches of its own the node would pass over those of its role: take out `overridePatches`";
            refuse(why, node);
        } else if !add(lists, node, &of_nodes, edits) {
            let why = "patches for this control plane cannot be added here: write `patches` with a list that nothing else has";
            refuse(why, node);
        }
    }
}

/// Adds patches to the list of a map; whether that can be done.
fn add(lists: &mut [List<'_>], owner: &Node, items: &[String], edits: &mut Edits<'_>) -> bool {
    let Some(list) = own(owner) else {
        let is_free = owner.get(pen::PATCHES).is_none() && !owner.is_alias();
        return is_free && pen::new_list(edits, owner, items).is_ok();
    };
    let range = list.definition_range();
    let known = lists
        .iter_mut()
        .find(|one| one.list.definition_range() == range);
    let Some(known) = known.filter(|one| !one.shared) else {
        return false;
    };
    known.more.extend_from_slice(items);
    true
}
