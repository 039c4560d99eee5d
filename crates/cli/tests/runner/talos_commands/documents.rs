//! The fixture whose configurations are documents, from `configure` to what each node gets.

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use testkit::Sandbox;

use crate::fixture;

/// The fixture with the files of all nodes.
fn made() -> Sandbox {
    let sandbox = fixture("talos-1.14");
    drop(sandbox.run(["configure", "--strict"]).success());
    drop(sandbox.run(["talos", "gensecret"]).success());
    drop(sandbox.run(["talos", "generate-config"]).success());
    sandbox
}

/// The document of a kind in the file of a node; empty where there is none.
fn document(sandbox: &Sandbox, node: &str, kind: &str) -> String {
    let text = sandbox.read(&format!("talos/clusterconfig/kubernetes-{node}.yaml"));
    let line = format!("kind: {kind}");
    let documents = text.split("---\n");
    let wanted = documents.filter(|document| document.lines().any(|one| one == line));
    wanted.collect()
}

/// Every file of the repository, but for what ichor writes down for itself.
fn texts(sandbox: &Sandbox) -> Vec<(Utf8PathBuf, String)> {
    let files = testkit::files_below(&sandbox.root()).into_iter();
    let files = files.filter(|path| !path.starts_with(".git") && !path.starts_with(".ichor"));
    let read = |path: Utf8PathBuf| (path.clone(), sandbox.read(path.as_str()));
    files.map(read).collect()
}

#[test]
fn nothing_is_wrong_with_what_the_templates_make_of_documents() {
    let sandbox = made();
    let told = sandbox.run(["talos", "validate"]).success();
    assert!(!told.to_string().contains("warning["), "{told}");
    drop(sandbox.run(["configure", "--check", "--strict"]).success());
    // Nothing that has a document stands in the section.
    for node in ["k8s-0", "k8s-1", "k8s-2", "worker-3", "worker-4"] {
        let text = sandbox.read(&format!("talos/clusterconfig/kubernetes-{node}.yaml"));
        for moved in [
            "install:",
            "kubelet:",
            "sysctls:",
            "nodeLabels:",
            "files:",
            "apiServer:",
        ] {
            let line = text.lines().find(|line| line.trim_start() == moved);
            assert_eq!(line, None, "{node}");
        }
    }
}

