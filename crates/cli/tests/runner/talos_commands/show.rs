//! `talos`: what is only shown.

use insta::assert_snapshot;

use super::plain;

#[test]
fn explain_names_the_patch_of_the_node_and_the_one_for_all_in_order() {
    let sandbox = plain();
    assert_snapshot!(
        sandbox.run(["talos", "explain", "one", "machine.features.kubePrism.port"]).success(),
        @r"
    machine.features.kubePrism.port
      generator          7445
      patch of the node  7446  (talconfig.yaml:21:15)
      patch for all      7447  (kube-prism.yaml:4:7)
    ------- stderr -------
    The cluster has no secrets yet; built-in ones that nobody uses stood in for them.
    "
    );
    assert_snapshot!(sandbox.run(["talos", "explain", "10.0.0.11", "machine.install"]).success(), @r#"
    machine.install.grubUseUKICmdline
      generator          true
    machine.install.image
      generator          ""
      talconfig          "factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.5"  (talconfig.yaml:10:20)
    machine.install.wipe
      generator          false
    machine.install.disk
      talconfig          "/dev/sda"  (talconfig.yaml:9:18)
    ------- stderr -------
    The cluster has no secrets yet; built-in ones that nobody uses stood in for them.
    "#);
    assert_snapshot!(sandbox.run(["talos", "explain", "one", "machine.feature"]).exits(1), @r"
    ------- stderr -------
    error[talos/unknown-path]: nothing sets `machine.feature`
     |
    hint: did you mean `machine.features`?

    1 error
    [exit code: 1]
    ");
    assert_snapshot!(sandbox.run(["talos", "explain", "two"]).exits(2), @r"
    ------- stderr -------
    error: there is no node `two`
    hint: the nodes are one
    [exit code: 2]
    ");
    // Keys of the cluster are nobody's business.
    assert_snapshot!(sandbox.run(["talos", "explain", "one", "cluster.token"]).success(), @r#"
    cluster.token
      generator          "<redacted>"
    ------- stderr -------
    The cluster has no secrets yet; built-in ones that nobody uses stood in for them.
    "#);
}

#[test]
fn one_patch_on_one_node_is_shown_without_writing_anything() {
    let sandbox = plain();
    let before = sandbox.snapshot();
    assert_snapshot!(
        sandbox.run(["talos", "patch", "one", r#"{"machine": {"sysctls": {"vm.swappiness": "1"}}}"#]).success(),
        @r#"
    one:
      + machine.sysctls.vm\.swappiness: "1"
    ------- stderr -------
    1 change on `one`.
    "#
    );
    assert_snapshot!(sandbox.run(["talos", "patch", "one", "@kube-prism.yaml"]).success(), @r"
    ------- stderr -------
    warning[patch/no-effect]: the patch changes nothing
    --> kube-prism.yaml
     |
    hint: take it out of the list

    0 changes on `one`.
    ");
    assert_snapshot!(
        sandbox.run(["talos", "patch", "one", "machine:\n  network:\n    hostnam: x\n"]).exits(1),
        @r"
    ------- stderr -------
    error[patch/unknown-field]: Talos knows no field `hostnam` here
     --> patch:3:5
      |
    3 |     hostnam: <redacted>
      |     ^^^^^^^
      |
    hint: did you mean `hostname`?

    1 error
    [exit code: 1]
    "
    );
    assert_snapshot!(sandbox.run(["talos", "patch", "one", "@nothing.yaml"]).exits(1), @r"
    ------- stderr -------
    error[file/missing]: `nothing.yaml` does not exist
    --> nothing.yaml

    1 error
    [exit code: 1]
    ");
    assert!(sandbox.snapshot().changed_since(&before).is_empty());
}

#[test]
fn another_contract_is_compared_and_the_newest_is_refused() {
    let sandbox = plain();
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.11"]).success(), @r#"
    one:
      - HostnameConfig apiVersion: "v1alpha1"
      - HostnameConfig auto: "off"
      - HostnameConfig hostname: "one"
      - HostnameConfig kind: "HostnameConfig"
      - Layer2VIPConfig/10.0.0.5 apiVersion: "v1alpha1"
      - Layer2VIPConfig/10.0.0.5 kind: "Layer2VIPConfig"
      - Layer2VIPConfig/10.0.0.5 link: "eth0"
      - Layer2VIPConfig/10.0.0.5 name: "10.0.0.5"
      - LinkConfig/eth0 addresses[0].address: "10.0.0.11/24"
      - LinkConfig/eth0 apiVersion: "v1alpha1"
      - LinkConfig/eth0 kind: "LinkConfig"
      - LinkConfig/eth0 name: "eth0"
      + cluster.apiServer.certSANs: ["10.0.0.5"]
      + cluster.apiServer.disablePodSecurityPolicy: true
      + machine.features.apidCheckExtKeyUsage: true
      + machine.features.rbac: true
      + machine.features.stableHostname: true
      - machine.install.grubUseUKICmdline: true
      + machine.network.hostname: "one"
      + machine.network.interfaces[0].addresses: ["10.0.0.11/24"]
      + machine.network.interfaces[0].interface: "eth0"
      + machine.network.interfaces[0].vip.ip: "10.0.0.5"
    ------- stderr -------
    warning[patch/undone]: `machine.features.kubePrism.port` is changed again by `kube-prism.yaml`
      --> talconfig.yaml:21:15
       |
    21 |               port: 7446
       |               ^^^^
       |
    hint: patches of the role come first, then the node's, then those for all nodes

    From contract 1.12 to 1.11: 1 node would change.
    "#);
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.15"]).exits(1), @r"
    ------- stderr -------
    error[talos/contract-unsupported]: the contract 1.15 is newer than 1.14
     |
    hint: use the contract `1.14`: newer versions of Talos read it too

    1 error
    [exit code: 1]
    ");
    sandbox.write("versions.yaml", "talosContract: \"1.11\"\n");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.11"]).success(), @r"
    ------- stderr -------
    warning[patch/undone]: `machine.features.kubePrism.port` is changed again by `kube-prism.yaml`
      --> talconfig.yaml:21:15
       |
    21 |               port: 7446
       |               ^^^^
       |
    hint: patches of the role come first, then the node's, then those for all nodes

    From contract 1.11 to 1.11: 0 nodes would change.
    ");
}

#[test]
fn schematics_and_images() {
    let sandbox = plain();
    sandbox.write(
        "schematic.yaml",
        "customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/iscsi-tools\n",
    );
    assert_snapshot!(sandbox.run(["talos", "schematic", "schematic.yaml"]).success(), @"c9078f9419961640c712a8bf2bb9174933dfcf1da383fd8ea2b7dc21493f8bac");
    assert_snapshot!(sandbox.run(["talos", "schematic"]).success(), @r"
    one
      install  factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.12.5
      boot     https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.12.5/metal-amd64.iso
    ");
    assert_snapshot!(sandbox.run(["talos", "schematic", "talenv.yaml"]).exits(1), @r"
    ------- stderr -------
    error[schematic/unknown-key]: `PORT` is not a key here
     --> talenv.yaml:1:1
      |
    1 | PORT: <redacted>
      | ^^^^

    1 error
    [exit code: 1]
    ");
}

#[test]
fn commands_of_talosctl_lead_to_the_files_from_where_the_reader_stands() {
    let sandbox = plain();
    let output = |line: &str| sandbox.run(line.split(' ')).success().stdout;
    let file = "--file=./clusterconfig/home-one.yaml";
    let address = "10.0.0.11";
    assert_eq!(
        output("talos gencommand apply --extra-flags=--insecure"),
        format!(
            "talosctl apply-config --talosconfig=./clusterconfig/talosconfig --nodes={address} {file} --insecure;\n"
        )
    );
    assert_eq!(
        output("-C ../repo talos gencommand reset"),
        format!(
            "talosctl reset --talosconfig=../repo/clusterconfig/talosconfig --nodes={address};\n"
        )
    );
    let line = "talos gencommand --offline-mode --extra-flags --a,--b -o out bootstrap -n one";
    assert_eq!(
        output(line),
        format!("talosctl bootstrap --talosconfig=out/talosconfig --a --b --nodes={address};\n")
    );
    let output = sandbox
        .run(["talos", "gencommand", "apply", "-n", "onee"])
        .exits(2);
    assert!(output.stderr.contains("did you mean `one`?"), "{output}");
    let output = sandbox.run(["talos", "gencommand", "bootstrap", "-o", ""]);
    assert!(
        output
            .exits(2)
            .stderr
            .contains("`--out-dir` names no folder")
    );
}
