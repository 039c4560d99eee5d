//! What Talos accepts and a cluster suffers from: none of it is in the machinery's verdict.

use serde_json::Value;

use super::kubernetes;
use super::place::{Place, Report, Violation};
use super::whole::Whole;
use crate::contract::{Contract, Release};
use crate::fields::{CONTROL_PLANE_ONLY, document_name, is_for_control_planes};
use crate::rules;
use std::borrow::Cow;

/// Components that Talos runs with its defaults where nothing is said of them.
const COMPONENTS: [(&str, &str); 5] = [
    ("KubeAPIServerConfig", "apiServer"),
    ("KubeControllerManagerConfig", "controllerManager"),
    ("KubeCoreDNSConfig", "coreDNS"),
    ("KubeProxyConfig", "proxy"),
    ("KubeSchedulerConfig", "scheduler"),
];

/// What a node cannot do without, as a document or as a section; the last on control planes only.
const NEEDED: [(&str, &[&str]); 4] = [
    ("KubeAPIServerCAConfig", &["cluster", "ca"]),
    ("KubeNetworkConfig", &["cluster", "network"]),
    ("KubeAggregatorCAConfig", &["cluster", "aggregatorCA"]),
    ("KubeServiceAccountConfig", &["cluster", "serviceAccount"]),
];

/// What a node takes and its cluster would suffer from, from Talos 1.14 on: call it beside
/// [`validate_on`](super::validate_on), with the same arguments.
///
/// ```
/// use serde_json::json;
/// use talos::contract::Contract;
/// use talos::validate::dangers;
///
/// let install = json!({
///     "apiVersion": "v1alpha1",
///     "kind": "UnattendedInstallConfig",
///     "provisioning": {"diskSelector": {"match": "disk.serial == \"S1\""}},
/// });
/// let found = dangers(&[install], Contract::NEWEST, None);
/// assert_eq!(found[0].rule, &talos::rules::MACHINE_CONFIG_WIPES);
/// ```
pub fn dangers(
    documents: &[Value],
    contract: Contract,
    release: Option<Release>,
) -> Vec<Violation> {
    let mut report = Report::new(release.unwrap_or(Release::of(contract)));
    if !report.has_documents() {
        return Vec::new();
    }
    let named = named(documents);
    let whole = Whole::of(&named);
    let complete = whole.first("").is_some();
    kubernetes::too_large_for_documents(&whole.main(&["cluster", "network"]), &mut report);
    if let Some(install) = whole.first("UnattendedInstallConfig") {
        self::install(install, &mut report);
    }
    for file in whole.of_kind("EtcFileConfig") {
        mode(&file.key("mode"), &mut report);
    }
    if let Some(encryption) = whole.first("KubeEtcdEncryptionConfig") {
        self::encryption(encryption, &mut report);
    }
    if !complete {
        return report.violations;
    }
    parts(&whole, &mut report);
    if let Some(server) = whole.first("KubeAPIServerConfig") {
        api_server(&whole, server, &mut report);
    }
    report.violations
}

