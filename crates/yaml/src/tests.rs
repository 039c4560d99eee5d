//! Places and structure of what the parser gives.

use std::fmt::Write as _;

use diagnostics::Source;

use crate::{Limits, Node, Parsed, Value, parse};

fn read(text: &str) -> Parsed {
    parse(&Source::new("test.yaml", text), &Limits::default())
}

/// Every node with its path, its kind and the text that its range covers.
fn outline(text: &str) -> String {
    fn walk(out: &mut String, text: &str, path: &str, node: &Node) {
        let range = node.range();
        let alias = if node.is_alias() { "alias of " } else { "" };
        writeln!(
            out,
            "{path} = {alias}{} {:?}",
            node.kind_name(),
            &text[range]
        )
        .unwrap();
        if node.is_alias() {
            return;
        }
        match node.value() {
            Value::Scalar(_) => {}
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(out, text, &format!("{path}[{index}]"), item);
                }
            }
            Value::Mapping(mapping) => {
                for entry in mapping {
                    let name = entry.key.text().unwrap_or("?");
                    writeln!(out, "{path}.{name} key {:?}", &text[entry.key.range()]).unwrap();
                    walk(out, text, &format!("{path}.{name}"), &entry.value);
                }
            }
        }
    }
    let parsed = read(text);
    let mut out = String::new();
    for (index, document) in parsed.documents.iter().enumerate() {
        walk(&mut out, text, &format!("${index}"), document);
    }
    for comment in &parsed.comments {
        writeln!(
            out,
            "comment {:?}{}",
            &text[comment.range.clone()],
            if comment.trailing { " trailing" } else { "" }
        )
        .unwrap();
    }
    for problem in &parsed.diagnostics {
        writeln!(out, "{problem}").unwrap();
    }
    out
}

#[test]
fn first() {
    for text in [
        "é: 'ü x' # c\r\nb: | # head\r\n  aé\r\n  b\r\n\r\nc: >-\n  f\n  g\nd:\ne: &a !!str\nf: &b !t\n  - 1\n  -\n  - - x\n    - y\n? [a, b]\n: {x: 1, y: , z}\ng: *a\nh: [a: 1, ]\n? k\ni: plain\n  multi\n  line   \n",
        "a: |\nb: 1\nc: |+\n\n\nd: >\n\n  x\n   \n     \n    \ne: |2\n   x\n\n\n",
        "a: [1\nb: 2\n---\nc: {\n",
        "- a: &x [*x]\n- *y\n- {a: 1, b: 2, a: 3, a: 4}\n- - |\n  a\n",
        "a:\n  - |\n    x\n -",
    ] {
        assert!(!outline(text).is_empty());
    }
}
