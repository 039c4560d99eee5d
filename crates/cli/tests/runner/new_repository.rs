//! `init` and what helps with the first configuration.

use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use crate::{empty, fixture};

#[test]
fn init_writes_samples_and_keys_once() {
    let sandbox = empty();
    assert_snapshot!(sandbox.run(["init"]).success(), @r"
    ------- stderr -------
    Wrote `.gitignore`: keeps secrets out of git.
    Wrote `cluster.yaml`: the cluster's settings; edit it.
    Wrote `nodes.yaml`: the machines; edit it.
    Wrote `versions.yaml`: the versions that are deployed.
    Wrote `.renovaterc.json`: lets Renovate raise versions.
    Wrote `.mise.toml`: tells mise where `talosctl`, `kubectl` and `sops` find their files.
    Wrote `age.key`: decrypts every secret; keep a copy.
    Wrote `github-deploy.key`: reads a private repository.
    Wrote `github-deploy.key.pub`: add it to the repository's deploy keys.
    Wrote `github-push-token.txt`: proves that a push notification is real.

    Next:
      1. Edit `cluster.yaml` and `nodes.yaml`; each key is explained there.
      2. Create a Cloudflare tunnel and save its credentials as `cloudflare-tunnel.json`.
      3. Run `ichor configure`.
      4. Once in every clone, after `git init`: `ichor init --hooks` keeps secrets in the clear out of commits.
    ");
    for key in [
        "age.key",
        "github-deploy.key",
        "github-push-token.txt",
        "cluster.yaml",
        "nodes.yaml",
    ] {
        let mode = sandbox
            .root()
            .join(key)
            .metadata()
            .expect("it was written")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let before = sandbox.snapshot();
    drop(sandbox.run(["init"]).success());
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn a_post_quantum_key_encrypts_a_whole_repository() {
    let sandbox = fixture("minimal");
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it is there");
    drop(sandbox.run(["init", "--pq"]).success());
    let key = sandbox.read("age.key");
    assert!(key.contains("\nAGE-SECRET-KEY-PQ-1"));
    drop(sandbox.run(["configure"]).success());
    assert!(sandbox.read(".sops.yaml").contains("age1pq1"));
    let check = sandbox.run(["secrets", "status"]).success();
    assert!(!check.to_string().contains("clear"), "{check}");
    drop(sandbox.run(["configure", "--check"]).success());
}

#[test]
fn init_makes_no_second_key_in_a_clone() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure"]).success());
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it is there");
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["init"]).exits(1), @r"
    ------- stderr -------
    error[init/other-age-key]: secrets are encrypted for a key already, and it is not in `age.key`
    --> .sops.yaml
     |
    hint: copy the `age.key` of this repository from where it is kept; to start anew with another, remove `.sops.yaml` and every file that was encrypted

    1 error
    [exit code: 1]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn init_makes_no_other_half_of_a_deploy_key() {
    let sandbox = empty();
    sandbox.write("github-deploy.key.pub", "ssh-ed25519 AAAA");
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["init"]).exits(1), @r"
    ------- stderr -------
    error[init/public-key-alone]: the public half of a deploy key is here without `github-deploy.key`
    --> github-deploy.key.pub
     |
    hint: copy `github-deploy.key` from where it is kept, or remove the public half

    1 error
    [exit code: 1]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn the_samples_are_refused_only_for_what_must_be_filled_in() {
    let sandbox = empty();
    drop(sandbox.run(["init"]).success());
    let output = sandbox.run(["configure"]).exits(1);
    assert!(!output.stderr.contains("yaml/syntax"), "{output}");
    assert!(!sandbox.exists("kubernetes"));
}

#[test]
fn schemas_completions_and_manual_pages_are_printed() {
    let sandbox = fixture("minimal");
    for file in ["cluster", "nodes", "variables", "versions"] {
        let output = sandbox.run(["schema", file]).success();
        let schema: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
        assert!(schema["$schema"].is_string(), "{file}");
    }
    assert!(
        sandbox
            .run(["completions", "bash"])
            .success()
            .stdout
            .contains("_ichor")
    );
    assert!(sandbox.run(["man"]).success().stdout.contains("ichor"));
}