/// What the first configuration with documents of Talos 1.14 switches on that was off before:
/// notes, the same for every node that they are true of. Something that was decided is not told.
pub fn switched_on(before: &[Value], after: &[Value]) -> Vec<Violation> {
    let (before, after) = (named(before), named(after));
    let (before, after) = (Whole::of(&before), Whole::of(&after));
    let mut report = Report::new(Release::of(Contract::NEWEST));
    let on = |whole: &Whole<'_>, kind: &str, keys: &[&'static str]| {
        whole
            .of_kind(kind)
            .any(|document| document.keys(keys).is_true())
    };
    let secure = |whole: &Whole<'_>| {
        let mut volumes = whole.of_kind("VolumeConfig");
        volumes.any(|one| {
            one.key("name").text() == "EPHEMERAL" && !one.keys(&["mount", "secure"]).is_false()
        })
    };
    let probes = |whole: &Whole<'_>| {
        let server = whole.first("KubeAPIServerConfig");
        server.is_some_and(|server| !server.key("startupProbes").is_false())
    };
    let anonymous = |whole: &Whole<'_>| {
        on(
            whole,
            "KubeAuthenticationConfig",
            &["configuration", "anonymous", "enabled"],
        )
    };
    let trims = |whole: &Whole<'_>| whole.first("FilesystemTrimConfig").is_some();
    let isolated = |whole: &Whole<'_>| on(whole, "SecurityProfileConfig", &["workloadIsolation"]);
    for (name, was, is, message, hint) in [
        (
            "SecurityProfileConfig",
            isolated(&before),
            isolated(&after),
            "workloads are isolated from the host, after a restart: pods that share its processes or mount its folders may stop to work",
            "write `workloadIsolation: false` to keep it as it was",
        ),
        (
            "FilesystemTrimConfig",
            trims(&before),
            trims(&after),
            "file systems are trimmed by the week",
            "delete the document to keep it as it was",
        ),
        (
            "VolumeConfig/EPHEMERAL",
            secure(&before),
            secure(&after),
            "the volume `EPHEMERAL` is mounted without devices and set-user-id programs",
            "write `mount: {secure: false}` to keep it as it was",
        ),
        (
            "KubeAPIServerConfig",
            probes(&before),
            probes(&after),
            "the API server is started again if it does not come up in time",
            "write `startupProbes: false` to keep it as it was",
        ),
        (
            "KubeAuthenticationConfig",
            anonymous(&before),
            anonymous(&after),
            "the paths of the API server's health are open without authentication",
            "write `anonymous: {enabled: false}` to keep it as it was",
        ),
    ] {
        if is && !was {
            let rule = &rules::MACHINE_CONFIG_SWITCHED_ON;
            report.add(&Place::absent(name), rule, message, hint);
        }
    }
    report.violations
}

fn named(documents: &[Value]) -> Vec<(String, Cow<'_, Value>)> {
    let named = documents.iter();
    let named = named.map(|document| (document_name(document), Cow::Borrowed(document)));
    named.collect()
}

fn install(document: &Place<'_>, report: &mut Report) {
    let wipe = document.keys(&["provisioning", "wipe"]);
    if !wipe.is_there() {
        report.add(
            &wipe,
            &rules::MACHINE_CONFIG_WIPES,
            "without `wipe` the whole disk is wiped before Talos is installed",
            "write `wipe: false`, or `wipe: true` if that is meant",
        );
    }
    let selector = document.keys(&["provisioning", "diskSelector", "match"]);
    let text: String = selector.text().split_whitespace().collect();
    let by_link = text.split("disk.dev_path==").skip(1).any(|rest| {
        rest.trim_start_matches(['"', '\''])
            .starts_with("/dev/disk/")
    });
    if by_link && !text.contains("disk.symlinks") {
        report.add(
            &selector,
            &rules::MACHINE_CONFIG_NO_DISK,
            "no disk is matched: `disk.dev_path` is never a path below `/dev/disk`",
            "write `\"/dev/disk/…\" in disk.symlinks`",
        );
    }
}

/// A mode of digits that only look octal.
fn mode(mode: &Place<'_>, report: &mut Report) {
    let Ok(number) = u32::try_from(mode.number()) else {
        return;
    };
    let digits = number.to_string();
    let octal = digits.len() == 3 && digits.bytes().all(|byte| (b'0'..b'8').contains(&byte));
    // What these digits would be in octal is never what they are: 420 is 0o644 itself.
    if octal && number > 0o777 {
        report.add(
            mode,
            &rules::MACHINE_CONFIG_DECIMAL_MODE,
            format!("`{digits}` is decimal: the file gets the mode `0o{number:o}`"),
            format!("write `0o{digits}`"),
        );
    }
}

