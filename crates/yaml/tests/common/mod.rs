//! What several tests share.
#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]

use std::fmt::Write as _;

use diagnostics::Source;
use yaml::{Limits, Node, Parsed, Value, parse};

/// Reads a text with the default limits.
pub fn read(text: &str) -> Parsed {
    parse(&Source::new("test.yaml", text), &Limits::default())
}

/// The one document of a text that has no problems.
pub fn root(text: &str) -> Node {
    let parsed = read(text);
    assert!(
        parsed.diagnostics.is_empty(),
        "{text}: {:?}",
        parsed.diagnostics
    );
    parsed.root().expect("one document").clone()
}

/// Every node with its path, its kind and the source that its range covers; then comments
/// and problems.
pub fn outline(text: &str) -> String {
    let parsed = read(text);
    let mut out = String::new();
    for (index, document) in parsed.documents.iter().enumerate() {
        outline_node(&mut out, text, &format!("{index}"), document);
    }
    for comment in &parsed.comments {
        let kind = if comment.trailing {
            " behind something"
        } else {
            ""
        };
        writeln!(out, "comment {:?}{kind}", &text[comment.range.clone()]).expect("a string");
    }
    for problem in &parsed.diagnostics {
        writeln!(out, "{problem}").expect("a string");
        if let Some(hint) = &problem.hint {
            writeln!(out, "  {hint}").expect("a string");
        }
    }
    out
}

fn outline_node(out: &mut String, text: &str, path: &str, node: &Node) {
    let alias = if node.is_alias() { "an alias of " } else { "" };
    let source = &text[node.range()];
    writeln!(out, "{path}: {alias}{} {source:?}", node.kind_name()).expect("a string");
    if node.full_range() != node.range() {
        writeln!(out, "{path}: with {:?}", &text[node.full_range()]).expect("a string");
    }
    if node.is_alias() {
        return;
    }
    match node.value() {
        Value::Scalar(_) => {}
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                outline_node(out, text, &format!("{path}[{index}]"), item);
            }
        }
        Value::Mapping(mapping) => {
            for (index, entry) in mapping.iter().enumerate() {
                outline_node(out, text, &format!("{path}.key{index}"), &entry.key);
                outline_node(out, text, &format!("{path}.{index}"), &entry.value);
            }
        }
    }
}

/// What a tree says, whatever its notation: equal for texts that mean the same.
pub fn meaning(node: &Node) -> String {
    let mut out = String::new();
    write_meaning(&mut out, node);
    out
}

fn write_meaning(out: &mut String, node: &Node) {
    match node.value() {
        Value::Scalar(scalar) => {
            let plain = if scalar.style() == yaml::Style::Plain {
                format!("{:?}", scalar.read(yaml::Dialect::Yaml12))
            } else {
                "Resolved(text)".to_owned()
            };
            write!(out, "{plain}{:?}", scalar.text()).expect("a string");
        }
        Value::Sequence(items) => {
            out.push('[');
            for item in items {
                write_meaning(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Mapping(mapping) => {
            out.push('{');
            for entry in mapping {
                write_meaning(out, &entry.key);
                out.push(':');
                write_meaning(out, &entry.value);
                out.push(',');
            }
            out.push('}');
        }
    }
}
