//! Keys of a talconfig as the documents of contract 1.14.

use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::Variables;
use serde_json::Value;
use talhelper::nodes::{Files, Generator, Request};
use talhelper::rules::TALCONFIG_DISPLACED_LABEL;
use talhelper::talconfig::Talconfig;
use talos::bundle;
use talos::contract::Contract;

const BUNDLE: &str = include_str!("../../talos/tests/vectors/talsecret.yaml");

const HEAD: &str = "\
clusterName: test
talosVersion: v1.14.1
kubernetesVersion: 1.37.0
endpoint: https://10.0.0.10:6443
";

/// No file but what the talconfig says.
struct None;

impl Files for None {
    fn read(&self, _: &str) -> Result<Option<Source>, Diagnostic> {
        Ok(Option::None)
    }
}

/// The documents of each node, whatever is wrong with it, and the problems.
fn made(text: &str, contract: &str) -> (Vec<Vec<Value>>, Diagnostics) {
    let variables = Variables::new();
    let source = Source::new("talconfig.yaml", text);
    let (talconfig, mut problems) = Talconfig::read(&source, &variables);
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    let (generator, found) = Generator::on_trial(Request {
        talconfig: talconfig.raw().expect("it can be read"),
        bundle: &bundle,
        contract: Contract::parse(contract).expect("a contract"),
        variables: &variables,
        files: &None,
    });
    problems.extend(found);
    let mut out = Vec::new();
    for index in 0..generator.len() {
        let (config, found) = generator.node(index);
        problems.extend(found);
        out.push(config.map(|config| config.documents).unwrap_or_default());
    }
    problems.sort();
    (out, problems)
}

/// What is wrong. What displaces a label in an older contract is nobody's concern here.
fn lines(problems: &Diagnostics) -> String {
    let problems = problems.iter();
    let problems = problems.filter(|problem| !problem.is(&TALCONFIG_DISPLACED_LABEL));
    problems.map(|problem| format!("{problem}\n")).collect()
}

/// Documents of these kinds, as text.
fn shown(documents: &[Value], kinds: &[&str]) -> String {
    let wanted = |document: &&Value| {
        let kind = document.get("kind").and_then(Value::as_str);
        kind.is_some_and(|kind| kinds.contains(&kind))
    };
    let documents: Vec<_> = documents.iter().filter(wanted).cloned().collect();
    documents::emit::documents(&documents, 2)
}

