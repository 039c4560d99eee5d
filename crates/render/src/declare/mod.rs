//! The first `templates/variables.yaml` of a repository that comes from makejinja.
//!
//! Such a repository declares its own keys nowhere: they are in its templates, in its
//! `cluster.yaml` and `nodes.yaml`, and their defaults in its Python plugin. [`declare`] puts
//! together what these say. It runs no Python: of the plugin it reads the lines
//! `data.setdefault("key", literal)` of the method `data`, and lists what else has an effect.
//!
//! ```
//! use config_model::Declarations;
//! use diagnostics::Source;
//! use render::declare::{Request, declare};
//!
//! let plugin = "class Plugin:\n    def data(self):\n        data.setdefault('retention', 30)\n";
//! let declared = declare(&Request {
//!     used: &[],
//!     functions: &Default::default(),
//!     plugin_use: config_model::PluginUse::Unsaid,
//!     plugin: Some(&Source::new("templates/scripts/plugin.py", plugin)),
//!     cluster: &Source::new("cluster.yaml", "dashboards: [nodes, pods]\n"),
//!     nodes: &Source::new("nodes.yaml", ""),
//!     declarations: Declarations::built_in(),
//!     existing: None,
//! });
//! let text = declared.text.expect("two keys to declare");
//! assert!(text.ends_with(
//!     "cluster:\n  dashboards: { type: list of string }\n  retention: { type: integer, default: 30 }\n"
//! ));
//! ```

mod defines;
mod infer;
mod literal;
mod plugin;
mod python;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use config_model::{Declarations, PluginUse, Section};
use diagnostics::{Diagnostics, Source};
use serde_json::Value;
use yaml::{Limits, Mapping, Node};

pub use defines::{Defines, defines};
use infer::Type;
use plugin::Plugin;
use write::Entry;

use crate::rules;

/// What the declarations are made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Names that templates use, of keys of `cluster.yaml` and of the entries of `nodes`.
    pub used: &'a [Used],
    /// Functions, filters and tests that templates use.
    pub functions: &'a BTreeSet<String>,
    /// The Python plugin, usually `templates/scripts/plugin.py`.
    pub plugin: Option<&'a Source>,
    /// Whether the plugin runs; it is written down where it is not yet. Only where it never does,
    /// what it computes has to be declared and set, and what else of it is lost is told.
    pub plugin_use: PluginUse,
    /// `cluster.yaml`, with its secrets masked.
    pub cluster: &'a Source,
    /// `nodes.yaml`.
    pub nodes: &'a Source,
    /// All keys that are declared already: the built-in ones and those of `existing`.
    pub declarations: &'a Declarations,
    /// `templates/variables.yaml`, if there is one: then entries are added to it.
    pub existing: Option<&'a Source>,
}

/// A name that some template uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    /// Whose key it is.
    pub section: Section,
    /// The name.
    pub name: String,
}

/// What there is to write.
#[derive(Debug)]
pub struct Declared {
    /// The new text of `templates/variables.yaml`; none if nothing has to be declared.
    pub text: Option<String>,
    /// The keys that it declares now, in the order of the file.
    pub added: Vec<Used>,
    /// What the user should look at: code of the plugin that does not run, defaults that are
    /// not the built-in ones, keys that cannot be declared.
    pub diagnostics: Diagnostics,
}

