//! Nodes that are added to `nodes.yaml`, whose comments and layout stay.

use config_model::{Declarations, Section};
use diagnostics::{Diagnostics, Source};
use yaml::edit::Edits;
use yaml::{Limits, Mapping, Node};

use crate::gather;
use crate::load::Inputs;
use crate::rules;

/// A node that is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// The MAC of its link, in small letters.
    pub mac_addr: String,
    /// Whether it is a control plane.
    pub is_controller: bool,
}

/// A node that may be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name; another one where that is taken or none.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Whether it is a control plane, see [`drafted`].
    pub controller: bool,
    /// Its disk, by serial number or path.
    pub disk: Option<String>,
    /// The MAC of the link that carries the address.
    pub mac_addr: Option<String>,
    /// The schematic of its image.
    pub schematic_id: String,
    /// Whether it boots with secure boot.
    pub secureboot: bool,
    /// Comments above it.
    pub about: Vec<String>,
    /// Comments behind its disk, its MAC and its schematic.
    pub remarks: [String; 3],
}

/// How many control planes a cluster has that loses one without harm.
const CONTROL_PLANES: usize = 3;

/// The nodes of a file, as far as it can be read; those of the untouched sample are none.
pub fn known(nodes: &Source) -> Vec<Known> {
    let parsed = yaml::parse(nodes, &Limits::default());
    let items = parsed.root().and_then(|root| root.get("nodes"));
    let items = items.and_then(Node::as_sequence).unwrap_or_default();
    let text = |item: &Node, key: &str| {
        let found = item.get(key).and_then(Node::text);
        found.unwrap_or_default().to_owned()
    };
    items
        .iter()
        .filter(|item| !is_sample(item))
        .map(|item| Known {
            name: text(item, "name"),
            address: text(item, "address"),
            mac_addr: text(item, "mac_addr").to_lowercase(),
            is_controller: text(item, "controller").eq_ignore_ascii_case("true"),
        })
        .collect()
}

/// Gives drafts names that nobody has, and as many of them control planes as are missing: of
/// three, or of one where there are fewer machines.
pub fn drafted(known: &[Known], mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut names: Vec<String> = known.iter().map(|node| node.name.clone()).collect();
    let controllers = known.iter().filter(|node| node.is_controller).count();
    let most = if controllers + drafts.len() >= CONTROL_PLANES {
        CONTROL_PLANES
    } else {
        1
    };
    for (index, draft) in drafts.iter_mut().enumerate() {
        draft.controller = controllers + index < most;
        let is_free = |name: &str| !name.is_empty() && names.iter().all(|other| other != name);
        if !is_free(&draft.name) {
            let mut numbers = 0..;
            let free = numbers.find_map(|number: u32| {
                Some(format!("node-{number}")).filter(|name| is_free(name))
            });
            draft.name = free.unwrap_or_default();
        }
        names.push(draft.name.clone());
    }
    drafts
}

/// Drafts as items of a list, their dashes at this column.
pub fn text(drafts: &[Draft], column: usize) -> String {
    let indent = " ".repeat(column);
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(&indent);
        out.push_str(text);
        out.push('\n');
    };
    for draft in drafts {
        for about in &draft.about {
            line(&format!("# {about}"));
        }
        let [disk, link, schematic] = &draft.remarks;
        line(&format!("- name: {}", yaml::quote(&draft.name)));
        line(&format!("  address: {}", yaml::quote(&draft.address)));
        line(&format!("  controller: {}", draft.controller));
        let keys = [
            ("disk", draft.disk.as_deref(), disk),
            ("mac_addr", draft.mac_addr.as_deref(), link),
            ("schematic_id", Some(&*draft.schematic_id), schematic),
        ];
        for (key, value, remark) in keys {
            let value = value.map(|value| format!(" {}", yaml::quote(value)));
            let remark = match remark.as_str() {
                "" => String::new(),
                remark => format!("  # {remark}"),
            };
            line(&format!("  {key}:{}{remark}", value.unwrap_or_default()));
        }
        if draft.secureboot {
            line("  secureboot: true");
        }
    }
    out
}

/// A file with drafts behind its nodes, or in the place of the sample's.
///
/// # Errors
///
/// `nodes/no-list` where there is no place for them; what keeps the file from being read.
pub fn added(nodes: &Source, drafts: &[Draft]) -> Result<String, Diagnostics> {
    let source = nodes.text();
    let parsed = yaml::parse(nodes, &Limits::default());
    if parsed.diagnostics.has_errors() {
        return Err(parsed.diagnostics);
    }
    let mut edits = Edits::new(source);
    let Some(root) = parsed.root() else {
        let line_break = edits.line_break();
        let start = match source {
            "" => "",
            text if text.ends_with('\n') => "",
            _ => line_break,
        };
        let items = text(drafts, 2).replace('\n', line_break);
        return Ok(format!("{source}{start}nodes:{line_break}{items}"));
    };
    let list = root.get("nodes");
    let items = list.and_then(Node::as_sequence).unwrap_or_default();
    let done = match list {
        Some(list) if !items.is_empty() && items.iter().all(is_sample) => {
            // With the comment above the first key.
            let line = |offset: usize| source[..offset].rfind('\n').map_or(0, |at| at + 1);
            let mut entries = root.as_mapping().into_iter().flat_map(Mapping::iter);
            let key = entries.find(|entry| entry.key.text() == Some("nodes"));
            let key = key.map_or(0, |entry| entry.key.range().end);
            let first = line(list.range().start);
            let above = source[key..first]
                .find('\n')
                .map_or(first, |at| key + at + 1);
            edits.remove(above..first);
            edits.replace_items(list, 0..items.len(), &text(drafts, 0))
        }
        _ => edits.append_items(root, "nodes", &text(drafts, 0)),
    };
    done.and_then(|()| edits.apply()).map_err(|_| {
        let place = list.unwrap_or(root).range();
        let problem = rules::NODES_NO_LIST
            .report("`nodes` is not written as a list with dashes")
            .at(nodes.location(place));
        let hint = "write each node below `nodes:`, behind a dash, and run the same again";
        problem.hint(hint).into()
    })
}

/// What is wrong with the configuration of a repository once it has this `nodes.yaml`, and was
/// not before. Nothing is run.
pub fn judged(inputs: &Inputs, changed: &Source) -> Diagnostics {
    gather::judged(inputs, &inputs.cluster, changed)
}

/// Whether a node is that of the sample, as nobody has touched it.
fn is_sample(node: &Node) -> bool {
    let stands_in = Declarations::built_in().get(Section::Nodes, "disk");
    let stands_in = stands_in.and_then(config_model::Declaration::placeholder_text);
    stands_in.is_some() && node.get("disk").and_then(Node::text) == stands_in
}

#[cfg(test)]
mod tests;
