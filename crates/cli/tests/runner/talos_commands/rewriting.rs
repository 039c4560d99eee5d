//! `talos migrate`: lists of patches in every notation, and who gets what of them.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::empty;

/// A bundle that belongs to no cluster.
const BUNDLE: &str = include_str!("../../../../talos/tests/vectors/talsecret.yaml");

/// What every talconfig here begins with.
const HEAD: &str = "\
clusterName: demo
talosVersion: v1.14.1
kubernetesVersion: v1.36.1
endpoint: https://10.0.0.5:6443
";

/// A repository with a talconfig, which begins as all do, and other files.
fn repository(talconfig: &str, files: &[(&str, &str)]) -> Sandbox {
    let sandbox = empty();
    sandbox.write("talsecret.yaml", BUNDLE);
    sandbox.write("talconfig.yaml", format!("{HEAD}{talconfig}"));
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

/// Moves it, and gives the talconfig without its head: every node reads what it read before, and
/// takes what it gets.
fn moved(sandbox: &Sandbox) -> String {
    let told = sandbox.run(["talos", "migrate", "--contract", "1.14", "--write"]);
    let told = told.success();
    let (same, _) = told
        .stderr
        .split_once(" would read what they read now")
        .expect("a proof");
    let line = same.lines().last().expect("a line");
    assert!(!line.contains(" of "), "{told}");
    drop(sandbox.run(["talos", "validate"]).success());
    let text = sandbox.read("talconfig.yaml");
    text.strip_prefix(HEAD).expect("the head").to_owned()
}

/// The documents of a kind that a node gets.
fn kinds(sandbox: &Sandbox, node: &str, kind: &str) -> usize {
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let text = sandbox.read(&format!("clusterconfig/demo-{node}.yaml"));
    text.lines()
        .filter(|line| *line == format!("kind: {kind}"))
        .count()
}

const EMPTY: &str = "cluster: {network: {cni: {name: flannel}}}";

#[test]
fn a_patch_that_is_left_with_nothing_goes_with_its_place() {
    let sandbox = repository(
        &format!(
            "\
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    patches:
      - '{EMPTY}' # nothing
  - hostname: n2
    ipAddress: 10.0.0.12
    controlPlane: true
    installDisk: /dev/sda
    overridePatches: true
    patches: ['{EMPTY}']
  - {{hostname: n3, ipAddress: 10.0.0.13, installDisk: /dev/sda, patches: ['{EMPTY}', \"@./one.yaml\"]}}
controlPlane:
  patches:
    - \"@./empty.yaml\"
    # Of control planes.
    - |-
      machine:
        sysctls: {{a: \"1\"}}
worker:
  patches:
  - \"@./empty.yaml\"
patches:
  - |-
    machine:
      env: {{a: b}}
  - '{EMPTY}'
"
        ),
        &[("empty.yaml", EMPTY), ("one.yaml", "machine: {time: {servers: [a]}}\n")],
    );
    assert_snapshot!(moved(&sandbox), @"");
    assert!(!sandbox.exists("empty.yaml"));
    // Of its role the second has nothing, as before.
    assert_eq!(kinds(&sandbox, "n1", "SysctlConfig"), 1);
    assert_eq!(kinds(&sandbox, "n2", "SysctlConfig"), 0);
}

#[test]
fn what_only_control_planes_take_goes_to_those_that_had_it() {
    let both =
        "machine: {sysctls: {a: \"1\"}}\ncluster: {apiServer: {certSANs: [a.example.test]}}\n";
    let nodes = "\
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    patches:
      - \"@./both.yaml\"
      - '@./more.yaml'
  - hostname: n2
    ipAddress: 10.0.0.12
    controlPlane: True
    installDisk: /dev/sda
  - hostname: n3
    ipAddress: 10.0.0.13
    installDisk: /dev/sda
    patches: [\"@./both.yaml\"]
";
    let more = "cluster: {scheduler: {extraArgs: {a: b}}}\n";
    let files = [("both.yaml", both), ("more.yaml", more)];
    let sandbox = repository(nodes, &files);
    assert_snapshot!(moved(&sandbox), @"");
    let text = |node: &str| sandbox.read(&format!("clusterconfig/demo-{node}.yaml"));
    assert_eq!(kinds(&sandbox, "n1", "SysctlConfig"), 1);
    assert!(text("n1").contains("a.example.test") && !text("n2").contains("a.example.test"));

    // For all: behind those of the role, unless a node passes over them, or would lay its own
    // over it.
    for own in ["", "    overridePatches: true\n"] {
        let talconfig = nodes.replace("    patches:\n", &format!("{own}    patches:\n"));
        let talconfig = talconfig.replace("@./both.yaml", "@./one.yaml");
        let talconfig = format!(
            "{talconfig}patches:\n- \"@./both.yaml\"\n- 'cluster: {{scheduler: {{extraArgs: {{a: c}}}}}}'\n"
        );
        let mut files = files.to_vec();
        files.push(("one.yaml", "machine: {time: {servers: [a]}}\n"));
        let sandbox = repository(&talconfig, &files);
        let made = moved(&sandbox);
        for node in ["n1", "n2"] {
            drop(sandbox.run(["talos", "generate-config", "-q"]).success());
            let text = sandbox.read(&format!("clusterconfig/demo-{node}.yaml"));
            assert!(
                text.contains("a.example.test") && text.contains("a: c"),
                "{node}\n{text}"
            );
        }
        if own.is_empty() {
            assert_snapshot!(made, @"");
        } else {
            assert_snapshot!(made, @"");
        }
    }
}

#[test]
fn lists_in_brackets_and_with_anchors_are_written_in_kind() {
    let sandbox = repository(
        "\
nodes:
  - &n
    hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    patches:
      - &a |- # of both
        machine:
          files:
            - path: /etc/a.conf
              op: create
              content: |
                a
          env: {A: b}
      - &b 'cluster: {proxy: {disabled: true}, discovery: {enabled: false}}'
  - <<: *n
    hostname: n2
    ipAddress: 10.0.0.12
  - {hostname: n3, ipAddress: 10.0.0.13, installDisk: /dev/sda, patches: [*a, *b, \"machine: {sysctls: {a: '1'}}\"]}
controlPlane: {patches: []}
patches: ['cluster: {coreDNS: {disabled: true}}', 'machine: {sysfs: {a: b}, kernel: {modules: [{name: a}]}}']
",
        &[],
    );
    assert_snapshot!(moved(&sandbox), @"");

    // What cannot be written is told at its place, and all else is worked out.
    let sandbox = repository(
        "\
nodes:
  - {hostname: n1, ipAddress: 10.0.0.11, controlPlane: true, installDisk: /dev/sda}
  - {hostname: n2, ipAddress: 10.0.0.12, installDisk: /dev/sda}
controlPlane:
  patches: &all
    - |-
      cluster: {proxy: {disabled: true}}
      machine: {sysctls: {a: \"1\"}}
    - 'machine: {env: {a: b}}'
worker:
  patches: *all
",
        &[],
    );
    let told = sandbox.run(["talos", "migrate", "--contract", "1.14"]);
    assert_snapshot!(told.exits(1), @"");
}

#[test]
fn what_templates_ask_for_and_networks_that_are_too_large_are_told_with_a_way_out() {
    let sandbox = repository(
        "\
clusterSvcNets: [fd00::/64]
clusterPodNets: [fd01::/56]
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
    nodeAnnotations:
      installer: '{{ .MachineConfig.MachineInstall.InstallImage }}'
    patches:
      - |-
        machine:
          env:
            CLUSTER: '{{ .ClusterConfig.ClusterName }}-{{ .MachineConfig.MachineType }}'
patches:
  - '@./image.yaml'
",
        &[(
            "image.yaml",
            "machine:\n  nodeLabels:\n    disk: '{{ .MachineConfig.MachineInstall.InstallDisk }}'\n  kubelet:\n    extraMounts: [{destination: /a, source: /a, type: bind}]\n",
        )],
    );
    let migrate = ["talos", "migrate", "--contract", "1.14"];
    assert_snapshot!(sandbox.run(migrate).exits(1), @"");
    let kept = [
        "--keep", "install", "--keep", "kubelet", "--keep", "network", "--keep", "cluster",
    ];
    let told = sandbox.run(migrate.into_iter().chain(kept).chain(["--write"]));
    assert_snapshot!(told.success(), @"");
    drop(sandbox.run(["talos", "validate"]).success());
    sandbox.write("image.yaml", "machine: {sysctls: {a: b}}\n");
    let text = sandbox.read("talconfig.yaml");
    let text = text.replace(
        "      installer: '{{ .MachineConfig.MachineInstall.InstallImage }}'\n",
        "      a: b\n",
    );
    sandbox.write(
        "talconfig.yaml",
        text.replace("{{ .ClusterConfig.ClusterName }}", "demo"),
    );
    sandbox.write("versions.yaml", "");
    assert_snapshot!(sandbox.run(migrate).exits(1), @"");
    let told = sandbox.run(migrate.into_iter().chain(["--subsystem", "network"]));
    assert_snapshot!(told.success(), @"");
    let both = sandbox.run(
        migrate
            .into_iter()
            .chain(["--keep", "node", "--subsystem", "node"]),
    );
    drop(both.exits(2));
}
