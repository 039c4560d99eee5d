//! Merge keys, as `PyYAML` 6.0.3, yaml.v3 3.0.5 and yaml.v2 2.4.4 were seen to resolve these.

mod common;

use common::read;
use yaml::{Dialect, Node};

/// The entries that a dialect gets, in order.
fn merged(text: &str, dialect: Dialect) -> String {
    let parsed = read(text);
    let mapping = parsed.root().and_then(Node::as_mapping).expect("a map");
    match mapping.merged(dialect) {
        Ok(entries) => entries
            .iter()
            .map(|entry| {
                let text = |node: &Node| node.text().unwrap_or("…").to_owned();
                format!("{}={}", text(&entry.key), text(&entry.value))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Err(bad) => {
            let places: Vec<_> = bad
                .places
                .iter()
                .map(|range| &text[range.clone()])
                .collect();
            format!("{bad}: {}", places.join(" and "))
        }
    }
}

#[test]
fn own_keys_before_and_behind_a_list_of_maps() {
    let text = "p: 5\n<<: [{x: 1, p: 2}, {p: 3, z: 4}]\nw: 6\n";
    assert_eq!(merged(text, Dialect::Python), "p=5 z=4 x=1 w=6");
    assert_eq!(merged(text, Dialect::Go), "p=5 w=6 x=1 z=4");
    assert_eq!(merged(text, Dialect::Kubernetes), "p=2 z=4 x=1 w=6");
    assert_eq!(merged(text, Dialect::Yaml12), "p=5 <<=… w=6");
}

#[test]
fn a_quoted_merge_key_is_a_key() {
    let text = "<<: {x: 1, p: 2}\np: 7\n'<<': text\n";
    assert_eq!(merged(text, Dialect::Python), "x=1 p=7 <<=text");
    assert_eq!(merged(text, Dialect::Kubernetes), "x=1 p=7 <<=text");
}

#[test]
fn merges_within_merges() {
    let text = "<<: [{<<: {p: 3, z: 4}, z: 8}, {x: 1, p: 2}]\n";
    assert_eq!(merged(text, Dialect::Python), "x=1 p=3 z=8");
    assert_eq!(merged(text, Dialect::Go), "z=8 p=3 x=1");
    assert_eq!(merged(text, Dialect::Kubernetes), "x=1 p=3 z=8");
}

#[test]
fn keys_that_python_takes_for_the_same() {
    let text = "1: one\n<<: {1.0: uno, true: yes, '1': text}\n";
    assert_eq!(merged(text, Dialect::Python), "1.0=one 1=text");
    assert_eq!(merged(text, Dialect::Go), "1=one 1.0=uno true=yes 1=text");
}

#[test]
fn what_cannot_be_merged_is_pointed_at() {
    let text = "<<: [1, {a: b}, [c]]\n";
    assert_eq!(
        merged(text, Dialect::Python),
        "a merge key takes a map or a list of maps: [c] and 1"
    );
    assert_eq!(
        merged("<<: x\n", Dialect::Go),
        "a merge key takes a map or a list of maps: x"
    );
}

#[test]
fn a_tree_is_resolved_as_a_whole_and_keeps_its_places() {
    let text =
        "a: &a { x: 1, y: { z: 2 } }\nb: { <<: *a, x: 3 }\nc: [{ <<: [*a], w: 4 }]\nd: { <<: 5 }\n";
    let parsed = read(text);
    let root = parsed.root().expect("a document").resolved(Dialect::Go);
    let at = |path: &[&str]| {
        path.iter().fold(&root, |node, key| {
            node.get(key)
                .or_else(|| node.as_sequence()?.first())
                .expect("it is there")
        })
    };
    assert_eq!(at(&["b", "x"]).text(), Some("3"));
    assert_eq!(at(&["b", "y", "z"]).text(), Some("2"));
    assert_eq!(at(&["c", "0", "x"]).range(), at(&["a", "x"]).range());
    assert_eq!(at(&["c", "0", "w"]).text(), Some("4"));
    // A merge key that is wrong stays to be told.
    assert_eq!(at(&["d", "<<"]).text(), Some("5"));
}
