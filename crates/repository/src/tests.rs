//! Views that answer alike, and batches that write all, through no link, or nothing.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use testkit::Sandbox;
use tree::WriteOptions;

use crate::write::{REPLACING, replace_unchanged};
use crate::{Batch, Kind, Question, View};

const FILES: [(&str, &str); 4] = [
    ("cluster.yaml", "a: 1\n"),
    ("talos/patches/a.yaml", "b: 2\n"),
    ("talos/talconfig.yaml", "c: 3\n"),
    ("templates/config/a.j2", "d: 4\n"),
];

/// The same files on a disk and in memory.
fn both() -> (Sandbox, [View<'static>; 2]) {
    let sandbox = Sandbox::new("none");
    for (path, content) in FILES {
        sandbox.write(path, content);
    }
    let views = [View::on_disk(sandbox.root()), View::from_iter(FILES)];
    (sandbox, views)
}

#[test]
fn memory_answers_as_a_disk_does() {
    let (_sandbox, [disk, memory]) = both();
    for path in [
        "cluster.yaml",
        "talos",
        "talos/patches/a.yaml",
        "none",
        "talos/none",
        ".",
    ] {
        let kind = |view: &View<'_>| view.find(path).map(|found| found.kind);
        assert_eq!(kind(&disk), kind(&memory), "{path}");
        let text = |view: &View<'_>| {
            let text = view
                .text(path)
                .map(|source| source.map(|source| source.text().to_owned()));
            text.map_err(|problem| problem.message)
        };
        assert_eq!(text(&disk), text(&memory), "{path}");
        let names = |view: &View<'_>| view.list(path).ok();
        if path != "cluster.yaml" {
            assert_eq!(names(&disk), names(&memory), "{path}");
        }
    }
    let below = |view: &View<'_>| view.files("talos").0.into_keys().collect::<Vec<_>>();
    assert_eq!(below(&disk), ["patches/a.yaml", "talconfig.yaml"]);
    assert_eq!(below(&disk), below(&memory));
}

/// Runs git in a sandbox, with nobody's settings.
fn git(sandbox: &Sandbox, words: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    let status = Command::new("git")
        .current_dir(sandbox.root())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args(identity)
        .args(words)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "git {words:?}");
}

#[test]
fn a_commit_answers_as_the_disk_did_when_it_was_made() {
    let (sandbox, [disk, _]) = both();
    sandbox.write("run.sh", "#!/bin/sh\n");
    let run = sandbox.root().join("run.sh");
    std::fs::set_permissions(&run, Permissions::from_mode(0o755)).expect("ours");
    symlink("cluster.yaml", sandbox.root().join("link.yaml")).expect("linked");
    for words in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message", "a"],
    ] {
        git(&sandbox, words);
    }
    let root = sandbox.root();
    let commit = View::of_revision(&root, "HEAD").expect("there is one");
    for path in [
        "cluster.yaml",
        "talos",
        "talos/patches/a.yaml",
        "run.sh",
        "none",
        "talos/none",
        "",
        "./talos/",
    ] {
        let kind = |view: &View<'_>| {
            view.find(path)
                .map(|found| (found.kind, found.mode & 0o111 != 0))
        };
        assert_eq!(kind(&disk), kind(&commit), "{path}");
        let text = |view: &View<'_>| {
            let text = view
                .text(path)
                .map(|source| source.map(|source| source.text().to_owned()));
            text.map_err(|problem| problem.message)
        };
        assert_eq!(text(&disk), text(&commit), "{path}");
    }
    let names = |view: &View<'_>, folder: &str| {
        let listed = view.list(folder).expect("a folder").into_iter();
        listed.map(|one| one.name).collect::<Vec<_>>()
    };
    // A link is not there, and neither is git's own folder.
    assert_eq!(
        names(&commit, ""),
        ["cluster.yaml", "run.sh", "talos", "templates"]
    );
    assert_eq!(names(&commit, "talos"), names(&disk, "talos"));
    assert!(!commit.exists("link.yaml") && commit.root().is_none());
    assert!(commit.list("none").is_err());

    // What is done afterwards is not in it, and a folder of the work tree is a view of its own.
    sandbox.write("cluster.yaml", "a: 2\n");
    let text = commit
        .text("cluster.yaml")
        .expect("readable")
        .expect("there");
    assert_eq!(text.text(), "a: 1\n");
    let below = View::of_revision(&root.join("talos"), "HEAD").expect("there is one");
    assert_eq!(names(&below, ""), ["patches", "talconfig.yaml"]);
    assert_eq!(
        below.files("patches").0.into_keys().collect::<Vec<_>>(),
        ["a.yaml"]
    );
}

