//! `talos`: what is wrong is told, where it is.

use insta::assert_snapshot;
use testkit::Sandbox;

use super::plain;
use crate::fixture;

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

    warning[talconfig/vip-is-node]: the virtual address is that of the node `one`
      --> talconfig.yaml:16:15
       |
    16 |           ip: 10.0.0.11
       |               ^^^^^^^^^
       |
    hint: give the node's own address in `ipAddress`

    warning[talconfig/worker-vip]: a worker cannot hold a virtual address
      --> talconfig.yaml:16:15
       |
    16 |           ip: 10.0.0.11
       |               ^^^^^^^^^
       |
    hint: take it out: control planes agree on who has it

    error[talconfig/missing-file]: there is no file `missing.yaml`
      --> talconfig.yaml:24:5
       |
    24 |   - "@./missing.yaml"
       |     ^^^^^^^^^^^^^^^^^

    2 errors, 3 warnings
    [exit code: 1]
    "#);
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
    error[talconfig/version]: `kubernetesVersion` is `v1.34`, not a version with three numbers
    error[talconfig/version]: `kubernetesVersion` is `latest`, not a version with three numbers
    error[talconfig/file-name]: `talosconfig` is the name of another file in the output folder
    error[talconfig/file-name]: `../x.yaml` is not the name of a file in the output folder
    error[sops/no-metadata]: `kube-prism.yaml` has encrypted values, but no `sops` block to decrypt them with
    error[talenv/syntax]: the quotes around the value of `PORT` do not match
    error[file/special]: `talenv.yaml` is no file
    ");
}