/// Declares every key that templates use, that the plugin gives a default, or that
/// `cluster.yaml` or `nodes.yaml` sets, and that nothing declares yet.
///
/// Rules: `declare/not-run`, `declare/default-differs`, `declare/invalid-name` (warnings),
/// `declare/unreadable` (an error: the existing file cannot be added to).
pub fn declare(request: &Request<'_>) -> Declared {
    let mut diagnostics = Diagnostics::new();
    let plugin = request.plugin.map_or_else(Plugin::default, |source| {
        plugin::read(source, request.declarations)
    });
    let never = request.plugin_use == PluginUse::Never;
    let missed = |name: &Option<String>| {
        name.as_ref()
            .is_none_or(|name| request.functions.contains(name))
    };
    diagnostics.extend(plugin.diagnostics);
    if never {
        let not_run = plugin.not_run.into_iter();
        diagnostics.extend(
            not_run
                .filter(|(name, _)| missed(name))
                .map(|(_, problem)| problem),
        );
    }
    diagnostics.sort();
    let cluster = written(request.cluster);
    let nodes = node_keys(&written(request.nodes));
    let mut entries = Vec::new();
    for (section, values, defaults) in [
        (Section::Cluster, &cluster, &plugin.cluster),
        (Section::Nodes, &nodes, &plugin.nodes),
    ] {
        let names = names(request, section, values, defaults);
        for name in names {
            let computed = defaults.get(&name).is_some_and(Option::is_none);
            if !never && computed && !values.contains_key(&name) {
                continue;
            }
            if !write::is_name(&name) {
                diagnostics.push(
                    rules::DECLARE_INVALID_NAME
                        .report(format!(
                            "`{name}` cannot be declared: templates cannot read such a name"
                        ))
                        .hint("rename the key; use letters, digits and `_` only"),
                );
                continue;
            }
            let default = defaults.get(&name).cloned().flatten();
            entries.push(entry(section, name, default, values));
        }
    }
    let choice = match request.plugin_use {
        chosen if chosen == request.declarations.plugin() => PluginUse::Unsaid,
        chosen => chosen,
    };
    let text = match write::text(&entries, choice, request.existing) {
        Ok(text) => text,
        Err(problem) => {
            diagnostics.push(*problem);
            None
        }
    };
    Declared {
        added: match text {
            Some(_) => entries.into_iter().map(|entry| entry.key).collect(),
            None => Vec::new(),
        },
        text,
        diagnostics,
    }
}

/// The defaults that a plugin always gives to built-in keys, as it writes them out. Like
/// [`declare`], this runs nothing.
pub fn built_in_defaults(plugin: &Source) -> Vec<(Section, String, Value)> {
    plugin::read(plugin, Declarations::built_in()).built_in
}

/// The names of a section that are to be declared, sorted.
fn names(
    request: &Request<'_>,
    section: Section,
    values: &BTreeMap<String, Vec<Node>>,
    defaults: &BTreeMap<String, Option<Value>>,
) -> Vec<String> {
    let used = request.used.iter().filter(|used| used.section == section);
    let mut names: Vec<String> = used
        .map(|used| used.name.clone())
        .chain(values.keys().cloned())
        .chain(defaults.keys().cloned())
        .filter(|name| request.declarations.get(section, name).is_none())
        .filter(|name| section == Section::Nodes || name != "nodes")
        .collect();
    names.sort();
    names.dedup();
    names
}

fn entry(
    section: Section,
    name: String,
    default: Option<Value>,
    values: &BTreeMap<String, Vec<Node>>,
) -> Entry {
    let mut kind = default.as_ref().map(Type::of_value);
    for node in values.get(&name).into_iter().flatten() {
        let found = Type::of_node(node);
        kind = Some(match kind {
            Some(known) => known.with(found),
            None => found,
        });
    }
    let kind = kind.unwrap_or(Type::Unknown);
    Entry {
        secret: infer::is_secret(&name) && kind.may_be_text(),
        kind,
        default: default.filter(|value| !value.is_null()),
        key: Used { section, name },
    }
}

/// The keys of a file with their values; nothing where it cannot be read, which is reported
/// elsewhere.
fn written(source: &Source) -> BTreeMap<String, Vec<Node>> {
    let parsed = yaml::parse(source, &Limits::default());
    let mut keys = BTreeMap::new();
    let maps = parsed.documents.iter().filter_map(Node::as_mapping);
    for entry in maps.flat_map(Mapping::entries) {
        if let Some(name) = entry.key.text() {
            keys.entry(name.to_owned())
                .or_insert_with(Vec::new)
                .push(entry.value.clone());
        }
    }
    keys
}

/// The keys of all nodes with their values.
fn node_keys(file: &BTreeMap<String, Vec<Node>>) -> BTreeMap<String, Vec<Node>> {
    let mut keys = BTreeMap::new();
    let lists = file.get("nodes").into_iter().flatten();
    let nodes = lists.filter_map(Node::as_sequence).flatten();
    for entry in nodes
        .filter_map(Node::as_mapping)
        .flat_map(Mapping::entries)
    {
        if let Some(name) = entry.key.text() {
            keys.entry(name.to_owned())
                .or_insert_with(Vec::new)
                .push(entry.value.clone());
        }
    }
    keys
}

#[cfg(test)]
mod tests;
