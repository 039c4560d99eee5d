//! The patches that a talconfig names or holds.

use std::collections::BTreeMap;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use machines::Places;
use repository::View;
use yaml::edit::Edits;
use yaml::{Limits, Node};

use super::rewrite::{Nodes, patch};
use super::{Move, by_hand};
use crate::rules;

/// Rewrites them all.
pub(super) fn rewrite(
    view: &View<'static>,
    places: &Places,
    moving: &mut Move,
) -> Result<(), Diagnostics> {
    let path = places.talconfig.as_str();
    let Some(source) = view.text(path)? else {
        // The configurations' own reading has told so.
        return Ok(());
    };
    let parsed = yaml::parse(&source, &Limits::default());
    let Some(root) = parsed.root().filter(|_| !parsed.diagnostics.has_errors()) else {
        return Err(parsed.diagnostics);
    };
    let folder = places.talconfig.parent().unwrap_or(Utf8Path::new(""));
    let mut files: BTreeMap<Utf8PathBuf, Nodes> = BTreeMap::new();
    let mut edits = Edits::new(source.text());
    let mut own = Vec::new();
    for (list, nodes) in lists(root) {
        for item in list.as_sequence().unwrap_or_default() {
            let Some(text) = item.text() else {
                continue;
            };
            if let Some(file) = text.strip_prefix('@') {
                let known = files.entry(tidy(&folder.join(file))).or_insert(nodes);
                *known = together(*known, nodes);
            } else {
                within(&source, item, nodes, moving, &mut edits, &mut own);
            }
        }
    }
    for (file, nodes) in files {
        let Some(text) = view.text(file.as_str())? else {
            continue;
        };
        if text.text().contains("ENC[AES256_GCM,data:") {
            let place = Location::file(file.as_str());
            moving.problems.push(by_hand(
                "",
                "it is encrypted; `ichor secrets edit` opens it",
                place,
            ));
            continue;
        }
        let Some(new) = patch(moving, &text, None, nodes) else {
            continue;
        };
        let beside = beside(&file);
        if let Some(text) = new.for_control_planes {
            if view.exists(beside.as_str()) {
                return Err(exists(&beside).into());
            }
            moving
                .changes
                .set(view, beside.as_str(), Some(text.into_bytes()))?;
            let name = beside.strip_prefix(folder).unwrap_or(&beside);
            own.push(format!("- {}\n", yaml::quote(&format!("@./{name}"))));
        }
        match new.text {
            Some(text) => moving
                .changes
                .set(view, file.as_str(), Some(text.into_bytes()))?,
            // Its name stays in a list, and Talos skips what is empty.
            None => moving.changes.set(view, file.as_str(), Some(Vec::new()))?,
        }
    }
    if !own.is_empty() {
        let items = own.concat();
        let added = match root.get("controlPlane") {
            Some(section) => edits.append_items(section, "patches", &items),
            None => {
                let lines: String = items.lines().map(|line| format!("    {line}\n")).collect();
                edits.append_entry(
                    root,
                    "controlPlane",
                    &format!("\n  patches:\n{}", lines.trim_end()),
                )
            }
        };
        added.map_err(|_| not_added(&source))?;
    }
    if !edits.is_empty() {
        let text = edits.apply().map_err(|_| not_added(&source))?;
        moving.changes.set(view, path, Some(text.into_bytes()))?;
    }
    Ok(())
}

/// Every list of patches, and who gets them.
fn lists(root: &Node) -> Vec<(&Node, Nodes)> {
    let mut lists = Vec::new();
    lists.extend(root.get("patches").map(|list| (list, everybody(root))));
    let section = |key: &str| root.get(key).and_then(|section| section.get("patches"));
    lists.extend(section("controlPlane").map(|list| (list, Nodes::ControlPlanes)));
    lists.extend(section("worker").map(|list| (list, Nodes::Workers)));
    for node in root
        .get("nodes")
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        let list = node.get("patches").map(|list| (list, role(node)));
        lists.extend(list);
    }
    lists
}

/// Who the nodes of a talconfig are.
fn everybody(root: &Node) -> Nodes {
    let nodes = root
        .get("nodes")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let roles = nodes.iter().map(role);
    roles.reduce(together).unwrap_or(Nodes::All)
}

fn role(node: &Node) -> Nodes {
    match node.get("controlPlane").and_then(Node::text) {
        Some("true") => Nodes::ControlPlanes,
        None | Some("false") => Nodes::Workers,
        Some(_) => Nodes::All,
    }
}

fn together(one: Nodes, other: Nodes) -> Nodes {
    if one == other { one } else { Nodes::All }
}

/// Rewrites a patch that stands in the talconfig.
fn within(
    source: &Source,
    item: &Node,
    nodes: Nodes,
    moving: &mut Move,
    edits: &mut Edits<'_>,
    own: &mut Vec<String>,
) {
    let place = source.location(item.range());
    let text = item.text().unwrap_or_default();
    let inner = Source::new(source.name(), text);
    let Some(new) = patch(moving, &inner, Some(&place), nodes) else {
        return;
    };
    if item.is_alias() || item.anchor().is_some() {
        moving.problems.push(by_hand(
            "",
            "it is used in several places by its anchor",
            place,
        ));
        return;
    }
    let column = column(source.text(), item.range().start);
    let text = new.text.unwrap_or_else(|| "{}\n".to_owned());
    edits.replace(item.range(), block(&text, column));
    if let Some(text) = new.for_control_planes {
        own.push(format!("- {}\n", block(&text, 0)));
    }
}

/// A text as a literal block, in a list whose dash stands two columns before a column.
fn block(text: &str, column: usize) -> String {
    let indent = " ".repeat(column.max(2));
    let mut out = "|-".to_owned();
    for line in text.trim_end().lines() {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}

/// The column of a place.
fn column(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    before.rsplit('\n').next().map_or(0, str::len)
}

/// The file for what of another only control planes take.
fn beside(path: &Utf8Path) -> Utf8PathBuf {
    let stem = path.file_stem().unwrap_or("patch");
    let extension = path.extension().unwrap_or("yaml");
    path.with_file_name(format!("{stem}-control-plane.{extension}"))
}

fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    let mut tidied = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if tidied.file_name().is_some() => {
                tidied.pop();
            }
            other => tidied.push(other.as_str()),
        }
    }
    tidied
}

fn exists(path: &Utf8Path) -> Diagnostic {
    let message =
        format!("`{path}` is there already, and would hold what only control planes take");
    rules::MIGRATE_BY_HAND
        .report(message)
        .at(Location::file(path.as_str()))
}

fn not_added(source: &Source) -> Diagnostic {
    let message = "patches for control planes cannot be added to the list in this notation";
    rules::MIGRATE_BY_HAND.report(message).at(source.whole())
}
