//! `talos`: machine configurations, from the command line.

use std::os::unix::fs::PermissionsExt as _;

use diagnostics::Source;
use insta::assert_snapshot;
use secrets::Identity;
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
fn a_broken_patch_fails_in_configure_at_its_template() {
    let sandbox = fixture("minimal");
    sandbox.write(
        "templates/overrides/talos/patches/global/machine-extra.yaml.j2",
        "machine:\n  sysctl:\n    vm.swappiness: 1\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r"
    ------- stderr -------
    error[patch/unknown-field]: Talos knows no field `sysctl` here
     --> templates/overrides/talos/patches/global/machine-extra.yaml.j2:2:3
      |
    2 |   sysctl:
      |   ^
      |
    hint: did you mean `sysctls`?

    1 error
    [exit code: 1]
    ");
    assert!(!sandbox.exists("talos"));
    sandbox.write(
        "templates/overrides/talos/patches/global/machine-extra.yaml.j2",
        "machine:\n  kubelet:\n    nodeIP:\n      validSubnets: [\"10.10.10\"]\n",
    );
    assert_snapshot!(sandbox.run(["configure"]).exits(1), @r#"
    ------- stderr -------
    error[machine-config/bad-value]: nodes `k8s-0`, `k8s-1`, `k8s-2`, `machine.kubelet.nodeIP.validSubnets[0]`: `10.10.10` is not a network
     --> templates/overrides/talos/patches/global/machine-extra.yaml.j2:4:7
      |
    4 |       validSubnets: ["10.10.10"]
      |       ^
      |
    hint: write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out

    1 error
    [exit code: 1]
    "#);
    assert!(!sandbox.exists("talos"));
}

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
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r#"
    ------- stderr -------
    error[talconfig/version-pair]: Talos 1.12 runs Kubernetes 1.30 to 1.35, not 1.29
     --> talconfig.yaml:3:20
      |
    3 | kubernetesVersion: v1.29.0
      |                    ^^^^^^^

    warning[talconfig/unknown-key]: `endpont` is not a key here
     --> talconfig.yaml:4:1
      |
    4 | endpont: <redacted>
      | ^^^^^^^
      |
    hint: did you mean `endpoint`?

    error[talconfig/vip-is-node]: the virtual address is that of the node `one`
      --> talconfig.yaml:16:15
       |
    16 |           ip: 10.0.0.11
       |               ^^^^^^^^^

    error[talconfig/worker-vip]: a worker cannot hold a virtual address
      --> talconfig.yaml:16:15
       |
    16 |           ip: 10.0.0.11
       |               ^^^^^^^^^

    error[talconfig/missing-file]: there is no file `missing.yaml`
      --> talconfig.yaml:24:5
       |
    24 |   - "@./missing.yaml"
       |     ^^^^^^^^^^^^^^^^^

    4 errors, 1 warning
    [exit code: 1]
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
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).exits(1), @r"
    ------- stderr -------
    error[talos/contract-unsupported]: the contract 1.14 does not fit configurations in v1alpha1: 1.14 removes the sections of the Kubernetes components that patches such as `cluster.apiServer.admissionControl: $patch: delete` look up, its new documents conflict with `cluster.*`, `machine.kubelet`, `machine.install` and the nameservers of `machine.network` in v1alpha1, and `machine.files` is deprecated, which strict validation refuses
     |
    hint: use the contract `1.13`: newer versions of Talos read it too

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
fn a_public_checkout_is_checked_as_far_as_it_can_be_read() {
    let sandbox = fixture("minimal");
    drop(sandbox.run(["configure", "--quiet"]).success());
    drop(sandbox.run(["talos", "gensecret", "--quiet"]).success());
    let key = sandbox.read("age.key");
    for private in ["age.key", "cluster.yaml", "nodes.yaml"] {
        std::fs::remove_file(sandbox.root().join(private)).expect("it is there");
    }
    assert_snapshot!(sandbox.run(["validate"]).success(), @r"
    ------- stderr -------
    There is no `cluster.yaml` here, so the files themselves were checked. They are right: 101 files, 7 secrets among them.
    ");
    let talconfig = sandbox.read("talos/talconfig.yaml");
    sandbox.write(
        "talos/talconfig.yaml",
        talconfig.replace("dhcp: false", "dhpc: false"),
    );
    assert_snapshot!(sandbox.run(["validate"]).success(), @r"
    ------- stderr -------
    warning[talconfig/unknown-key]: `dhpc` is not a key here
      --> talos/talconfig.yaml:29:9
       |
    29 |         dhpc: <redacted>
       |         ^^^^
       |
    hint: did you mean `dhcp`?

    warning[talconfig/unknown-key]: `dhpc` is not a key here
      --> talos/talconfig.yaml:47:9
       |
    47 |         dhpc: <redacted>
       |         ^^^^
       |
    hint: did you mean `dhcp`?

    warning[talconfig/unknown-key]: `dhpc` is not a key here
      --> talos/talconfig.yaml:65:9
       |
    65 |         dhpc: <redacted>
       |         ^^^^
       |
    hint: did you mean `dhcp`?

    3 warnings
    There is no `cluster.yaml` here, so the files themselves were checked. They are right: 101 files, 7 secrets among them.
    ");
    // Variables that nobody here can read prove nothing.
    sandbox.write("age.key", key);
    sandbox.write("talos/talenv.sops.yaml", "talosVersion: v1.13.7\n");
    drop(
        sandbox
            .run(["secrets", "encrypt", "talos/talenv.sops.yaml", "--in-place"])
            .success(),
    );
    std::fs::remove_file(sandbox.root().join("age.key")).expect("it is there");
    std::fs::remove_file(sandbox.root().join("talos/talenv.yaml")).expect("it is there");
    assert_snapshot!(sandbox.run(["validate"]).success(), @r"
    ------- stderr -------
    note[talos/not-checked]: machine configurations could not be checked: no identity here decrypts `talos/talenv.sops.yaml`
    --> talos/talenv.sops.yaml

    There is no `cluster.yaml` here, so the files themselves were checked. They are right: 101 files, 8 secrets among them.
    ");
}

#[test]
fn what_would_go_wrong_in_silence_is_refused() {
    let check = |change: &dyn Fn(&Sandbox)| {
        let sandbox = plain();
        change(&sandbox);
        let output = sandbox.run(["talos", "validate"]).exits(1);
        let first = output.stderr.lines().next().unwrap_or_default();
        first.to_owned()
    };
    let replaced = |sandbox: &Sandbox, from: &str, to: &str| {
        let text = sandbox.read("talconfig.yaml");
        assert!(text.contains(from));
        sandbox.write("talconfig.yaml", text.replace(from, to));
    };
    let told = [
        // No image has such a tag.
        check(&|sandbox| replaced(sandbox, "v1.34.2", "v1.34")),
        check(&|sandbox| replaced(sandbox, "v1.34.2", "latest")),
        // One file would take the place of another.
        check(&|sandbox| {
            replaced(
                sandbox,
                "    installDisk",
                "    filenameTmpl: talosconfig\n    installDisk",
            );
        }),
        check(&|sandbox| {
            replaced(
                sandbox,
                "    installDisk",
                "    filenameTmpl: ../x.yaml\n    installDisk",
            );
        }),
        // Encrypted values would end in configurations as they are.
        check(&|sandbox| {
            let value = "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]";
            let patch = format!("machine:\n  sysctls:\n    a.b: {value}\n");
            sandbox.write("kube-prism.yaml", patch);
        }),
        // What follows the quote would be left out.
        check(&|sandbox| sandbox.write("talenv.yaml", "PORT: 'it''s'\n")),
        // A pipe would be waited for.
        check(&|sandbox| {
            std::fs::remove_file(sandbox.root().join("talenv.yaml")).expect("it is there");
            std::fs::create_dir(sandbox.root().join("talenv.yaml")).expect("a folder");
        }),
    ];
    assert_snapshot!(told.join("\n"), @r"
    error[talconfig/version]: `kubernetesVersion` is not a version with three numbers
    error[talconfig/version]: `kubernetesVersion` is not a version with three numbers
    error[talconfig/file-name]: `talosconfig` is the name of another file in the output folder
    error[talconfig/file-name]: `../x.yaml` is not the name of a file in the output folder
    error[sops/no-metadata]: `kube-prism.yaml` has encrypted values, but no `sops` block to decrypt them with
    error[talenv/syntax]: the quotes around the value of `PORT` do not match
    error[file/special]: `talenv.yaml` is no file
    ");
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
    rule("    encrypted_regex: ^(data|stringData)$\n");
    let refused = sandbox.run(["talos", "gensecret"]).exits(1);
    assert!(
        refused.stderr.contains("error[talsecret/left-clear]"),
        "{refused}"
    );
    assert!(!sandbox.exists("talsecret.sops.yaml"));
    rule("");
    drop(sandbox.run(["talos", "gensecret"]).success());
    // A contract that cannot be read is not passed over.
    sandbox.write("versions.yaml", "talosContract: 1.11\n");
    drop(sandbox.run(["talos", "validate"]).exits(1));
}
