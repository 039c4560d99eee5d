//! Patches as text: what has to be written otherwise to mean the same.

use diagnostics::Source;
use serde_json::{Value, json};
use talos::migrate::{Audience, Dollar, Rewritten, Subsystem, asks, configuration};
use talos::patch::documents;

fn rewritten(text: &str, dollar: Dollar) -> Rewritten {
    Rewritten::of(&Source::new("patch.yaml", text), &Subsystem::ALL, dollar)
        .unwrap_or_else(|why| panic!("{}", why.why))
}

/// What is deleted anew, with the dollar that the text wants; what was written stays.
#[test]
fn a_dollar_is_doubled_where_variables_are_put_in() {
    for (old, single) in [
        (
            "cluster:\n  discovery:\n    enabled: false\n",
            "kind: DiscoveryServiceConfig\nname: default\n$patch: delete\n",
        ),
        (
            "cluster:\n  network:\n    cni:\n      name: none\n",
            "kind: KubeFlannelCNIConfig\n$patch: delete\n",
        ),
        (
            "machine:\n  features:\n    kubePrism:\n      enabled: false\n",
            "kind: KubePrismConfig\n$patch: delete\n",
        ),
        (
            "cluster:\n  allowSchedulingOnControlPlanes: true\n",
            "taints:\n  node-role.kubernetes.io/control-plane:\n    $patch: delete\n",
        ),
    ] {
        let text = |dollar| {
            rewritten(old, dollar)
                .text(Audience::All)
                .expect("a document")
        };
        assert!(
            text(Dollar::Single).ends_with(single),
            "{}",
            text(Dollar::Single)
        );
        let doubled = single.replace('$', "$$");
        assert!(text(Dollar::Doubled).ends_with(&doubled), "{old}");
    }
    for dollar in [Dollar::Single, Dollar::Doubled] {
        let old = "cluster:\n  proxy:\n    $$patch: delete\n";
        let text = rewritten(old, dollar).text(Audience::All);
        assert!(text.is_some_and(|text| text.contains("\n$$patch: delete\n")));
    }
}

/// A block's last line break counts where the text ends and where another document follows.
#[test]
fn a_block_at_the_end_keeps_its_value() {
    let file = |content: &str| {
        format!(
            "machine:\n  files:\n    - path: /etc/a\n      op: create\n      content: {content}"
        )
    };
    let own = |content: &str| {
        format!("apiVersion: v1alpha1\nkind: EtcFileConfig\nname: a\ncontents: {content}")
    };
    for (content, value) in [
        ("|\n          x", "x"),
        ("|\n          x\n", "x\n"),
        ("|-\n          x\n", "x"),
        (">\n          x", "x"),
        ("|+\n          x\n\n\n", "x\n\n\n"),
    ] {
        let others = "machine:\n  sysctls:\n    a: \"1\"\n";
        for old in [
            file(content),
            format!("{others}---\n{}", own(content)),
            format!("{}\n---\n{others}", own(content).trim_end_matches('\n')),
        ] {
            let (before, _) = documents(&Source::new("old.yaml", old.as_str()));
            let value = match before.iter().find(|one| one["kind"] == "EtcFileConfig") {
                Some(own) => own["contents"].clone(),
                None => json!(value),
            };
            let new = rewritten(&old, Dollar::Single)
                .text(Audience::All)
                .expect("documents");
            let (made, problems) = documents(&Source::new("new.yaml", new.as_str()));
            assert!(problems.is_empty(), "{new}");
            let files: Vec<_> = { made.iter() }
                .filter(|one| one["kind"] == "EtcFileConfig")
                .map(|one| &one["contents"])
                .collect();
            assert_eq!(files, [&value], "{old:?}\n{new:?}");
        }
    }
}

