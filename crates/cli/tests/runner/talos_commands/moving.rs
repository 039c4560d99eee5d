//! `talos`: what people who come from talhelper have in their repositories.

use insta::assert_snapshot;
use testkit::Sandbox;

use crate::empty;

/// A bundle that belongs to no cluster.
const BUNDLE: &str = include_str!("../../../../talos/tests/vectors/talsecret.yaml");

/// What is generated.
const CONFIG: &str = "clusterconfig/demo-n1.yaml";

/// A repository with one control plane, and what is added to it.
fn repository(more: &str) -> Sandbox {
    let sandbox = empty();
    sandbox.write("talsecret.yaml", BUNDLE);
    write(&sandbox, more);
    sandbox
}

fn write(sandbox: &Sandbox, more: &str) {
    let text = format!(
        "clusterName: demo
talosVersion: v1.13.7
kubernetesVersion: v1.36.1
endpoint: https://10.0.0.5:6443
nodes:
  - hostname: n1
    ipAddress: 10.0.0.11
    controlPlane: true
    installDisk: /dev/sda
{more}"
    );
    sandbox.write("talconfig.yaml", text);
}

#[test]
fn labels_without_a_value_are_written_shown_and_compared() {
    let sandbox = repository("");
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let label = "node.kubernetes.io/exclude-from-external-load-balancers";
    assert!(sandbox.read(CONFIG).contains(&format!("{label}: \"\"")));

    write(
        &sandbox,
        &format!("    nodeLabels: {{ {label}: '', a/infra: '' }}\n"),
    );
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .exits(3),
    );
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    assert!(sandbox.read(CONFIG).contains("a/infra: \"\""));
    drop(
        sandbox
            .run(["talos", "generate-config", "--check"])
            .success(),
    );
    let patch = r#"{"machine": {"nodeLabels": {"a/b": ""}}}"#;
    assert_snapshot!(sandbox.run(["talos", "patch", "n1", patch]).success(), @r#"
    n1:
      + machine.nodeLabels.a/b: ""
    ------- stderr -------
    1 change on `n1`.
    "#);

    // A label that goes, too.
    write(
        &sandbox,
        &format!(
            "    patches:\n      - 'machine: {{ nodeLabels: {{ {label}: {{ $$patch: delete }} }} }}'\n"
        ),
    );
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    assert!(!sandbox.read(CONFIG).contains(label));
    let running = sandbox.read(CONFIG).replace(
        "  install:\n",
        "  nodeLabels:\n    extra: \"\"\n  install:\n",
    );
    sandbox.write("running.yaml", running);
    assert_snapshot!(sandbox.run(["talos", "import", "running.yaml"]).exits(3), @r#"
    n1:
      - machine.nodeLabels.extra: ""
    ------- stderr -------
    1 of 1 node would change.
    [exit code: 3]
    "#);
}

#[test]
fn a_patch_with_conditions_and_loops_is_filled() {
    let sandbox = repository("    patches: ['@./firewall.yaml']\n");
    let patch = "\
apiVersion: v1alpha1
kind: NetworkRuleConfig
name: test
portSelector:
  ports:
{{- if eq .MachineConfig.MachineType \"controlplane\" }}
    - 50000
{{- else }}
    - 50001
{{- end }}
  protocol: tcp
ingress:
{{- range $index, $subnet := .ClusterConfig.ClusterNetwork.ServiceSubnet }}
  - subnet: {{ $subnet }}
{{- end -}}
";
    sandbox.write("firewall.yaml", patch);
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let made = sandbox.read(CONFIG);
    let rule = made.split("kind: NetworkRuleConfig\n").nth(1);
    assert_snapshot!(rule.expect("the document"), @r"
    name: test
    portSelector:
      ports:
        - 50000
      protocol: tcp
    ingress:
      - subnet: 10.96.0.0/12
    ");
    // What cannot be filled is told where the template has it, and nothing is written.
    sandbox.write("firewall.yaml", patch.replace("eq .", "semverCompare ."));
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r#"
    ------- stderr -------
    error[patch/template]: there is no function `semverCompare` for templates here
     --> firewall.yaml:6:8
      |
    6 | {{- if semverCompare .MachineConfig.MachineType "controlplane" }}
      |        ^^^^^^^^^^^^^
      |
    hint: write the value itself, or a variable of `talenv.yaml`

    1 error
    [exit code: 1]
    "#);
    sandbox.write(
        "firewall.yaml",
        patch.replace("protocol: tcp", "protocl: tcp"),
    );
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r"
    ------- stderr -------
    error[patch/unknown-field]: Talos knows no field `protocl` here
      --> firewall.yaml:11:3
       |
    11 |   protocl: tcp
       |   ^^^^^^^
       |
    hint: did you mean `protocol`?

    1 error
    [exit code: 1]
    ");
}

#[test]
fn a_configuration_of_no_node_is_told_and_compared_with_nothing() {
    let sandbox = repository("");
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let other = sandbox.read(CONFIG).replace("hostname: n1", "hostname: n9");
    sandbox.write("other.yaml", other);
    assert_snapshot!(sandbox.run(["talos", "import", "other.yaml"]).exits(3), @r"
    ------- stderr -------
    warning[talos/unknown-node]: `other.yaml` belongs to no node of the talconfig
    --> other.yaml

    warning: there is no configuration of the node `n1`
    0 of 0 nodes would change.
    [exit code: 3]
    ");
}

#[test]
fn a_dummy_interface_is_a_document_that_makes_it() {
    let sandbox = repository(
        "    networkInterfaces:
      - { interface: eno1, dhcp: true }
      - { interface: dummy0, dummy: true, addresses: [10.8.0.1/32] }
",
    );
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let made = sandbox.read(CONFIG);
    let dummy = made.split("kind: DummyLinkConfig\n").nth(1);
    assert_snapshot!(dummy.expect("the document"), @r"
    name: dummy0
    addresses:
      - address: 10.8.0.1/32
    ");
}

#[test]
fn what_older_repositories_and_newer_documents_have_is_told() {
    // Patches of JSON, a node behind a tunnel.
    let sandbox = repository(
        "    networkInterfaces: [{ interface: eno1, addresses: [192.168.0.11/24] }]
controlPlane:
  patches:
    - |-
      - op: remove
        path: /cluster/apiServer/admissionControl
",
    );
    let written = sandbox.run(["talos", "generate-config"]).success();
    let (written, _) = written.stderr.split_once("\n\nNext:").expect("more to do");
    assert_snapshot!(written, @r"
    warning[talconfig/address-outside]: `10.0.0.11` is in none of the networks of the node's interfaces
     --> talconfig.yaml:7:16
      |
    7 |     ipAddress: 10.0.0.11
      |                ^^^^^^^^^
      |
    hint: right only where the node is reached through a tunnel or a router that translates

    note[patch/json-on-documents]: a JSON patch changes the first document only, and talhelper refuses it where there are several, as from Talos 1.12 on
      --> talconfig.yaml:14:9
       |
    14 |       - op: remove
       |         ^^^^^^^^^^
       |
    hint: write it as a strategic merge: `cluster: {apiServer: {admissionControl: {$$patch: delete}}}`

      create    clusterconfig/.gitignore
      create    clusterconfig/demo-n1.yaml
      create    clusterconfig/talosconfig
    Done: 3 files written for 1 node.
    ");
    assert!(!sandbox.read(CONFIG).contains("admissionControl"));

    // A document of 1.14.
    write(
        &sandbox,
        "    patches:
      - |-
        apiVersion: v1alpha1
        kind: KubeAPIServerConfig
        certExtraSANs: [x.example]
",
    );
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r"
    ------- stderr -------
    error[machine-config/too-new]: node `n1`, `KubeAPIServerConfig`: the document `KubeAPIServerConfig` does not exist in Talos 1.13
      --> talconfig.yaml:13:9
       |
    13 |         kind: KubeAPIServerConfig
       |         ^^^^
       |
    hint: take it out, or use Talos 1.14 or newer

    1 error
    [exit code: 1]
    ");
}

#[test]
fn time_spans_are_compared_and_printed_as_go_has_them() {
    let sandbox = repository("    patches: ['machine: { time: { bootTimeout: 1.5h } }']\n");
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let made = sandbox.read(CONFIG);
    assert!(made.contains("bootTimeout: 1h30m0s"));
    for written in ["1h30m0s", "1.5h", "90m", "5400s"] {
        sandbox.write("n1.yaml", made.replace("1h30m0s", written));
        drop(sandbox.run(["talos", "import", "n1.yaml"]).success());
    }
    sandbox.write("n1.yaml", made.replace("1h30m0s", "91m"));
    assert_snapshot!(sandbox.run(["talos", "import", "n1.yaml"]).exits(3), @r#"
    n1:
      ~ machine.time.bootTimeout: "1h31m0s" -> "1h30m0s"
    ------- stderr -------
    1 of 1 node would change.
    [exit code: 3]
    "#);
}

#[test]
fn files_that_hold_nothing_are_not_right() {
    let sandbox = repository("");
    for (name, text) in [("empty.yaml", ""), ("comment.yaml", "# nothing\n---\n")] {
        sandbox.write(name, text);
    }
    assert_snapshot!(sandbox.run(["talos", "validate", "empty.yaml", "comment.yaml"]).exits(1), @r"
    ------- stderr -------
    error[machine-config/empty]: `comment.yaml` holds no document
    --> comment.yaml

    error[machine-config/empty]: `empty.yaml` holds no document
    --> empty.yaml

    2 errors
    [exit code: 1]
    ");
    assert_snapshot!(sandbox.run(["talos", "import", "comment.yaml"]).exits(1), @r"
    ------- stderr -------
    error[machine-config/empty]: `comment.yaml` holds no document
    --> comment.yaml

    1 error
    [exit code: 1]
    ");
    drop(sandbox.run(["talos", "schematic", "empty.yaml"]).exits(1));
    sandbox.write("talconfig.yaml", "# nothing\n");
    drop(sandbox.run(["talos", "validate"]).exits(1));
}

#[test]
fn variables_must_be_yaml_and_versions_are_told_as_written() {
    let sandbox = repository("");
    sandbox.write("talenv.yaml", "A: x: y\n");
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r"
    ------- stderr -------
    error[yaml/syntax]: a `:` cannot stand here
     --> talenv.yaml:1:11
      |
    1 | <redacted>
      |           ^
      |
    hint: put the value in quotes if the `:` belongs to it, or check the indentation

    1 error
    [exit code: 1]
    ");
    sandbox.write("talenv.yaml", "A: x\n");
    drop(sandbox.run(["talos", "validate"]).success());
    let text = sandbox.read("talconfig.yaml");
    let text = text.replace("v1.13.7", "1.10").replace("v1.36.1", "1.30");
    sandbox.write("talconfig.yaml", text);
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r"
    ------- stderr -------
    error[talconfig/version]: `talosVersion` is `1.10`, not a version with three numbers, and YAML reads a number here, 1.1
     --> talconfig.yaml:2:15
      |
    2 | talosVersion: 1.10
      |               ^^^^
      |
    hint: write it like `v1.10.0`: images are named after it

    error[talconfig/version]: `kubernetesVersion` is `1.30`, not a version with three numbers, and YAML reads a number here, 1.3
     --> talconfig.yaml:3:20
      |
    3 | kubernetesVersion: 1.30
      |                    ^^^^
      |
    hint: write it like `v1.30.0`: images are named after it

    2 errors
    [exit code: 1]
    ");
}
