//! A commit that is killed, or runs out of space, at every single operation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{Files, disk, plan, run, snapshot, tree, write};
use crate::gate::Fault;
use crate::{Force, Options, Plan};

const OLD: Files<'_> = &[
    ("keep.yaml", "kept\n"),
    ("same/a.yaml", "1\n"),
    ("same/b.yaml", "1\n"),
    ("prune/deep/c.yaml", "1\n"),
    ("prune/d.yaml", "1\n"),
];
const NEW: Files<'_> = &[
    ("create/deep/e.yaml", "2\n"),
    ("create/deep/f.yaml", "2\n"),
    ("keep.yaml", "kept\n"),
    ("same/a.yaml", "2\n"),
    ("same/b.yaml", "2\n"),
];
const LATER: Files<'_> = &[
    ("create/deep/f.yaml", "3\n"),
    ("keep.yaml", "kept\n"),
    ("same/a.yaml", "1\n"),
    ("same/b.yaml", "3\n"),
];

fn prepare(root: &Path) {
    run(root, OLD);
    write(root, "same/mine.txt", "mine");
    write(root, "mine.txt", "mine");
}

/// What a fresh run over the old tree gives, undisturbed.
fn expected(files: Files<'_>) -> BTreeMap<String, String> {
    let root = tempfile::tempdir().expect("a folder");
    prepare(root.path());
    run(root.path(), files);
    snapshot(root.path())
}

/// Starts a commit that fails after some operations. Whether it came through, and how many
/// operations there were.
fn faulty(root: &Path, files: Files<'_>, after: usize, fault: Fault) -> (bool, usize, String) {
    let disk = disk(root);
    let plan = Plan::new(&tree(files), &disk, &Options::default()).expect("comparable");
    assert!(
        !plan.is_blocked(),
        "killed after {after}: {:?}",
        plan.findings()
    );
    disk.gate.fail_after(after, fault);
    let result = plan.commit(&disk);
    let shown = result.as_ref().err().map(super::shown).unwrap_or_default();
    (result.is_ok(), disk.gate.passed(), shown)
}

/// Every file is one that some tree renders, whole, or the user's own, or a recognisable
/// temporary or record.
fn assert_whole(root: &Path, trees: &[Files<'_>]) {
    let whole: BTreeSet<(&str, &str)> = trees.iter().copied().flatten().copied().collect();
    for (name, text) in snapshot(root) {
        let is_ours = name.starts_with(".ichor") || name.contains("/.ichor-tmp-");
        if text == "<folder>"
            || name.contains(".ichor-tmp-")
            || is_ours
            || name.ends_with("mine.txt")
        {
            continue;
        }
        assert!(
            whole.contains(&(name.as_str(), text.as_str())),
            "{name} is torn: {text:?}"
        );
    }
    for mine in ["mine.txt", "same/mine.txt"] {
        assert_eq!(fs::read_to_string(root.join(mine)).expect("there"), "mine");
    }
}

#[test]
fn a_run_killed_anywhere_is_completed_by_the_next() {
    let wanted = expected(NEW);
    for after in 0.. {
        let root = tempfile::tempdir().expect("a folder");
        prepare(root.path());
        let (done, operations, _) = faulty(root.path(), NEW, after, Fault::Kill);
        assert_whole(root.path(), &[OLD, NEW]);
        let next = plan(root.path(), NEW, &Options::default());
        assert!(
            !next.is_blocked(),
            "killed after {after}: {:?}",
            next.findings()
        );
        next.commit(&disk(root.path())).expect("completed");
        assert_eq!(snapshot(root.path()), wanted, "killed after {after}");
        assert!(plan(root.path(), NEW, &Options::default()).is_done());
        if done {
            assert!(operations <= after && after > 20, "{operations} operations");
            break;
        }
    }
}

#[test]
fn so_is_one_whose_templates_change_in_between() {
    let wanted = expected(LATER);
    for after in 0.. {
        let root = tempfile::tempdir().expect("a folder");
        prepare(root.path());
        let (done, ..) = faulty(root.path(), NEW, after, Fault::Kill);
        run(root.path(), LATER);
        assert_eq!(snapshot(root.path()), wanted, "killed after {after}");
        if done {
            break;
        }
    }
}

#[test]
fn so_is_one_killed_again_and_again() {
    let wanted = expected(LATER);
    for first in (0..40).step_by(5) {
        for second in (0..).step_by(2) {
            let root = tempfile::tempdir().expect("a folder");
            prepare(root.path());
            faulty(root.path(), NEW, first, Fault::Kill);
            let (done, ..) = faulty(root.path(), LATER, second, Fault::Kill);
            assert_whole(root.path(), &[OLD, NEW, LATER]);
            // Back to where the second began: what the first wrote must still be known.
            faulty(root.path(), NEW, second / 2, Fault::Kill);
            run(root.path(), LATER);
            assert_eq!(
                snapshot(root.path()),
                wanted,
                "killed after {first} and {second}"
            );
            if done {
                break;
            }
        }
    }
}

#[test]
fn a_full_disk_changes_nothing_or_is_completed_later() {
    let before = {
        let root = tempfile::tempdir().expect("a folder");
        prepare(root.path());
        snapshot(root.path())
    };
    let wanted = expected(NEW);
    for after in 0.. {
        let root = tempfile::tempdir().expect("a folder");
        prepare(root.path());
        let (done, _, shown) = faulty(root.path(), NEW, after, Fault::Full);
        assert_whole(root.path(), &[OLD, NEW]);
        assert!(
            !snapshot(root.path())
                .keys()
                .any(|name| name.contains("ichor-tmp"))
        );
        if !done && !shown.contains("commit/incomplete") {
            assert_eq!(snapshot(root.path()), before, "full after {after}: {shown}");
            assert!(shown.contains("commit/write-failed"), "{shown}");
        }
        run(root.path(), NEW);
        // An empty folder may stay where the disk refused to remove it.
        let mut left = snapshot(root.path());
        left.retain(|name, text| text != "<folder>" || wanted.contains_key(name));
        assert_eq!(left, wanted, "full after {after}");
        if done && after > 60 {
            break;
        }
    }
}

#[test]
fn a_forced_run_that_is_killed_forgives_no_edit_that_still_stands() {
    for after in 0.. {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        run(root, OLD);
        write(root, "same/a.yaml", "mine");
        let disk = disk(root);
        let forced = Options {
            force: Force::All,
            ..Options::default()
        };
        let plan = Plan::new(&tree(NEW), &disk, &forced).expect("comparable");
        disk.gate.fail_after(after, Fault::Kill);
        let done = plan.commit(&disk).is_ok();
        drop(disk);
        let edit_stands = fs::read_to_string(root.join("same/a.yaml")).expect("there") == "mine";
        let next = super::plan(root, NEW, &Options::default());
        assert_eq!(next.is_blocked(), edit_stands, "killed after {after}");
        if done {
            break;
        }
    }
}
