//! What holds for every text.

mod common;

use common::{meaning, read};
use proptest::prelude::*;
use proptest::sample::select;
use yaml::edit::{Edits, New};
use yaml::{Dialect, Node, Resolved, Style, Value, quote};

/// Texts that look like YAML, a good part of which is.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = select(vec![
        "a",
        "b",
        "é",
        "日",
        "1",
        "yes",
        "a: ",
        "b: ",
        "c:\n",
        "- ",
        "- ",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\r\n",
        "\t",
        " ",
        ", ",
        "{",
        "}",
        "[",
        "]",
        "{a: 1}",
        "[x, y]",
        "'x'",
        "\"y\\n\"",
        "'",
        "\"",
        "|\n  t\n",
        ">-\n  t\n  u\n",
        "|+\n  t\n\n",
        "# c\n",
        " # c\n",
        "&a ",
        "*a",
        "*a: ",
        "\n\t",
        "\"\\'\"",
        "\"x\"#c\n",
        "]#c\n",
        "? ",
        ": ",
        "!t ",
        "!!str ",
        "~",
        "---\n",
        "...\n",
        "<<: ",
        "\u{feff}",
        "\u{85}",
        "%",
    ]);
    proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

/// Any text, of the characters that YAML minds in the first place.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a-z:#,'\"\\\\{}\\[\\]&*!|>%@`\\-? \n]{0,12}",
        "[0-9.eE+_:xobT -]{1,10}",
        "\\PC{0,8}",
        any::<String>(),
    ]
}

fn check_node(text: &str, node: &Node, parent: &std::ops::Range<usize>) {
    let range = node.range();
    let source = text.get(range.clone()).expect("a range of the text");
    assert!(text.get(node.full_range()).is_some());
    assert!(
        parent.start <= range.start && range.end <= parent.end,
        "{range:?} is not within {parent:?} of {text:?}"
    );
    if node.is_alias() {
        assert!(source.starts_with('*'), "{source:?}");
        return;
    }
    match node.value() {
        Value::Scalar(scalar) => match scalar.style() {
            Style::Plain if !source.contains(['\n', '\r', '\u{85}']) => {
                assert_eq!(scalar.text(), source, "of {text:?}");
            }
            Style::Plain => assert_eq!(source.trim_matches([' ', '\t', '\r', '\n']), source),
            Style::SingleQuoted => {
                assert!(source.len() > 1 && source.starts_with('\'') && source.ends_with('\''));
            }
            Style::DoubleQuoted => {
                assert!(source.len() > 1 && source.starts_with('"') && source.ends_with('"'));
            }
            Style::Literal => assert!(source.starts_with('|'), "{source:?} of {text:?}"),
            Style::Folded => assert!(source.starts_with('>'), "{source:?} of {text:?}"),
        },
        Value::Sequence(items) => {
            assert!(source.starts_with(['[', '-']), "{source:?} of {text:?}");
            let mut from = range.start;
            for item in items {
                check_node(text, item, &(from..range.end));
                from = item.range().end;
            }
        }
        Value::Mapping(mapping) => {
            let mut from = range.start;
            for entry in mapping {
                check_node(text, &entry.key, &(from..range.end));
                check_node(text, &entry.value, &(entry.key.range().end..range.end));
                from = entry.range().end;
            }
        }
    }
}

/// All nodes that are written, in order.
fn written<'a>(node: &'a Node, out: &mut Vec<&'a Node>) {
    out.push(node);
    if node.is_alias() {
        return;
    }
    match node.value() {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| written(item, out)),
        Value::Mapping(mapping) => {
            for entry in mapping {
                written(&entry.key, out);
                written(&entry.value, out);
            }
        }
    }
}

/// The one document of a text without problems, anchors and merge keys.
fn simple(text: &str) -> Option<Node> {
    let parsed = read(text);
    let [root] = &parsed.documents[..] else {
        return None;
    };
    (parsed.diagnostics.is_empty() && !text.contains(['&', '!', '%'])).then(|| root.clone())
}

