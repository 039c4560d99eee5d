//! Mermaid: <https://mermaid.js.org/syntax/flowchart.html>.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Picture, Shape};

/// A picture as a flow chart of Mermaid. Its nodes are numbered, so that no name is syntax.
pub fn mermaid(picture: &Picture) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, item) in picture.items.iter().enumerate() {
        groups.entry(&item.group).or_default().push(index);
    }
    for (number, (group, items)) in groups.iter().enumerate() {
        let indent = if group.is_empty() { "  " } else { "    " };
        if !group.is_empty() {
            let _ = writeln!(text, "  subgraph g{number}[\"{}\"]", escaped(group));
        }
        for &index in items {
            let Some(item) = picture.items.get(index) else {
                continue;
            };
            let lines: Vec<_> = item.lines.iter().map(|line| escaped(line)).collect();
            let label = lines.join("<br/>");
            let _ = match item.shape {
                Shape::Application => writeln!(text, "{indent}n{index}[\"{label}\"]"),
                Shape::Open => writeln!(text, "{indent}n{index}{{{{\"{label}\"}}}}"),
                Shape::Outside => writeln!(text, "{indent}n{index}([\"{label}\"])"),
                Shape::Entrance => writeln!(text, "{indent}n{index}[[\"{label}\"]]"),
            };
        }
        if !group.is_empty() {
            text.push_str("  end\n");
        }
    }
    for arrow in &picture.arrows {
        let line = if arrow.is_faint { "-.->" } else { "-->" };
        let _ = writeln!(text, "  n{} {line} n{}", arrow.from, arrow.to);
    }
    text
}

/// Every character that is neither letter nor digit nor one of a few as Mermaid's `#number;`.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        if one.is_alphanumeric() || " -_./:*,+@".contains(one) {
            safe.push(one);
        } else if one.is_control() {
            safe.push(' ');
        } else {
            let _ = write!(safe, "#{};", u32::from(one));
        }
    }
    safe
}
