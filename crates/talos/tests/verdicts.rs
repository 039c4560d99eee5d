//! Verdicts of the machinery of Talos v1.14.1: validations, patches in old and new form on both
//! bases, and generated configurations.

#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::path::Path;

use diagnostics::{Severity, Source};
use serde_json::Value;
use talos::contract::{Contract, Release};
use talos::patch::{Machinery, Patch, apply, documents};
use talos::validate::{Violation, dangers, switched_on, validate_on};

/// Cases in which we differ, and why.
const OTHERWISE: [(&str, &str); 3] = [
    (
        "generated-16-template-family-1.13-cp",
        "the list of generated files has no warnings: this one is about `machine.files`",
    ),
    (
        "generated-16-template-family-1.13-worker",
        "the list of generated files has no warnings: this one is about `machine.files`",
    ),
    (
        "pair-39-empty-search-domains-old",
        "the machinery drops an empty list of v1alpha1 where it merges; as it stands in a file it \
         is refused beside a `ResolverConfig`",
    ),
];

fn text(path: &str) -> String {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v1.14");
    std::fs::read_to_string(vectors.join(path)).expect("a vector")
}

fn cases() -> Vec<Value> {
    serde_json::from_str(&text("validate/verdicts.json")).expect("a list of cases")
}

fn word<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

/// The configuration of a case; none if reading or merging it is refused already.
fn config(case: &Value) -> Option<Vec<Value>> {
    let base = word(case, "base");
    let input = Source::new("input.yaml", word(case, "input"));
    let read = |source: &Source| {
        let (config, problems) = documents(source);
        (!problems.has_errors()).then_some(config)
    };
    if base == "none" {
        return read(&input);
    }
    let path = match base.strip_prefix("generate/") {
        Some(_) => base.to_owned(),
        None => format!("validate/base-{base}.yaml"),
    };
    let mut config = read(&Source::new(path.as_str(), text(&path))).expect("a base");
    if input.text().is_empty() {
        return Some(config);
    }
    let (patch, _) = Patch::read(&input, Machinery::V1_14);
    apply(&mut config, &patch?, Machinery::V1_14).ok()?;
    Some(config)
}

/// What a node of 1.14.1 is told of a case, or whoever knows no release.
fn found(case: &Value, release: Option<Release>) -> Option<Vec<Violation>> {
    Some(validate_on(&config(case)?, Contract::NEWEST, release))
}

fn verdict(found: Option<&Vec<Violation>>) -> &'static str {
    let Some(found) = found else {
        return "refused";
    };
    match found.iter().map(|one| one.severity).min() {
        None => "fine",
        Some(Severity::Error) => "refused",
        Some(_) => "warning",
    }
}

/// Theirs, from the stage that was reached.
fn theirs(case: &Value, stage: &str) -> &'static str {
    match stage {
        "ok" if case["warnings"].is_u64() => "warning",
        "ok" => "fine",
        _ => "refused",
    }
}

#[test]
fn verdicts_are_those_of_the_machinery() {
    let release = Release::parse("v1.14.1");
    let cases = cases();
    assert!(cases.len() > 600, "{}", cases.len());
    let mut different = Vec::new();
    for case in &cases {
        let exact = found(case, release);
        let local = found(case, None);
        let stage = word(case, "stage");
        let of_local = match word(case, "local") {
            "" => stage,
            local => local,
        };
        for (found, stage) in [(&exact, stage), (&local, of_local)] {
            let (ours, theirs) = (verdict(found.as_ref()), theirs(case, stage));
            if ours != theirs {
                different.push((word(case, "id"), ours, theirs, found.clone()));
            }
        }
    }
    let meant = |id: &str| OTHERWISE.iter().any(|(other, _)| *other == id);
    for (id, _) in OTHERWISE {
        assert!(different.iter().any(|(other, ..)| *other == id), "{id}");
    }
    different.retain(|(id, ..)| !meant(id));
    assert!(different.is_empty(), "{different:#?}");
}

