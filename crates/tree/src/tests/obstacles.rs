//! What stands in the way, and other runs and hands at work.

use std::fs;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, FileType, Mode as Permissions};

use super::{Finds, checked, disk, path, plan, run, shown, snapshot, tree, write};
use crate::disk::Obstacle;
use crate::problems::in_the_way;
use crate::rules;
use crate::{Content, Digest, Entry, Force, Mode, Options, Origin, Plan, Sealing, Tree};
use diagnostics::{Diagnostics, Severity};

diagnostics::rules! {
    ODD: warning "x/y", "It looks wrong.";
}

#[test]
fn whatever_is_in_the_way_is_reported_at_once_and_nothing_leaves_the_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir_all(&outside).expect("made");
    write(&root, "file", "x");
    fs::create_dir_all(root.join("folder")).expect("made");
    symlink(&outside, root.join("link")).expect("linked");
    symlink(outside.join("x"), root.join("dangling")).expect("linked");
    rustix::fs::mknodat(CWD, root.join("pipe"), FileType::Fifo, Permissions::RUSR, 0)
        .expect("made");
    let before = snapshot(folder.path());
    let files = &[
        ("dangling", "1"),
        ("file/a", "1"),
        ("file/b/c", "1"),
        ("folder", "1"),
        ("link/a", "1"),
        ("pipe", "1"),
    ];
    let problems = Plan::new(&tree(files), &disk(&root), &Options::default()).expect_err("refused");
    insta::assert_snapshot!(shown(&problems), @r"
    dangling: error[plan/not-a-file]: `dangling` is a symbolic link, but a file is written there
      move it away, or rename the template
    file: error[plan/not-a-folder]: `file` is not a folder
      move it away: outputs are written below it
    folder: error[plan/not-a-file]: `folder` is a folder, but a file is written there
      move it away, or rename the template
    link: error[plan/symbolic-link]: `link` is a symbolic link, and outputs are never written through one
      replace the link by a folder
    pipe: error[plan/not-a-file]: `pipe` is neither a file nor a folder, but a file is written there
      move it away, or rename the template
    ");
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn what_a_repository_is_rendered_from_is_neither_replaced_nor_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(root, "age.key", "the only key");
    write(root, "nodes.yaml", "nodes");
    let options = Options {
        adopt: true,
        force: Force::All,
        ..Options::default()
    };
    let files = &[("age.key", "another"), ("templates/overrides/x", "1")];
    let problems = Plan::new(&tree(files), &disk(root), &options).expect_err("refused");
    insta::assert_snapshot!(shown(&problems), @r"
    age.key.j2: error[plan/input-file]: `age.key` may not be an output: repositories are rendered from it
      rename the template
    templates/overrides/x.j2: error[plan/input-file]: `templates/overrides/x` may not be an output: repositories are rendered from it
      rename the template
    ");
    let digest = Digest::of(b"nodes");
    let record = format!("# ichor-outputs 1\n# templates 0.1.0\n{digest}  nodes.yaml\n");
    write(root, ".ichor/outputs", &record);
    run(root, &[("a", "1")]);
    assert_eq!(fs::read(root.join("nodes.yaml")).expect("there"), b"nodes");
}

#[test]
fn a_link_put_there_after_the_plan_is_not_followed_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir_all(&outside).expect("made");
    fs::create_dir_all(root.join("a")).expect("made");
    let plan = plan(&root, &[("a/b", "1")], &Options::default());
    fs::remove_dir(root.join("a")).expect("removed");
    symlink(&outside, root.join("a")).expect("linked");
    let before = snapshot(folder.path());
    assert!(plan.commit(&disk(&root)).is_err());
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn an_owned_file_that_became_something_else_is_let_go() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a", "1"), ("b/c", "1"), ("d", "1")]);
    fs::remove_file(root.join("a")).expect("removed");
    fs::create_dir(root.join("a")).expect("made");
    fs::remove_dir_all(root.join("b")).expect("removed");
    symlink("elsewhere", root.join("b")).expect("linked");
    assert_eq!(run(root, &[("d", "1")]).summary().released, 2);
    assert!(run(root, &[("d", "1")]).is_done());
    assert!(root.join("a").is_dir());
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let plan = plan(root.path(), &[("a", "1")], &Options::default());
    let first = disk(root.path());
    let lock = first.lock().expect("lockable").expect("free");
    let refused = plan.commit(&disk(root.path())).expect_err("locked");
    insta::assert_snapshot!(shown(&refused), @r"
    error[commit/locked]: another run is writing to this folder
      wait until it is done, then run again
    ");
    drop(lock);
    plan.commit(&disk(root.path())).expect("committed");
    // And one that was planned before the first came through does not undo it.
    let stale = plan.commit(&disk(root.path())).expect_err("stale");
    assert!(shown(&stale).contains("another run has written"));
}

#[test]
fn an_edit_between_plan_and_commit_is_not_lost() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a", "1"), ("b", "1"), ("gone", "1")]);
    let plan = plan(
        root,
        &[("a", "2"), ("b", "2"), ("new/c", "2")],
        &Options::default(),
    );
    write(root, "b", "mine");
    write(root, "gone", "mine");
    write(root, "new/c", "mine");
    let before = snapshot(root);
    let problems = plan.commit(&disk(root)).expect_err("refused");
    insta::assert_snapshot!(shown(&problems), @r"
    b: error[commit/changed-meanwhile]: `b` has changed since it was compared
      run again; nothing was written
    gone: error[commit/changed-meanwhile]: `gone` has changed since it was compared
      run again; nothing was written
    new/c: error[commit/changed-meanwhile]: `new/c` has changed since it was compared
      run again; nothing was written
    ");
    assert_eq!(snapshot(root), before);
}

#[test]
fn trees_that_no_disk_can_hold_are_refused() {
    let file = |name: &str, template: &str| {
        (
            path(name),
            Entry::new("", Mode::REGULAR, Origin::whole(template)),
        )
    };
    let problems = Tree::from_files([
        file("a", "1/a"),
        file("a", "2/a"),
        file("a/b/c", "3"),
        file(".git/hooks/pre-commit", "4"),
        file(".ichor/outputs", "5"),
    ])
    .expect_err("refused");
    insta::assert_snapshot!(shown(&problems), @r"
    2/a: error[tree/duplicate-output]: `1/a` and `2/a` both render to `a`
      rename or remove one of the two templates
    3: error[tree/file-and-folder]: `a` is rendered as a file, but `a/b/c` needs a folder
      rename one of the two templates
    4: error[tree/reserved-path]: `.git/hooks/pre-commit` may not be an output
      rename the template: `.git`, `.ichor` and temporary names are reserved
    5: error[tree/reserved-path]: `.ichor/outputs` may not be an output
      rename the template: `.git`, `.ichor` and temporary names are reserved
    ");
    let tree = Tree::from_files([file("A/b", "1"), file("a/B", "2")]).expect("a warning only");
    assert_eq!(tree.warnings().len(), 1);
}

#[test]
fn no_stage_passes_an_error_on() {
    let tree = || {
        Tree::from_files([(
            path("a"),
            Entry::new("secret", Mode::REGULAR, Origin::whole("a.j2")),
        )])
        .expect("valid")
    };
    let error: Diagnostics = ODD.report_as(Severity::Error, "wrong").into();
    let warning: Diagnostics = ODD.report("odd").into();
    assert!(tree().check(&Finds(error.clone())).is_err());
    let checked = tree().check(&Finds(warning)).expect("a warning only");
    assert_eq!(checked.warnings().len(), 1);
    assert!(checked.clone().encrypt(|_, _| Err(error.clone())).is_err());
    let unencrypted = checked.encrypt(|_, entry| Ok(Sealing::Secret(entry.content.clone())));
    assert!(shown(&unencrypted.expect_err("refused")).contains("tree/not-encrypted"));
    assert!(!format!("{:?}", Content::from("secret")).contains("secret"));
}

#[test]
fn outputs_that_differ_in_case_only_are_told() {
    let told = checked(&[("a/readme.md", "x"), ("a/README.md", "y")]);
    assert!(told.warnings().has(&rules::TREE_CASE_CLASH));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), crate::RECORD_PATH, &"#".repeat(40 << 20));
    let files = tree(&[("a", "x")]);
    let told = Plan::new(&files, &disk(folder.path()), &Options::default());
    assert!(told.expect_err("too large").has(&rules::PLAN_UNREADABLE));
    let gone = in_the_way(&Obstacle::Missing);
    assert!(gone.is(&rules::PLAN_MISSING_FOLDER));
}
