//! Where things end in YAML text, and the metadata as a tree.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use yaml::{Dialect, Node, Resolved, Value as Yaml};

/// Where the last line of a document ends that is not blank: what is added goes there.
pub(super) fn document_end(text: &str, root: &Node) -> usize {
    let mut at = root.range().end;
    // From here on there are only comments until the next marker.
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let mut end = at;
    if root.range().is_empty() && text[line..].starts_with("---") || at > line {
        at = text[at..]
            .find('\n')
            .map_or(text.len(), |newline| at + newline + 1);
        end = at;
    }
    for line in text[at..].split_inclusive('\n') {
        let marker = |mark: &str| {
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with([' ', '\t']))
        };
        if marker("---") || marker("...") {
            break;
        }
        at += line.len();
        if !line.trim().is_empty() {
            end = at;
        }
    }
    end
}

/// The dash of a list item that starts on a line below it, with blank lines and comments between.
pub(super) fn dash_above(text: &str, item: usize) -> Option<usize> {
    let start = |end: usize| text[..end].rfind('\n').map_or(0, |newline| newline + 1);
    let mut end = start(item);
    if !text[end..item].trim().is_empty() {
        return None;
    }
    while end > 0 {
        let line = start(end - 1);
        let content = text[line..end].trim_end();
        let trimmed = content.trim_start();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            let before = content.find(" #").map_or(content, |at| &content[..at]);
            let before = before.trim_end();
            return before.ends_with('-').then(|| line + before.len() - 1);
        }
        end = line;
    }
    None
}

/// The end of the line that holds `end`, with its line break.
pub(super) fn whole_lines(text: &str, end: usize) -> usize {
    text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline + 1)
}

/// A flow entry with the comma before it, or else the one after it.
pub(super) fn flow_entry(text: &str, range: Range<usize>) -> Range<usize> {
    let before = text[..range.start].trim_end();
    if before.ends_with(',') {
        return before.len() - 1..range.end;
    }
    let after = text[range.end..].trim_start();
    let skipped = text.len() - range.end - after.len();
    if let Some(rest) = after.strip_prefix(',') {
        let rest = rest.trim_start_matches(' ');
        return range.start..range.end + skipped + (after.len() - rest.len());
    }
    range
}

/// Metadata as a tree; whatever is no number and no truth value is text, times included.
pub(super) fn json(node: &Node) -> Json {
    match node.value() {
        Yaml::Mapping(mapping) => mapping
            .into_iter()
            .filter_map(|entry| Some((entry.key.text()?.to_owned(), json(&entry.value))))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Sequence(items) => items.iter().map(json).collect::<Vec<_>>().into(),
        Yaml::Scalar(scalar) => match scalar.read(Dialect::Go) {
            Resolved::Null => Json::Null,
            Resolved::Bool(truth) => Json::Bool(truth),
            Resolved::Integer(number) => {
                i64::try_from(number).map_or_else(|_| Json::from(scalar.text()), Json::from)
            }
            _ => Json::from(scalar.text()),
        },
    }
}
