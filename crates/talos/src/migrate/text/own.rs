//! Documents that stay as they are, and blocks at the end of a text.

use yaml::Node;

/// The text of a document that stays as it is, up to its end, so that others can follow it.
pub(super) fn own(root: &Node, text: &str) -> String {
    let text = text
        .trim_start_matches("---")
        .trim_start_matches(['\n', '\r']);
    let last = last(root);
    let back = root.range().end - last.range().start;
    let sign = text.len().saturating_sub(back);
    let mut text = text.trim_end().to_owned();
    if is_open(last)
        && text
            .get(sign + 1..)
            .is_some_and(|rest| !rest.starts_with('-'))
    {
        text.insert(sign + 1, '-');
    }
    let value = last.text().unwrap_or_default();
    let ends = value.len() - value.trim_end_matches('\n').len();
    let ends = if is_block(last) { ends.max(1) } else { 1 };
    text + &"\n".repeat(ends)
}

fn is_block(node: &Node) -> bool {
    node.as_scalar()
        .is_some_and(|scalar| scalar.style().is_block())
}

/// Whether it is a block whose value ends without a line break.
pub(super) fn is_open(node: &Node) -> bool {
    is_block(node)
        && node
            .text()
            .is_some_and(|text| !text.is_empty() && !text.ends_with('\n'))
}

/// What is written last.
fn last(node: &Node) -> &Node {
    let below = match node.value() {
        yaml::Value::Scalar(_) => None,
        yaml::Value::Sequence(items) => items.last(),
        yaml::Value::Mapping(map) => map.entries().last().map(|entry| &entry.value),
    };
    below.map_or(node, last)
}