/// Another endpoint makes another issuer of tokens, in either form.
#[test]
fn who_patches_the_endpoint_patches_the_issuer() {
    let old = "cluster:\n  controlPlane:\n    # Behind a balancer.\n    endpoint: https://K8S.example.test:6443/\n";
    let new = rewritten(old, Dollar::Single);
    insta::assert_snapshot!(new.text(Audience::Everybody).expect("a document"), @r"
    # Behind a balancer.
    apiVersion: v1alpha1
    kind: KubeClusterConfig
    endpoint: https://K8S.example.test:6443/
    ");
    insta::assert_snapshot!(new.text(Audience::ControlPlanes).expect("a document"), @r"
    apiVersion: v1alpha1
    kind: KubeServiceAccountConfig
    issuer:
      issuerURL: https://K8S.example.test:6443/
    ");
}

/// Fields that templates of Go ask for and that are in documents.
#[test]
fn templates_that_ask_for_what_has_moved_are_told() {
    let mut told = Vec::new();
    for text in [
        "machine:\n  env:\n    TYPE: {{ .MachineConfig.MachineType }}\n    IMAGE: {{ .MachineConfig.MachineInstall.InstallImage }}\n",
        "machine:\n  env:\n    A: '{{ with $.ClusterConfig.ControlPlane }}{{ .Endpoint.Host }}{{ end }}'\n",
        "machine:\n  env:\n    A: '{{ $n := .ClusterConfig.ClusterNetwork }}{{ index $n.ServiceSubnet 0 }}'\n",
        "machine:\n  env:\n    A: '{{ range .MachineConfig.MachineSysctls }}{{ .Endpoint }}{{ end }}'\n",
        "apiVersion: v1alpha1\nkind: EtcFileConfig\nname: a\ncontents: '{{ if .ClusterConfig.ClusterName }}a{{ end }}{{ .MachineConfig.MachineToken }}'\n",
        "machine:\n  env:\n    A: '{{ nothing . }}'\n",
    ] {
        for (ask, range) in asks(text) {
            told.push(format!(
                "{} {}",
                text.get(range).unwrap_or_default(),
                ask.path
            ));
        }
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    .MachineConfig.MachineInstall.InstallImage machine.install.image
    .Endpoint.Host cluster.controlPlane.endpoint
    $n.ServiceSubnet cluster.network.serviceSubnets
    .MachineConfig.MachineSysctls machine.sysctls
    .ClusterConfig.ClusterName cluster.clusterName
    ");
}

/// Networks that a section takes and a document does not.
#[test]
fn networks_that_are_too_large_stay() {
    let whole = |network: &Value| {
        let before = json!({"machine": {"type": "controlplane"}, "cluster": {"network": network}});
        configuration(&[before], &Subsystem::ALL)
    };
    let mut told = Vec::new();
    for (pods, services) in [
        ("10.244.0.0/16", "10.96.0.0/12"),
        ("10.0.0.0/7", "10.96.0.0/12"),
        ("fd00::/56", "fd01::/64"),
        ("10.244.0.0/25", "10.96.0.0/12"),
    ] {
        let network = json!({"podSubnets": [pods], "serviceSubnets": [services]});
        let moved = whole(&network);
        let stays = moved.documents[0].pointer("/cluster/network") == Some(&network);
        assert_eq!(stays, !moved.stays.is_empty());
        for stay in moved.stays {
            assert_eq!(stay.subsystem, Subsystem::Network);
            told.push(format!("{}: {}", stay.path, stay.why));
        }
        let patch = format!("cluster:\n  network:\n    podSubnets: [{pods}]\n");
        let patch = rewritten(&patch, Dollar::Single);
        told.extend(
            patch
                .stays
                .iter()
                .map(|(stay, _)| format!("a patch of {}", stay.path)),
        );
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    cluster.network.podSubnets: `KubeNetworkConfig` takes no such network: `10.0.0.0/7` is too large to be cut into a `/24` for each node
    a patch of cluster.network.podSubnets
    cluster.network.serviceSubnets: `KubeNetworkConfig` takes no such network: `fd01::/64` is too large for services
    cluster.network.podSubnets: `KubeNetworkConfig` takes no such network: `10.244.0.0/25` is smaller than the `/24` that each node gets of it
    a patch of cluster.network.podSubnets
    ");
}

/// Comments behind the last of several stay with them; those of what is gone stand at the end.
#[test]
fn comments_behind_values_stay_with_them() {
    let old = "\
machine:
  network:
    nameservers:
      - 9.9.9.9    # first
      # - 1.1.1.1
    # Of the network.
  sysctls:
    a: \"1\"      # Watchdog
    # b: \"2\"
  # Of the machine.
  kernel:
    modules:
      - name: nbd
      # - name: drbd
# Of all.
";
    let new = rewritten(old, Dollar::Single).text(Audience::All);
    insta::assert_snapshot!(new.expect("documents"), @r#"
    apiVersion: v1alpha1
    kind: ResolverConfig
    nameservers:
      - address: 9.9.9.9    # first
      # - 1.1.1.1
    # Of the network.
    ---
    apiVersion: v1alpha1
    kind: SysctlConfig
    params:
      a: "1"      # Watchdog
      # b: "2"
    ---
    # Of the machine.
    apiVersion: v1alpha1
    kind: KernelModuleConfig
    name: nbd
    # - name: drbd
    # Of all.
    "#);
}

/// What a section goes without saying, and its document has to say.
#[test]
fn what_goes_without_saying_is_said() {
    let keys = json!({"provider": "luks2", "keys": [{"slot": 0, "nodeID": {}}]});
    let before = [json!({
        "machine": {"type": "controlplane", "systemDiskEncryption": {"ephemeral": keys, "state": keys}},
        "cluster": {"secretboxEncryptionSecret": "secret"},
    })];
    let moved = configuration(&before, &Subsystem::ALL).documents;
    let one = |path: &str, name: &str| {
        let named = |one: &&Value| one["name"] == name || one["kind"] == name;
        moved.iter().find(named).and_then(|one| one.pointer(path))
    };
    assert_eq!(one("/mount/secure", "EPHEMERAL"), Some(&json!(false)));
    assert_eq!(one("/mount", "STATE"), None);
    let providers = one("/config/resources/0/providers", "KubeEtcdEncryptionConfig");
    assert_eq!(providers.map(|all| &all[1]), Some(&json!({"identity": {}})));
    let found = talos::migrate::read(&before).against(&talos::migrate::read(&moved));
    assert!(found.are_none() && found.sealed.is_empty());
}
