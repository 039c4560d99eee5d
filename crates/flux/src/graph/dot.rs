//! DOT: <https://graphviz.org/doc/info/lang.html>.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Picture, Shape};

/// A picture as a graph of Graphviz.
pub fn dot(picture: &Picture) -> String {
    let mut text = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\", shape=box];\n",
        quoted(&picture.title)
    );
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, item) in picture.items.iter().enumerate() {
        groups.entry(&item.group).or_default().push(index);
    }
    for (number, (group, items)) in groups.iter().enumerate() {
        if !group.is_empty() {
            let _ = writeln!(
                text,
                "  subgraph cluster_{number} {{\n    label={};",
                quoted(group)
            );
        }
        let indent = if group.is_empty() { "  " } else { "    " };
        for &index in items {
            let Some(item) = picture.items.get(index) else {
                continue;
            };
            let style = match item.shape {
                Shape::Application => "",
                Shape::Open => ", style=dashed",
                Shape::Outside => ", shape=ellipse",
                Shape::Entrance => ", shape=component",
            };
            let label = quoted(&item.lines.join("\n"));
            let _ = writeln!(text, "{indent}n{index} [label={label}{style}];");
        }
        if !group.is_empty() {
            text.push_str("  }\n");
        }
    }
    for arrow in &picture.arrows {
        let style = if arrow.is_faint {
            " [style=dotted]"
        } else {
            ""
        };
        let _ = writeln!(text, "  n{} -> n{}{style};", arrow.from, arrow.to);
    }
    text.push_str("}\n");
    text
}

/// A quoted text, in which only line breaks are escapes.
fn quoted(text: &str) -> String {
    let mut safe = String::from("\"");
    for one in text.chars() {
        match one {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            '\n' => safe.push_str("\\n"),
            one if one.is_control() => safe.push(' '),
            one => safe.push(one),
        }
    }
    safe.push('"');
    safe
}
