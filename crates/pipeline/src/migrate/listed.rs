//! Which lists of patches a talconfig has, and who gets them.

use std::collections::BTreeSet;

use yaml::{Dialect, Node, Resolved};

use super::pen::{Becomes, PATCHES};
use super::rewrite::Nodes;

/// Whose a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// That of the whole talconfig, behind all others.
    All,
    /// A role's, before a node's own.
    Role,
    /// A node's own.
    Node,
}

/// A list of patches.
pub(super) struct List<'a> {
    /// The map that has it.
    pub(super) owner: &'a Node,
    pub(super) list: &'a Node,
    /// The key of the talconfig that has the map, if it is a role's.
    pub(super) section: Option<&'static str>,
    pub(super) of: Of,
    pub(super) nodes: Nodes,
    /// Whether several have it, by an anchor or merged from one.
    pub(super) shared: bool,
    /// Whether its node passes over the list of its role.
    pub(super) overrides: bool,
    /// What becomes of each item.
    pub(super) becomes: Vec<Becomes>,
    /// What comes behind them.
    pub(super) more: Vec<String>,
    /// The documents in it that only control planes take.
    pub(super) titles: BTreeSet<String>,
}

impl<'a> List<'a> {
    pub(super) fn items(&self) -> &'a [Node] {
        self.list.as_sequence().unwrap_or_default()
    }
}

/// Every list that is written, once however many have it.
pub(super) fn lists(root: &Node) -> Vec<List<'_>> {
    let mut lists: Vec<List<'_>> = Vec::new();
    let mut add = |owner, of, section, nodes, overrides| {
        let Some(list) = own(owner) else {
            return;
        };
        let same = |one: &&mut List<'_>| one.list.definition_range() == list.definition_range();
        if let Some(there) = lists.iter_mut().find(same) {
            there.shared = true;
            there.overrides |= overrides;
            there.nodes = there.nodes.and(nodes);
            if there.list.is_alias() {
                (there.owner, there.list) = (owner, list);
            }
            return;
        }
        let count = list.as_sequence().map_or(0, <[Node]>::len);
        lists.push(List {
            owner,
            list,
            section,
            of,
            nodes,
            shared: false,
            overrides,
            becomes: std::iter::repeat_with(Becomes::default)
                .take(count)
                .collect(),
            more: Vec::new(),
            titles: BTreeSet::new(),
        });
    };
    let roles = all(root).iter().map(role);
    add(
        root,
        Of::All,
        None,
        roles.reduce(Nodes::and).unwrap_or(Nodes::All),
        false,
    );
    for (section, nodes) in [
        ("controlPlane", Nodes::ControlPlanes),
        ("worker", Nodes::Workers),
    ] {
        if let Some(owner) = root.get(section) {
            add(owner, Of::Role, Some(section), nodes, false);
        }
    }
    for node in all(root) {
        add(node, Of::Node, None, role(node), overrides(node));
    }
    lists
}

/// The list of patches of a map, if it has one.
pub(super) fn own(owner: &Node) -> Option<&Node> {
    owner
        .get(PATCHES)
        .filter(|list| list.as_sequence().is_some())
}

/// The nodes.
pub(super) fn all(root: &Node) -> &[Node] {
    root.get("nodes")
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

/// Who a node is: [`Nodes::All`] where that is not known.
pub(super) fn role(node: &Node) -> Nodes {
    match flag(node, "controlPlane") {
        Some(true) => Nodes::ControlPlanes,
        Some(false) => Nodes::Workers,
        None => Nodes::All,
    }
}

/// Whether a node with patches of its own passes over those of its role.
pub(super) fn overrides(node: &Node) -> bool {
    flag(node, "overridePatches") != Some(false)
}

/// Whether the talconfig lets workloads onto control planes.
pub(super) fn allows_scheduling(root: &Node) -> bool {
    let keys = ["allowSchedulingOnControlPlanes", "allowSchedulingOnMasters"];
    keys.iter().any(|key| flag(root, key) == Some(true))
}

/// A flag, off where it is absent; none where a variable decides.
fn flag(node: &Node, key: &str) -> Option<bool> {
    let Some(value) = node.get(key) else {
        return Some(false);
    };
    match value.as_scalar()?.read(Dialect::Go) {
        Resolved::Bool(flag) => Some(flag),
        Resolved::Null => Some(false),
        _ => None,
    }
}
