//! The road of a repository: what each command says comes next.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::secret_commands::git;
use crate::{empty, fixture};

/// What keeps the files of the fixture that hold keys out of git.
const KEPT_OUT: &str = "/age.key\n/cloudflare-tunnel.json\n/cluster.yaml\n/github-deploy.key\n/github-push-token.txt\n";

/// What a run says comes next.
#[track_caller]
fn next(output: &testkit::Output) -> &str {
    match output.stderr.split_once("\nNext:") {
        Some((_, next)) => next.trim(),
        None => "",
    }
}

#[test]
fn each_command_says_what_comes_next() {
    let sandbox = fixture("minimal");
    sandbox.write(".gitignore", KEPT_OUT);
    assert_snapshot!(next(&sandbox.run([]).exits(2)), @"Edit `cluster.yaml` and `nodes.yaml`, then run `ichor configure`.");
    assert_snapshot!(next(&sandbox.run(["configure"]).success()), @"`ichor talos gensecret`: the secrets of the cluster; or `--from-config` with those of one that runs.");
    // Nothing was written, and it is still what is missing.
    assert_snapshot!(next(&sandbox.run(["configure"]).success()), @"`ichor talos gensecret`: the secrets of the cluster; or `--from-config` with those of one that runs.");
    assert_snapshot!(next(&sandbox.run(["talos", "gensecret"]).success()), @"`ichor talos generate-config`: the machine configuration of every node.");
    assert_snapshot!(next(&sandbox.run([]).exits(2)), @"`ichor talos generate-config`: the machine configuration of every node.");
    assert_snapshot!(next(&sandbox.run(["talos", "generate-config"]).success()), @r#"
    1. `git init && git add --all && git commit`, and push: Flux reads what is pushed.
      2. Boot the machines from their images, which `ichor talos schematic` names.
      3. `ichor bootstrap`: gives each its configuration, starts the cluster, writes `kubeconfig`, and hands the cluster to Flux.
    "#);
    // In a repository that has all of it, nobody is told what to do next.
    assert_eq!(next(&sandbox.run(["configure"]).success()), "");
    assert_eq!(
        next(&sandbox.run(["talos", "generate-config"]).success()),
        ""
    );
}

#[test]
fn a_change_leads_to_the_nodes_or_to_a_commit() {
    let sandbox = fixture("minimal");
    let Some(git) = git(&sandbox) else { return };
    git.init();
    for command in [
        &["init"][..],
        &["configure"],
        &["talos", "gensecret"],
        &["talos", "generate-config"],
    ] {
        drop(sandbox.run(command.iter().copied()).success());
    }
    git.run(&["add", "--all"]);
    git.run(&["commit", "--quiet", "--message", "all"]);
    assert_eq!(next(&sandbox.run([]).exits(2)), "");
    change(&sandbox, "cluster_api_addr", "10.10.10.240");
    let output = sandbox.run(["configure"]).success();
    assert!(!output.stderr.contains("warning"), "{output}");
    assert_snapshot!(next(&output), @"`ichor talos generate-config`: the machine configuration of every node.");
    assert_snapshot!(next(&sandbox.run(["talos", "generate-config"]).success()), @r"
    1. `git add --all && git commit`, and push: Flux reads what is pushed.
      2. `ichor talos apply-node k8s-0 k8s-1 k8s-2`: shows what changes on each node, and applies it.
    ");
    change(&sandbox, "repository_name", "octocat/other");
    let output = sandbox.run(["-C", "../repo", "configure"]).success();
    // ichor wrote what it replaces, and can write it again: no warning.
    assert!(!output.stderr.contains("warning"), "{output}");
    assert_snapshot!(next(&output), @"`git -C ../repo add --all && git -C ../repo commit`, and push: Flux reads what is pushed.");
}

fn change(sandbox: &Sandbox, key: &str, value: &str) {
    let text = sandbox.read("cluster.yaml");
    let line = text
        .lines()
        .find(|line| line.starts_with(key))
        .expect("the fixture has the key");
    sandbox.write(
        "cluster.yaml",
        text.replace(line, &format!("{key}: {value:?}")),
    );
}

#[test]
fn init_speaks_of_hooks_until_they_are_there_and_goes_on_where_the_repository_is() {
    let sandbox = empty();
    assert_snapshot!(next(&sandbox.run([]).exits(2)), @r"
    1. `ichor configure --example`: a finished repository in a new folder, to look around.
      2. `ichor init`: the samples and keys of a repository of your own, in this folder.
    ");
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let first = sandbox.run(["init"]).success();
    assert!(
        first
            .stderr
            .contains("  4. Once in every clone: `ichor init --hooks` keeps"),
        "{first}"
    );
    drop(git.ichor(["init", "--hooks"]));
    let again = sandbox.run(["init"]).success();
    assert!(!again.stderr.contains("--hooks"), "{again}");
}

#[test]
fn init_leaves_settings_of_mise_alone_whatever_their_name() {
    for name in [
        "mise.toml",
        ".mise.toml",
        ".config/mise.toml",
        ".mise/config.toml",
    ] {
        let sandbox = empty();
        sandbox.write(name, "[tools]\n");
        drop(sandbox.run(["init"]).success());
        assert_eq!(sandbox.read(name), "[tools]\n");
        assert_eq!(sandbox.exists(".mise.toml"), name == ".mise.toml", "{name}");
    }
    let sandbox = empty();
    drop(sandbox.run(["init"]).success());
    assert_snapshot!(sandbox.read(".mise.toml"), @r#"
    # Read by mise (https://mise.jdx.dev) once `mise trust` was run here.
    [env]
    KUBECONFIG = "{{config_root}}/kubeconfig"
    SOPS_AGE_KEY_FILE = "{{config_root}}/age.key"
    TALOSCONFIG = "{{config_root}}/talos/clusterconfig/talosconfig"
    "#);
}

#[test]
fn a_clone_without_its_configuration_is_told_to_fetch_it() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    for name in ["cluster.yaml", "nodes.yaml", "age.key"] {
        std::fs::remove_file(sandbox.root().join(name)).expect("it is there");
    }
    assert_snapshot!(sandbox.run(["configure"]).exits(2), @r"
    ------- stderr -------
    error: there is no `cluster.yaml` here
    hint: this repository was rendered from one: copy `cluster.yaml`, `nodes.yaml` and keys such as `age.key` from where they are kept
    [exit code: 2]
    ");
    // Machine configurations need none of it.
    assert_eq!(
        next(&sandbox.run([]).exits(2)),
        "`ichor talos gensecret`: the secrets of the cluster; or `--from-config` with those of one that runs."
    );
}

#[test]
fn keys_that_git_would_take_are_told_before_a_commit() {
    let sandbox = fixture("minimal");
    // Not a git repository yet: the way to one leads past `.gitignore`.
    let output = sandbox.run(["configure"]).success();
    assert!(!output.stderr.contains("git/key-exposed"), "{output}");
    drop(sandbox.run(["talos", "gensecret"]).success());
    let output = sandbox.run(["talos", "generate-config"]).success();
    assert!(
        output.stderr.contains(
            "  1. `ichor init`: keeps `age.key` out of git, before anything is committed."
        ),
        "{output}"
    );
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let output = sandbox.run(["configure"]).success();
    assert!(
        output
            .stderr
            .contains("warning[git/key-exposed]: no `.gitignore` covers `age.key`"),
        "{output}"
    );
    drop(sandbox.run(["init"]).success());
    let output = sandbox.run(["configure"]).success();
    assert!(!output.stderr.contains("git/key-exposed"), "{output}");
    let output = sandbox.run([]).exits(2);
    assert!(output.stderr.contains("git add --all"), "{output}");
}
