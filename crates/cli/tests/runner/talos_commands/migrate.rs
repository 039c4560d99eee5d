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
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).success(), @r#"
    --- /dev/null
    +++ b/all-control-plane.yaml
    @@ -0,0 +1,4 @@
    +# Cilium does its work.
    +apiVersion: v1alpha1
    +kind: KubeProxyConfig
    +enabled: false
    --- a/all.yaml
    +++ b/all.yaml
    @@ -1,12 +1,11 @@
     # Of every node.
    -machine:
    -  kubelet:
    -    extraArgs:
    -      rotate-server-certificates: "true" # signed by the cluster
    -  sysctls:
    -    # Many watches.
    -    fs.inotify.max_user_watches: "1048576"
    -cluster:
    -  # Cilium does its work.
    -  proxy:
    -    disabled: true
    +apiVersion: v1alpha1
    +kind: KubeletConfig
    +extraArgs:
    +  rotate-server-certificates: "true" # signed by the cluster
    +---
    +apiVersion: v1alpha1
    +kind: SysctlConfig
    +params:
    +  # Many watches.
    +  fs.inotify.max_user_watches: "1048576"
    --- a/cp.yaml
    +++ b/cp.yaml
    @@ -1,5 +1,8 @@
    -cluster:
    -  apiServer:
    -    admissionControl:
    -      $$patch: delete
    -    certSANs: [k8s.example.test]
    +apiVersion: v1alpha1
    +kind: KubeAdmissionControlConfig
    +name: PodSecurity
    +$$patch: delete
    +---
    +apiVersion: v1alpha1
    +kind: KubeAPIServerConfig
    +certExtraSANs: [k8s.example.test]
    --- a/talconfig.yaml
    +++ b/talconfig.yaml
    @@ -13,12 +13,12 @@
         patches:
           # Its disks are elsewhere.
           - |-
    -        machine:
    -          kernel:
    -            modules:
    -              - name: nbd # network
    +        apiVersion: v1alpha1
    +        kind: KernelModuleConfig
    +        name: nbd # network
     patches:
       - "@./all.yaml"
     controlPlane:
       patches:
         - "@./cp.yaml"
    +    - '@./all-control-plane.yaml'
    --- /dev/null
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosContract: "1.14"
    ------- stderr -------
    all.yaml: `machine.kubelet.extraArgs` is in `KubeletConfig`
    all.yaml: `machine.sysctls` is in `SysctlConfig`
    all.yaml: `cluster.proxy.disabled` is in `KubeProxyConfig`
    cp.yaml: `cluster.apiServer.admissionControl` is in `KubeAdmissionControlConfig/PodSecurity`
    cp.yaml: `cluster.apiServer.certSANs` is in `KubeAPIServerConfig`
    talconfig.yaml:15:9: `machine.kernel.modules` is in `KernelModuleConfig/nbd`
    note[machine-config/switched-on]: node `n1`, `KubeAPIServerConfig`: the API server is started again if it does not come up in time
     --> cp.yaml:8:1
      |
    8 | certExtraSANs: [k8s.example.test]
      | ^^^^^^^^^^^^^
      |
    hint: write `startupProbes: false` to keep it as it was

    note[machine-config/switched-on]: node `n1`, `KubeAuthenticationConfig`: the paths of the API server's health are open without authentication
    --> talconfig.yaml
     |
    hint: write `anonymous: {enabled: false}` to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `FilesystemTrimConfig`: file systems are trimmed by the week
    --> talconfig.yaml
     |
    hint: delete the document to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `SecurityProfileConfig`: workloads are isolated from the host, after a restart: pods that share its processes or mount its folders may stop to work
    --> talconfig.yaml
     |
    hint: write `workloadIsolation: false` to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `VolumeConfig/EPHEMERAL`: the volume `EPHEMERAL` is mounted without devices and set-user-id programs
    --> talconfig.yaml
     |
    hint: write `mount: {secure: false}` to keep it as it was

    note[migrate/caution]: `KubeEtcdEncryptionConfig`: secrets that were stored before anything encrypted them, and never since, cannot be read any more: `kubectl get secrets -A -o json | kubectl replace -f -` writes all anew, before the move
    --> talconfig.yaml

    2 nodes would read what they read now, but for what is new.
    Nothing was written; `--write` does it.
    "#);
    assert_eq!(sandbox.read("all.yaml"), before);

    drop(
        sandbox
            .run(["talos", "migrate", "--contract", "1.14", "--write", "-q"])
            .success(),
    );
    assert_snapshot!(sandbox.read("all.yaml"), @r#"
    # Of every node.
    apiVersion: v1alpha1
    kind: KubeletConfig
    extraArgs:
      rotate-server-certificates: "true" # signed by the cluster
    ---
    apiVersion: v1alpha1
    kind: SysctlConfig
    params:
      # Many watches.
      fs.inotify.max_user_watches: "1048576"
    "#);
    assert_snapshot!(sandbox.read("all-control-plane.yaml"), @r#"
    # Cilium does its work.
    apiVersion: v1alpha1
    kind: KubeProxyConfig
    enabled: false
    "#);
    assert_snapshot!(sandbox.read("versions.yaml"), @r#"talosContract: "1.14""#);
    drop(sandbox.run(["talos", "validate"]).success());
    // There is nothing left to move.
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).success(), @r#"
    ------- stderr -------
    From contract 1.14 to 1.14: 0 nodes would change.
    "#);
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
    assert_snapshot!(sandbox.run(args.into_iter().chain(["--subsystem", "kubelet", "--write"])).success(), @r"
    ------- stderr -------
    2 nodes would read what they read now, but for what is new.
      wrote versions.yaml
    ");
    assert_snapshot!(sandbox.read("versions.yaml"), @r#"talosDocuments: "proxy,kubelet,node""#);
    drop(sandbox.run(["talos", "generate-config", "-q"]).success());
    let made = sandbox.read("clusterconfig/demo-n1.yaml");
    assert!(made.contains("kind: KubeletConfig") && made.contains("kind: KubeProxyConfig"));
    assert!(made.contains("  apiServer:"), "all else stays");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--subsystem", "kubelt"]).exits(2), @r#"
    ------- stderr -------
    error: there is no part `kubelt`
    hint: did you mean `kubelet`?
    [exit code: 2]
    "#);
    sandbox.write("versions.yaml", "talosDocuments: \"kubelt\"\n");
    assert_snapshot!(sandbox.run(["talos", "validate"]).exits(1), @r#"
    ------- stderr -------
    error[talos/unknown-part]: `kubelt` is no part of a machine configuration
     --> versions.yaml:1:17
      |
    1 | talosDocuments: "kubelt"
      |                 ^^^^^^^^
      |
    hint: `ichor talos migrate --help` names them

    1 error
    [exit code: 1]
    "#);
}

#[test]
fn what_cannot_move_is_told_and_nothing_is_written() {
    let sandbox = repository();
    sandbox.write(
        "all.yaml",
        "machine:\n  kubelet:\n    extraMounts:\n      - {destination: /a, source: /a, type: bind}\n  install:\n    image: factory.talos.dev/metal-installer/a:v1.14.1\n",
    );
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--write", "-q"]).exits(1), @r"
    ------- stderr -------
    error[migrate/by-hand]: `machine.kubelet.extraMounts` cannot be rewritten: no document of 1.14 has it: make each a volume: the kubelet sees what a UserVolumeConfig mounts below `/var/mnt`
     --> all.yaml:4:7
      |
    4 |       - {destination: /a, source: /a, type: bind}
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
    hint: keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep kubelet`

    error[migrate/by-hand]: `machine.install` cannot be rewritten: a patch of the document drops its disk, and this one names none: name the image where the node is described, or the disk here too
     --> all.yaml:6:5
      |
    6 |     image: factory.talos.dev/metal-installer/a:v1.14.1
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
    hint: keep that part as it is, and move the others: `ichor talos migrate --contract 1.14 --keep install`

    2 errors
    [exit code: 1]
    ");
    assert!(!sandbox.exists("versions.yaml"));

    // The issuer of tokens is what the patch says.
    sandbox.write(
        "cp.yaml",
        "cluster:\n  controlPlane:\n    endpoint: https://10.0.0.6:6443\n",
    );
    sandbox.write(
        "all.yaml",
        "machine:\n  files:\n    - {path: /var/a, op: create, content: a}\ncluster:\n  proxy:\n    $$patch: delete\n",
    );
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14"]).success(), @r#"
    --- a/all.yaml
    +++ b/all.yaml
    @@ -1,6 +1,7 @@
     machine:
       files:
         - {path: /var/a, op: create, content: a}
    -cluster:
    -  proxy:
    -    $$patch: delete
    +---
    +apiVersion: v1alpha1
    +kind: KubeProxyConfig
    +$$patch: delete
    --- a/cp.yaml
    +++ b/cp.yaml
    @@ -1,3 +1,8 @@
    -cluster:
    -  controlPlane:
    -    endpoint: https://10.0.0.6:6443
    +apiVersion: v1alpha1
    +kind: KubeServiceAccountConfig
    +issuer:
    +  issuerURL: https://10.0.0.6:6443
    +---
    +apiVersion: v1alpha1
    +kind: KubeClusterConfig
    +endpoint: https://10.0.0.6:6443
    --- a/talconfig.yaml
    +++ b/talconfig.yaml
    @@ -13,10 +13,9 @@
         patches:
           # Its disks are elsewhere.
           - |-
    -        machine:
    -          kernel:
    -            modules:
    -              - name: nbd # network
    +        apiVersion: v1alpha1
    +        kind: KernelModuleConfig
    +        name: nbd # network
     patches:
       - "@./all.yaml"
     controlPlane:
    --- /dev/null
    +++ b/versions.yaml
    @@ -0,0 +1 @@
    +talosContract: "1.14"
    ------- stderr -------
    all.yaml: `cluster.proxy` is in `KubeProxyConfig`
    cp.yaml: `cluster.controlPlane.endpoint` is in `KubeServiceAccountConfig`
    cp.yaml: `cluster.controlPlane.endpoint` is in `KubeClusterConfig`
    talconfig.yaml:15:9: `machine.kernel.modules` is in `KernelModuleConfig/nbd`
    note[migrate/caution]: `KubeProxyConfig`: without its document Talos runs the component as it did before 1.14; `enabled: false` is what switches it off
     --> all.yaml:1:1
      |
    1 | machine:
      | ^

    note[migrate/stays]: `machine.files[0]` stays as it is: no document has a file outside of `/etc`
     --> all.yaml:3:5
      |
    3 |     - {path: /var/a, op: create, content: a}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    warning[machine-config/deprecated]: nodes `n1`, `n2`, `machine.files`: Talos will stop to read `files`
     --> all.yaml:3:8
      |
    3 |     - {path: /var/a, op: create, content: a}
      |        ^^^^
      |
    hint: use `EtcFileConfig` and `CRICustomizationConfig`

    warning[patch/delete-missing-document]: there is no document `KubeProxyConfig` to delete from
     --> all.yaml:5:1
      |
    5 | apiVersion: v1alpha1
      | ^^^^^^^^^^^^^^^^^^^^

    warning[machine-config/absent-is-on]: node `n1`, `KubeProxyConfig`: without `KubeProxyConfig` Talos runs this component with its defaults: that switches nothing off
     --> all.yaml:6:1
      |
    6 | kind: KubeProxyConfig
      | ^^^^
      |
    hint: write the document, with `enabled: false` to switch it off

    note[machine-config/switched-on]: node `n1`, `KubeAPIServerConfig`: the API server is started again if it does not come up in time
    --> talconfig.yaml
     |
    hint: write `startupProbes: false` to keep it as it was

    note[machine-config/switched-on]: node `n1`, `KubeAuthenticationConfig`: the paths of the API server's health are open without authentication
    --> talconfig.yaml
     |
    hint: write `anonymous: {enabled: false}` to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `FilesystemTrimConfig`: file systems are trimmed by the week
    --> talconfig.yaml
     |
    hint: delete the document to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `SecurityProfileConfig`: workloads are isolated from the host, after a restart: pods that share its processes or mount its folders may stop to work
    --> talconfig.yaml
     |
    hint: write `workloadIsolation: false` to keep it as it was

    note[machine-config/switched-on]: nodes `n1`, `n2`, `VolumeConfig/EPHEMERAL`: the volume `EPHEMERAL` is mounted without devices and set-user-id programs
    --> talconfig.yaml
     |
    hint: write `mount: {secure: false}` to keep it as it was

    note[migrate/caution]: `KubeEtcdEncryptionConfig`: secrets that were stored before anything encrypted them, and never since, cannot be read any more: `kubectl get secrets -A -o json | kubectl replace -f -` writes all anew, before the move
    --> talconfig.yaml

    2 nodes would read what they read now, but for what is new.
    Nothing was written; `--write` does it.
    "#);
    sandbox.write("cp.yaml", "machine:\n  env: {a: b}\n");

    // Nodes of an older Talos would refuse the documents.
    let older = sandbox.read("talconfig.yaml").replace("v1.14.1", "v1.13.9");
    sandbox.write("talconfig.yaml", older);
    sandbox.write("all.yaml", "machine:\n  sysctls: {a: \"1\"}\n");
    assert_snapshot!(sandbox.run(["talos", "migrate", "--contract", "1.14", "--write", "-q"]).exits(1), @r#"
    ------- stderr -------
    error[migrate/talos-too-old]: nodes of Talos 1.13.9 refuse documents of 1.14
     --> talconfig.yaml:2:15
      |
    2 | talosVersion: v1.13.9
      |               ^^^^^^^
      |
    hint: install Talos 1.14 first; it reads the configurations that nodes have now

    1 error
    [exit code: 1]
    "#);
}
