//! `talos`: what is made and written, and what never is.

use std::os::unix::fs::PermissionsExt as _;

use diagnostics::Source;
use insta::assert_snapshot;
use secrets::Identity;

use super::{BUNDLE, plain};
use crate::{empty, fixture, identity, plaintext};

#[test]
fn from_an_empty_cluster_to_its_configurations_and_back() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    assert_snapshot!(sandbox.run(["talos", "generate-config"]).exits(1), @r"
    ------- stderr -------
    error[talsecret/none]: the cluster has no secrets yet: there is none of `talos/talsecret.yaml`, `talos/talsecret.sops.yaml`, `talos/talsecret.yml`, `talos/talsecret.sops.yml`
     |
    hint: run `ichor talos gensecret`; for a running cluster take them over from a control plane with `--from-config`

    1 error
    [exit code: 1]
    ");
    assert_snapshot!(sandbox.run(["talos", "gensecret"]).success(), @r"
    ------- stderr -------
    Wrote `talos/talsecret.sops.yaml`: the secrets of the cluster, encrypted.
    hint: commit it: without it no node can join, and none can be reached

    Next: `ichor talos generate-config`: the machine configuration of every node.
    ");
    let sealed = sandbox.read(BUNDLE);
    let clear = plaintext(BUNDLE, sealed.as_bytes(), &identity(&sandbox));
    let clear = String::from_utf8(clear).expect("a text");
    let bundle = talos::bundle::read(&Source::new(BUNDLE, clear)).expect("a bundle");
    for secret in bundle.secret_texts() {
        assert!(!sealed.contains(secret));
    }
    assert_snapshot!(sandbox.run(["talos", "gensecret"]).exits(1), @r"
    ------- stderr -------
    error[talsecret/exists]: `talos/talsecret.sops.yaml` holds the secrets of the cluster
    --> talos/talsecret.sops.yaml
     |
    hint: other secrets are another cluster: delete the file only if the nodes are to be set up anew

    1 error
    [exit code: 1]
    ");

    // Nothing that is shown holds a secret.
    let dry = sandbox
        .run(["talos", "generate-config", "--dry-run"])
        .success();
    for secret in bundle.secret_texts() {
        assert!(!dry.to_string().contains(secret));
    }
    assert!(dry.stdout.contains("+  type: controlplane"), "{dry}");
    assert!(!sandbox.exists("talos/clusterconfig"));
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .exits(3),
    );

    let written = sandbox.run(["talos", "generate-config"]).success();
    let (written, _) = written.stderr.split_once("\n\nNext:").expect("more to do");
    assert_snapshot!(written, @r"
      create    talos/clusterconfig/.gitignore
      create    talos/clusterconfig/kubernetes-k8s-0.yaml
      create    talos/clusterconfig/kubernetes-k8s-1.yaml
      create    talos/clusterconfig/kubernetes-k8s-2.yaml
      create    talos/clusterconfig/talosconfig
    Done: 5 files written for 3 nodes.
    ");
    let folder = sandbox.root().join("talos/clusterconfig");
    let mode = |name: &str| {
        let metadata = folder.join(name).metadata().expect("it was written");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for name in sandbox.read("talos/clusterconfig/.gitignore").lines() {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    let before = sandbox.snapshot();
    assert_snapshot!(sandbox.run(["talos", "generate-config"]).success(), @r"
    ------- stderr -------
    Nothing to do: 3 nodes as they should be.
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .success(),
    );
    drop(sandbox.run(["talos", "validate"]).success());
    // What `configure` renders knows nothing of them, and leaves them alone.
    drop(sandbox.run(["configure", "--check"]).success());

    // A cluster is taken over from what its nodes have.
    assert_snapshot!(sandbox.run(["talos", "import"]).success(), @r"
    ------- stderr -------
    3 nodes the same by meaning: ichor can take over without a change.
    ");
    std::fs::remove_file(sandbox.root().join(BUNDLE)).expect("it is there");
    let name = sandbox.read("talos/clusterconfig/.gitignore");
    let name = name.lines().next().expect("a node").to_owned();
    let from = format!("talos/clusterconfig/{name}");
    drop(
        sandbox
            .run(["talos", "gensecret", "--from-config", &from])
            .success(),
    );
    drop(sandbox.run(["talos", "import"]).success());
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .success(),
    );
    let path = format!("talos/clusterconfig/{name}");
    let changed = sandbox.read(&path).replace("wipe: false", "wipe: true");
    sandbox.write(&path, changed);
    let differs = sandbox.run(["talos", "import", &path]).exits(3);
    assert!(
        differs
            .stdout
            .contains("~ machine.install.wipe: true -> false"),
        "{differs}"
    );
    for secret in bundle.secret_texts() {
        assert!(!differs.to_string().contains(secret));
    }
}

#[test]
fn a_cluster_of_documents_is_taken_over_from_what_its_nodes_have() {
    let sandbox = fixture("talos-1.14");
    drop(sandbox.run(["configure", "--quiet"]).success());
    drop(sandbox.run(["talos", "gensecret"]).success());
    drop(
        sandbox
            .run(["talos", "generate-config", "--quiet"])
            .success(),
    );
    let bundle = |sandbox: &testkit::Sandbox| {
        let sealed = sandbox.read(BUNDLE);
        let clear = plaintext(BUNDLE, sealed.as_bytes(), &identity(sandbox));
        let clear = String::from_utf8(clear).expect("a text");
        talos::bundle::read(&Source::new(BUNDLE, clear)).expect("a bundle")
    };
    let before = bundle(&sandbox);
    let names = sandbox.read("talos/clusterconfig/.gitignore");
    let names = names.lines().filter(|name| name.ends_with(".yaml"));
    let configs: Vec<_> = names
        .map(|name| format!("talos/clusterconfig/{name}"))
        .collect();
    let leads = |path: &&String| sandbox.read(path).contains("type: controlplane");
    let from = configs.iter().find(leads).expect("a control plane");
    assert!(sandbox.read(from).contains("kind: UnattendedInstallConfig"));

    drop(sandbox.run(["talos", "import"]).success());
    std::fs::remove_file(sandbox.root().join(BUNDLE)).expect("it is there");
    drop(
        sandbox
            .run(["talos", "gensecret", "--from-config", from])
            .success(),
    );
    assert!(bundle(&sandbox) == before, "another bundle");
    drop(sandbox.run(["talos", "import"]).success());
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .success(),
    );

    let changed = sandbox
        .read(from)
        .replace("wipe: false", "wipe: true")
        .replace(
            "kind: KubeSchedulerConfig\n",
            "kind: KubeSchedulerConfig\nenabled: false\n",
        );
    sandbox.write(from, changed);
    let differs = sandbox.run(["talos", "import", from]).exits(3);
    for line in [
        "~ UnattendedInstallConfig provisioning.wipe: true -> false",
        "- KubeSchedulerConfig enabled: false",
    ] {
        assert!(differs.stdout.contains(line), "{differs}");
    }
    for secret in before.secret_texts() {
        assert!(!differs.to_string().contains(secret));
    }
}

#[test]
fn nodes_with_another_form_than_the_repository_are_compared_by_what_talos_reads() {
    let sandbox = empty();
    let talconfig = "\
clusterName: home
talosVersion: v1.14.1
kubernetesVersion: v1.36.1
endpoint: https://10.0.0.11:6443
cniConfig: { name: none }
nodes:
  - { hostname: one, ipAddress: 10.0.0.11, controlPlane: true, installDisk: /dev/sda }
  - { hostname: two, ipAddress: 10.0.0.12, installDisk: /dev/sda }
";
    sandbox.write("talconfig.yaml", talconfig);
    let bundle = sandbox.run(["talos", "gensecret", "--stdout"]).success();
    sandbox.write("talsecret.yaml", bundle.stdout);
    let contract = |contract: &str| {
        sandbox.write("versions.yaml", format!("talosContract: \"{contract}\"\n"));
    };
    for (before, after) in [("1.13", "1.14"), ("1.14", "1.13")] {
        contract(before);
        let generate = ["talos", "generate-config", "--quiet", "--out-dir", before];
        drop(sandbox.run(generate).success());
        drop(sandbox.run(["talos", "import", before]).success());
        contract(after);
        let compared = sandbox.run(["talos", "import", before]).exits(3);
        // What the documents switch on is all that is other.
        let kinds = [
            "FilesystemTrimConfig",
            "KubeAuthenticationConfig",
            "SecurityProfileConfig",
            "VolumeConfig/EPHEMERAL",
            "KubeAPIServerConfig startupProbes",
            // What nothing encrypted, v1alpha1 reads too.
            "KubeEtcdEncryptionConfig config.resources[0].providers[1].identity",
        ];
        for line in compared
            .stdout
            .lines()
            .filter(|line| line.starts_with("  "))
        {
            assert!(kinds.iter().any(|kind| line.contains(kind)), "{compared}");
        }
        assert!(compared.stderr.contains("another form"), "{compared}");
    }
}

#[test]
fn what_git_would_publish_is_not_written() {
    let sandbox = plain();
    drop(sandbox.run(["talos", "gensecret", "--stdout"]).success());
    let secret = sandbox.run(["talos", "gensecret", "--stdout"]).success();
    sandbox.write("talsecret.yaml", secret.stdout);
    std::fs::create_dir_all(sandbox.root().join(".git/objects")).expect("a folder");
    std::fs::create_dir_all(sandbox.root().join(".git/refs")).expect("a folder");
    sandbox.write(".git/HEAD", "ref: refs/heads/main\n");
    let output = sandbox
        .run(["talos", "generate-config", "--no-gitignore"])
        .exits(1);
    assert_snapshot!(output, @r"
    ------- stderr -------
    error[git/key-exposed]: no `.gitignore` covers `clusterconfig/home-one.yaml`, which holds keys of the cluster
     |
    hint: leave out `--no-gitignore`, or add `/clusterconfig/` to `.gitignore`

    1 error
    [exit code: 1]
    ");
    assert!(!sandbox.exists("clusterconfig"));
    sandbox.write(".gitignore", "/clusterconfig/\n");
    drop(
        sandbox
            .run(["talos", "generate-config", "--no-gitignore"])
            .success(),
    );
    assert!(!sandbox.exists("clusterconfig/.gitignore"));
}

#[test]
fn no_secret_of_an_encrypted_file_is_shown_new_or_old() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    drop(sandbox.run(["talos", "gensecret", "--quiet"]).success());
    let folder = "talos";
    let talconfig = sandbox.read("talos/talconfig.yaml").replace(
        "patches:\n  - \"@./patches/global",
        "patches:\n  - \"@./secret.sops.yaml\"\n  - \"@./patches/global",
    );
    sandbox.write("talos/talconfig.yaml", talconfig);
    let patch = |value: &str| {
        let path = format!("{folder}/secret.sops.yaml");
        let text = serde_json::json!({"machine": {"sysctls": {"kernel.domainname": value}}});
        sandbox.write(&path, text.to_string());
        drop(
            sandbox
                .run(["secrets", "encrypt", "--in-place", &path])
                .success(),
        );
    };
    patch("it's an \"OLDSECRETVALUE\" \\ here");
    drop(sandbox.run(["talos", "generate-config"]).success());
    let config = sandbox.read("talos/clusterconfig/kubernetes-k8s-0.yaml");
    assert!(config.contains("OLDSECRETVALUE"));
    patch("a \"NEWSECRETVALUE\" # too");
    for command in [
        &["talos", "generate-config", "--dry-run"] as &[&str],
        &["talos", "import"],
        &["talos", "import", "--output", "json"],
        &["talos", "explain", "k8s-0"],
        &["talos", "explain", "k8s-0", "--output", "json"],
        &["talos", "migrate", "--contract", "1.11"],
        &["talos", "patch", "k8s-0", "@talos/secret.sops.yaml"],
        &[
            "talos",
            "patch",
            "k8s-0",
            "machine: {sysctls: {kernel.domainname: x}}",
        ],
    ] {
        let output = sandbox.run(command.iter().copied());
        assert!(
            !output.to_string().contains("SECRETVALUE"),
            "{command:?}: {output}"
        );
        assert!([0, 3].contains(&output.code), "{command:?}: {output}");
    }
    // A message that quotes a value quotes none of these.
    let path = "talos/secret.sops.yaml";
    let text = serde_json::json!({"machine": {"kubelet": {"nodeIP": {"validSubnets": ["WRONGSECRETVALUE"]}}}});
    sandbox.write(path, text.to_string());
    drop(
        sandbox
            .run(["secrets", "encrypt", "--in-place", path])
            .success(),
    );
    for command in [
        &["talos", "generate-config"] as &[&str],
        &["talos", "validate", "--output", "json"],
    ] {
        let output = sandbox.run(command.iter().copied()).exits(1);
        assert!(
            output.to_string().contains("validSubnets"),
            "{command:?}: {output}"
        );
        assert!(
            !output.to_string().contains("SECRETVALUE"),
            "{command:?}: {output}"
        );
    }
}

#[test]
fn secrets_are_made_only_where_the_rule_encrypts_all_of_them() {
    let sandbox = plain();
    let key = Identity::generate();
    sandbox.write("age.key", key.to_file("2026-01-02T03:04:05Z").as_str());
    let rule = |selector: &str| {
        let rules = format!("creation_rules:\n  - age: {}\n{selector}", key.recipient());
        sandbox.write(".sops.yaml", rules);
    };
    for (selector, told) in [
        ("^(data|stringData)$", "error[secrets/nothing-selected]"),
        ("^secrets$", "error[talsecret/left-clear]"),
    ] {
        rule(&format!("    encrypted_regex: {selector}\n"));
        let refused = sandbox.run(["talos", "gensecret"]).exits(1);
        assert!(refused.stderr.contains(told), "{refused}");
        assert!(!sandbox.exists("talsecret.sops.yaml"));
    }
    rule("");
    drop(sandbox.run(["talos", "gensecret"]).success());
    // A contract that cannot be read is not passed over.
    sandbox.write("versions.yaml", "talosContract: 1.11\n");
    drop(sandbox.run(["talos", "validate"]).exits(1));
}
