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

#[test]
fn other_layouts_of_the_family_are_recognised() {
    let settings = |data: &str| {
        format!(
            "[makejinja]\ninputs = [\"template/config\"]\noutput = \".\"\ndata = [\"./{data}\"]\nloaders = [\"plugin:Plugin\"]\njinja_suffix = \".j2\"\n"
        )
    };
    // Today's.
    let sandbox = empty();
    sandbox.write("cluster.toml", "[network]\nnode_cidr = \"10.0.0.0/24\"\n");
    sandbox.write("makejinja.toml", settings("cluster.toml"));
    sandbox.write("template/config/a.txt.j2", "{{ network.node_cidr }}\n");
    sandbox.write(".sops.yaml", "creation_rules: []\n");
    assert_snapshot!(sandbox.run(["configure"]).exits(2), @r#"
    ------- stderr -------
    error: this repository is configured by `cluster.toml` and not by a `cluster.yaml`
    hint: `ichor render` renders its templates as makejinja does
    hint: `ichor validate` checks the files that are committed, and `ichor secrets` works on those of sops
    hint: `configure` reads `cluster.yaml` and `nodes.yaml` only; `ichor configure --example` shows such a repository
    [exit code: 2]
    "#);
    for command in [
        &["diff"][..],
        &["template", "declare"],
        &["versions", "list"],
    ] {
        let output = sandbox.run(command.iter().copied()).exits(2);
        assert!(output.stderr.contains("`cluster.toml`"), "{output}");
        assert!(!output.stderr.contains("ichor init"), "{output}");
    }
    assert_snapshot!(sandbox.run(["init"]).exits(1), @r#"
    ------- stderr -------
    error[init/other-layout]: this repository is configured by `cluster.toml`, and not by a `cluster.yaml`
    --> cluster.toml
     |
    hint: a new repository needs a folder of its own: `ichor -C FOLDER init`

    1 error
    [exit code: 1]
    "#);
    assert!(!sandbox.exists("cluster.yaml"));
    // What it says works.
    drop(sandbox.run(["render"]).success());
    assert_eq!(sandbox.read("a.txt"), "10.0.0.0/24\n");
    drop(sandbox.run(["validate"]).success());

    // Older ones, in a clone without the file, and without makejinja.
    let sandbox = empty();
    sandbox.write("makejinja.toml", settings("config.yaml"));
    assert_snapshot!(sandbox.run(["configure"]).exits(2), @r#"
    ------- stderr -------
    error: this repository is configured by `config.yaml`, which is not here, and not by a `cluster.yaml`
    hint: `ichor render` renders its templates as makejinja does
    hint: `configure` reads `cluster.yaml` and `nodes.yaml` only; `ichor configure --example` shows such a repository
    [exit code: 2]
    "#);
    let sandbox = empty();
    sandbox.write("bootstrap/vars/config.yaml", "a: 1\n");
    let output = sandbox.run(["configure"]).exits(2);
    assert!(
        output.stderr.contains("`bootstrap/vars/config.yaml`"),
        "{output}"
    );
    assert!(!output.stderr.contains("ichor render"), "{output}");
}

#[test]
fn init_leaves_alone_what_is_there_under_another_name() {
    for path in [
        "renovate.json",
        "renovate.json5",
        ".renovaterc",
        ".renovaterc.json5",
        ".github/renovate.json",
        ".github/renovate.json5",
        ".gitlab/renovate.json",
    ] {
        let sandbox = empty();
        sandbox.write(path, "{}\n");
        drop(sandbox.run(["init"]).success());
        assert!(!sandbox.exists(".renovaterc.json"), "{path}");
        assert!(sandbox.exists("versions.yaml"));
    }
    for (package, writes) in [
        ("{\"renovate\": {}}\n", false),
        ("{\"name\": \"x\"}\n", true),
    ] {
        let sandbox = empty();
        sandbox.write("package.json", package);
        drop(sandbox.run(["init"]).success());
        assert_eq!(sandbox.exists(".renovaterc.json"), writes, "{package}");
    }
    // With other templates versions are decided elsewhere.
    let sandbox = empty();
    sandbox.write("templates/config/a.txt.j2", "a\n");
    drop(sandbox.run(["init"]).success());
    assert!(sandbox.exists("cluster.yaml") && sandbox.exists("age.key"));
    assert!(!sandbox.exists("versions.yaml") && !sandbox.exists(".renovaterc.json"));
}

#[test]
fn the_root_is_found_upwards_and_init_starts_nothing_below_one() {
    let sandbox = fixture("minimal");
    std::fs::create_dir(sandbox.root().join(".git")).expect("it can be made");
    drop(sandbox.run(["configure"]).success());
    let echo = "kubernetes/apps/default/echo";
    let edited = sandbox.read("talos/talenv.yaml") + "# mine\n";
    sandbox.write("talos/talenv.yaml", &edited);
    for arguments in [
        &["-C", echo, "validate"][..],
        &["-C", echo, "template", "list"],
        &["-C", echo, "versions", "list"],
        &["-C", "kubernetes", "schema", "cluster"],
        &["-C", "kubernetes", "diff", "apps"],
        &["-C", "kubernetes", "talos", "validate"],
    ] {
        drop(sandbox.run(arguments.iter().copied()).success());
    }
    drop(sandbox.run(["-C", "talos", "diff"]).exits(3));
    drop(sandbox.run(["-C", "talos", "diff", "talenv.yaml"]).exits(3));
    drop(
        sandbox
            .run(["-C", "talos", "configure", "--force", "talconfig.yaml"])
            .exits(4),
    );
    drop(
        sandbox
            .run(["-C", "talos", "configure", "--force", "talenv.yaml"])
            .success(),
    );
    assert_ne!(sandbox.read("talos/talenv.yaml"), edited);

    let output = sandbox.run(["-C", echo, "init"]).exits(1);
    assert!(output.stderr.contains("init/below-root"), "{output}");
    assert!(!sandbox.exists(&format!("{echo}/cluster.yaml")));
}

#[test]
fn what_is_missing_beside_the_configuration_is_told_with_its_problems() {
    let sandbox = empty();
    drop(sandbox.run(["init"]).success());
    std::fs::remove_file(sandbox.root().join("github-push-token.txt")).expect("it is there");
    let output = sandbox.run(["configure"]).exits(1);
    let errors: Vec<_> = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("error["))
        .collect();
    assert_snapshot!(errors.join("\n"), @r#"
    error[keys/missing]: the file `cloudflare-tunnel.json` is needed, but is not there
    error[value/placeholder]: `repository_name` still has the text of the sample
    error[value/placeholder]: `cloudflare_domains` still has the text of the sample
    error[value/placeholder]: `cloudflare_token` still has the text of the sample
    error[keys/missing]: the file `github-push-token.txt` is needed, but is not there
    error[value/placeholder]: `disk` still has the text of the sample
    error[value/placeholder]: `mac_addr` still has the text of the sample
    error[value/placeholder]: `schematic_id` still has the text of the sample
    "#);
    // Templates of one's own need what they call for.
    sandbox.write(
        "templates/config/a.txt.j2",
        "#{ node_cidr }##{ age_key('public') }#\n",
    );
    sandbox.write("cluster.yaml", "node_cidr: nowhere\n");
    let output = sandbox.run(["configure"]).exits(1);
    assert!(output.stderr.contains("network/invalid-cidr"), "{output}");
    assert!(!output.stderr.contains("keys/missing"), "{output}");
}

#[test]
fn tasks_have_the_names_that_are_known_and_stay_as_somebody_changed_them() {
    let sandbox = crate::empty();
    let output = sandbox.run(["init", "--taskfile"]).success();
    insta::assert_snapshot!(output.stderr, @r"
    Wrote `Taskfile.yaml`.
    Wrote `.taskfiles/bootstrap/Taskfile.yaml`.
    Wrote `.taskfiles/talos/Taskfile.yaml`.
    Wrote `.taskfiles/template/Taskfile.yaml`.

    Next: `task --list`: what there is; `task configure -- --dry-run` gives ichor a flag.
    ");
    drop(sandbox.run(["init", "--taskfile"]).success());
    sandbox.write("Taskfile.yaml", "version: '3'\n");
    let output = sandbox.run(["init", "--taskfile"]).exits(4);
    insta::assert_snapshot!(output.stderr, @r"
    warning: `Taskfile.yaml` is another one, and nothing was written
    hint: add `--force` to replace files that were changed, or name a folder of its own with `-C`
    ");
    assert_eq!(sandbox.read("Taskfile.yaml"), "version: '3'\n");
    drop(sandbox.run(["init", "--taskfile", "--force"]).success());
    assert!(sandbox.read("Taskfile.yaml").contains("includes:"));
    assert!(!sandbox.exists("cluster.yaml"), "nothing else is written");
}
