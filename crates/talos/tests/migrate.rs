//! Moving to the documents of 1.14, against what the machinery of Talos v1.14.1 made of both forms.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::{Path, PathBuf};

use diagnostics::Source;
use serde_json::Value;
use talos::compare::differences;
use talos::migrate::{Audience, Dollar, Rewritten, Subsystem, configuration, read};
use talos::patch::documents;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v1.14")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(vectors().join(path)).expect("a vector")
}

fn config(path: &str) -> Vec<Value> {
    let (documents, problems) = documents(&Source::new(path, text(path)));
    assert!(problems.is_empty(), "{path}: {problems:?}");
    documents
}

/// Pairs whose old patch is not rewritten to their new one, and why.
const OTHERWISE: [(&str, &str); 5] = [
    (
        "07-interfaces-vip",
        "interfaces have documents since 1.12 and are legal in both forms",
    ),
    (
        "24-install-disk-serial",
        "the expression is the one that Talos makes of a selector",
    ),
    (
        "37-kubelet-extra-mounts",
        "nothing takes them over, which is told",
    ),
    (
        "42-install-image-only",
        "it would drop the disk, which is told",
    ),
    ("44-extra-args-list", "the two patches do not say the same"),
];

/// Each document of a patch, by its kind and name.
fn named(text: &str) -> Vec<(String, Value)> {
    let parsed = yaml::parse(&Source::new("patch", text), &yaml::Limits::default());
    assert!(
        parsed.diagnostics.is_empty(),
        "{text}\n{:?}",
        parsed.diagnostics
    );
    let mut found: Vec<_> = parsed
        .documents
        .iter()
        .map(|root| {
            let one = |key: &str| {
                root.get(key)
                    .and_then(yaml::Node::text)
                    .unwrap_or_default()
                    .to_owned()
            };
            (format!("{}/{}", one("kind"), one("name")), plain(root))
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

/// A value with every scalar as the text that is read.
fn plain(node: &yaml::Node) -> Value {
    match node.value() {
        yaml::Value::Scalar(scalar) => Value::from(scalar.text()),
        yaml::Value::Sequence(items) => items.iter().map(plain).collect(),
        yaml::Value::Mapping(map) => map
            .iter()
            .map(|entry| {
                (
                    entry.key.text().unwrap_or_default().to_owned(),
                    plain(&entry.value),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

#[test]
fn old_patches_become_the_new_ones() {
    let file = text("patches/rewritten.yaml");
    let parsed = yaml::parse(
        &Source::new("rewritten.yaml", file),
        &yaml::Limits::default(),
    );
    let pairs = parsed
        .root()
        .and_then(yaml::Node::as_sequence)
        .expect("a list");
    assert_eq!(pairs.len(), 42);
    let mut wrong = Vec::new();
    for pair in pairs {
        let part = |key: &str| pair.get(key).and_then(yaml::Node::text).expect("a text");
        let (id, old, new) = (part("id"), part("old"), part("new"));
        let rewritten = Rewritten::of(
            &Source::new("patch.yaml", old),
            &Subsystem::ALL,
            Dollar::Single,
        )
        .unwrap_or_else(|why| panic!("{id}: {}", why.why));
        let text = rewritten.text(Audience::All).unwrap_or_default();
        let same = named(&text) == named(new) && rewritten.stays.is_empty();
        if same == OTHERWISE.iter().any(|(one, _)| *one == id) {
            wrong.push(format!("{id}: {:?}\n{text}", rewritten.stays));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every set at 1.13, migrated, is what Talos generates at 1.14, but for what is new there.
#[test]
fn generated_configurations_move_to_what_is_generated() {
    let folder = vectors().join("generate");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.contains("-1.13-"))
        .collect();
    // Contract 1.13 knows no nodes without Kubernetes, so those two sets differ in what they ask for.
    names.retain(|name| !name.starts_with("11-") && !name.starts_with("12-"));
    names.sort();
    assert_eq!(names.len(), 28);
    let mut told = Vec::new();
    for name in names {
        let before = config(&format!("generate/{name}"));
        let generated = config(&format!("generate/{}", name.replace("-1.13-", "-1.14-")));
        let moved = configuration(&before, &Subsystem::ALL);
        for (side, other) in [("moved", &moved.documents), ("generated", &generated)] {
            let found = read(&before).against(&read(other));
            for change in found.identity.iter().chain(&found.other) {
                told.push(format!("{name}, {side}: {change:?}"));
            }
        }
        for stay in &moved.stays {
            told.push(format!(
                "{name} stays: {} {}: {}",
                stay.subsystem, stay.path, stay.why
            ));
        }
        // What a person reads is the same too, document for document.
        for change in differences(&moved.documents, &generated) {
            let new = [
                "SecurityProfileConfig",
                "FilesystemTrimConfig",
                "VolumeConfig/EPHEMERAL",
            ];
            let heads = ["apiVersion", "kind", "name"].contains(&change.path.as_str());
            // What is generated reads nothing that was stored in the clear.
            let heads = heads || change.path.ends_with("].identity");
            if !heads && !new.contains(&change.document.as_str()) {
                told.push(format!("{name}, by document: {change:?}"));
            }
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    03-secureboot-kernel-args-1.13-cp.yaml, generated: v1alpha1: machine.install.extraKernelArgs removed
    03-secureboot-kernel-args-1.13-cp.yaml stays: install machine.install: `extraKernelArgs`: no document of 1.14 has it: write it into the schematic of the image
    03-secureboot-kernel-args-1.13-cp.yaml, by document: UnattendedInstallConfig: installer.image set
    03-secureboot-kernel-args-1.13-cp.yaml, by document: UnattendedInstallConfig: provisioning.diskSelector.match set
    03-secureboot-kernel-args-1.13-cp.yaml, by document: UnattendedInstallConfig: provisioning.wipe set
    03-secureboot-kernel-args-1.13-cp.yaml, by document: v1alpha1: machine.install.disk removed
    03-secureboot-kernel-args-1.13-cp.yaml, by document: v1alpha1: machine.install.extraKernelArgs removed
    03-secureboot-kernel-args-1.13-cp.yaml, by document: v1alpha1: machine.install.grubUseUKICmdline removed
    03-secureboot-kernel-args-1.13-cp.yaml, by document: v1alpha1: machine.install.image removed
    03-secureboot-kernel-args-1.13-cp.yaml, by document: v1alpha1: machine.install.wipe removed
    03-secureboot-kernel-args-1.13-worker.yaml, generated: v1alpha1: machine.install.extraKernelArgs removed
    03-secureboot-kernel-args-1.13-worker.yaml stays: install machine.install: `extraKernelArgs`: no document of 1.14 has it: write it into the schematic of the image
    03-secureboot-kernel-args-1.13-worker.yaml, by document: UnattendedInstallConfig: installer.image set
    03-secureboot-kernel-args-1.13-worker.yaml, by document: UnattendedInstallConfig: provisioning.diskSelector.match set
    03-secureboot-kernel-args-1.13-worker.yaml, by document: UnattendedInstallConfig: provisioning.wipe set
    03-secureboot-kernel-args-1.13-worker.yaml, by document: v1alpha1: machine.install.disk removed
    03-secureboot-kernel-args-1.13-worker.yaml, by document: v1alpha1: machine.install.extraKernelArgs removed
    03-secureboot-kernel-args-1.13-worker.yaml, by document: v1alpha1: machine.install.grubUseUKICmdline removed
    03-secureboot-kernel-args-1.13-worker.yaml, by document: v1alpha1: machine.install.image removed
    03-secureboot-kernel-args-1.13-worker.yaml, by document: v1alpha1: machine.install.wipe removed
    13-bundle-with-both-encryption-secrets-1.13-cp.yaml, by document: KubeEtcdEncryptionConfig: config.resources[0].providers[1].secretbox.keys[0].name set
    13-bundle-with-both-encryption-secrets-1.13-cp.yaml, by document: KubeEtcdEncryptionConfig: config.resources[0].providers[1].secretbox.keys[0].secret set
    17-template-control-plane-1.13-cp.yaml, generated: Layer2VIPConfig/192.168.22.100: link set
    17-template-control-plane-1.13-cp.yaml, by document: Layer2VIPConfig/192.168.22.100: link set
    ");
}

/// The comments of a patch go where what they are about goes.
#[test]
fn comments_and_templates_are_kept() {
    let patch = r#"---
# Metrics of all components.
cluster:
  # Without kube-proxy the API server finds endpoints itself.
  apiServer:
    extraArgs:
      enable-aggregator-routing: "true" # since 1.9
      # Dropped by nobody.
      feature-gates: [A=true, B=false]
  # Served on the node's address.
  controllerManager:
    extraArgs:
      bind-address: 0.0.0.0
  etcd:
    # Stays.
    advertisedSubnets: [#{ node_cidr | tojson }#]
machine:
  network:
    nameservers:
#% for address in node_dns_servers %#
      - #{ address | tojson }#
#% endfor %#
    disableSearchDomain: true
  time:
    servers:
#% for server in node_ntp_servers %#
      # One of several.
      - #{ server | tojson }#
#% endfor %#
# The end.
"#;
    let rewritten = Rewritten::of(
        &Source::new("patch.yaml.j2", patch),
        &Subsystem::ALL,
        Dollar::Single,
    )
    .unwrap_or_else(|why| panic!("{}", why.why));
    assert!(rewritten.stays.is_empty());
    insta::assert_snapshot!(rewritten.text(Audience::Everybody).expect("something"), @r#"
    ---
    cluster:
      etcd:
        # Stays.
        advertisedSubnets: [#{ node_cidr | tojson }#]
    ---
    apiVersion: v1alpha1
    kind: ResolverConfig
    nameservers:
    #% for address in node_dns_servers %#
      - address: #{ address | tojson }#
    #% endfor %#
    searchDomains:
      disableDefault: true
    ---
    apiVersion: v1alpha1
    kind: TimeSyncConfig
    ntp:
      servers:
    #% for server in node_ntp_servers %#
        # One of several.
        - #{ server | tojson }#
    #% endfor %#
    # The end.
    "#);
    insta::assert_snapshot!(rewritten.text(Audience::ControlPlanes).expect("something"), @r#"
    ---
    # Metrics of all components.
    # Without kube-proxy the API server finds endpoints itself.
    apiVersion: v1alpha1
    kind: KubeAPIServerConfig
    extraArgs:
      enable-aggregator-routing: "true" # since 1.9
      # Dropped by nobody.
      feature-gates: [A=true, B=false]
    ---
    # Served on the node's address.
    apiVersion: v1alpha1
    kind: KubeControllerManagerConfig
    extraArgs:
      bind-address: 0.0.0.0
    # The end.
    "#);
}

/// What a person has to do is told with the reason.
#[test]
fn what_cannot_be_rewritten_is_told() {
    let mut told = Vec::new();
    for patch in [
        "- op: add\n  path: /machine/env\n  value: {}\n",
        "machine:\n  kubelet: &k {image: a}\n",
        "machine:\n  kubelet:\n    extraMounts: [{destination: /a}]\n    nodeIP: {validSubnets: [10.0.0.0/8]}\n",
        "machine:\n  install: {image: a}\n",
        "machine:\n  install: {disk: /dev/sda, extraKernelArgs: [a]}\n",
        "#% if x %#\ncluster:\n  proxy: {disabled: true}\n#% endif %#\nmachine:\n  sysctls: {a: b}\n",
        "cluster:\n  allowSchedulingOnControlPlanes: #{ x | tojson }#\n",
        "cluster:\n  secretboxEncryptionSecret: secret\n",
        "cluster:\n  apiServer:\n    extraArgs: {oidc-issuer-url: a, oidc-client-id: b, oidc-ca-file: /c}\n",
        "cluster:\n  apiServer:\n    extraVolumes: [{hostPath: /a}]\n    extraArgs: {a: b}\n",
        "machine:\n  files:\n    - {path: /var/a, op: create, content: a}\n    - {path: /etc/a.conf, op: create, content: b}\n    - {path: /etc/kubernetes/b, op: create, content: c}\n",
        "cluster:\n  discovery: {registries: {kubernetes: {disabled: false}}}\n",
    ] {
        match Rewritten::of(
            &Source::new("patch.yaml", patch),
            &Subsystem::ALL,
            Dollar::Single,
        ) {
            Err(why) => told.push(format!(
                "{} {}: {}",
                patch.get(why.range.clone()).unwrap_or_default(),
                why.path,
                why.why
            )),
            Ok(rewritten) => {
                for (stay, range) in &rewritten.stays {
                    let place = patch.get(range.clone()).unwrap_or_default();
                    told.push(format!(
                        "{} ({place}) {}: {}",
                        stay.path, stay.subsystem, stay.why
                    ));
                }
                if !rewritten.is_unchanged() {
                    told.push(rewritten.text(Audience::All).unwrap_or_default());
                }
            }
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    - op: add
      path: /machine/env
      value: {} : operations of JSON name places of one document, and there are several from 1.14 on
    {image: a} : an anchor cannot stand in another document
    machine.kubelet.extraMounts ([{destination: /a}]) kubelet: no document of 1.14 has it: make each a volume: the kubelet sees what a UserVolumeConfig mounts below `/var/mnt`
    machine:
      kubelet:
        extraMounts: [{destination: /a}]
    ---
    apiVersion: v1alpha1
    kind: KubeNodeConfig
    nodeIP: {validSubnets: [10.0.0.0/8]}

    machine.install ({image: a}) install: a patch of the document drops its disk, and this one names none: name the image where the node is described, or the disk here too
    machine.install ({disk: /dev/sda, extraKernelArgs: [a]}) install: `extraKernelArgs`: no document of 1.14 has it: write it into the schematic of the image
    proxy: {disabled: true} cluster: a statement of the template decides about it
    cluster.allowSchedulingOnControlPlanes (#{ x | tojson }#) node: its value is not known before it is filled in
    cluster.secretboxEncryptionSecret (secret) etcd-encryption: providers are a list, which a patch only adds to: what is stored could not be read
    cluster.apiServer.extraArgs ({oidc-issuer-url: a, oidc-client-id: b, oidc-ca-file: /c}) api-server: `oidc-ca-file` names a file: write its PEM into `issuer.certificateAuthority`
    cluster.apiServer.extraVolumes ([{hostPath: /a}]) api-server: no document of 1.14 has it: the component cannot mount anything of the node any more
    machine.files[0] (- {path: /var/a, op: create, content: a}
        - {path: /etc/a.conf, op: create, content: b}
        - {path: /etc/kubernetes/b, op: create, content: c}) files: no document has a file outside of `/etc`
    machine.files[2] (- {path: /var/a, op: create, content: a}
        - {path: /etc/a.conf, op: create, content: b}
        - {path: /etc/kubernetes/b, op: create, content: c}) files: Talos writes what is there itself
    machine:
      files:
        - {path: /var/a, op: create, content: a}
        - {path: /etc/kubernetes/b, op: create, content: c}
    ---
    apiVersion: v1alpha1
    kind: EtcFileConfig
    name: a.conf
    contents: b

    cluster.discovery ({registries: {kubernetes: {disabled: false}}}) discovery: documents know no discovery through Kubernetes: `registries.kubernetes.disabled: true` leaves it to the service
    ");
}
