//! What holds for any trees, any edits and any order of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{disk, snapshot, tree, write};
use crate::{Action, Force, Options, Plan};

/// A few paths that meet each other often.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b",
        "c/a",
        "c/b",
        "c/d/a",
        "e.sops.yaml",
        "f/g/h/i",
    ])
    .prop_map(str::to_owned)
}

fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(
        name(),
        prop::sample::select(vec!["1", "2", "#!3", ""]).prop_map(str::to_owned),
        0..7,
    )
}

/// One thing that happens to a repository.
#[derive(Debug, Clone)]
enum Event {
    Configure {
        files: BTreeMap<String, String>,
        force: bool,
        adopt: bool,
    },
    Edit(String, String),
    Remove(String),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (files(), prop::bool::weighted(0.3), prop::bool::weighted(0.3))
            .prop_map(|(files, force, adopt)| Event::Configure { files, force, adopt }),
        2 => (name(), prop::sample::select(vec!["1", "2", "mine"]))
            .prop_map(|(name, text)| Event::Edit(name, text.to_owned())),
        1 => name().prop_map(Event::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_history_ends_with_what_is_rendered_and_what_is_mine(events in vec(event(), 1..10)) {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        write(root, "c/mine", "mine");
        for event in events {
            match event {
                Event::Edit(name, text) => write(root, &name, &text),
                Event::Remove(name) => drop(fs::remove_file(root.join(name))),
                Event::Configure { files, force, adopt } => configure(root, &files, force, adopt)?,
            }
        }
    }
}

fn configure(
    root: &Path,
    files: &BTreeMap<String, String>,
    force: bool,
    adopt: bool,
) -> Result<(), TestCaseError> {
    let listed: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let tree = tree(&listed);
    let options = Options {
        force: if force { Force::All } else { Force::None },
        adopt,
        ..Options::default()
    };
    let before = snapshot(root);
    let plan = Plan::new(&tree, &disk(root), &options).expect("comparable");
    let result = plan.commit(&disk(root));
    let after = snapshot(root);
    prop_assert_eq!(result.is_err(), plan.is_blocked());
    prop_assert!(!(force && plan.is_blocked()));
    if plan.is_blocked() || plan.is_done() {
        prop_assert_eq!(&before, &after);
    }
    for change in plan.changes() {
        let name = change.path.as_str();
        match change.action {
            Action::Create | Action::Update | Action::Overwrite if result.is_ok() => {
                let wanted = tree.get(name).expect("rendered");
                let text = fs::read(root.join(name)).expect("there");
                prop_assert_eq!(text.as_slice(), wanted.content.as_bytes());
            }
            Action::Prune if result.is_ok() => prop_assert!(!after.contains_key(name)),
            _ => prop_assert_eq!(before.get(name), after.get(name)),
        }
    }
    // What no change names has not changed, except the records and folders.
    for (name, text) in &before {
        let is_named = plan
            .changes()
            .iter()
            .any(|change| change.path.as_str() == name);
        if !is_named && text != "<folder>" && !name.starts_with(".ichor") {
            prop_assert_eq!(after.get(name), Some(text));
        }
    }
    prop_assert!(
        !after
            .keys()
            .any(|name| name.contains("ichor-tmp") || name.contains("journal"))
    );
    if result.is_ok() {
        let again = Plan::new(&tree, &disk(root), &options).expect("comparable");
        prop_assert!(again.is_done(), "{:?}", again.changes());
    }
    Ok(())
}
