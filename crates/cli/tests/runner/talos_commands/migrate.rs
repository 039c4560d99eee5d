//! `talos migrate`: to the documents of Talos 1.14.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::empty;

/// A bundle that belongs to no cluster.
const BUNDLE: &str = include_str!("../../../../talos/tests/vectors/talsecret.yaml");

/// A control plane and a worker, with patches in files and within the talconfig.
fn repository() -> Sandbox {
    let sandbox = empty();
    sandbox.write("talsecret.yaml", BUNDLE);
    sandbox.write(
        "talconfig.yaml",
        r#"clusterName: demo
talosVersion: v1.14.1
kubernetesVersion: v1.36.1
endpoint: https://10.0.0.5:6443
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
  - hostname: n2
    ipAddress: 10.0.0.12
    installDisk: /dev/sda
    patches:
      # Its disks are elsewhere.
      - |-
        machine:
          kernel:
            modules:
              - name: nbd # network
patches:
  - "@./all.yaml"
controlPlane:
  patches:
    - "@./cp.yaml"
"#,
    );
    sandbox.write(
        "all.yaml",
        r#"# Of every node.
machine:
  kubelet:
    extraArgs:
      rotate-server-certificates: "true" # signed by the cluster
  sysctls:
    # Many watches.
    fs.inotify.max_user_watches: "1048576"
cluster:
  # Cilium does its work.
  proxy:
    disabled: true
"#,
    );
    sandbox.write(
        "cp.yaml",
        "cluster:\n  apiServer:\n    admissionControl:\n      $$patch: delete\n    certSANs: [k8s.example.test]\n",
    );
    sandbox
}

#[test]
fn patches_become_documents_and_nodes_read_the_same() {
    let sandbox = repository();
    let before = sandbox.read("all.yaml");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).success(), @"");
    assert_eq!(sandbox.read("all.yaml"), before);

    drop(
        sandbox
            .run(["talos", "migrate", "--contract", "1.14", "--write", "-q"])
            .success(),
    );
    assert_snapshot!(sandbox.read("all.yaml"), @"");
    assert_snapshot!(sandbox.read("all-control-plane.yaml"), @"");
    assert_snapshot!(sandbox.read("versions.yaml"), @"");
    drop(sandbox.run(["talos", "validate"]).success());
    // There is nothing left to move.
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).success(), @"");
}

#[test]
fn one_part_moves_and_the_patches_stay() {
    let sandbox = repository();
    let args = [
        "talos",
        "migrate",
        "--contract",
        "1.14",
        "--subsystem",
        "proxy",
    ];
    assert_snapshot!(sandbox.run(args.into_iter().chain(["--subsystem", "kubelet", "--write"])).success(), @"");
    assert_snapshot!(sandbox.read("versions.yaml"), @"");
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let made = sandbox.read("clusterconfig/demo-n1.yaml");
    assert!(made.contains("kind: KubeletConfig") && made.contains("kind: KubeProxyConfig"));
    assert!(made.contains("  apiServer:"), "all else stays");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--subsystem", "kubelt"]).exits(2), @"");
    sandbox.write("versions.yaml", "talosDocuments: \"kubelt\"\n");
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @"");
}

#[test]
fn what_cannot_move_is_told_and_nothing_is_written() {
    let sandbox = repository();
    sandbox.write(
        "all.yaml",
        "machine:\n  kubelet:\n    extraMounts:\n      - {destination: /a, source: /a, type: bind}\n  install:\n    image: factory.talos.dev/metal-installer/a:v1.14.1\n",
    );
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--write", "-q"]).exits(1), @"");
    assert!(!sandbox.exists("versions.yaml"));

    // What was never encrypted could not be read any more, nor would it be by these keys.
    let other = BUNDLE.replace("secretboxencryptionsecret", "aescbcencryptionsecret");
    sandbox.write("talsecret.yaml", other);
    sandbox.write(
        "all.yaml",
        "machine:\n  files:\n    - {path: /var/a, op: create, content: a}\ncluster:\n  proxy:\n    $$patch: delete\n",
    );
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--write", "-q"]).exits(1), @"");
    sandbox.write("talsecret.yaml", BUNDLE);

    // Nodes of an older Talos would refuse the documents.
    let older = sandbox.read("talconfig.yaml").replace("v1.14.1", "v1.13.9");
    sandbox.write("talconfig.yaml", older);
    sandbox.write("all.yaml", "machine:\n  sysctls: {a: \"1\"}\n");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "-q"]).exits(1), @"");
}
