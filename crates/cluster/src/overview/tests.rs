//! What comes of what, from tables of objects.

use serde_json::{Value, json};

use super::flux::{FluxObject, Raw};
use super::{Change, Facts, Level, Object, Overview, changes, judge};
use crate::reconcile::Kind;

/// 2026-01-02T04:00:00Z: an hour after everything here began.
const NOW: i64 = 1_767_326_400;

const BEGAN: &str = "2026-01-02T03:00:00Z";

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("it can be read")
}

/// An object of Flux, `namespace/name`; ready where there is no reason.
fn flux(kind: Kind, at: &str, reason: &str, message: &str, more: &Value) -> FluxObject {
    let (namespace, name) = at.split_once('/').expect("a namespace and a name");
    let status = match reason {
        "" => "True",
        "Progressing" => "Unknown",
        _ => "False",
    };
    let mut whole = json!({
        "metadata": { "namespace": namespace, "name": name, "generation": 1 },
        "status": { "observedGeneration": 1, "conditions": [
            { "type": "Ready", "status": status, "reason": reason, "message": message } ] },
    });
    merge(&mut whole, more);
    FluxObject::read(kind, read::<Raw>(whole))
}

fn merge(whole: &mut Value, more: &Value) {
    match (whole, more) {
        (Value::Object(whole), Value::Object(more)) => {
            for (key, value) in more {
                merge(whole.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (whole, more) => *whole = more.clone(),
    }
}

/// What says that another one has applied it.
fn of(parent: &str) -> Value {
    let (namespace, name) = parent.split_once('/').expect("a namespace and a name");
    json!({ "metadata": { "labels": {
        "kustomize.toolkit.fluxcd.io/name": name,
        "kustomize.toolkit.fluxcd.io/namespace": namespace } } })
}

fn pod(at: &str, owner: &str, node: &str, status: &Value) -> super::Pod {
    let (namespace, name) = at.split_once('/').expect("a namespace and a name");
    read(json!({
        "metadata": { "namespace": namespace, "name": name, "creationTimestamp": BEGAN,
            "labels": { "pod-template-hash": "5c9", "app.kubernetes.io/instance": owner },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": format!("{owner}-5c9"), "controller": true }] },
        "spec": { "nodeName": node },
        "status": status,
    }))
}

fn waiting(reason: &str, message: &str) -> Value {
    json!({ "phase": "Pending", "containerStatuses": [
        { "name": "app", "state": { "waiting": { "reason": reason, "message": message } } } ] })
}

/// What comes of nothing else, how many wait for it, and what is behind it: a line each.
fn told(facts: &Facts) -> String {
    let judged = judge(facts, NOW);
    let mut told = String::new();
    for one in &judged.first {
        let parts: Vec<String> = one.parts.iter().map(Object::path).collect();
        told.push_str(&format!(
            "{}: {}; {} wait; parts [{}]\n",
            one.object,
            one.cause.words(),
            one.waiting,
            parts.join(", ")
        ));
    }
    for one in judged.findings.iter().filter(|one| one.after.is_some()) {
        let after = one.after.as_ref().expect("it comes of something");
        told.push_str(&format!("  {} after {after}\n", one.object));
    }
    told
}

#[test]
fn what_others_write_is_told_without_secrets() {
    let facts = Facts {
        flux: vec![flux(
            Kind::Kustomization,
            "apps/echo",
            "BuildFailed",
            "hunter2! is no number; https://user:pass@git.example/a is away",
            &json!({}),
        )],
        secrets: diagnostics::Secrets::new(["hunter2!"]),
        ..Facts::default()
    };
    let judged = judge(&facts, NOW);
    let expected = "<redacted> is no number; https://<redacted>@git.example/a is away";
    assert_eq!(judged.findings[0].why, expected);
    assert_eq!(judged.first[0].why, expected);
}

#[test]
fn a_source_comes_before_what_waits_for_it() {
    let git = json!({ "spec": { "sourceRef": { "kind": "GitRepository", "name": "git", "namespace": "flux-system" } } });
    let depends = json!({ "spec": { "dependsOn": [{ "name": "a" }] } });
    let facts = Facts {
        flux: vec![
            flux(
                Kind::GitRepository,
                "flux-system/git",
                "GitOperationFailed",
                "authentication required",
                &json!({}),
            ),
            flux(
                Kind::Kustomization,
                "apps/a",
                "ArtifactFailed",
                "Source artifact not found",
                &git,
            ),
            flux(
                Kind::Kustomization,
                "apps/b",
                "DependencyNotReady",
                "dependency 'apps/a' is not ready",
                &depends,
            ),
            flux(Kind::Kustomization, "apps/c", "", "", &git),
        ],
        ..Facts::default()
    };
    assert_eq!(
        told(&facts),
        r"GitRepository `flux-system/git`: the credentials of the source are refused; 2 wait; parts []
  Kustomization `apps/a` after GitRepository `flux-system/git`
  Kustomization `apps/b` after Kustomization `apps/a`
"
    );
}

#[test]
fn a_kustomization_that_checks_a_release_comes_of_that_and_that_has_its_pods() {
    let workloads = json!({ "status": { "inventory": { "entries": [{ "id": "apps_echo_apps_Deployment" }] } } });
    let mut release = of("flux-system/echo");
    merge(&mut release, &workloads);
    let late =
        "Helm install failed for release apps/echo with chart echo@1: context deadline exceeded";
    let facts = Facts {
        flux: vec![
            flux(
                Kind::Kustomization,
                "flux-system/echo",
                "HealthCheckFailed",
                "health check failed after 5m0s: timeout waiting for: [HelmRelease/apps/echo status: 'InProgress']",
                &json!({}),
            ),
            flux(
                Kind::Kustomization,
                "flux-system/other",
                "DependencyNotReady",
                "dependency 'flux-system/echo' is not ready",
                &json!({ "spec": { "dependsOn": [{ "name": "echo" }] } }),
            ),
            flux(
                Kind::HelmRelease,
                "apps/echo",
                "InstallFailed",
                late,
                &release,
            ),
        ],
        pods: vec![
            pod(
                "apps/echo-5c9-1",
                "echo",
                "k8s-0",
                &waiting("ImagePullBackOff", "not found"),
            ),
            pod(
                "apps/echo-5c9-2",
                "echo",
                "k8s-1",
                &waiting("ErrImagePull", "not found"),
            ),
        ],
        claims: vec![read(
            json!({ "metadata": { "namespace": "apps", "name": "data", "labels": { "app.kubernetes.io/instance": "echo" } }, "status": { "phase": "Pending" } }),
        )],
        ..Facts::default()
    };
    assert_eq!(
        told(&facts),
        r"HelmRelease `apps/echo`: a volume is not there; 2 wait; parts [apps/data, apps/echo]
  Kustomization `flux-system/echo` after HelmRelease `apps/echo`
  PersistentVolumeClaim `apps/data` after HelmRelease `apps/echo`
  Deployment `apps/echo` after HelmRelease `apps/echo`
  Kustomization `flux-system/other` after Kustomization `flux-system/echo`
"
    );
}

#[test]
fn what_is_named_and_not_there_is_told() {
    let facts = Facts {
        flux: vec![
            flux(
                Kind::Kustomization,
                "a/depends",
                "DependencyNotReady",
                "dependency 'a/nobody' is not ready",
                &json!({ "spec": { "dependsOn": [{ "name": "nobody" }] } }),
            ),
            flux(
                Kind::Kustomization,
                "a/source",
                "ArtifactFailed",
                "GitRepository not found",
                &json!({ "spec": { "sourceRef": { "kind": "GitRepository", "name": "none" } } }),
            ),
        ],
        ..Facts::default()
    };
    assert_eq!(
        told(&facts),
        r"Kustomization `a/source`: its source is not there; 0 wait; parts []
Kustomization `a/depends`: what it depends on is not there; 0 wait; parts []
"
    );
    // Where the list could not be had, nobody knows.
    let fault = kubernetes_client::Fault {
        server: "https://10.0.0.10:6443".to_owned(),
        asked: "for the gitrepositories".to_owned(),
        kind: kubernetes_client::Kind::Denied,
        words: String::new(),
        again: None,
    };
    let facts = Facts {
        unanswered: vec![("GitRepository".to_owned(), fault)],
        ..facts
    };
    assert_eq!(
        told(&facts),
        r"Kustomization `a/source`: its source is not ready; 0 wait; parts []
Kustomization `a/depends`: what it depends on is not there; 0 wait; parts []
"
    );
}

#[test]
fn a_node_a_controller_and_a_namespace_come_first() {
    let facts = Facts {
        nodes: vec![read(
            json!({ "metadata": { "name": "k8s-0" }, "status": { "conditions": [
            { "type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status." } ] } }),
        )],
        namespaces: vec![read(
            json!({ "metadata": { "name": "gone", "deletionTimestamp": BEGAN }, "status": { "conditions": [
            { "type": "NamespaceFinalizersRemaining", "status": "True", "message": "Some content in the namespace has finalizers remaining: x in 1 resource instances" } ] } }),
        )],
        controllers: vec![read(
            json!({ "metadata": { "namespace": "flux-system", "name": "helm-controller" },
            "spec": { "replicas": 1 }, "status": {} }),
        )],
        flux: vec![
            flux(
                Kind::HelmRelease,
                "apps/fresh",
                "Progressing",
                "",
                &json!({}),
            ),
            flux(
                Kind::Kustomization,
                "gone/apps",
                "ReconciliationFailed",
                "unable to create new content in namespace gone because it is being terminated",
                &json!({}),
            ),
        ],
        pods: vec![pod(
            "apps/a-5c9-1",
            "a",
            "k8s-0",
            &json!({ "phase": "Running", "conditions": [
            { "type": "Ready", "status": "False", "lastTransitionTime": BEGAN } ] }),
        )],
        ..Facts::default()
    };
    assert_eq!(
        told(&facts),
        r"Node `k8s-0`: a node is not ready; 0 wait; parts [apps/a]
Deployment `flux-system/helm-controller`: a part of Flux does not run; 1 wait; parts []
Namespace `gone`: a namespace does not go; 1 wait; parts []
  Kustomization `gone/apps` after Namespace `gone`
  Deployment `apps/a` after Node `k8s-0`
  HelmRelease `apps/fresh` after Deployment `flux-system/helm-controller`
"
    );
}

#[test]
fn those_that_depend_on_each_other_are_one_thing_to_look_at() {
    let on = |name: &str| json!({ "spec": { "dependsOn": [{ "name": name }] } });
    let facts = Facts {
        flux: ["a", "b", "c"]
            .into_iter()
            .zip(["b", "a", "a"])
            .map(|(name, next)| {
                let why = format!("dependency 'x/{next}' is not ready");
                flux(
                    Kind::Kustomization,
                    &format!("x/{name}"),
                    "DependencyNotReady",
                    &why,
                    &on(next),
                )
            })
            .collect(),
        ..Facts::default()
    };
    assert_eq!(
        told(&facts),
        r"Kustomization `x/b`: waits for another one; 2 wait; parts []
  Kustomization `x/a` after Kustomization `x/b`
  Kustomization `x/c` after Kustomization `x/a`
"
    );
}

#[test]
fn pods_are_judged_by_their_containers() {
    let ended = |reason: &str| {
        json!({ "phase": "Running", "containerStatuses": [{ "name": "app", "restartCount": 7,
        "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off" } },
        "lastState": { "terminated": { "reason": reason, "exitCode": 137 } } }] })
    };
    let scheduled = |since: &str| {
        json!({ "phase": "Pending", "conditions": [{ "type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/3 nodes are available", "lastTransitionTime": since }] })
    };
    let ready = |since: &str| {
        json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "False", "lastTransitionTime": since }],
        "containerStatuses": [{ "name": "app", "state": { "running": {} } }] })
    };
    let just_now = "2026-01-02T03:59:55Z";
    #[rustfmt::skip]
    let statuses = [
        ("well", json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] })),
        ("done", json!({ "phase": "Succeeded" })),
        ("pull", waiting("ErrImagePull", "no such tag")),
        ("crash", ended("Error")),
        ("memory", ended("OOMKilled")),
        ("config", waiting("CreateContainerConfigError", "secret \"x\" not found")),
        ("init", json!({ "phase": "Pending", "initContainerStatuses": [{ "name": "first", "state": { "waiting": { "reason": "CrashLoopBackOff" } } }] })),
        ("nowhere", scheduled(BEGAN)),
        ("nowhere-yet", scheduled(just_now)),
        ("slow", ready(BEGAN)),
        ("fresh", ready(just_now)),
        ("being-made", json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "state": { "waiting": { "reason": "ContainerCreating" } } }] })),
        ("evicted", json!({ "phase": "Failed", "reason": "Evicted", "message": "low on memory" })),
        ("lost", json!({ "phase": "Unknown" })),
        ("empty", json!({})),
    ];
    let pods = statuses
        .iter()
        .map(|(name, status)| pod(&format!("x/{name}-1"), name, "", status));
    let facts = Facts {
        pods: pods.collect(),
        ..Facts::default()
    };
    let judged = judge(&facts, NOW);
    let lines: Vec<String> = { judged.findings.iter() }
        .map(|one| {
            format!(
                "{:?} {}: {}: {}",
                one.level,
                one.object.name,
                one.cause.words(),
                one.why
            )
        })
        .collect();
    assert_eq!(
        lines.join("\n"),
        r#"Failing being-made: not ready: its containers are being made
Failing config: a container cannot be made: secret "x" not found
Failing crash: a container ends again and again: container `app` ended with 137
Failing empty: not ready: its node does not tell how it is
Failing init: a container ends again and again: CrashLoopBackOff
Failing lost: not ready: its node does not tell how it is
Failing memory: a container runs out of memory: container `app` ended with 137: OOMKilled
Failing nowhere: no node takes it: 0/3 nodes are available
Failing pull: an image cannot be pulled: no such tag
Failing slow: not ready: container `app` is not ready
Waiting fresh: not ready: container `app` is not ready
Waiting nowhere-yet: no node takes it: 0/3 nodes are available
Remark evicted: ended in failure: low on memory"#
    );
}

