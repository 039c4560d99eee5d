//! What goes wrong, brought about; how ichor tells it, as `transcripts/` keeps it; and that the next run, where the
//! reason is gone, ends with everything ready.

use std::time::Duration;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use regex::Regex;
use serde_json::json;

use super::super::Options;
use super::super::helper::Helper;
use super::flow::{self, BOOTSTRAP};
use super::repository::{Ended, Repository};
use super::rig::{Helm, NODES, PATIENCE, Rig, SERVER, scripts, until};
use crate::files;

/// The line of a run that is to fail: what is not there soon will not be there.
const SHORT: &str = "bootstrap apps --wait-timeout 20s";

/// One thing that goes wrong.
struct Case {
    name: &'static str,
    /// Brings it about, of a new cluster and a new repository.
    begin: fn(&mut Rig, &Repository) -> Result<()>,
    /// Takes the reason away.
    mend: fn(&mut Rig, &Repository) -> Result<()>,
}

const CASES: &[Case] = &[
    Case {
        name: "api-unreachable",
        begin: |rig, _| rig.stop_server(),
        mend: |rig, _| rig.start_server(),
    },
    Case {
        name: "certificate-expired",
        begin: |rig, repository| repository.become_client(rig, "expired"),
        mend: administrator,
    },
    Case {
        name: "authority-of-another-cluster",
        begin: |rig, repository| repository.become_client(rig, "stranger"),
        mend: administrator,
    },
    Case {
        name: "rights-missing",
        begin: |rig, repository| repository.become_client(rig, "reader"),
        mend: administrator,
    },
    Case {
        name: "node-missing",
        begin: |rig, _| rig.with_nodes(&NODES[..2]),
        mend: |rig, _| {
            rig.apply(&json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": { "name": NODES[2], "annotations": { "rig/ip": "10.99.0.13" }, "labels": { "kubernetes.io/os": "linux" } },
        }))
        },
    },
    Case {
        name: "key-missing",
        begin: |_, repository| repository.rename("age.key", "kept"),
        mend: |_, repository| repository.rename("kept", "age.key"),
    },
    Case {
        name: "webhook-refuses",
        begin: refuse,
        mend: |rig, _| {
            rig.kubectl(&["delete", "validatingwebhookconfiguration", "rig"])
                .map(drop)
        },
    },
    Case {
        name: "chart-version-missing",
        begin: |rig, repository| coredns(rig, repository, "1.45.0", "9.9.9"),
        mend: |rig, repository| coredns(rig, repository, "9.9.9", "1.45.0"),
    },
    Case {
        name: "chart-cannot-be-pulled",
        begin: |rig, repository| {
            coredns(
                rig,
                repository,
                "coredns/charts/coredns",
                "coredns/charts/gone",
            )
        },
        mend: |rig, repository| {
            coredns(
                rig,
                repository,
                "coredns/charts/gone",
                "coredns/charts/coredns",
            )
        },
    },
    Case {
        name: "values-against-schema",
        begin: |rig, repository| spegel(rig, repository, "true", r#""always""#),
        mend: |rig, repository| spegel(rig, repository, r#""always""#, "true"),
    },
    Case {
        name: "object-of-somebody-else",
        begin: |rig, _| {
            rig.apply(&json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": { "name": "kube-dns", "namespace": "kube-system" },
                "spec": { "ports": [{ "name": "dns", "port": 53, "protocol": "UDP" }] },
            }))
        },
        mend: |rig, _| {
            rig.kubectl(&["--namespace=kube-system", "delete", "service", "kube-dns"])
                .map(drop)
        },
    },
    Case {
        name: "definition-too-old",
        begin: |rig, _| {
            rig.apply(&json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "servicemonitors.monitoring.coreos.com" },
            "spec": {
                "group": "monitoring.coreos.com", "scope": "Namespaced",
                "names": { "kind": "ServiceMonitor", "plural": "servicemonitors", "singular": "servicemonitor", "listKind": "ServiceMonitorList" },
                "versions": [{ "name": "v1alpha1", "served": true, "storage": true, "schema": { "openAPIV3Schema": { "type": "object" } } }],
            },
        }))
        },
        mend: |rig, _| {
            rig.kubectl(&["delete", "crd", "servicemonitors.monitoring.coreos.com"])
                .map(drop)
        },
    },
    Case {
        name: "namespace-stuck-in-deletion",
        begin: stick,
        mend: |rig, _| {
            rig.kubectl(&[
                "--namespace=network",
                "patch",
                "configmap",
                "stuck",
                "--type=json",
                r#"--patch=[{"op":"remove","path":"/metadata/finalizers"}]"#,
            ])
            .map(drop)
        },
    },
    Case {
        name: "pods-do-not-start",
        begin: |rig, repository| fail(rig, repository, true),
        mend: |rig, repository| fail(rig, repository, false),
    },
];

