//! The order of the steps, once.

use std::collections::{BTreeSet, HashSet};

use diagnostics::{Diagnostics, Secrets, Source};
use secrecy::SecretString;

use crate::cross::{Scope, check};
use crate::fields::Fields;
use crate::input::{Input, Parsed, WrittenKey};
use crate::keys::{Declarations, Section};
use crate::lower::Manner;
use crate::raw::{self, RawFile, RawMap, raw_map};
use crate::used::Uses;
use crate::{build, declarations, lower, rules};

/// Reads both files and checks every rule.
///
/// Never stops at the first problem: what can be read is checked, and what depends on a value
/// that was refused is left out, so that one mistake is one problem.
pub fn parse(input: &Input<'_>) -> Parsed {
    let mut diagnostics = Diagnostics::new();
    let (mut declarations, problems) = declarations(input.variables);
    diagnostics.extend(problems);
    for (section, name, value) in input.used.iter().flat_map(|used| used.defaults()) {
        declarations.set_default(*section, name, value.clone());
    }
    let cluster = raw::read(input.cluster, &declarations, Section::Cluster);
    let nodes = raw::read(input.nodes, &declarations, Section::Nodes);
    let set: BTreeSet<&str> = cluster.root.iter().flat_map(RawMap::set_keys).collect();
    let uses = Uses::new(input.used, &set);
    let wants_nodes = uses.counts(Section::Cluster, "nodes");
    diagnostics.extend(cluster.diagnostics.clone());
    diagnostics.extend(
        nodes
            .diagnostics
            .iter()
            .filter(|problem| wants_nodes || !problem.is(&rules::FILE_EMPTY))
            .cloned(),
    );
    let lenient = input.is_lenient();
    let manner = Manner {
        declarations: &declarations,
        templates: input.templates,
        uses,
        lenient,
    };

    let mut entries = Vec::new();
    let mut complete = false;
    if let Some(root) = &nodes.root {
        let mut found = Diagnostics::new();
        (entries, complete) = node_list(root, &nodes.source, lenient, &mut found);
        if wants_nodes {
            diagnostics.extend(found);
        }
    }
    let mut node_fields: Vec<Fields<'_>> = entries
        .iter()
        .map(|entry| {
            lower::fields(
                entry,
                &nodes.source,
                Section::Nodes,
                manner,
                &mut diagnostics,
            )
        })
        .collect();
    let mut result = None;
    let mut values = None;
    if let Some(root) = &cluster.root {
        let mut fields = lower::fields(
            root,
            &cluster.source,
            Section::Cluster,
            manner,
            &mut diagnostics,
        );
        let scope = Scope {
            templates: input.templates,
            cluster: &fields,
            nodes: &node_fields,
            nodes_complete: complete,
        };
        check(&scope, &mut diagnostics);
        // Rules are done with what counts. The cluster has the value of every key.
        for fields in node_fields.iter_mut().chain([&mut fields]) {
            fields.uses = None;
        }
        let scope = Scope {
            templates: input.templates,
            cluster: &fields,
            nodes: &node_fields,
            nodes_complete: complete,
        };
        if diagnostics.has_errors() {
            values = Some(build::cluster_values(&scope));
        } else {
            let cluster = build::cluster(&scope);
            values = Some(cluster.values().clone());
            result = Some(cluster);
        }
    }
    let written = written(&cluster, &nodes, &entries, &declarations);
    if lenient {
        report_undeclared(&written, &mut diagnostics);
    }
    let secrets = [cluster.secrets, nodes.secrets].concat();
    let hidden = Secrets::new(&secrets);
    let mut diagnostics: Diagnostics = diagnostics
        .into_iter()
        .map(|mut diagnostic| {
            hidden.clean(&mut diagnostic);
            diagnostic
        })
        .collect();
    diagnostics.sort();
    Parsed {
        cluster: result,
        values,
        diagnostics,
        declarations,
        written,
        cluster_source: cluster.source,
        nodes_source: nodes.source,
        secrets: secrets.into_iter().map(SecretString::from).collect(),
    }
}