#[test]
fn what_ends_is_left_alone_until_its_time_is_over() {
    let at = |time: &str| -> super::Pod {
        read(
            json!({ "metadata": { "namespace": "x", "name": "y", "deletionTimestamp": time, "deletionGracePeriodSeconds": 30,
            "finalizers": ["example.com/hold"] } }),
        )
    };
    let of = |time: &str| {
        judge(
            &Facts {
                pods: vec![at(time)],
                ..Facts::default()
            },
            NOW,
        )
        .findings
    };
    assert_eq!(of("2026-01-02T03:58:00Z"), []);
    let findings = of(BEGAN);
    assert_eq!(
        findings[0].why,
        "it was asked to end and is held by example.com/hold"
    );
}

#[test]
fn certificates_and_addresses_count() {
    let certificate = |name: &str, status: Value| {
        read(json!({ "metadata": { "namespace": "x", "name": name }, "status": status }))
    };
    let ready = json!([{ "type": "Ready", "status": "True" }]);
    let facts = Facts {
        certificates: vec![
            certificate("good", json!({ "conditions": ready, "notAfter": "2026-03-02T04:00:00Z", "renewalTime": "2026-02-02T04:00:00Z" })),
            certificate("late", json!({ "conditions": ready, "notAfter": "2026-01-12T04:00:00Z", "renewalTime": "2026-01-01T04:00:00Z" })),
            certificate("new", json!({})),
            certificate("refused", json!({ "conditions": [
                { "type": "Ready", "status": "False", "message": "Issuing certificate as Secret does not exist" },
                { "type": "Issuing", "status": "False", "message": "The order failed: 403 urn:ietf:params:acme:error:unauthorized" } ] })),
        ],
        entrances: vec![
            read::<super::others::Gateway>(json!({ "metadata": { "namespace": "network", "name": "external" } })).into(),
            read::<super::others::Gateway>(json!({ "metadata": { "namespace": "network", "name": "internal" }, "status": {
                "addresses": [{ "value": "10.0.0.21" }], "conditions": [{ "type": "Programmed", "status": "True" }] } })).into(),
        ],
        ..Facts::default()
    };
    let overview = Overview::of(&facts, NOW);
    assert_eq!(
        (overview.certificates.ready, overview.days_left),
        (2, Some(10))
    );
    let lines: Vec<String> = { overview.findings.iter() }
        .map(|one| format!("{}: {}", one.object, one.why))
        .collect();
    assert_eq!(
        lines.join("\n"),
        r"Certificate `x/late`: it ends at 2026-01-12T04:00:00Z and was to be renewed before
Certificate `x/new`: cert-manager has not looked at it yet
Certificate `x/refused`: The order failed: 403 urn:ietf:params:acme:error:unauthorized
Gateway `network/external`: no controller has taken it"
    );
}