#[test]
fn a_revision_that_is_not_there_is_told() {
    let (sandbox, _) = both();
    let told = |revision: &str| {
        let problem = View::of_revision(&sandbox.root(), revision)
            .err()
            .expect("none");
        assert!(problem.is(&crate::rules::GIT_UNKNOWN_REVISION));
        problem.message
    };
    assert_eq!(told("HEAD"), "there is no git repository here");
    git(&sandbox, &["init", "--quiet"]);
    assert_eq!(told("HEAD"), "git has no revision `HEAD`");
    assert_eq!(told("--all"), "git has no revision `--all`");
}

#[test]
fn what_was_seen_holds_until_any_of_it_changes() {
    let (sandbox, [disk, _]) = both();
    let (view, seen) = disk.recording();
    let ask = || {
        view.text("cluster.yaml").expect("readable");
        view.text("nodes.yaml").expect("absent");
        view.files("talos");
        view.exists("age.key");
    };
    ask();
    assert!(seen.holds(&disk) && !seen.asked_git());
    let absent = Question::Content("nodes.yaml".to_owned());
    assert!(
        seen.answers()
            .iter()
            .any(|(question, _)| *question == absent)
    );
    for (path, content) in [
        ("cluster.yaml", "a: 2\n"),
        ("nodes.yaml", ""),
        ("talos/patches/new.yaml", ""),
        ("talos/talconfig.yaml", "c: 4\n"),
        ("age.key", ""),
    ] {
        ask();
        assert!(seen.holds(&disk), "before {path}");
        sandbox.write(path, content);
        assert!(!seen.holds(&disk), "{path}");
    }
    sandbox.write("elsewhere.yaml", "");
    ask();
    assert!(seen.holds(&disk));
}

#[test]
fn a_pipe_is_not_waited_for_and_a_link_that_leads_nowhere_is_told() {
    let (sandbox, [disk, _]) = both();
    let root = sandbox.root();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe").as_std_path(), mode).expect("made");
    symlink("nowhere", root.join("link")).expect("linked");
    symlink("/", root.join("talos/out")).expect("linked");
    assert_eq!(
        disk.find("pipe").map(|found| found.kind),
        Some(Kind::Special)
    );
    let rule = |path: &str| disk.text(path).err().expect(path).message;
    assert_eq!(rule("pipe"), "`pipe` is neither a file nor a folder");
    assert_eq!(
        rule("link"),
        "`link` cannot be read: the link leads nowhere"
    );
    let (_, problems) = disk.files("talos");
    let messages: Vec<_> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(messages, ["this link leads out of the repository"]);
}

