//! `talos`: machine configurations, from the command line.

use std::os::unix::fs::PermissionsExt as _;

use diagnostics::Source;
use insta::assert_snapshot;
use testkit::Sandbox;

use crate::{empty, fixture, identity, plaintext};

/// Where the secrets of a cluster are.
const BUNDLE: &str = "talos/talsecret.sops.yaml";

/// A repository as talhelper's users have it, with nothing of ichor's in it.
fn plain() -> Sandbox {
    let sandbox = empty();
    sandbox.write(
        "talconfig.yaml",
        r#"clusterName: home
talosVersion: v1.12.5
kubernetesVersion: v1.34.2
endpoint: https://10.0.0.5:6443
nodes:
  - hostname: one
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    talosImageURL: factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba
    networkInterfaces:
      - interface: eth0
        addresses: [10.0.0.11/24]
        vip:
          ip: 10.0.0.5
    patches:
      - |-
        machine:
          features:
            kubePrism:
              port: 7446
patches:
  - "@./kube-prism.yaml"
"#,
    );
    sandbox.write(
        "kube-prism.yaml",
        "machine:\n  features:\n    kubePrism:\n      port: ${PORT}\n",
    );
    sandbox.write("talenv.yaml", "PORT: 7447\n");
    sandbox
}

#[test]
fn from_an_empty_cluster_to_its_configurations_and_back() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    assert_snapshot!(sandbox.run(["talos", "generate-config"]).exits(1), @"");
    assert_snapshot!(sandbox.run(["talos", "gensecret"]).success(), @"");
    let sealed = sandbox.read(BUNDLE);
    assert!(!sealed.contains("BEGIN") && sealed.contains("ENC["));
    let clear = plaintext(BUNDLE, sealed.as_bytes(), &identity(&sandbox));
    let clear = String::from_utf8(clear).expect("a text");
    let bundle = talos::bundle::read(&Source::new(BUNDLE, clear)).expect("a bundle");
    assert_snapshot!(sandbox.run(["talos", "gensecret"]).exits(1), @"");

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

    assert_snapshot!(sandbox.run(["talos", "generate-config"]).success(), @"");
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
    assert_snapshot!(sandbox.run(["talos", "generate-config"]).success(), @"");
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
    assert_snapshot!(sandbox.run(["talos", "import"]).success(), @"");
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
fn a_broken_patch_fails_in_configure_at_its_template() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/talos/patches/global/machine-extra.yaml.j2",
        "machine:\n  sysctl:\n    vm.swappiness: 1\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @"");
    assert!(!sandbox.exists("talos"));
    sandbox.write(
        "templates/overrides/talos/patches/global/machine-extra.yaml.j2",
        "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: [\"10.10.10\"]\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @"");
    assert!(!sandbox.exists("talos"));
}

#[test]
fn explain_names_the_patch_of_the_node_and_the_one_for_all_in_order() {
    let sandbox = plain();
    assert_snapshot!(
        sandbox.run(["talos", "explain", "one", "machine.features.kubePrism.port"]).success(),
        @""
    );
    assert_snapshot!(sandbox.run(["talos", "explain", "10.0.0.11", "machine.install"]).success(), @"");
    assert_snapshot!(sandbox.run(["talos", "explain", "one", "machine.feature"]).exits(1), @"");
    assert_snapshot!(sandbox.run(["talos", "explain", "two"]).exits(2), @"");
    // Keys of the cluster are nobody's business.
    assert_snapshot!(sandbox.run(["talos", "explain", "one", "cluster.token"]).success(), @"");
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let sandbox = plain();
    let broken = sandbox
        .read("talconfig.yaml")
        .replace(
            "kubernetesVersion: v1.34.2",
            "kubernetesVersion: v1.29.0\nendpont: x",
        )
        .replace("ip: 10.0.0.5", "ip: 10.0.0.11")
        .replace("    controlPlane: true\n", "    controlPlane: false\n")
        .replace("@./kube-prism.yaml", "@./missing.yaml");
    sandbox.write("talconfig.yaml", broken);
    sandbox.write("talenv.yaml", "OTHER: 1\n");
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @"");
}

#[test]
fn one_patch_on_one_node_is_shown_without_writing_anything() {
    let sandbox = plain();
    let before = sandbox.snapshot();
    assert_snapshot!(
        sandbox.run(["talos", "patch", "one", r#"{"machine": {"sysctls": {"vm.swappiness": "1"}}}"#]).success(),
        @""
    );
    assert_snapshot!(sandbox.run(["talos", "patch", "one", "@kube-prism.yaml"]).success(), @"");
    assert_snapshot!(
        sandbox.run(["talos", "patch", "one", "machine:\n  network:\n    hostnam: x\n"]).exits(1),
        @""
    );
    assert_snapshot!(sandbox.run(["talos", "patch", "one", "@nothing.yaml"]).exits(1), @"");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn another_contract_is_compared_and_the_newest_is_refused() {
    let sandbox = plain();
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.11"]).success(), @"");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).exits(1), @"");
    sandbox.write("versions.yaml", "talosContract: \"1.11\"\n");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.11"]).success(), @"");
}

#[test]
fn schematics_and_images() {
    let sandbox = plain();
    sandbox.write(
        "schematic.yaml",
        "customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/iscsi-tools\n",
    );
    assert_snapshot!(sandbox.run(["talos", "schematic", "schematic.yaml"]).success(), @"");
    assert_snapshot!(sandbox.run(["talos", "schematic"]).success(), @"");
    assert_snapshot!(sandbox.run(["talos", "schematic", "talenv.yaml"]).exits(1), @"");
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
    assert_snapshot!(output, @"");
    assert!(!sandbox.exists("clusterconfig"));
    sandbox.write(".gitignore", "/clusterconfig/\n");
    drop(
        sandbox
            .run(["talos", "generate-config", "--no-gitignore"])
            .success(),
    );
    assert!(!sandbox.exists("clusterconfig/.gitignore"));
}