#[test]
fn objects_that_say_nothing_or_too_much_are_read() {
    let empty = FluxObject::read(Kind::Kustomization, read(json!({})));
    assert_eq!(empty.subject.name, "");
    let null = json!({ "metadata": null, "spec": null, "status": { "conditions": null, "inventory": null, "history": null } });
    FluxObject::read(Kind::HelmRelease, read(null));
    let long = "x\u{1b}[2J\n".repeat(1 << 20);
    let hostile = flux(Kind::Kustomization, "a/b", "BuildFailed", &long, &json!({}));
    assert!(hostile.message.len() < 8 << 10, "{}", hostile.message.len());
    assert!(!hostile.message.contains(['\u{1b}', '\n']));
    let facts = Facts {
        flux: vec![hostile, empty],
        pods: vec![
            read(json!({})),
            read(
                json!({ "metadata": { "ownerReferences": [{}] }, "status": { "phase": "Pending" } }),
            ),
        ],
        nodes: vec![read(json!({}))],
        ..Facts::default()
    };
    assert!(!Overview::of(&facts, NOW).is_well());
    // No time is too far away.
    Overview::of(&facts, i64::MIN);
    Overview::of(&facts, i64::MAX);
}

#[test]
fn git_is_compared_with_what_is_applied() {
    let at = |revision: &str| {
        json!({ "spec": { "sourceRef": { "kind": "GitRepository", "name": "flux-system", "namespace": "flux-system" } },
        "status": { "lastAppliedRevision": revision } })
    };
    let [old, new] = ["1", "2"].map(|digit| format!("main@sha1:{}", digit.repeat(40)));
    let artifact = json!({ "status": { "artifact": { "revision": new } } });
    let facts = Facts {
        flux: vec![
            flux(
                Kind::GitRepository,
                "flux-system/flux-system",
                "",
                "",
                &artifact,
            ),
            flux(
                Kind::Kustomization,
                "flux-system/flux-system",
                "",
                "",
                &at(&new),
            ),
            flux(Kind::Kustomization, "apps/a", "", "", &at(&new)),
            flux(Kind::Kustomization, "apps/b", "", "", &at(&old)),
        ],
        ..Facts::default()
    };
    let drift = Overview::of(&facts, NOW).drift.expect("there is a source");
    assert_eq!((drift.applied, drift.commit), (2, Some("2".repeat(40))));
    assert_eq!(
        drift.behind[&old],
        [Object::new("Kustomization", "apps", "b")]
    );
}

#[test]
fn changes_are_what_is_new_and_what_is_over() {
    let facts = |reason: &str| Facts {
        flux: vec![flux(Kind::Kustomization, "a/b", reason, "why", &json!({}))],
        ..Facts::default()
    };
    let [well, fails, waits] =
        ["", "BuildFailed", "Progressing"].map(|reason| judge(&facts(reason), NOW).findings);
    assert_eq!(changes(&well, &well), []);
    assert_eq!(changes(&fails, &fails), []);
    let object = Object::new("Kustomization", "a", "b");
    assert_eq!(changes(&fails, &well), [Change::Over { object }]);
    for (before, after, level) in [
        (&well, &fails, Level::Failing),
        (&fails, &waits, Level::Waiting),
    ] {
        match changes(before, after).as_slice() {
            [Change::Found { finding }] => assert_eq!(finding.level, level),
            other => panic!("{other:?}"),
        }
    }
}
