//! `secrets check` and the hook, with a real git: what is in the index counts.

use super::git::git;
use super::{CLEAR, FILE, repository, rules_only};

#[test]
fn the_index_counts_and_not_the_disk() {
    let sandbox = rules_only();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    sandbox.write(FILE, CLEAR);
    git.run(&["add", ".sops.yaml", FILE]);
    drop(sandbox.run(["secrets", "encrypt"]).success());
    let output = sandbox.run(["secrets", "check", "--staged"]).exits(1);
    assert!(output.stderr.contains(&format!("{FILE}:6:9")), "{output}");
    assert!(!output.stderr.contains("admin"), "{output}");
    git.run(&["add", FILE]);
    // As in a public CI: no configuration, no identity.
    for path in ["age.key", "cluster.yaml", "nodes.yaml"] {
        std::fs::remove_file(sandbox.root().join(path)).expect("there");
    }
    sandbox.write(FILE, CLEAR);
    let output = sandbox.run(["secrets", "check", "--staged"]).success();
    insta::assert_snapshot!(output, @r"
    ------- stderr -------
    No secret in the clear: 2 files, 1 secret among them.
    ");
    drop(sandbox.run(["secrets", "check"]).success());
}

#[test]
fn keys_are_found_anywhere() {
    let sandbox = repository();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let key = sandbox.read("age.key");
    let secret = key
        .lines()
        .find(|line| line.starts_with("AGE-SECRET"))
        .expect("a key");
    sandbox.write("notes.txt", format!("the key\nis {secret}\n"));
    sandbox.write("readme.md", "a key starts with AGE-SECRET-KEY-1QQQQ…\n");
    git.run(&[
        "add",
        "--force",
        "notes.txt",
        "readme.md",
        "age.key",
        "cluster.yaml",
    ]);
    let output = sandbox.run(["secrets", "check"]).exits(1);
    for wanted in [
        "notes.txt:2:4",
        "secrets/private-key",
        "--> age.key",
        "--> cluster.yaml",
    ] {
        assert!(output.stderr.contains(wanted), "{wanted}: {output}");
    }
    assert!(!output.stderr.contains(&secret[20..]), "{output}");
    assert!(!output.stderr.contains("readme.md"), "{output}");
}

#[test]
fn the_hook_stops_a_commit_and_only_that() {
    let sandbox = repository();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    drop(git.ichor(["init", "--hooks"]).success());
    let again = git.ichor(["init", "--hooks"]).success();
    assert!(!again.stderr.contains("Wrote"), "{again}");
    git.run(&["add", ".sops.yaml", ".gitattributes", FILE]);
    git.run(&["commit", "--quiet", "--message", "encrypted"]);
    sandbox.write("kubernetes/new.sops.yaml", CLEAR);
    git.run(&["add", "kubernetes/new.sops.yaml"]);
    let refused = git.output(&["commit", "--quiet", "--message", "clear"]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("kubernetes/new.sops.yaml:6:9"), "{told}");
    // `git commit PATH` hands the hook an index of its own.
    git.run(&["reset", "--quiet", "kubernetes/new.sops.yaml"]);
    sandbox.write(FILE, CLEAR);
    let refused = git.output(&["commit", "--quiet", "--message", "clear", FILE]);
    assert!(
        !refused.status.success(),
        "an index in `GIT_INDEX_FILE` counts"
    );
}

#[test]
fn a_hook_of_somebody_else_is_left_alone() {
    let sandbox = repository();
    let Some(git) = git(&sandbox) else { return };
    git.init();
    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n");
    let output = git.ichor(["init", "--hooks"]).exits(4);
    assert!(output.stderr.contains("add this line"), "{output}");
    assert!(output.stderr.contains("secrets check --staged"), "{output}");
    assert_eq!(
        sandbox.read(".git/hooks/pre-commit"),
        "#!/bin/sh\nmake lint\n"
    );
    assert!(sandbox.read(".git/config").contains("[merge \"ichor\"]"));
}

#[test]
fn without_a_repository_the_files_on_disk_count() {
    let sandbox = repository();
    drop(sandbox.run(["secrets", "check"]).success());
    sandbox.write("kubernetes/new.sops.yaml", CLEAR);
    drop(sandbox.run(["secrets", "check"]).exits(1));
    drop(sandbox.run(["secrets", "check", "--staged"]).exits(1));
}

#[test]
fn without_a_configuration_the_committed_tree_is_validated() {
    let sandbox = repository();
    for name in ["cluster.yaml", "nodes.yaml", "age.key"] {
        std::fs::remove_file(sandbox.root().join(name)).expect("it was there");
    }
    drop(sandbox.run(["validate"]).success());
    drop(sandbox.run(["configure"]).exits(2));

    sandbox.write("kubernetes/apps/demo/ks.yaml", "a: 1\na: 2\n");
    let output = sandbox.run(["validate"]).exits(1);
    assert!(output.stderr.contains("yaml/duplicate-key"), "{output}");
    // Templates of other tools lie elsewhere.
    sandbox.write("charts/a.yaml", "{{ a: 1\n");
    sandbox.write("kubernetes/apps/demo/ks.yaml", "a: 1\n");
    drop(sandbox.run(["validate"]).success());

    sandbox.write("kubernetes/apps/demo/other.sops.yaml", CLEAR);
    let output = sandbox.run(["validate"]).exits(1);
    assert!(output.stderr.contains("sops/not-encrypted"), "{output}");
    assert!(!output.to_string().contains("hunter2"), "{output}");
    sandbox.write(
        "kubernetes/apps/demo/other.sops.yaml",
        "stringData:\n  a: hunter2\n  a: hunter2\n",
    );
    let output = sandbox.run(["validate"]).exits(1);
    assert!(!output.to_string().contains("hunter2"), "{output}");

    let empty = crate::empty();
    drop(empty.run(["validate"]).exits(2));
}