fn administrator(rig: &mut Rig, repository: &Repository) -> Result<()> {
    repository.become_client(rig, "admin")
}

/// Changes what both the helmfile and Flux read of coredns.
fn coredns(rig: &mut Rig, repository: &Repository, from: &str, to: &str) -> Result<()> {
    repository.replace("bootstrap/helmfile.d/01-apps.yaml", from, to)?;
    repository.replace(
        "kubernetes/apps/kube-system/coredns/app/ocirepository.yaml",
        from,
        to,
    )?;
    repository.push(rig)
}

fn spegel(rig: &mut Rig, repository: &Repository, from: &str, to: &str) -> Result<()> {
    let key = r#""appendMirrors": "#;
    let [from, to] = [from, to].map(|value| format!("{key}{value}"));
    repository.replace(
        "kubernetes/apps/kube-system/spegel/app/helmrelease.yaml",
        &from,
        &to,
    )?;
    repository.push(rig)
}

/// Has the pods of coredns wait for an image, or no more.
fn fail(rig: &mut Rig, repository: &Repository, does: bool) -> Result<()> {
    let without = r#""replicaCount": 2"#;
    let with = format!(r#""podAnnotations": {{ "rig/fail": "ImagePullBackOff" }}, {without}"#);
    let path = "kubernetes/apps/kube-system/coredns/app/helmrelease.yaml";
    if does {
        repository.replace(path, without, &with)?;
    } else {
        repository.replace(path, &with, without)?;
    }
    repository.push(rig)
}

/// A webhook that says no to every Secret that is made.
fn refuse(rig: &mut Rig, _: &Repository) -> Result<()> {
    // Its address is nobody's: calls into the cluster come to the door.
    rig.apply(&json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "policy", "namespace": "default" },
        "spec": { "ports": [{ "port": 443 }] },
    }))?;
    rig.apply(&json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": { "name": "rig" },
        "webhooks": [{
            "name": "policy.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "clientConfig": {
                "service": { "name": "policy", "namespace": "default", "path": "/refuse" },
                "caBundle": rig.authority()?,
            },
            "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"] }],
        }],
    }))?;
    let attempt = ["create", "secret", "generic", "attempt", "--dry-run=server"];
    until("the webhook to say no", PATIENCE, || {
        let said = rig.kubectl(&attempt).err();
        Ok(said.is_some_and(|error| error.to_string().contains("denied the request")))
    })
}

/// A namespace that is deleted and cannot go.
fn stick(rig: &mut Rig, _: &Repository) -> Result<()> {
    rig.apply(
        &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "network" } }),
    )?;
    rig.apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "stuck", "namespace": "network", "finalizers": ["example.com/never"] },
    }))?;
    rig.kubectl(&["delete", "namespace", "network", "--wait=false"])
        .map(drop)
}