#[test]
fn each_node_gets_what_the_templates_decide() {
    let sandbox = made();
    let all = ["k8s-0", "k8s-1", "k8s-2", "worker-3", "worker-4"];
    for node in all {
        let of = |kind: &str| document(&sandbox, node, kind);
        assert!(of("SecurityProfileConfig").contains("workloadIsolation: false"));
        assert!(of("UnattendedInstallConfig").contains("wipe: false"));
        assert!(of("TimeSyncConfig").contains("162.159.200.1"));
        assert!(of("SysctlConfig").contains("net.core.rmem_max"));
        assert!(of("CRICustomizationConfig").contains("discard_unpacked_layers = false"));
        assert_eq!(of("KubeFlannelCNIConfig"), "");
        let of_control_planes = of("KubeProxyConfig") + &of("KubeCoreDNSConfig");
        let off = of_control_planes.matches("enabled: false").count();
        assert_eq!(off, if node.starts_with("k8s-") { 2 } else { 0 }, "{node}");
        assert_eq!(of("KubeAdmissionControlConfig"), "");
    }
    assert_snapshot!(document(&sandbox, "k8s-0", "KubeNodeConfig"), @r#"
    apiVersion: v1alpha1
    kind: KubeNodeConfig
    nodeIP:
      validSubnets:
        - 10.10.10.0/24
    labels:
      node-role.kubernetes.io/control-plane: ""
      node.kubernetes.io/exclude-from-external-load-balancers: ""
      topology.kubernetes.io/region: home
      topology.kubernetes.io/zone: pve01
    "#);
    assert_snapshot!(document(&sandbox, "worker-4", "KubeNodeConfig"), @r"
    apiVersion: v1alpha1
    kind: KubeNodeConfig
    nodeIP:
      validSubnets:
        - 10.10.10.0/24
    ");
    assert_snapshot!(document(&sandbox, "worker-4", "ResolverConfig"), @r"
    apiVersion: v1alpha1
    kind: ResolverConfig
    nameservers:
      - address: 10.10.10.2
      - address: 1.1.1.1
    searchDomains:
      disableDefault: true
    hostDNS:
      enabled: true
      forwardKubeDNSToHost: false
      resolveMemberNames: true
    ");
    assert_snapshot!(document(&sandbox, "k8s-0", "UnattendedInstallConfig"), @r#"
    apiVersion: v1alpha1
    kind: UnattendedInstallConfig
    installer:
      image: factory.talos.dev/metal-installer-secureboot/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.14.1
    provisioning:
      diskSelector:
        match: disk.dev_path == "/dev/disk/by-id/nvme-fixture-0" || "/dev/disk/by-id/nvme-fixture-0" in disk.symlinks
      wipe: false
    "#);
    assert_snapshot!(document(&sandbox, "worker-4", "UnattendedInstallConfig"), @r#"
    apiVersion: v1alpha1
    kind: UnattendedInstallConfig
    installer:
      image: factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.14.1
    provisioning:
      diskSelector:
        match: glob("FIXTURE-SERIAL-4", disk.serial) && disk.transport != "" && !disk.readonly && !disk.cdrom
      wipe: false
    "#);
    assert_snapshot!(document(&sandbox, "k8s-0", "VolumeConfig"), @r"
    apiVersion: v1alpha1
    kind: VolumeConfig
    name: EPHEMERAL
    encryption:
      provider: luks2
      keys:
        - slot: 0
          tpm:
            checkSecurebootStatusOnEnroll: true
    mount:
      secure: true
    apiVersion: v1alpha1
    kind: VolumeConfig
    name: STATE
    encryption:
      provider: luks2
      keys:
        - slot: 0
          tpm:
            checkSecurebootStatusOnEnroll: true
    ");
    assert_snapshot!(document(&sandbox, "k8s-1", "KubeAPIServerConfig"), @r#"
    apiVersion: v1alpha1
    kind: KubeAPIServerConfig
    image: registry.k8s.io/kube-apiserver:v1.37.0
    extraArgs:
      enable-aggregator-routing: "true"
    certExtraSANs:
      - 127.0.0.1
      - 10.10.10.254
      - k8s.example.com
    startupProbes: true
    "#);
    assert_snapshot!(document(&sandbox, "k8s-0", "KernelModuleConfig"), @r"
    apiVersion: v1alpha1
    kind: KernelModuleConfig
    name: nbd
    apiVersion: v1alpha1
    kind: KernelModuleConfig
    name: drbd
    ");
    assert_snapshot!(document(&sandbox, "k8s-1", "Layer2VIPConfig"), @r"
    apiVersion: v1alpha1
    kind: Layer2VIPConfig
    name: 10.10.10.254
    link: ethSel0.100
    ");
}

/// Configurations go to documents and come back to the bytes that they were.
#[test]
fn a_repository_goes_to_documents_and_comes_back() {
    let sandbox = fixture("talos-1.14");
    let versions = sandbox.read("versions.yaml");
    let old = versions.replace("talosContract: \"1.14\"", "talosContract: \"1.13\"");
    assert_ne!(old, versions);
    sandbox.write("versions.yaml", &old);
    drop(sandbox.run(["configure"]).success());
    drop(sandbox.run(["talos", "gensecret"]).success());
    let texts_before = texts(&sandbox);
    let before = sandbox.snapshot();
    let moved = sandbox
        .run(["talos", "migrate", "--contract", "1.14"])
        .success();
    assert_eq!(sandbox.snapshot(), before);
    assert!(moved.stdout.contains("+talosContract: \"1.14\""), "{moved}");
    drop(
        sandbox
            .run(["talos", "migrate", "--contract", "1.14", "--write"])
            .success(),
    );
    assert!(
        sandbox
            .read("versions.yaml")
            .contains("talosContract: \"1.14\"")
    );
    drop(sandbox.run(["configure", "--strict"]).success());
    assert!(
        sandbox
            .read("talos/patches/global/machine-time.yaml")
            .contains("TimeSyncConfig")
    );
    sandbox.write("versions.yaml", &old);
    drop(sandbox.run(["configure"]).success());
    assert_eq!(texts(&sandbox), texts_before);
}
