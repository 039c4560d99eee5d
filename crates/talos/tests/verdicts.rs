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

/// Cases in which we say more than the machinery, and why.
const MORE: [(&str, &str); 6] = [
    (
        "apica-issuing-empty",
        "it looks at no key once the certificate is wrong",
    ),
    (
        "apica-base64-instead-of-pem",
        "it looks at no key once the certificate is wrong",
    ),
    (
        "apica-swapped",
        "it looks at no key once the certificate is wrong",
    ),
    ("on113-KubeClusterConfig", "it stops at the first section"),
    ("pair-02-node-labels-old", "it stops at the first section"),
    ("pair-06-nameservers-old", "it stops at the first section"),
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

/// What a message of the machinery is about: a document by its kind, and how the path begins.
struct About {
    begins: String,
    kind: String,
    path: String,
}

fn places() -> Vec<About> {
    let text = text("validate/places.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let (begins, place) = line.split_once(" > ").expect("a place");
        // A kind has no small letter first, and nothing but letters.
        let (first, rest) = begins.split_once(' ').unwrap_or((begins, ""));
        let own = !place.contains(' ') && !place.starts_with("Kube") && first.ends_with("Config");
        let own = own && !place.ends_with("Config");
        let (begins, kind, path) = if own {
            (format!("{first}: {rest}"), first, place)
        } else {
            let (kind, path) = place.split_once(' ').unwrap_or((place, ""));
            (begins.to_owned(), kind, path)
        };
        About {
            begins,
            kind: kind.to_owned(),
            path: path.to_owned(),
        }
    };
    lines.map(read).collect()
}

/// The messages of the machinery, each with the kind of its document, and texts in quotes apart.
fn messages(error: &str) -> Vec<(String, String)> {
    let mut kind = String::new();
    let mut out = Vec::new();
    for line in error.lines() {
        let (bullet, line) = match line.trim().strip_prefix("* ") {
            Some(line) => (true, line),
            None => (false, line.trim()),
        };
        let counts = line.ends_with("occurred:") && !line.contains("KubeNodeConfig");
        // Lines that draw where an expression is wrong.
        if counts || line.is_empty() || line.starts_with('|') {
            continue;
        }
        let named = line.split_once(": ").map(|(name, rest)| {
            let name = name.split('/').next().unwrap_or_default();
            (name.to_owned(), rest)
        });
        let line = match named {
            Some((name, rest)) if name.ends_with("Config") && !name.contains(' ') => {
                kind = name;
                format!("{kind}: {rest}")
            }
            _ if bullet && !kind.starts_with("KubeNode") => {
                kind.clear();
                line.to_owned()
            }
            _ if kind.is_empty() => line.to_owned(),
            _ => format!("{kind}: {line}"),
        };
        let mut parts = line.split('"');
        let first = parts.next().unwrap_or_default().to_owned();
        let quoted = parts.next().unwrap_or_default().to_owned();
        let whole = if line.contains('"') {
            format!("{first}\"{{}}\"{}", parts.next().unwrap_or_default())
        } else {
            first
        };
        out.push((whole, quoted));
    }
    out
}

#[test]
fn problems_are_where_the_machinery_sees_them() {
    let places = places();
    let release = Release::parse("v1.14.1");
    let (mut elsewhere, mut more) = (Vec::new(), Vec::new());
    let mut compared = 0;
    for case in &cases() {
        if word(case, "stage") != "validate" {
            continue;
        }
        let found = found(case, release).unwrap_or_default();
        let errors = found.iter().filter(|one| one.severity == Severity::Error);
        let errors: Vec<_> = errors.collect();
        let mut told = vec![false; errors.len()];
        for (message, quoted) in messages(word(case, "error")) {
            if message.starts_with("hostDNS config is required in container mode") {
                continue; // Machines alone are ours.
            }
            let about = places
                .iter()
                .find(|about| message.starts_with(&about.begins));
            let Some(about) = about else {
                elsewhere.push(format!("{}: of what is `{message}`?", word(case, "id")));
                continue;
            };
            compared += 1;
            let path = about.path.replace("{}", &quoted);
            let listed = message.rsplit_once('[').map_or("", |(_, kinds)| kinds);
            let mut there = false;
            for (one, told) in errors.iter().zip(&mut told) {
                let kind = one.document.split('/').next().unwrap_or_default();
                let same = match about.kind.as_str() {
                    "[]" => listed.contains(kind),
                    wanted => kind == wanted,
                };
                if same && one.path.starts_with(&path) {
                    there = true;
                    *told = true;
                }
            }
            // Its place is v1alpha1 where a part of it is there.
            let main =
                about.kind == "DiscoveryIdentityConfig" && word(case, "id").starts_with("conflict");
            if !there && !main {
                elsewhere.push(format!("{}: {message}: {errors:#?}", word(case, "id")));
            }
        }
        if told.contains(&false) {
            more.push(word(case, "id").to_owned());
        }
    }
    assert_eq!(more, MORE.map(|(id, _)| id));
    assert!(compared > 400, "{compared}");
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}

#[test]
fn rules_about_kubernetes_say_what_to_do() {
    let mut lines: Vec<String> = Vec::new();
    for case in &cases() {
        for one in found(case, Release::parse("v1.14.1")).unwrap_or_default() {
            let rules = [
                "machine-config/kubernetes-version",
                "machine-config/not-advised",
                "machine-config/server-flag",
            ];
            let hint = one.hint.as_deref().unwrap_or_default();
            let line = format!("{}[{}]: {} ({hint})", one.severity, one.rule, one.message);
            if rules.contains(&one.rule.id()) && !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    error[machine-config/kubernetes-version]: Talos 1.14.1 does not run Kubernetes 1.31 (use Kubernetes 1.32 to 1.37)
    error[machine-config/kubernetes-version]: Talos 1.14.1 does not run Kubernetes 1.38 (use Kubernetes 1.32 to 1.37)
    error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `anonymous-auth` (say it in `KubeAuthenticationConfig`)
    error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `oidc-issuer-url` (say it in `KubeAuthenticationConfig`)
    error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `oidc-signing-algs` (take it out: `KubeAuthenticationConfig` takes every asymmetric algorithm)
    error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `authentication-config` (say it in `KubeAuthenticationConfig`)
    error[machine-config/server-flag]: `KubeAuthorizerConfig` took the place of the flag `authorization-config` (say it in `KubeAuthorizerConfig`)
    error[machine-config/server-flag]: `KubeAuthorizerConfig` took the place of the flag `authorization-mode` (say it in `KubeAuthorizerConfig`)
    error[machine-config/server-flag]: `KubeAuthorizerConfig` took the place of the flag `authorization-webhook-version` (say it in `KubeAuthorizerConfig`)
    error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `oidc-` (say it in `KubeAuthenticationConfig`)
    error[machine-config/kubernetes-version]: Talos 1.14.1 does not run Kubernetes 1.30 (use Kubernetes 1.32 to 1.37)
    error[machine-config/kubernetes-version]: Talos 1.14.1 does not run Kubernetes 9.0 (use Kubernetes 1.32 to 1.37)
    warning[machine-config/not-advised]: kube-proxy works in the mode `iptables`, but better in `nftables` (write `nftables`, or take `mode` out)
    warning[machine-config/not-advised]: kube-proxy works in the mode `ipvs`, but better in `nftables` (write `nftables`, or take `mode` out)
    warning[machine-config/not-advised]: kube-proxy has a configuration file, beside which flags may not work (write them in `config`)
    warning[machine-config/not-advised]: all servers of names are asked with encryption, for which the clock must be right; and servers of time are found by their names (add one without `protocol`, or name the servers of time by their addresses)
    warning[machine-config/not-advised]: the image has no digest, so that another may be run after each start (write `@sha256:` and the digest behind it)
    "#);
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