pub(super) fn run(
    rig: &mut Rig,
    ichor: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<String> {
    rig.helm = Helm::Four;
    for case in CASES {
        rig.fresh()?;
        let repository = Repository::new(rig, ichor)?;
        (case.begin)(rig, &repository)
            .with_context(|| format!("`{}` cannot be brought about", case.name))?;
        let failed = repository.ended(rig, SHORT)?;
        if failed.status.success() {
            faults.push(format!(
                "{}: it goes well all the same:\n{}",
                case.name, failed.words
            ));
        }
        kept(rig, case.name, &failed, options.bless, faults)?;
        (case.mend)(rig, &repository)
            .with_context(|| format!("`{}` cannot be mended", case.name))?;
        let mended = repository.ended(rig, BOOTSTRAP)?;
        if !mended.status.success() {
            faults.push(format!(
                "{}: once it is mended, the next run says:\n{}",
                case.name, mended.words
            ));
        } else if let Err(error) = flow::ready(rig) {
            faults.push(format!("{}: once it is mended: {error:#}", case.name));
        }
    }
    other(rig, ichor, options, faults)?;
    let stormy = storm(rig, ichor, faults)?;
    let outages = outages(rig, ichor, faults)?;
    Ok(format!(
        "{} failures told as kept, {stormy}, {outages}",
        CASES.len() + 1
    ))
}

/// The repository of another cluster: that is said before anything is written.
fn other(
    rig: &mut Rig,
    ichor: &Utf8Path,
    options: &Options,
    faults: &mut Vec<String>,
) -> Result<()> {
    rig.fresh()?;
    let repository = Repository::new(rig, ichor)?;
    flow::done(rig, &repository)?;
    repository.replace(
        "kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml",
        "https://git.example/rig/home.git",
        "https://git.example/rig/other.git",
    )?;
    let before = super::objects::all(rig)?;
    let failed = repository.ended(rig, SHORT)?;
    if failed.status.success() {
        faults.push(format!(
            "the repository of another cluster is taken:\n{}",
            failed.words
        ));
    }
    let touched = super::objects::changed(&before, &super::objects::all(rig)?);
    if touched
        .iter()
        .any(|name| !name.starts_with("FluxReport") && !name.starts_with("ResourceSet"))
    {
        faults.push(format!(
            "the repository of another cluster changes {touched:?}"
        ));
    }
    kept(
        rig,
        "repository-of-another-cluster",
        &failed,
        options.bless,
        faults,
    )
}

/// An API server of whose answers every other is that of one that is overloaded: it ends well or says
/// why not, and once the storm is over the next run ends well.
fn storm(rig: &mut Rig, ichor: &Utf8Path, faults: &mut Vec<String>) -> Result<String> {
    rig.fresh()?;
    let repository = Repository::new(rig, ichor)?;
    let mut storm = rig.beside("storm")?;
    storm.args(["127.0.0.1:6444", SERVER, rig.path("pki")?.as_str(), "2"]);
    let storm = Helper::start(&mut storm)?;
    let stormy = "https://127.0.0.1:6444";
    repository.replace("kubeconfig", SERVER, stormy)?;
    let run = repository.ended(rig, BOOTSTRAP)?;
    drop(storm);
    let words = if run.status.success() {
        format!("in a storm done in {:.1} s", run.took.as_secs_f32())
    } else {
        if !run.words.contains("error[") {
            faults.push(format!("in a storm it says no reason:\n{}", run.words));
        }
        repository.replace("kubeconfig", stormy, SERVER)?;
        repository.ended(rig, BOOTSTRAP)?.well("the next run")?;
        "not done in a storm, but after it".to_owned()
    };
    flow::ready(rig)?;
    Ok(words)
}

/// An API server that goes away at several moments, and comes back.
fn outages(rig: &mut Rig, ichor: &Utf8Path, faults: &mut Vec<String>) -> Result<String> {
    let moments = [300, 1500, 4000, 7000, 10_000, 14_000];
    let mut whole = 0;
    for moment in moments {
        rig.fresh()?;
        let repository = Repository::new(rig, ichor)?;
        let mut run = repository.ichor(rig, BOOTSTRAP)?;
        std::thread::sleep(Duration::from_millis(moment));
        if run.ended()?.is_none() {
            rig.stop_server()?;
            std::thread::sleep(Duration::from_secs(5));
            rig.start_server()?;
        }
        let ended = run.wait()?;
        whole += usize::from(ended.status.success());
        if !ended.status.success() {
            faults.push(format!(
                "without an API server after {moment} ms it ends with {}:\n{}",
                ended.status, ended.words
            ));
            repository.ended(rig, BOOTSTRAP)?.well("the next run")?;
        }
        flow::ready(rig)?;
    }
    Ok(format!(
        "{whole} of {} runs outlast an API server that is away for 5 s",
        moments.len()
    ))
}

/// Compares what is told with what is kept, or keeps it.
fn kept(rig: &Rig, name: &str, ended: &Ended, bless: bool, faults: &mut Vec<String>) -> Result<()> {
    let told = told(rig, ended)?;
    let path = scripts("transcripts").join(format!("{name}.txt"));
    if bless {
        return files::write(&path, told);
    }
    let expected = files::text(&path)?;
    if told != expected {
        faults.push(format!("{name} is told otherwise than it is kept:\n{told}"));
    }
    Ok(())
}

/// The end of what is said, without what is of chance: folders, times, names of pods.
fn told(rig: &Rig, ended: &Ended) -> Result<String> {
    let lines: Vec<_> = ended.words.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("error"));
    let mut text = lines
        .get(first.unwrap_or(0)..)
        .unwrap_or_default()
        .join("\n");
    text = text.replace(rig.path("")?.as_str().trim_end_matches('/'), "RIG");
    for (pattern, with) in [
        // It calls itself as it was called.
        (r"`\S*/ichor ", "`ichor "),
        (r"\b\d+(\.\d+)? ?(ms|s|m)\b", "TIME"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^ ,;`]*", "MOMENT"),
        (r"-[a-z0-9]{8,10}-[a-z0-9]{5}\b", "-POD"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "UID"),
        (r"sha256:[0-9a-f]{64}", "DIGEST"),
        (r"\bage1[0-9a-z]{58}\b", "RECIPIENT"),
    ] {
        text = Regex::new(pattern)?.replace_all(&text, with).into_owned();
    }
    let code = ended.status.code().unwrap_or(-1);
    Ok(format!("{text}\n\nexit code {code}\n"))
}
