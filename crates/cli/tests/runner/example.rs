//! `configure --example`, the first thing that a newcomer runs.

use insta::assert_snapshot;

use crate::empty;

#[test]
fn the_example_renders_and_says_what_to_do_next() {
    let sandbox = empty();
    let output = sandbox.run(["configure", "--example"]).success();
    let end = output
        .stderr
        .find("\nThe example cluster")
        .expect("it says where");
    assert_snapshot!(&output.stderr[end..], @r"

    The example cluster is in `example-cluster`. Next:
      1. Read `example-cluster/cluster.yaml` and `example-cluster/nodes.yaml`, then what became of them in `example-cluster/kubernetes`.
      2. Change a value there and run `ichor -C example-cluster diff`, then `ichor -C example-cluster configure`.
      3. Start your own, in a folder that need not exist yet: `ichor -C ../home-cluster init`.
    ");
    assert!(sandbox.exists("example-cluster/kubernetes/flux/cluster/ks.yaml"));
}

#[test]
fn the_example_renders_again_what_it_made_and_keeps_its_keys() {
    let sandbox = empty();
    drop(sandbox.run(["configure", "--example", "here"]).success());
    let before = sandbox.snapshot();
    drop(sandbox.run(["configure", "--example", "here"]).success());
    let changed = sandbox.snapshot().changed_since(&before);
    assert!(
        changed.iter().all(|path| path == "here/.ichor/example"),
        "{changed:?}"
    );
}

#[test]
fn two_examples_have_different_keys() {
    let sandbox = empty();
    drop(sandbox.run(["configure", "--example", "a"]).success());
    drop(sandbox.run(["configure", "--example", "b"]).success());
    for key in [
        "age.key",
        "github-deploy.key",
        "github-push-token.txt",
        "cloudflare-tunnel.json",
    ] {
        assert_ne!(
            sandbox.read(&format!("a/{key}")),
            sandbox.read(&format!("b/{key}")),
            "{key}"
        );
    }
}

#[test]
fn another_folder_that_is_not_empty_is_refused() {
    let sandbox = empty();
    sandbox.write("mine/notes.txt", "keep me");
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["configure", "--example", "mine"]).exits(1), @r"
    ------- stderr -------
    error[example/not-empty]: `./mine` is not empty, and no example
    --> ./mine
     |
    hint: name another folder: `ichor configure --example DIR`

    1 error
    [exit code: 1]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}
