//! Where in the text of a patch each of its changes is written.

use std::ops::Range;

use diagnostics::Location;
use yaml::{Limits, Node};

use super::apply::Applied;
use super::load::Patch;
use crate::fields::Schema;
use crate::fields::kind_of;
use documents::path::{Step, steps, touches, written};

impl Patch {
    /// Says of each change where in the patch it is written. Applying leaves that out: it is
    /// wanted seldom.
    pub fn mark(&self, applied: &mut Applied) {
        let parsed = yaml::parse(&self.source, &Limits::default());
        for change in &mut applied.changes {
            let range = if self.is_json() {
                let operations = parsed.root().and_then(Node::as_sequence);
                operation(operations.unwrap_or_default(), &change.path)
            } else {
                parsed
                    .documents
                    .iter()
                    .filter(|root| name(root) == change.document)
                    .filter_map(|root| deepest(root, &steps(&change.path)))
                    .next_back()
            };
            change.place = range.map(|range| self.place(range, &change.document, &change.path));
        }
    }

    fn place(&self, range: Range<usize>, document: &str, path: &str) -> Location {
        let mut place = self.source.location(range);
        if Schema::get().is_secret(document, path) {
            place.excerpt = None;
        }
        place
    }
}

fn name(root: &Node) -> String {
    let kind = kind_of(root);
    match root.get("name").and_then(Node::text) {
        Some(name) if !name.is_empty() && kind != "v1alpha1" => format!("{kind}/{name}"),
        _ => kind,
    }
}

/// The key at a path, or the last one on the way to it that is written.
fn deepest(root: &Node, steps: &[Step]) -> Option<Range<usize>> {
    let mut found = None;
    let mut node = root;
    for step in steps {
        match step {
            Step::Key(key) => {
                let entry = node
                    .as_mapping()
                    .into_iter()
                    .flat_map(yaml::Mapping::entries)
                    .find(|entry| entry.key.text() == Some(key));
                let Some(entry) = entry else {
                    break;
                };
                found = Some(entry.key.range());
                node = &entry.value;
            }
            // The list of the patch is part of the whole: only a single item is sure.
            Step::Item(_) => match node.as_sequence() {
                Some([item]) => node = item,
                _ => break,
            },
        }
    }
    // What is set as a whole document is written where the document starts.
    found.or_else(|| {
        root.as_mapping()?
            .entries()
            .first()
            .map(|entry| entry.key.range())
    })
}

/// The last operation that reaches a path.
fn operation(operations: &[Node], path: &str) -> Option<Range<usize>> {
    let reaches = |operation: &&Node| {
        let pointer = operation.get("path").and_then(Node::text);
        let keys = pointer.unwrap_or_default().split('/').skip(1);
        let steps: Vec<_> = keys
            .filter(|key| *key != "-")
            .map(|key| {
                let key = key.replace("~1", "/").replace("~0", "~");
                key.parse().map_or(Step::Key(key), Step::Item)
            })
            .collect();
        touches(&written(&steps), path)
    };
    operations.iter().rfind(reaches).map(Node::range)
}