/// The entries of `nodes`, and whether all of them could be read.
fn node_list(
    root: &RawMap,
    source: &Source,
    lenient: bool,
    diagnostics: &mut Diagnostics,
) -> (Vec<RawMap>, bool) {
    let mut list = None;
    for entry in &root.entries {
        if entry.name == "nodes" {
            list = Some(entry);
        } else if !lenient {
            let known = ["nodes"];
            let mut problem = rules::KEY_UNKNOWN
                .report(format!(
                    "`{}` is not a key of `nodes.yaml`",
                    lower::shown(&entry.name)
                ))
                .at(source.location(entry.key.clone()));
            if diagnostics::closest(&entry.name, known).is_some() {
                problem = problem.hint("did you mean `nodes`?");
            }
            diagnostics.push(problem);
        }
    }
    let none = |message: String| {
        rules::NODE_NONE
            .report(message)
            .hint("list each node below `nodes:`, starting with `- name: …`")
    };
    let Some(list) = list else {
        diagnostics.push(none("the key `nodes` is missing".to_owned()).at(source.whole()));
        return (Vec::new(), false);
    };
    let range = list.value.range();
    let range = if range.is_empty() {
        list.key.clone()
    } else {
        range
    };
    let Some(items) = list.value.as_sequence() else {
        let message = format!("`nodes` takes a list, not {}", list.value.kind_name());
        diagnostics.push(none(message).at(source.location(range)));
        return (Vec::new(), false);
    };
    if items.is_empty() {
        diagnostics.push(none("`nodes` lists no node".to_owned()).at(source.location(range)));
        return (Vec::new(), false);
    }
    let mut complete = true;
    let mut entries = Vec::with_capacity(items.len());
    for item in items {
        if let Some(map) = raw_map(item, source, diagnostics) {
            entries.push(map);
        } else {
            complete = false;
            let range = item.range();
            diagnostics.push(
                rules::VALUE_WRONG_TYPE
                    .report(format!("a node takes a map, not {}", item.kind_name()))
                    .at(source.location(range.start..range.end.max(range.start + 1))),
            );
        }
    }
    (entries, complete)
}

/// The keys that the files set.
fn written(
    cluster: &RawFile,
    nodes: &RawFile,
    entries: &[RawMap],
    declarations: &Declarations,
) -> Vec<WrittenKey> {
    let of_cluster = cluster.root.iter().map(|root| (Section::Cluster, root));
    let of_nodes = entries.iter().map(|entry| (Section::Nodes, entry));
    let mut seen = HashSet::new();
    let mut keys = Vec::new();
    for (section, map) in of_cluster.chain(of_nodes) {
        let source = match section {
            Section::Cluster => &cluster.source,
            Section::Nodes => &nodes.source,
        };
        for entry in &map.entries {
            if seen.insert((section, entry.name.as_str())) {
                keys.push(WrittenKey {
                    section,
                    name: entry.name.clone(),
                    location: source.location(entry.key.clone()),
                    declared: declarations.get(section, &entry.name).is_some(),
                });
            }
        }
    }
    keys
}

/// One warning for all keys that nothing declares.
fn report_undeclared(written: &[WrittenKey], diagnostics: &mut Diagnostics) {
    const LISTED: usize = 20;
    let undeclared: Vec<_> = written.iter().filter(|key| !key.declared).collect();
    let Some(first) = undeclared.first() else {
        return;
    };
    let mut names: Vec<_> = undeclared
        .iter()
        .take(LISTED)
        .map(|key| format!("`{}`", lower::shown(&key.name)))
        .collect();
    if undeclared.len() > LISTED {
        names.push(format!("{} more", undeclared.len() - LISTED));
    }
    diagnostics.push(
        rules::KEY_UNDECLARED
            .report(format!("nothing declares {}", names.join(", ")))
            .at(first.location.clone())
            .hint("run `ichor template declare`, which writes `templates/variables.yaml`"),
    );
}
