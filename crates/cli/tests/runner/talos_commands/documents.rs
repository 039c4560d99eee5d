//! The fixture whose configurations are documents, from `configure` to what each node gets.

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
    assert_snapshot!(document(&sandbox, "k8s-0", "KubeNodeConfig"), @"");
    assert_snapshot!(document(&sandbox, "worker-4", "KubeNodeConfig"), @"");
    assert_snapshot!(document(&sandbox, "worker-4", "ResolverConfig"), @"");
    assert_snapshot!(document(&sandbox, "k8s-0", "UnattendedInstallConfig"), @"");
    assert_snapshot!(document(&sandbox, "worker-4", "UnattendedInstallConfig"), @"");
    assert_snapshot!(document(&sandbox, "k8s-0", "VolumeConfig"), @"");
    assert_snapshot!(document(&sandbox, "k8s-1", "KubeAPIServerConfig"), @"");
    assert_snapshot!(document(&sandbox, "k8s-0", "KernelModuleConfig"), @"");
    assert_snapshot!(document(&sandbox, "k8s-1", "Layer2VIPConfig"), @"");
}

/// Configurations go to documents and come back to the bytes that they were.
#[test]
fn a_repository_goes_to_documents_and_comes_back() {
    let sandbox = fixture("talos-1.14");
    let versions = sandbox.read("versions.yaml");
    let old = versions.replace("talosContract: \"1.14\"", "talosContract: \"1.13\"");
    assert_ne!(old, versions);
    sandbox.write("versions.yaml", &old);
    drop(sandbox.run(["configure", "--strict"]).success());
    drop(sandbox.run(["talos", "gensecret"]).success());
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
    drop(sandbox.run(["configure", "--strict"]).success());
    let after = sandbox.snapshot();
    let changed = after.changed_since(&before);
    let others = changed
        .into_iter()
        .filter(|path| !path.starts_with(".ichor/"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
}
