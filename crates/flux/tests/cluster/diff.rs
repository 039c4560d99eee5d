//! What changes between two clusters.

use flux::diff::{Action, between, markdown, text};

use crate::build::{case, recorded};

const BEFORE: &str = include_str!("../diff/before.yaml");
const AFTER: &str = include_str!("../diff/after.yaml");

/// `ICHOR_RECORD_CLUSTER=1` writes what is said now.
#[test]
fn what_changes_is_said_as_it_was_looked_at() {
    let (before, after) = (case("before.yaml", BEFORE), case("after.yaml", AFTER));
    let changes = between(&before.assembled, &after.assembled, &[]);
    let json = serde_json::to_string_pretty(&changes.json()).expect("JSON") + "\n";
    let said = [
        ("diff.txt", text(&changes)),
        ("diff.md", markdown(&changes)),
        ("diff.json", json),
    ];
    for (_, text) in &said {
        assert!(!text.contains("canary"), "{text}");
    }
    recorded("diff", &said);
}

#[test]
fn nothing_changes_between_the_same() {
    let (one, other) = (case("a.yaml", AFTER), case("b.yaml", AFTER));
    let changes = between(&one.assembled, &other.assembled, &[]);
    assert!(changes.is_empty() && changes.images.is_empty());
    assert_eq!(text(&changes), "Nothing changes in the cluster.\n");
}

#[test]
fn there_and_back_are_opposite() {
    let (before, after) = (case("before.yaml", BEFORE), case("after.yaml", AFTER));
    let there = between(&before.assembled, &after.assembled, &[]);
    let back = between(&after.assembled, &before.assembled, &[]);
    assert_eq!(there.count(Action::Added), back.count(Action::Removed));
    assert_eq!(there.count(Action::Changed), back.count(Action::Changed));
}

#[test]
fn a_comment_is_never_longer_than_github_takes() {
    let many: String = (0..3000)
        .map(|index| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{index}}}\ndata: {{a: b}}\n"))
        .collect();
    let (none, all) = (case("a.yaml", "a: 1\n"), case("b.yaml", &many));
    let comment = markdown(&between(&none.assembled, &all.assembled, &[]));
    assert!(comment.len() < 65_536 && comment.contains("left out"));
}
