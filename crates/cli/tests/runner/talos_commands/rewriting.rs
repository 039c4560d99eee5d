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
        .split_once(" would read what ")
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
    assert_snapshot!(moved(&sandbox), @r#"
    nodes:
      - hostname: n1
        ipAddress: 10.0.0.11
        controlPlane: true
        installDisk: /dev/sda
      - hostname: n2
        ipAddress: 10.0.0.12
        controlPlane: true
        installDisk: /dev/sda
        overridePatches: true
        patches: []
      - {hostname: n3, ipAddress: 10.0.0.13, installDisk: /dev/sda, patches: ["@./one.yaml"]}
    controlPlane:
      patches:
        # Of control planes.
        - |-
          apiVersion: v1alpha1
          kind: SysctlConfig
          params: {a: "1"}
    patches:
      - |-
        apiVersion: v1alpha1
        kind: EnvironmentConfig
        variables: {a: b}
    "#);
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
    assert_snapshot!(moved(&sandbox), @r#"
    nodes:
      - hostname: n1
        ipAddress: 10.0.0.11
        controlPlane: true
        installDisk: /dev/sda
        patches:
          - "@./both.yaml"
          - '@./both-control-plane.yaml'
          - '@./more.yaml'
      - hostname: n2
        ipAddress: 10.0.0.12
        controlPlane: True
        installDisk: /dev/sda
      - hostname: n3
        ipAddress: 10.0.0.13
        installDisk: /dev/sda
        patches: ["@./both.yaml"]
    "#);
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
            assert_snapshot!(made, @r#"
            nodes:
              - hostname: n1
                ipAddress: 10.0.0.11
                controlPlane: true
                installDisk: /dev/sda
                patches:
                  - "@./one.yaml"
                  - '@./more.yaml'
                  - |-
                    apiVersion: v1alpha1
                    kind: KubeSchedulerConfig
                    extraArgs: {a: c}
              - hostname: n2
                ipAddress: 10.0.0.12
                controlPlane: True
                installDisk: /dev/sda
                patches:
                  - |-
                    apiVersion: v1alpha1
                    kind: KubeSchedulerConfig
                    extraArgs: {a: c}
              - hostname: n3
                ipAddress: 10.0.0.13
                installDisk: /dev/sda
                patches: ["@./one.yaml"]
            patches:
            - "@./both.yaml"
            controlPlane:
              patches:
                - '@./both-control-plane.yaml'
            "#);
        } else {
            assert_snapshot!(made, @r#"
            nodes:
              - hostname: n1
                ipAddress: 10.0.0.11
                controlPlane: true
                installDisk: /dev/sda
                overridePatches: true
                patches:
                  - "@./one.yaml"
                  - '@./more.yaml'
                  - '@./both-control-plane.yaml'
                  - |-
                    apiVersion: v1alpha1
                    kind: KubeSchedulerConfig
                    extraArgs: {a: c}
              - hostname: n2
                ipAddress: 10.0.0.12
                controlPlane: True
                installDisk: /dev/sda
                patches:
                  - '@./both-control-plane.yaml'
                  - |-
                    apiVersion: v1alpha1
                    kind: KubeSchedulerConfig
                    extraArgs: {a: c}
              - hostname: n3
                ipAddress: 10.0.0.13
                installDisk: /dev/sda
                patches: ["@./one.yaml"]
            patches:
            - "@./both.yaml"
            "#);
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
    assert_snapshot!(moved(&sandbox), @r#"
    nodes:
      - &n
        hostname: n1
        ipAddress: 10.0.0.11
        controlPlane: true
        installDisk: /dev/sda
        patches:
          - &a |- # of both
            apiVersion: v1alpha1
            kind: EtcFileConfig
            name: a.conf
            contents: |
              a
            ---
            apiVersion: v1alpha1
            kind: EnvironmentConfig
            variables: {A: b}
          - &b |-
            apiVersion: v1alpha1
            kind: DiscoveryServiceConfig
            name: default
            $$patch: delete
          - |-
            apiVersion: v1alpha1
            kind: KubeProxyConfig
            enabled: false
      - <<: *n
        hostname: n2
        ipAddress: 10.0.0.12
      - {hostname: n3, ipAddress: 10.0.0.13, installDisk: /dev/sda, patches: [*a, *b, "apiVersion: v1alpha1\nkind: SysctlConfig\nparams: {a: '1'}"]}
    controlPlane: {patches: ["apiVersion: v1alpha1\nkind: KubeCoreDNSConfig\nenabled: false"]}
    patches: ["apiVersion: v1alpha1\nkind: SysfsConfig\nparams: {a: b}\n---\napiVersion: v1alpha1\nkind: KernelModuleConfig\nname: a"]
    "#);

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
    assert_snapshot!(told.exits(1), @r#"
    --- a/talconfig.yaml
    +++ b/talconfig.yaml
    @@ -8,8 +8,12 @@
     controlPlane:
       patches: &all
         - |-
    -      cluster: {proxy: {disabled: true}}
    -      machine: {sysctls: {a: "1"}}
    -    - 'machine: {env: {a: b}}'
    +      apiVersion: v1alpha1
    +      kind: SysctlConfig
    +      params: {a: "1"}
    +    - |-
    +      apiVersion: v1alpha1
    +      kind: EnvironmentConfig
    +      variables: {a: b}
     worker:
       patches: *all
    --- /dev/null
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosContract: "1.14"
    ------- stderr -------
    talconfig.yaml:10:7: `cluster.proxy.disabled` is in `KubeProxyConfig`
    talconfig.yaml:10:7: `machine.sysctls` is in `SysctlConfig`
    talconfig.yaml:13:7: `machine.env` is in `EnvironmentConfig`
    error[migrate/by-hand]: the patch cannot be rewritten: only control planes take a part of it, and one list has it for control planes and workers: give each a list of its own
      --> talconfig.yaml:10:7
       |
    10 |     - |-
       |       ^^

    1 error
    [exit code: 1]
    "#);
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
            "machine:\n  nodeAnnotations:\n    disk: '{{ .MachineConfig.MachineInstall.InstallDisk }}'\n  kubelet:\n    extraMounts: [{destination: /a, source: /a, type: bind}]\n",
        )],
    );
    let migrate = ["talos", "migrate", "--contract", "1.14"];
    assert_snapshot!(sandbox.run(migrate).exits(1), @r#"
    --- a/image.yaml
    +++ b/image.yaml
    @@ -1,5 +1,8 @@
     machine:
    -  nodeAnnotations:
    -    disk: '{{ .MachineConfig.MachineInstall.InstallDisk }}'
       kubelet:
         extraMounts: [{destination: /a, source: /a, type: bind}]
    +---
    +apiVersion: v1alpha1
    +kind: KubeNodeConfig
    +annotations:
    +  disk: '{{ .MachineConfig.MachineInstall.InstallDisk }}'
    --- a/talconfig.yaml
    +++ b/talconfig.yaml
    @@ -13,8 +13,9 @@
           installer: '{{ .MachineConfig.MachineInstall.InstallImage }}'
         patches:
           - |-
    -        machine:
    -          env:
    -            CLUSTER: '{{ .ClusterConfig.ClusterName }}-{{ .MachineConfig.MachineType }}'
    +        apiVersion: v1alpha1
    +        kind: EnvironmentConfig
    +        variables:
    +          CLUSTER: '{{ .ClusterConfig.ClusterName }}-{{ .MachineConfig.MachineType }}'
     patches:
       - '@./image.yaml'
    --- /dev/null
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosContract: "1.14"
    ------- stderr -------
    image.yaml: `machine.nodeAnnotations` is in `KubeNodeConfig`
    talconfig.yaml:15:9: `machine.env` is in `EnvironmentConfig`
    error[migrate/by-hand]: `machine.install.disk` cannot be filled in: a template asks for it, and it is in `UnattendedInstallConfig` then, where templates do not look
     --> image.yaml:3:15
      |
    3 |     disk: '{{ .MachineConfig.MachineInstall.InstallDisk }}'
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
    hint: write the value itself, or a variable of `talenv.yaml`; or keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep install`

    error[migrate/by-hand]: `machine.kubelet.extraMounts` cannot be rewritten: no document of 1.14 has it: make each a volume: the kubelet sees what a UserVolumeConfig mounts below `/var/mnt`
     --> image.yaml:5:18
      |
    5 |     extraMounts: [{destination: /a, source: /a, type: bind}]
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
    hint: keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep kubelet`

    error[migrate/by-hand]: `machine.install.image` cannot be filled in: a template asks for it, and it is in `UnattendedInstallConfig` then, where templates do not look
      --> talconfig.yaml:13:22
       |
    13 |       installer: '{{ .MachineConfig.MachineInstall.InstallImage }}'
       |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
    hint: write the value itself, or a variable of `talenv.yaml`; or keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep install`

    error[migrate/by-hand]: `cluster.clusterName` cannot be filled in: a template asks for it, and it is in `KubeClusterConfig` then, where templates do not look
      --> talconfig.yaml:18:26
       |
    18 |             CLUSTER: '{{ .ClusterConfig.ClusterName }}-{{ .MachineConfig.MachineType }}'
       |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
    hint: write the value itself, or a variable of `talenv.yaml`; or keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep cluster`

    4 errors
    [exit code: 1]
    "#);
    let kept = [
        "--keep", "install", "--keep", "kubelet", "--keep", "network", "--keep", "cluster",
    ];
    let told = sandbox.run(migrate.into_iter().chain(kept).chain(["--write"]));
    assert_snapshot!(told.success(), @r"
    ------- stderr -------
    note[machine-config/stays]: node `n1`, `cluster.network.serviceSubnets[0]`: `KubeNetworkConfig` takes no such network: `fd00::/64` is too large for services
     --> talconfig.yaml:5:17
      |
    5 | clusterSvcNets: [fd00::/64]
      |                 ^^^^^^^^^^^
      |
    hint: keep the section `cluster.network` where everything else becomes documents

    1 node would read what it reads now, but for what is new.
      wrote versions.yaml
    ");
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
    assert_snapshot!(sandbox.run(migrate).exits(1), @r#"
    --- a/image.yaml
    +++ b/image.yaml
    @@ -1 +1,3 @@
    -machine: {sysctls: {a: b}}
    +apiVersion: v1alpha1
    +kind: SysctlConfig
    +params: {a: b}
    --- a/talconfig.yaml
    +++ b/talconfig.yaml
    @@ -13,8 +13,9 @@
           a: b
         patches:
           - |-
    -        machine:
    -          env:
    -            CLUSTER: 'demo-{{ .MachineConfig.MachineType }}'
    +        apiVersion: v1alpha1
    +        kind: EnvironmentConfig
    +        variables:
    +          CLUSTER: 'demo-{{ .MachineConfig.MachineType }}'
     patches:
       - '@./image.yaml'
    --- a/versions.yaml
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosContract: "1.14"
    ------- stderr -------
    image.yaml: `machine.sysctls` is in `SysctlConfig`
    talconfig.yaml:15:9: `machine.env` is in `EnvironmentConfig`
    error[migrate/by-hand]: node `n1`, `cluster.network.serviceSubnets`: `KubeNetworkConfig` takes no such network: `fd00::/64` is too large for services
     --> talconfig.yaml:5:17
      |
    5 | clusterSvcNets: [fd00::/64]
      |                 ^^^^^^^^^^^
      |
    hint: keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep network`

    1 error
    [exit code: 1]
    "#);
    let told = sandbox.run(migrate.into_iter().chain(["--subsystem", "network"]));
    assert_snapshot!(told.success(), @r#"
    --- a/versions.yaml
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosDocuments: "network"
    ------- stderr -------
    note[machine-config/stays]: node `n1`, `cluster.network.serviceSubnets[0]`: `KubeNetworkConfig` takes no such network: `fd00::/64` is too large for services
     --> talconfig.yaml:5:17
      |
    5 | clusterSvcNets: [fd00::/64]
      |                 ^^^^^^^^^^^
      |
    hint: keep the section `cluster.network` where everything else becomes documents

    note[migrate/stays]: node `n1`, `cluster.network.serviceSubnets`: stays as it is: `KubeNetworkConfig` takes no such network: `fd00::/64` is too large for services
     --> talconfig.yaml:5:17
      |
    5 | clusterSvcNets: [fd00::/64]
      |                 ^^^^^^^^^^^

    1 node would read what it reads now, but for what is new.
    Nothing was written; `--write` does it.
    "#);
    let both = sandbox.run(
        migrate
            .into_iter()
            .chain(["--keep", "node", "--subsystem", "node"]),
    );
    drop(both.exits(2));
}

/// CoreDNS of which nothing is said is the same in either form, until it is its turn.
#[test]
fn a_part_that_has_not_moved_is_not_missed() {
    let sandbox = repository(
        "\
nodes:
  - {hostname: n1, ipAddress: 10.0.0.11, controlPlane: true, installDisk: /dev/sda}
",
        &[],
    );
    for (keep, known) in [("core-dns", false), ("proxy", true)] {
        let told = sandbox.run(["talos", "migrate", "--contract", "1.14", "--keep", keep]);
        let told = told.success();
        assert!(!told.stderr.contains("absent-is-on"), "{told}");
        assert_eq!(told.stdout.contains("core-dns"), known, "{told}");
    }
}

#[test]
fn a_patch_that_sets_what_etcd_is_encrypted_with_is_left_to_a_person() {
    for key in ["aescbcEncryptionSecret", "secretboxEncryptionSecret"] {
        let secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let talconfig = format!(
            "nodes: [{{hostname: one, ipAddress: 10.0.0.11, controlPlane: true, installDisk: /dev/sda}}]
patches:
  - 'cluster: {{{key}: {secret}}}'
"
        );
        let sandbox = repository(&talconfig, &[]);
        let told = sandbox.run(["talos", "migrate", "--contract", "1.14"]);
        let told = told.exits(1).to_string();
        assert!(told.contains("talconfig.yaml:7:5"), "{told}");
        assert!(told.contains("what is stored could not be read"), "{told}");
        assert!(told.contains("--keep etcd-encryption"), "{told}");
        // The way out that it names.
        let keep = ["--keep", "etcd-encryption", "--write"];
        let words = ["talos", "migrate", "--contract", "1.14"];
        drop(sandbox.run(words.into_iter().chain(keep)).success());
        assert_eq!(kinds(&sandbox, "one", "KubeEtcdEncryptionConfig"), 0);
        assert_eq!(kinds(&sandbox, "one", "KubeAPIServerConfig"), 1);
        let file = sandbox.read("clusterconfig/demo-one.yaml");
        assert!(file.contains(&format!("{key}: {secret}")), "{key}");
    }
}

#[test]
fn the_name_of_a_node_moves_from_contracts_before_it_had_a_document() {
    let nodes = "nodes: [{hostname: one, ipAddress: 10.0.0.11, controlPlane: true, installDisk: /dev/sda}]\n";
    let patch = "patches:\n  - 'machine: {features: {stableHostname: true}}'\n";
    for contract in ["1.9", "1.11"] {
        for talconfig in [nodes.to_owned(), format!("{nodes}{patch}")] {
            let sandbox = repository(&talconfig, &[]);
            sandbox.write("versions.yaml", format!("talosContract: \"{contract}\"\n"));
            let keep = ["--keep", "kubelet", "--write"];
            let words = ["talos", "migrate", "--contract", "1.14"];
            drop(sandbox.run(words.into_iter().chain(keep)).success());
            assert_eq!(kinds(&sandbox, "one", "HostnameConfig"), 1);
            let file = sandbox.read("clusterconfig/demo-one.yaml");
            assert!(file.contains("hostname: one\n"), "{file}");
            assert!(!file.contains("stableHostname"), "{file}");
        }
    }
}
