//! The names of the generated files.

use std::collections::HashMap;

use diagnostics::Diagnostics;

use super::node::Node;
use super::places::{place, role_key};
use crate::rules;
use crate::talconfig::Raw;
use talos::generate::Role;
use talos::patch::{Field, expand};

/// What else is written into the folder, in small letters.
const RESERVED: [&str; 3] = ["talosconfig", ".gitignore", ".git"];

/// How many bytes the name of a file may have.
const LONGEST: usize = 255;

/// The name of each node's file, empty where it cannot be used. Names that two nodes share, or
/// that lead out of the folder, are problems.
pub(super) fn names(raw: &Raw, nodes: &[Node<'_>]) -> (Vec<String>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut out = Vec::with_capacity(nodes.len());
    for (number, node) in nodes.iter().enumerate() {
        let at = |path: &str| place(raw, node.index, node.role, path);
        let name = match name(raw, node) {
            Ok(name) => name,
            Err(message) => {
                let problem = rules::TALCONFIG_TEMPLATE.report(message);
                problems.push(problem.at(at("filenameTmpl")));
                out.push(String::new());
                continue;
            }
        };
        if RESERVED.contains(&name.to_lowercase().as_str()) {
            let message = format!("`{name}` is the name of another file in the output folder");
            problems.push(
                rules::TALCONFIG_FILE_NAME
                    .report(message)
                    .at(at("filenameTmpl")),
            );
            out.push(String::new());
            continue;
        }
        if !stays_in_folder(&name) {
            let message = format!("`{name}` is not the name of a file in the output folder");
            problems.push(
                rules::TALCONFIG_FILE_NAME
                    .report(message)
                    .at(at("filenameTmpl")),
            );
            out.push(String::new());
            continue;
        }
        // Not every file system tells capital letters from small ones.
        let alike = name.to_lowercase();
        if let Some(other) = first.get(&alike).and_then(|number| nodes.get(*number)) {
            // Two nodes of one name are told by the checks of the talconfig.
            if other.hostname() != node.hostname() {
                problems.push(
                    rules::TALCONFIG_FILE_NAME
                        .report(format!("two nodes have the file `{name}`"))
                        .at(at("filenameTmpl"))
                        .related(
                            place(raw, other.index, other.role, "hostname"),
                            "the first one",
                        ),
                );
            }
        } else {
            first.insert(alike, number);
        }
        out.push(name);
    }
    (out, problems)
}

fn name(raw: &Raw, node: &Node<'_>) -> Result<String, String> {
    let role = match node.role {
        Role::ControlPlane => "controlplane",
        Role::Worker => role_key(node.role),
    };
    let template = node.shared.filename_tmpl.as_str();
    if template.is_empty() {
        // What `{{ .ClusterName }}-{{ .Hostname }}.yaml` makes.
        return Ok(format!("{}-{}.yaml", raw.cluster_name(), node.hostname()));
    }
    expand(
        template,
        &[
            ("ClusterName", Field::Text(raw.cluster_name())),
            ("Hostname", Field::Text(node.hostname())),
            ("IPAddress", Field::Text(&node.own.ip_address)),
            ("Role", Field::Text(role)),
        ],
    )
}

/// Whether a name is that of a file beneath the folder it is written to.
fn stays_in_folder(name: &str) -> bool {
    !name.ends_with('/')
        && !name.contains('\\')
        && !name.contains(char::is_control)
        && name.split('/').all(|part| part.len() <= LONGEST)
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