#[test]
fn every_key_of_a_node_that_has_a_document_is_in_it() {
    let text = format!(
        "{HEAD}nodes:
  - hostname: cp
    ipAddress: 10.0.0.1
    controlPlane: true
    installDisk: /dev/disk/by-id/x
    nodeLabels: {{zone: a, name: '{{{{ .MachineConfig.MachineType }}}}'}}
    nodeAnnotations: {{rack: r1}}
    nodeTaints: {{a: NoSchedule}}
    kernelModules: [{{name: nbd}}, {{name: drbd, parameters: [usermode_helper=disabled]}}]
    machineFiles:
      - {{path: /etc/nfsmount.conf, op: overwrite, permissions: 0o644, content: 'nfsvers=4.2'}}
      - {{path: /etc/cri/conf.d/20-customization.part, op: create, content: 'x = 1'}}
    nameservers: [1.1.1.1]
    disableSearchDomain: true
    certSANs: [one.example]
  - hostname: w
    ipAddress: 10.0.0.2
    controlPlane: false
    installDiskSelector: {{serial: S1}}
    nodeLabels: {{zone: b}}
"
    );
    let (made, problems) = made(&text, "1.14");
    assert_eq!(lines(&problems), "");
    let kinds = [
        "UnattendedInstallConfig",
        "KubeNodeConfig",
        "KernelModuleConfig",
        "EtcFileConfig",
        "CRICustomizationConfig",
        "ResolverConfig",
    ];
    insta::assert_snapshot!(shown(&made[0], &kinds), @r#"
    apiVersion: v1alpha1
    kind: ResolverConfig
    nameservers:
      - address: 1.1.1.1
    searchDomains:
      disableDefault: true
    hostDNS:
      enabled: true
      forwardKubeDNSToHost: true
    ---
    apiVersion: v1alpha1
    kind: KubeNodeConfig
    nodeIP: {}
    labels:
      name: controlplane
      node-role.kubernetes.io/control-plane: ""
      node.kubernetes.io/exclude-from-external-load-balancers: ""
      zone: a
    annotations:
      rack: r1
    taints:
      a: NoSchedule
      node-role.kubernetes.io/control-plane: NoSchedule
    ---
    apiVersion: v1alpha1
    kind: KernelModuleConfig
    name: nbd
    ---
    apiVersion: v1alpha1
    kind: KernelModuleConfig
    name: drbd
    parameters:
      - usermode_helper=disabled
    ---
    apiVersion: v1alpha1
    kind: UnattendedInstallConfig
    installer:
      image: factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.14.1
    provisioning:
      diskSelector:
        match: disk.dev_path == "/dev/disk/by-id/x" || "/dev/disk/by-id/x" in disk.symlinks
      wipe: false
    ---
    apiVersion: v1alpha1
    kind: EtcFileConfig
    name: nfsmount.conf
    mode: 0o644
    contents: nfsvers=4.2
    ---
    apiVersion: v1alpha1
    kind: CRICustomizationConfig
    name: containerd
    content: x = 1
    "#);
    insta::assert_snapshot!(shown(&made[1], &kinds), @r#"
    apiVersion: v1alpha1
    kind: ResolverConfig
    hostDNS:
      enabled: true
      forwardKubeDNSToHost: true
    ---
    apiVersion: v1alpha1
    kind: KubeNodeConfig
    nodeIP: {}
    labels:
      zone: b
    ---
    apiVersion: v1alpha1
    kind: UnattendedInstallConfig
    installer:
      image: factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.14.1
    provisioning:
      diskSelector:
        match: glob("S1", disk.serial) && disk.transport != "" && !disk.readonly && !disk.cdrom
      wipe: false
    "#);
    for documents in &made {
        let machine = documents[0]["machine"].as_object().expect("a map");
        for moved in ["install", "nodeLabels", "nodeTaints", "kernel", "files"] {
            assert!(!machine.contains_key(moved), "{moved}");
        }
    }
    assert_eq!(made[0][0]["machine"]["certSANs"][0], "one.example");
}

#[test]
fn another_cni_takes_the_place_of_flannel_on_control_planes_alone() {
    let nodes = "nodes:
  - {hostname: cp, ipAddress: 10.0.0.1, controlPlane: true, installDisk: /dev/sda}
  - {hostname: w, ipAddress: 10.0.0.2, controlPlane: false, installDisk: /dev/sda}
";
    let kinds = ["KubeFlannelCNIConfig", "KubeExternalManifestConfig"];
    let shown = |cni: &str| {
        let (made, problems) = made(&format!("{HEAD}{cni}{nodes}"), "1.14");
        assert_eq!(lines(&problems), "", "{cni}");
        assert_eq!(shown(&made[1], &kinds), "", "{cni}");
        shown(&made[0], &kinds)
    };
    assert_eq!(shown("cniConfig: {name: none}\n"), "");
    insta::assert_snapshot!(shown("cniConfig: {name: custom, urls: [https://a.example/x, https://b.example/y]}\n"), @r#"
    apiVersion: v1alpha1
    kind: KubeExternalManifestConfig
    name: custom-cni
    url: https://a.example/x
    ---
    apiVersion: v1alpha1
    kind: KubeExternalManifestConfig
    name: custom-cni-2
    url: https://b.example/y
    "#);
    insta::assert_snapshot!(shown("cniConfig: {name: flannel, flannel: {extraArgs: [--iface=eth1]}}\n"), @r#"
    apiVersion: v1alpha1
    kind: KubeFlannelCNIConfig
    backendType: vxlan
    backendPort: 4789
    extraArgs:
      - --iface=eth1
    "#);
    assert_eq!(shown(""), shown("cniConfig: {name: flannel}\n"));
}

#[test]
fn what_has_no_document_is_told_at_its_place() {
    let text = format!(
        "{HEAD}nodes:
  - hostname: a
    ipAddress: 10.0.0.1
    controlPlane: true
    installDiskSelector: {{name: /dev/sda}}
  - {{hostname: c, ipAddress: 10.0.0.3, controlPlane: true, installDiskSelector: {{type: floppy}}}}
  - {{hostname: d, ipAddress: 10.0.0.4, controlPlane: true, installDiskSelector: {{size: much}}}}
  - hostname: b
    ipAddress: 10.0.0.2
    controlPlane: false
    installDisk: /dev/sda
    machineFiles:
      - {{path: /var/x, op: create, permissions: 0o600, content: x}}
      - {{path: /etc/hosts, op: append, content: x}}
      - {{path: /etc/nfsmount.conf, op: append, content: x}}
"
    );
    let (made, problems) = made(&text, "1.14");
    insta::assert_snapshot!(lines(&problems), @r#"
    talconfig.yaml:9:33: error[machine-config/bad-value]: disks are not selected by `name`
    talconfig.yaml:10:88: error[machine-config/bad-value]: `floppy` is not a type of disk
    talconfig.yaml:11:88: error[machine-config/bad-value]: `much` is not a size with a comparison
    talconfig.yaml:17:16: warning[talconfig/no-document-for-file]: it stays in `machine.files`: no document has a file outside of `/etc`
    talconfig.yaml:18:16: warning[talconfig/no-document-for-file]: it stays in `machine.files`: Talos writes what is there itself
    talconfig.yaml:19:16: warning[talconfig/no-document-for-file]: it stays in `machine.files`: a document has a whole file, and adds nothing to another
    "#);
    assert_eq!(made[3][0]["machine"]["files"][0]["path"], "/var/x");
}

#[test]
fn manifests_are_documents_of_control_planes() {
    let text = format!(
        "{HEAD}inlineManifests:
  - {{name: first, contents: 'kind: A'}}
  - {{name: second, contents: 'kind: B'}}
nodes:
  - {{hostname: cp, ipAddress: 10.0.0.1, controlPlane: true, installDisk: /dev/sda}}
  - {{hostname: w, ipAddress: 10.0.0.2, controlPlane: false, installDisk: /dev/sda}}
"
    );
    let (made, problems) = made(&text, "1.14");
    assert_eq!(lines(&problems), "");
    let kinds = ["KubeInlineManifestConfig"];
    insta::assert_snapshot!(shown(&made[0], &kinds), @r"
    apiVersion: v1alpha1
    kind: KubeInlineManifestConfig
    name: first
    manifest: 'kind: A'
    ---
    apiVersion: v1alpha1
    kind: KubeInlineManifestConfig
    name: second
    manifest: 'kind: B'
    ");
    assert_eq!(shown(&made[1], &kinds), "");
    assert!(
        made.iter()
            .all(|one| one[0]["cluster"].get("inlineManifests").is_none())
    );
}

#[test]
fn what_would_be_lost_and_what_is_published_no_more_is_told() {
    let text = format!(
        "{HEAD}nodes:
  - hostname: a
    ipAddress: 10.0.0.1
    controlPlane: true
    installDisk: /dev/sda
    talosImageURL: ghcr.io/siderolabs/installer
    kernelModules: [{{name: nbd}}, {{name: nbd, parameters: [nbds_max=16]}}]
    machineFiles:
      - {{path: /etc/x, op: create, content: x}}
      - {{path: /etc/x, op: overwrite, content: y}}
"
    );
    let told = |text: &str| {
        let (_, problems) = made(text, "1.14");
        lines(&problems)
    };
    insta::assert_snapshot!(told(&text), @r"
    talconfig.yaml:10:20: warning[talconfig/no-image]: `ghcr.io/siderolabs/installer` has no image of Talos v1.14.1
    talconfig.yaml:11:20: error[talconfig/duplicate-document]: two documents `KernelModuleConfig/nbd` come of this
    talconfig.yaml:13:7: error[talconfig/duplicate-document]: two documents `EtcFileConfig/x` come of this
    ");
    let older = text
        .replace("v1.14.1", "v1.13.9")
        .replace("1.37.0", "1.36.1");
    assert!(!told(&older).contains("no-image"));
}

#[test]
fn what_the_generator_was_asked_for_is_told_where_it_was() {
    let text = format!(
        "{HEAD}clusterSvcNets: [fd00:43::/64]
clusterPodNets: [fd00:42::/56]
nodes:
  - {{hostname: cp, ipAddress: 10.0.0.1, controlPlane: true, installDisk: /dev/sda}}
"
    );
    let variables = Variables::new();
    let source = Source::new("talconfig.yaml", text);
    let (talconfig, _) = Talconfig::read(&source, &variables);
    let bundle = bundle::read(&Source::new("talsecret.yaml", BUNDLE)).expect("a whole bundle");
    let contract = Contract::parse("1.14").expect("a contract");
    let (generator, _) = Generator::on_trial(Request {
        talconfig: talconfig.raw().expect("it can be read"),
        bundle: &bundle,
        contract,
        variables: &variables,
        files: &None,
    });
    let (config, _) = generator.node(0);
    let stages = generator.stages(0);
    let found = talos::validate::validate(&config.expect("a configuration").documents, contract);
    let told: Vec<_> = found
        .iter()
        .map(|violation| talhelper::explain::locate(violation, &stages).to_string())
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"talconfig.yaml:5:17: error[machine-config/bad-value]: `KubeNetworkConfig serviceSubnets[0]`: the network `fd00:43::/64` is too large for services");
}