fn encryption(document: &Place<'_>, report: &mut Report) {
    let mut secretbox = Vec::new();
    let mut aescbc = Vec::new();
    for resource in document.keys(&["config", "resources"]).items() {
        for provider in resource.key("providers").items() {
            for (kind, names) in [("secretbox", &mut secretbox), ("aescbc", &mut aescbc)] {
                let keys = provider.keys(&[kind, "keys"]).items();
                names.extend(keys.iter().map(|key| key.key("name")));
            }
        }
    }
    let has = |names: &[Place<'_>], name: &str| names.iter().any(|one| one.text() == name);
    if let Some(second) = secretbox.iter().find(|name| name.text() == "key1")
        && has(&secretbox, "key2")
    {
        report.add(
            second,
            &rules::MACHINE_CONFIG_ETCD_KEY,
            "`key1` is what Talos calls the secret of `aescbc`, and here it is one of `secretbox`: \
             what was encrypted with it cannot be read",
            "move it to a provider `aescbc`, if etcd has data from before Talos 1.3",
        );
    } else if let Some(first) = secretbox.first().filter(|_| !has(&secretbox, "key2")) {
        report.add(
            first,
            &rules::MACHINE_CONFIG_ETCD_KEY,
            "no key of `secretbox` is called `key2`, as that of `v1alpha1` is: what was encrypted \
             with that cannot be read",
            "call it `key2`, unless the cluster has always had this name",
        );
    }
    if let Some(first) = aescbc.first().filter(|_| !has(&aescbc, "key1")) {
        report.add(
            first,
            &rules::MACHINE_CONFIG_ETCD_KEY,
            "no key of `aescbc` is called `key1`, as that of `v1alpha1` is: what was encrypted with \
             that cannot be read",
            "call it `key1`, unless the cluster has always had this name",
        );
    }
}

/// Parts of Kubernetes that are nowhere, where others are documents already.
fn parts(whole: &Whole<'_>, report: &mut Report) {
    let control_plane = whole.is_control_plane();
    let moved = CONTROL_PLANE_ONLY.iter().chain(&[
        "KubeAPIServerCAConfig",
        "KubeClusterConfig",
        "KubeNetworkConfig",
        "KubeNodeConfig",
        "KubeletConfig",
    ]);
    if !{ moved }.any(|kind| whole.first(kind).is_some()) {
        return;
    }
    for (kind, section) in NEEDED {
        let wanted = control_plane || !is_for_control_planes(kind);
        let accepted =
            kind == "KubeAPIServerCAConfig" && whole.main(&["cluster", "acceptedCAs"]).is_there();
        let there = whole.first(kind).is_some() || whole.main(section).is_there() || accepted;
        if wanted && !there {
            report.add(
                &Place::absent(kind),
                &rules::MACHINE_CONFIG_NOWHERE,
                format!("neither `{kind}` nor `{}` is there", section.join(".")),
                "write the document: Talos has no default for it",
            );
        }
    }
    if whole.first("KubeletConfig").is_none() && !whole.main(&["machine", "kubelet"]).is_there() {
        report.add(
            &Place::absent("KubeletConfig"),
            &rules::MACHINE_CONFIG_ABSENT_IS_ON,
            "without `KubeletConfig` Talos runs the kubelet of the Kubernetes that is built in",
            "write the document with the image of your version",
        );
    }
    // Where a component is still a section, others may never have been there.
    let sections = { COMPONENTS.iter() }.any(|(_, key)| whole.main(&["cluster", key]).is_there());
    let documents = { COMPONENTS.iter() }.any(|(kind, _)| whole.first(kind).is_some());
    if !control_plane || sections || !documents {
        return;
    }
    for (kind, _) in COMPONENTS {
        if whole.first(kind).is_none() {
            let hint = match kind {
                "KubeAPIServerConfig" => "write the document with the image of your version",
                _ => "write the document, with `enabled: false` to switch it off",
            };
            report.add(
                &Place::absent(kind),
                &rules::MACHINE_CONFIG_ABSENT_IS_ON,
                format!("without `{kind}` Talos runs this component with its defaults: that switches nothing off"),
                hint,
            );
        }
    }
}

/// The API server asks documents who may do what, and has no defaults for them.
fn api_server(whole: &Whole<'_>, server: &Place<'_>, report: &mut Report) {
    let mut missing = Vec::new();
    let authentication = whole.first("KubeAuthenticationConfig");
    if authentication.is_none_or(|document| document.key("configuration").is_empty()) {
        missing.push("`KubeAuthenticationConfig`");
    }
    for (kind, name) in [
        ("Node", "`KubeAuthorizerConfig` of the type `Node`"),
        ("RBAC", "`KubeAuthorizerConfig` of the type `RBAC`"),
    ] {
        let mut authorizers = whole.of_kind("KubeAuthorizerConfig");
        if !authorizers.any(|document| document.key("type").text() == kind) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return;
    }
    // Admission alone may be left out on purpose.
    if whole.first("KubeAdmissionControlConfig").is_none() {
        missing.push("`KubeAdmissionControlConfig`");
    }
    report.add(
        server,
        &rules::MACHINE_CONFIG_UNGUARDED,
        format!(
            "the API server does not work without {}",
            missing.join(", ")
        ),
        "write all of these documents where `KubeAPIServerConfig` is one",
    );
}
