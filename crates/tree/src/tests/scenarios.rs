//! What a plan decides, and what its commit leaves behind.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use diagnostics::Secrets;

use super::{actions, checked, disk, path, plan, run, shown, snapshot, tree, write};
use crate::{Digest, Force, JOURNAL_PATH, Options, Plan, RECORD_PATH, Sealing, Tree};

const OLD: &[(&str, &str)] = &[
    (".sops.yaml", "rules\n"),
    ("kubernetes/apps/a.yaml", "a: 1\n"),
    ("kubernetes/apps/old/b.yaml", "b: 1\n"),
    ("scripts/run.sh", "#!/bin/sh\n"),
];

#[test]
fn a_second_run_writes_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, OLD);
    let stamps = || -> Vec<(u64, i64, i64)> {
        snapshot(root)
            .keys()
            .map(|name| fs::metadata(root.join(name)).expect("there"))
            .map(|file| (file.ino(), file.mtime(), file.mtime_nsec()))
            .collect()
    };
    let before = stamps();
    let again = run(root, OLD);
    assert!(again.is_done());
    assert_eq!(again.summary().unchanged, OLD.len());
    assert_eq!(stamps(), before);
    assert!(!root.join(JOURNAL_PATH).exists());
}

#[test]
fn the_record_lists_what_is_on_disk() {
    let root = tempfile::tempdir().expect("a folder");
    let options = Options {
        template_set: "1.2.3",
        ..Options::default()
    };
    plan(root.path(), &[("b", "2"), ("a.sops.yaml", "x")], &options)
        .commit(&disk(root.path()))
        .expect("committed");
    assert_eq!(
        fs::read_to_string(root.path().join(RECORD_PATH)).expect("there"),
        format!(
            "# ichor-outputs 1\n# templates 1.2.3\n{}  a.sops.yaml\n{}  b\n",
            Digest::of(b"ENC x"),
            Digest::of(b"2"),
        )
    );
}

#[test]
fn an_output_without_template_is_pruned_with_the_folders_it_leaves_empty() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, OLD);
    write(root, "kubernetes/mine.txt", "mine");
    let plan = run(root, &OLD[..1]);
    assert_eq!(
        actions(&plan),
        [
            "Prune kubernetes/apps/a.yaml",
            "Prune kubernetes/apps/old/b.yaml",
            "Prune scripts/run.sh"
        ]
    );
    let names: Vec<_> = snapshot(root).into_keys().collect();
    assert_eq!(
        names,
        [
            ".ichor",
            ".ichor/outputs",
            ".sops.yaml",
            "kubernetes",
            "kubernetes/mine.txt"
        ]
    );
}

#[test]
fn nothing_rendered_leaves_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    run(root.path(), OLD);
    let plan =
        Plan::new(&Tree::empty(), &disk(root.path()), &Options::default()).expect("comparable");
    plan.commit(&disk(root.path())).expect("committed");
    assert_eq!(snapshot(root.path()).len(), 0);
}