#[test]
fn a_batch_writes_all_or_nothing() {
    let (sandbox, _) = both();
    let root = sandbox.root();
    let batch = Batch::open(&root).expect("opened");
    batch.stage("new/a.yaml", b"1", REPLACING).expect("staged");
    batch
        .stage("cluster.yaml", b"2", REPLACING)
        .expect("staged");
    drop(batch);
    assert!(!root.join("new").exists());
    assert_eq!(sandbox.read("cluster.yaml"), "a: 1\n");
    let batch = Batch::open(&root).expect("opened");
    batch.stage("new/a.yaml", b"1", REPLACING).expect("staged");
    batch
        .stage("cluster.yaml", b"2", REPLACING)
        .expect("staged");
    batch.commit().expect("placed");
    assert_eq!(sandbox.read("cluster.yaml"), "2");
    let left = View::on_disk(&*root).list("new").expect("a folder");
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_somebody_else_has_changed_meanwhile_is_not_replaced() {
    let (sandbox, _) = both();
    let replace = |before: &str, content: &str| {
        let root = sandbox.root();
        replace_unchanged(&root, "cluster.yaml", before.as_bytes(), content.as_bytes())
    };
    assert!(replace("a: 1\n", "a: 2\n").is_ok());
    // Who has read it before that.
    let problem = replace("a: 1\n", "a: 1\nb: 3\n").expect_err("it is another one");
    assert_eq!(problem.rule.id(), "file/unwritable");
    assert!(problem.message.contains("changed meanwhile"), "{problem}");
    assert_eq!(sandbox.read("cluster.yaml"), "a: 2\n");
}

#[test]
fn a_batch_removes_once_the_rest_has_its_place_and_leaves_no_empty_folder() {
    let (sandbox, _) = both();
    let root = sandbox.root();
    let stage = |batch: &Batch, path: &str| batch.stage(path, b"1", REPLACING);
    let batch = Batch::open(&root).expect("opened");
    stage(&batch, "talos/new.yaml").expect("staged");
    for path in [
        "talos/patches/a.yaml",
        "talos/none/none.yaml",
        "cluster.yaml",
    ] {
        batch.remove(path).expect("in the repository");
    }
    assert!(batch.remove("../outside").is_err());
    assert!(sandbox.exists("talos/patches/a.yaml"));
    batch.commit().expect("done");
    let left: Vec<_> = testkit::files_below(&root);
    assert_eq!(
        left,
        [
            "talos/new.yaml",
            "talos/talconfig.yaml",
            "templates/config/a.j2"
        ]
    );
    assert!(!sandbox.exists("talos/patches") && !sandbox.exists("talos/none"));
    // What is dropped removes nothing, and nothing is removed through a link.
    let batch = Batch::open(&root).expect("opened");
    batch.remove("talos/new.yaml").expect("in the repository");
    drop(batch);
    symlink(root.join("talos"), root.join("link")).expect("linked");
    let batch = Batch::open(&root).expect("opened");
    batch.remove("link/new.yaml").expect("in the repository");
    let problems = batch.commit().expect_err("a link is on the way");
    assert_eq!(
        problems.iter().next().map(|it| it.rule.id()),
        Some("file/unwritable")
    );
    assert!(sandbox.exists("talos/new.yaml"));
}

#[test]
fn changes_lie_over_a_disk_as_if_they_were_written() {
    let (sandbox, [disk, _]) = both();
    let changes = [
        ("talos/patches/a.yaml", None),
        ("talos/patches/b.yaml", Some("e: 5\n")),
        ("cluster.yaml", Some("a: 2\n")),
        ("new/a.yaml", Some("f: 6\n")),
    ];
    let owned = |(path, text): &(&str, Option<&str>)| {
        (
            (*path).to_owned(),
            text.map(|text| text.as_bytes().to_vec()),
        )
    };
    let over = disk.with(changes.iter().map(owned));
    let told = |view: &View<'_>| {
        let text = |path: &str| Some(view.text(path).ok()??.text().to_owned());
        let kind = |path: &str| view.find(path).map(|found| found.kind);
        let names = |path: &str| {
            let names = view.list(path).expect("a folder").into_iter();
            names.map(|listed| listed.name).collect::<Vec<_>>()
        };
        let paths = [
            "talos/patches/a.yaml",
            "talos/patches/b.yaml",
            "cluster.yaml",
            "new/a.yaml",
            "new",
            "talos",
        ];
        (
            paths.map(text),
            paths.map(kind),
            ["", "talos", "talos/patches", "new"].map(names),
            view.files("talos").0.into_keys().collect::<Vec<_>>(),
        )
    };
    let before = told(&over);
    sandbox.write("talos/patches/b.yaml", "e: 5\n");
    sandbox.write("cluster.yaml", "a: 2\n");
    sandbox.write("new/a.yaml", "f: 6\n");
    std::fs::remove_file(sandbox.root().join("talos/patches/a.yaml")).expect("it is there");
    assert_eq!(before, told(&disk));
}

#[test]
fn no_link_is_followed_and_each_is_named() {
    let (sandbox, _) = both();
    let root = sandbox.root();
    let outside = sandbox.temporary();
    symlink(&outside, root.join("talos/clusterconfig")).expect("linked");
    symlink(&outside, root.join(".ichor")).expect("linked");
    symlink(outside.join("x"), root.join("x.sops.yaml")).expect("linked");
    for (path, link) in [
        (
            "talos/clusterconfig/a.yaml",
            "`talos/clusterconfig` is a symbolic link",
        ),
        (".ichor/tidied", "`.ichor` is a symbolic link"),
        ("x.sops.yaml", "a symbolic link is in its place"),
    ] {
        let batch = Batch::open(&root).expect("opened");
        let problem = batch.stage(path, b"1", REPLACING).expect_err(path);
        assert_eq!(problem.rule.id(), "file/unwritable");
        assert!(problem.message.contains(link), "{}", problem.message);
    }
    assert!(outside.read_dir_utf8().expect("a folder").next().is_none());
}

#[test]
fn elsewhere_is_written_to_where_somebody_says_so() {
    let (sandbox, _) = both();
    let root = sandbox.root();
    let outside = sandbox.temporary();
    let batch = Batch::open(&root.join("talos")).expect("opened");
    let private = WriteOptions {
        private_folder: true,
        ..REPLACING
    };
    let elsewhere = outside.join("new/a.yaml");
    batch
        .stage(elsewhere.as_str(), b"1", private)
        .expect("staged");
    batch.stage("../up.yaml", b"2", REPLACING).expect("staged");
    // The root by another name: whoever holds it must not wait for it.
    batch
        .stage(root.join("b.yaml").as_str(), b"3", REPLACING)
        .expect("staged");
    batch.commit().expect("placed");
    let view = View::on_disk(&*outside);
    assert_eq!(view.find("new").map(|found| found.mode), Some(0o700));
    assert!(view.is_file("new/a.yaml"));
    assert_eq!(
        (sandbox.read("up.yaml"), sandbox.read("b.yaml")),
        ("2".to_owned(), "3".to_owned())
    );
}
