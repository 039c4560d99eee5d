//! Lists within declarations.

use diagnostics::{Diagnostics, Source};
use yaml::Node;

use crate::rules;

/// What is said of a list that is none, of an item that is wrong, and what to write.
pub(super) struct Said {
    pub(super) list: &'static str,
    pub(super) item: &'static str,
    pub(super) hint: &'static str,
}

/// The items of a list, as `read` takes them; nothing stands for an empty one. What is wrong is told.
pub(super) fn listed<'n, T>(
    list: &'n Node,
    said: &Said,
    source: &Source,
    problems: &mut Diagnostics,
    read: impl Fn(&'n Node) -> Option<T>,
) -> Vec<T> {
    if list.is_null() {
        return Vec::new();
    }
    let mut wrong = |node: &Node, message: &str| {
        problems.push(
            rules::VARIABLES_INVALID
                .report(message)
                .at(source.location(node.range()))
                .hint(said.hint),
        );
    };
    let Some(items) = list.as_sequence() else {
        wrong(list, said.list);
        return Vec::new();
    };
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        match read(item) {
            Some(one) => found.push(one),
            None => wrong(item, said.item),
        }
    }
    found
}