#[test]
fn an_edit_stops_everything_until_it_is_given_up() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, OLD);
    write(root, "kubernetes/apps/a.yaml", "a: mine\n");
    let before = snapshot(root);
    let new = &[("kubernetes/apps/a.yaml", "a: 2\n"), ("new", "n")];
    let blocked = plan(root, new, &Options::default());
    assert!(blocked.is_blocked());
    insta::assert_snapshot!(shown(&blocked.commit(&disk(root)).expect_err("blocked")), @r"
    kubernetes/apps/a.yaml: error[plan/edited-output]: `kubernetes/apps/a.yaml` was edited after it was rendered
      move the edit into its template `kubernetes/apps/a.yaml.j2`, or give it up with `--force kubernetes/apps/a.yaml`
    ");
    assert_eq!(snapshot(root), before);
    insta::assert_snapshot!(blocked.changes()[1].diff(&Secrets::new(["mine"]), |_| Vec::new()).text, @r"
    --- a/kubernetes/apps/a.yaml
    +++ b/kubernetes/apps/a.yaml
    @@ -1 +1 @@
    -a: <redacted>
    +a: 2
    ");

    let paths = [path("kubernetes/apps"), path("kubernets")];
    let forced = plan(
        root,
        new,
        &Options {
            force: Force::Paths(&paths),
            ..Options::default()
        },
    );
    assert_eq!(actions(&forced)[0], "Prune .sops.yaml");
    assert!(actions(&forced).contains(&"Overwrite kubernetes/apps/a.yaml".to_owned()));
    insta::assert_snapshot!(shown(forced.findings()), @r"
    warning[plan/unknown-force-path]: `kubernets` is no output, so forcing it does nothing
      did you mean `kubernetes`?
    ");
    forced.commit(&disk(root)).expect("committed");
    assert!(run(root, new).is_done());
}

#[test]
fn an_edit_that_is_what_is_rendered_now_is_no_edit() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a", "1"), ("b", "1")]);
    // A bot bumps a pin in the configuration and in the output.
    write(root, "a", "2");
    let same = run(root, &[("a", "2"), ("b", "1")]);
    assert_eq!(same.summary().changes(), 0);
    // The record knows the bot's bytes from now on.
    assert_eq!(actions(&run(root, &[("a", "3"), ("b", "1")])), ["Update a"]);
}

#[test]
fn an_edited_file_is_never_pruned_and_never_asked_about_twice() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a", "1"), ("b", "1")]);
    write(root, "a", "mine");
    let all = Options {
        force: Force::All,
        ..Options::default()
    };
    let plan = plan(root, &[("b", "1")], &all);
    assert_eq!(actions(&plan), ["Release a"]);
    insta::assert_snapshot!(shown(plan.findings()), @r"
    a: warning[plan/edited-orphan]: `a` is no longer rendered, but was edited and stays
      remove it if nothing needs it: it is yours from now on
    ");
    plan.commit(&disk(root)).expect("committed");
    assert_eq!(fs::read_to_string(root.join("a")).expect("there"), "mine");
    assert!(run(root, &[("b", "1")]).is_done());
}

#[test]
fn an_existing_repository_is_adopted() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    write(root, "same", "1");
    write(root, "other", "theirs");
    write(root, "mine", "mine");
    let new = &[("same", "1"), ("other", "1"), ("new", "1")];
    let blocked = plan(root, new, &Options::default());
    assert_eq!(
        actions(&blocked),
        ["Create new", "Foreign other", "TakeOver same"]
    );
    insta::assert_snapshot!(shown(blocked.findings()), @r"
    other: error[plan/foreign-output]: `other` is there, was not rendered, and differs from the rendering
      move what differs into its template `other.j2`, or give it up with `--adopt`
    ");
    let adopted = plan(
        root,
        new,
        &Options {
            adopt: true,
            ..Options::default()
        },
    );
    adopted.commit(&disk(root)).expect("committed");
    assert_eq!(adopted.summary().overwritten, 1);
    assert_eq!(
        fs::read_to_string(root.join("mine")).expect("there"),
        "mine"
    );
    assert!(run(root, new).is_done());
}

#[test]
fn adoption_gives_up_no_edit_of_an_owned_file() {
    let root = tempfile::tempdir().expect("a folder");
    run(root.path(), &[("a", "1")]);
    write(root.path(), "a", "mine");
    let options = Options {
        adopt: true,
        ..Options::default()
    };
    assert!(plan(root.path(), &[("a", "2")], &options).is_blocked());
}

#[test]
fn a_secret_that_keeps_its_ciphertext_is_unchanged_whatever_the_record_says() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a.sops.yaml", "1")]);
    write(root, "a.sops.yaml", "another encryption of 1");
    // The encryption stage gives back what is on disk where the plaintext is equal.
    let plan_for = |ciphertext: &str| {
        let tree = checked(&[("a.sops.yaml", "1")])
            .encrypt(|_, _| Ok(Sealing::Secret(ciphertext.as_bytes().to_vec().into())))
            .expect("encrypted");
        Plan::new(&tree, &disk(root), &Options::default()).expect("comparable")
    };
    let kept = plan_for("another encryption of 1");
    assert_eq!(kept.summary().unchanged, 1);
    kept.commit(&disk(root)).expect("committed");
    // Its digest is recorded, so that a new secret replaces it.
    assert_eq!(actions(&plan_for("new")), ["Update a.sops.yaml"]);

    write(root, "a.sops.yaml", "edited");
    let edited = plan_for("new");
    assert_eq!(actions(&edited), ["Edited a.sops.yaml"]);
    let shown = edited.changes()[0]
        .diff(&Secrets::default(), |text| vec![0..text.len()])
        .text;
    assert!(!shown.contains("edited\n"), "{shown}");
}

#[test]
fn the_executable_bit_is_part_of_the_file() {
    let root = tempfile::tempdir().expect("a folder");
    let script = root.path().join("scripts/run.sh");
    run(root.path(), OLD);
    let mode = || fs::metadata(&script).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode() & 0o100, 0o100);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o644)).expect("set");
    let fixed = run(root.path(), OLD);
    assert_eq!(actions(&fixed), ["Update scripts/run.sh"]);
    assert_eq!(
        fixed.changes()[3]
            .diff(&Secrets::default(), |_| Vec::new())
            .text,
        "mode of scripts/run.sh: 644 becomes 755\n"
    );
    assert_eq!(mode() & 0o100, 0o100);
    // Bits that git does not keep are no change.
    fs::set_permissions(&script, fs::Permissions::from_mode(0o775)).expect("set");
    assert!(run(root.path(), OLD).is_done());
}

#[test]
fn a_record_in_conflict_is_repaired() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    run(root, &[("a", "1"), ("b", "1")]);
    let record = fs::read_to_string(root.join(RECORD_PATH)).expect("there");
    let theirs = Digest::of(b"2");
    let conflict = record.replace(
        "# templates",
        &format!("<<<<<<< ours\n=======\n{theirs}  b\n>>>>>>> theirs\n# templates"),
    );
    write(root, RECORD_PATH, &conflict);
    write(root, "b", "2");
    let plan = run(root, &[("a", "1"), ("b", "3")]);
    assert_eq!(actions(&plan), ["Update b"]);
    assert_eq!(plan.findings().len(), 1);
    assert!(run(root, &[("a", "1"), ("b", "3")]).is_done());

    write(root, RECORD_PATH, "# ichor-outputs 9\n");
    let refused = Plan::new(&tree(&[("a", "1")]), &disk(root), &Options::default());
    assert!(refused.expect_err("refused").has_errors());
}

#[test]
fn a_new_version_of_the_templates_alone_is_no_change() {
    let root = tempfile::tempdir().expect("a folder");
    run(root.path(), &[("a", "1")]);
    let options = Options {
        template_set: "9",
        ..Options::default()
    };
    assert!(plan(root.path(), &[("a", "1")], &options).is_done());
}

#[test]
fn a_root_that_does_not_exist_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("new/cluster");
    let plan = plan(&root, OLD, &Options::default());
    assert!(!root.exists(), "planning writes nothing");
    plan.commit(&disk(&root)).expect("committed");
    assert!(run(&root, OLD).is_done());
}