/// Cases whose problem is one that the verdict does not know: where a danger is told.
fn dangers_of(input: &str, base: &str) -> String {
    let case = serde_json::json!({"base": base, "input": input});
    let config = config(&case).expect("a configuration");
    let found = dangers(&config, Contract::NEWEST, None);
    let told = found.iter().map(|one| {
        format!(
            "{} {}: {}[{}]: {}",
            one.document, one.path, one.severity, one.rule, one.message
        )
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn dangers_that_the_machinery_accepts() {
    for base in ["cp-1.14", "worker-1.14", "cp-1.13", "worker-1.13"] {
        assert_eq!(dangers_of("", base), "", "{base}");
    }
    let deleted = |kinds: &[&str]| {
        let kinds = kinds.iter();
        let all = kinds.map(|kind| format!("apiVersion: v1alpha1\nkind: {kind}\n$patch: delete\n"));
        dangers_of(&all.collect::<Vec<_>>().join("---\n"), "cp-1.14")
    };
    insta::assert_snapshot!(deleted(&["KubeAuthenticationConfig", "KubeAuthorizerConfig\nname: rbac"]), @"KubeAPIServerConfig : error[machine-config/unguarded]: the API server does not work without `KubeAuthenticationConfig`, `KubeAuthorizerConfig` of the type `RBAC`");
    insta::assert_snapshot!(deleted(&["KubeServiceAccountConfig", "KubeNetworkConfig", "KubeAggregatorCAConfig", "KubeAPIServerCAConfig", "KubeletConfig", "KubeProxyConfig"]), @r"
    KubeAPIServerCAConfig : error[machine-config/nowhere]: neither `KubeAPIServerCAConfig` nor `cluster.ca` is there
    KubeNetworkConfig : error[machine-config/nowhere]: neither `KubeNetworkConfig` nor `cluster.network` is there
    KubeAggregatorCAConfig : error[machine-config/nowhere]: neither `KubeAggregatorCAConfig` nor `cluster.aggregatorCA` is there
    KubeServiceAccountConfig : error[machine-config/nowhere]: neither `KubeServiceAccountConfig` nor `cluster.serviceAccount` is there
    KubeletConfig : warning[machine-config/absent-is-on]: without `KubeletConfig` Talos runs the kubelet of the Kubernetes that is built in
    KubeProxyConfig : warning[machine-config/absent-is-on]: without `KubeProxyConfig` Talos runs this component with its defaults: that switches nothing off
    ");
    insta::assert_snapshot!(dangers_of("apiVersion: v1alpha1\nkind: UnattendedInstallConfig\ninstaller: {image: x}\nprovisioning: {diskSelector: {match: disk.dev_path == \"/dev/disk/by-id/a\"}}\n", "cp-1.14"), @r"
    UnattendedInstallConfig provisioning.wipe: warning[machine-config/wipes]: without `wipe` the whole disk is wiped before Talos is installed
    UnattendedInstallConfig provisioning.diskSelector.match: error[machine-config/no-disk]: no disk is matched: `disk.dev_path` is never a path below `/dev/disk`
    ");
    insta::assert_snapshot!(dangers_of("apiVersion: v1alpha1\nkind: EtcFileConfig\nname: a.conf\nmode: 644\ncontents: x\n", "worker-1.14"), @"EtcFileConfig/a.conf mode: warning[machine-config/decimal-mode]: `644` is decimal: the file gets the mode `0o1204`");
    for mode in ["0o644", "0644", "420", "0o1777"] {
        let file =
            format!("apiVersion: v1alpha1\nkind: EtcFileConfig\nname: a.conf\nmode: {mode}\n");
        assert_eq!(dangers_of(&file, "worker-1.14"), "", "{mode}");
    }
    let keys = |providers: &str| {
        let delete = "apiVersion: v1alpha1\nkind: KubeEtcdEncryptionConfig\nconfig: {$patch: delete}\n---\napiVersion: v1alpha1\nkind: KubeEtcdEncryptionConfig\n";
        dangers_of(
            &format!(
                "{delete}config: {{resources: [{{resources: [secrets], providers: [{providers}]}}]}}\n"
            ),
            "cp-1.14",
        )
    };
    insta::assert_snapshot!(keys("{secretbox: {keys: [{name: key1}]}}"), @"KubeEtcdEncryptionConfig config.resources[0].providers[0].secretbox.keys[0].name: warning[machine-config/etcd-key]: no key of `secretbox` is called `key2`, as that of `v1alpha1` is: what was encrypted with that cannot be read");
    insta::assert_snapshot!(keys("{secretbox: {keys: [{name: key2}]}}, {secretbox: {keys: [{name: key1}]}}"), @"KubeEtcdEncryptionConfig config.resources[0].providers[1].secretbox.keys[0].name: warning[machine-config/etcd-key]: `key1` is what Talos calls the secret of `aescbc`, and here it is one of `secretbox`: what was encrypted with it cannot be read");
    insta::assert_snapshot!(keys("{secretbox: {keys: [{name: key2}]}}, {aescbc: {keys: [{name: key3}]}}"), @"KubeEtcdEncryptionConfig config.resources[0].providers[1].aescbc.keys[0].name: warning[machine-config/etcd-key]: no key of `aescbc` is called `key1`, as that of `v1alpha1` is: what was encrypted with that cannot be read");
    assert_eq!(
        keys(
            "{secretbox: {keys: [{name: key3}, {name: key2}]}}, {aescbc: {keys: [{name: key1}]}}, {identity: {}}"
        ),
        ""
    );
    insta::assert_snapshot!(dangers_of("cluster: {network: {serviceSubnets: [\"fd00::/64\"]}}\n", "cp-1.13"), @"v1alpha1 cluster.network.serviceSubnets[0]: note[machine-config/stays]: `KubeNetworkConfig` takes no such network: `fd00::/64` is too large for services");
    assert_eq!(dangers(&[], Contract::NEWEST_UNASKED, None), []);
}

#[test]
fn what_the_first_configuration_of_1_14_switches_on() {
    let base =
        |name: &str| config(&serde_json::json!({"base": name, "input": ""})).expect("a base");
    let told = |before: &[Value], after: &[Value]| {
        let found = switched_on(before, after);
        let told = found.iter().map(|one| {
            format!(
                "{}: {}[{}]: {}",
                one.document, one.severity, one.rule, one.message
            )
        });
        told.collect::<Vec<_>>().join("\n")
    };
    let (old, new) = (base("cp-1.13"), base("cp-1.14"));
    insta::assert_snapshot!(told(&old, &new), @r"
    SecurityProfileConfig: note[machine-config/switched-on]: workloads are isolated from the host, after a restart: pods that share its processes or mount its folders may stop to work
    FilesystemTrimConfig: note[machine-config/switched-on]: file systems are trimmed by the week
    VolumeConfig/EPHEMERAL: note[machine-config/switched-on]: the volume `EPHEMERAL` is mounted without devices and set-user-id programs
    KubeAPIServerConfig: note[machine-config/switched-on]: the API server is started again if it does not come up in time
    KubeAuthenticationConfig: note[machine-config/switched-on]: the paths of the API server's health are open without authentication
    ");
    assert_eq!(told(&new, &new), "");
    let decided = config(&serde_json::json!({"base": "cp-1.14", "input": "apiVersion: v1alpha1\nkind: SecurityProfileConfig\nworkloadIsolation: false\n"})).expect("a configuration");
    assert!(!told(&old, &decided).contains("isolated"));
}