/// What remains of a document's meaning when the node of a number says something else.
fn meanings(root: &Node) -> Vec<String> {
    let mut nodes = Vec::new();
    written(root, &mut nodes);
    nodes
        .iter()
        .map(|node| match node.value() {
            Value::Scalar(_) => meaning(node),
            Value::Sequence(items) => format!("list of {}", items.len()),
            Value::Mapping(mapping) => format!("map of {}", mapping.len()),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_are_exact(text in prop_oneof![yaml_like(), any_text()]) {
        let parsed = read(&text);
        for document in &parsed.documents {
            check_node(&text, document, &(0..text.len()));
        }
        for comment in &parsed.comments {
            prop_assert!(text[comment.range.clone()].starts_with('#'));
        }
        for node in &parsed.documents {
            let _ = node.as_mapping().map(|mapping| mapping.merged(Dialect::Python).is_ok());
        }
    }

    #[test]
    fn quoted_text_is_that_text_to_every_reader(text in any_text()) {
        let quoted = quote(&text);
        for document in [
            format!("{quoted}: {quoted}\n"),
            format!("{{{quoted}: {quoted}, another key: [{quoted}]}}"),
            format!("- {quoted}: {quoted} # c\n"),
            format!("{quoted}: # c\n  {quoted}\r\n"),
        ] {
            let parsed = read(&document);
            prop_assert!(parsed.diagnostics.is_empty(), "{document}: {:?}", parsed.diagnostics);
            let root = parsed.root().expect("one document");
            let map = root.as_sequence().map_or(root, |items| &items[0]);
            let entry = &map.as_mapping().expect("a map").entries()[0];
            for node in [&entry.key, &entry.value] {
                let scalar = node.as_scalar().expect("a scalar");
                for dialect in Dialect::ALL {
                    let is_same = scalar.read(dialect) == Resolved::Text(text.clone());
                    prop_assert!(is_same, "{document:?} to {dialect}");
                }
            }
        }
    }

    #[test]
    fn a_replaced_scalar_changes_nothing_else(
        text in yaml_like(),
        number in any::<prop::sample::Index>(),
        new in any_text(),
    ) {
        let Some(root) = simple(&text) else { return Ok(()) };
        let mut nodes = Vec::new();
        written(&root, &mut nodes);
        let number = number.index(nodes.len());
        let mut edits = Edits::new(&text);
        if edits.replace_scalar(nodes[number], New::Text(&new)).is_err() {
            return Ok(());
        }
        let out = edits.apply().expect("one edit");
        let parsed = read(&out);
        let allowed = parsed.diagnostics.iter().all(|problem| problem.rule.id() == "yaml/duplicate-key");
        prop_assert!(allowed, "{text:?} became {out:?}: {:?}", parsed.diagnostics);
        let after = meanings(parsed.root().expect("one document"));
        let mut expected = meanings(&root);
        expected[number] = format!("Resolved(text){new:?}");
        prop_assert_eq!(after, expected, "{:?} became {:?}", text, out);
    }

    #[test]
    fn an_entry_put_in_or_taken_out_changes_nothing_else(
        text in yaml_like(),
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        remove in any::<bool>(),
    ) {
        let Some(root) = simple(&text) else { return Ok(()) };
        let mut nodes = Vec::new();
        written(&root, &mut nodes);
        let maps: Vec<usize> = (0..nodes.len())
            .filter(|&number| nodes[number].as_mapping().is_some() && !nodes[number].is_alias())
            .collect();
        if maps.is_empty() {
            return Ok(());
        }
        let number = maps[which.index(maps.len())];
        let map = nodes[number].as_mapping().expect("chosen so");
        let mut edits = Edits::new(&text);
        let mut expected = meanings(&root);
        let at = place.index(map.len() + 1);
        // Where the entry stands among all nodes.
        let mut position = number + 1;
        for entry in &map.entries()[..at] {
            let mut inner = Vec::new();
            written(&entry.key, &mut inner);
            written(&entry.value, &mut inner);
            position += inner.len();
        }
        let made = if remove {
            edits.remove_entry(nodes[number], at)
        } else {
            edits.insert_entry(nodes[number], at, "new key", "'new value'")
        };
        if made.is_err() {
            return Ok(());
        }
        if remove {
            let mut inner = Vec::new();
            written(&map.entries()[at].key, &mut inner);
            written(&map.entries()[at].value, &mut inner);
            expected.drain(position..position + inner.len());
            expected[number] = format!("map of {}", map.len() - 1);
        } else {
            let entry = ["Resolved(text)\"new key\"", "Resolved(text)\"new value\""];
            expected.splice(position..position, entry.map(String::from));
            expected[number] = format!("map of {}", map.len() + 1);
        }
        let out = edits.apply().expect("one edit");
        let parsed = read(&out);
        prop_assert!(parsed.diagnostics.is_empty(), "{text:?} became {out:?}: {:?}", parsed.diagnostics);
        let after = meanings(parsed.root().expect("one document"));
        prop_assert_eq!(after, expected, "{:?} became {:?}", text, out);
    }
}
