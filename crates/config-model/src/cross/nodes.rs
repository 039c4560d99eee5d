//! Nodes among each other.

use std::collections::HashMap;

use diagnostics::{Diagnostics, Rule};

use super::scope::Scope;
use crate::fields::Fields;
use crate::rules;
use crate::types::Disk;

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    unique(scope, "name", &rules::NODE_DUPLICATE_NAME, diagnostics);
    unique(scope, "mac_addr", &rules::NODE_DUPLICATE_MAC, diagnostics);
    for node in scope.nodes {
        looks(node, diagnostics);
    }
    if scope.nodes_complete && !scope.nodes.is_empty() {
        roles(scope, diagnostics);
    }
}

fn unique(scope: &Scope<'_>, key: &str, rule: &'static Rule, diagnostics: &mut Diagnostics) {
    let mut first: HashMap<&str, &Fields<'_>> = HashMap::with_capacity(scope.nodes.len());
    for node in scope.nodes {
        let Some(text) = node.text(key) else {
            continue;
        };
        match first.get(text) {
            None => drop(first.insert(text, node)),
            Some(other) => diagnostics.push(
                rule.report(format!("`{text}` is already the `{key}` of another node"))
                    .at(node.location(key))
                    .related(other.location(key), "it is given here first"),
            ),
        }
    }
}

/// What may work but looks wrong.
fn looks(node: &Fields<'_>, diagnostics: &mut Diagnostics) {
    if let Some(name) = node.text("name")
        && name.bytes().all(|byte| byte.is_ascii_digit())
    {
        diagnostics.push(
            rules::NODE_DIGITS_NAME
                .report(format!("`{name}` consists of digits only"))
                .at(node.location("name"))
                .hint(format!("use a name with a letter, such as `node-{name}`")),
        );
    }
    if let Some(disk) = node.typed::<Disk>("disk")
        && disk.value.looks_like_device()
    {
        diagnostics.push(
            rules::NODE_DISK_NAME
                .report(format!("`{}` is taken for a serial number", disk.value))
                .at(node.location("disk"))
                .hint(format!("write `/dev/{}` if it is a device", disk.value)),
        );
    }
}

fn roles(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    // A node whose role is not known could be either.
    let known = scope
        .nodes
        .iter()
        .all(|node| node.value("controller").is_some());
    if !known {
        return;
    }
    let controllers = scope
        .nodes
        .iter()
        .filter(|node| node.flag("controller"))
        .count();
    let whole = scope.nodes.first().map(|node| node.source.whole());
    let Some(whole) = whole else {
        return;
    };
    if controllers == 0 {
        diagnostics.push(
            rules::NODE_NO_CONTROLLER
                .report("no node has `controller: true`")
                .at(whole),
        );
    } else if controllers % 2 == 0 {
        diagnostics.push(
            rules::NODE_EVEN_CONTROLLERS
                .report(format!(
                    "there are {controllers} controllers, an even number"
                ))
                .at(whole)
                .hint(format!("use {} or {}", controllers - 1, controllers + 1)),
        );
    }
    let key = "allow_scheduling_on_control_planes";
    let forbidden = scope
        .cluster
        .value(key)
        .and_then(serde_json::Value::as_bool)
        == Some(false);
    if forbidden && controllers == scope.nodes.len() {
        diagnostics.push(
            rules::NODE_NO_WORKER
                .report(format!(
                    "`{key}` is `false`, and every node is a controller"
                ))
                .at(scope.cluster.location(key))
                .hint("add a node with `controller: false`, or set it to `true`"),
        );
    }
}
