//! Annotations that an object writes twice, the one key that kustomize takes so: while it builds, it
//! puts annotations of its own beside those of an object, and reads and writes them all anew.
//!
//! Source of the behaviour: `kyaml` 0.21.2, `RNode.GetAnnotations` and `SetAnnotations`: of several
//! maps the first that has a key counts, within one map the last. Any other key that is there twice
//! ends the build.

use std::ops::Range;
use std::sync::Arc;

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Node, Parsed};

use crate::value::{self, Data, Map, Value};

/// The documents of a file, with the annotations that kustomize makes of those that are written
/// twice.
pub(super) fn documents(source: &Arc<Source>, parsed: &Parsed) -> (Vec<Value>, Diagnostics) {
    let (mut documents, problems) = value::documents_of(parsed, source, Dialect::Go);
    if !problems.has(&yaml::rules::YAML_DUPLICATE_KEY) {
        return (documents, problems);
    }
    let mut taken = Vec::new();
    let nodes = parsed.documents.iter().filter(|node| !node.is_null());
    for (node, document) in nodes.zip(&mut documents) {
        merge(node, document, source, &mut taken);
        // Other kinds of lists are read more strictly.
        let is_list = node.get("kind").and_then(Node::text) == Some("List");
        let items = node.get("items").filter(|_| is_list);
        let items = items.and_then(Node::as_sequence);
        let values = document.as_map_mut().and_then(|map| map.get_mut("items"));
        if let (Some(nodes), Some(Data::List(values))) =
            (items, values.map(|field| &mut field.value.data))
        {
            for (node, value) in nodes.iter().zip(values) {
                merge(node, value, source, &mut taken);
            }
        }
    }
    let taken: Vec<_> = { taken.into_iter() }
        .map(|range| source.location(range))
        .collect();
    let is_taken = |problem: &diagnostics::Diagnostic| {
        problem.is(&yaml::rules::YAML_DUPLICATE_KEY)
            && (problem.location.as_ref()).is_some_and(|place| taken.contains(place))
    };
    let problems = { problems.into_iter() }
        .filter(|problem| !is_taken(problem))
        .collect();
    (documents, problems)
}

/// Merges the annotations of one object; `taken` gets the keys that may stand there twice.
fn merge(node: &Node, object: &mut Value, source: &Arc<Source>, taken: &mut Vec<Range<usize>>) {
    let Some(metadata) = node.get("metadata").and_then(Node::as_mapping) else {
        return;
    };
    let all: Vec<_> = { metadata.iter() }
        .filter(|entry| entry.key.text() == Some("annotations"))
        .collect();
    // kustomize ends at anything else.
    if { all.iter() }.any(|entry| !entry.value.is_null() && entry.value.as_mapping().is_none()) {
        return;
    }
    let mut merged = Map::default();
    for entry in &all {
        taken.push(entry.key.range());
        let keys = entry.value.as_mapping().into_iter().flatten();
        taken.extend(keys.map(|entry| entry.key.range()));
        let read = |node| value::read(node, source, Dialect::Go, &mut Diagnostics::new());
        if let Data::Map(mut map) = read(&entry.value).data {
            for entry in entry.value.as_mapping().into_iter().flatten() {
                if let Some(field) = entry.key.text().and_then(|key| map.get_mut(key)) {
                    field.value = read(&entry.value);
                }
            }
            for (key, field) in map {
                merged.entry(key).or_insert(field);
            }
        }
    }
    let metadata = object
        .as_map_mut()
        .and_then(|map| map.get_mut("metadata")?.value.as_map_mut());
    if let Some(field) = metadata.and_then(|map| map.get_mut("annotations")) {
        field.value.data = Data::Map(merged);
    }
}
