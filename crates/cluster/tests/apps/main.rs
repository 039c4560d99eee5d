//! Apps: what is done in which order, what is left alone, and what is said where it stops.

mod world;

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use cluster::apps::{Event, Wanted};
use serde_json::json;
use world::{CRDS, HELM, OPERATOR, World};

const SECRET: &str = "/api/v1/namespaces/flux-system/secrets/sops-age";

fn helm(world: &World) -> Vec<String> {
    world
        .helm
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

fn fails_with(world: &World, release: &str, why: &str) {
    let mut fails = world.fails.lock().unwrap_or_else(PoisonError::into_inner);
    fails.insert(release.to_owned(), why.to_owned());
}

#[test]
fn from_nothing_everything_is_there_in_its_order() {
    let world = World::new();
    let (outcome, events) = world.run(&World::wanted());
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    assert!(outcome.changed);
    assert_eq!(outcome.brought.ready.len(), 2);
    let changes = [
        "PATCH /api/v1/namespaces/flux-system".to_owned(),
        format!("PATCH {SECRET}"),
        format!("PATCH {CRDS}/gateways.gateway.networking.k8s.io"),
    ];
    assert_eq!(world.changes(), changes);
    let asked = world.api.asked();
    let applied = asked
        .iter()
        .find(|asked| asked.method == "PATCH")
        .expect("one");
    assert!(
        applied.query.contains("fieldManager=kubectl-ichor"),
        "{}",
        applied.query
    );
    assert!(
        applied.query.contains("fieldValidation=Strict"),
        "{}",
        applied.query
    );
    assert!(!applied.query.contains("force=true"), "{}", applied.query);
    // What helm-controller takes over are its own fields only.
    let mut defined = asked
        .iter()
        .filter(|asked| asked.method == "PATCH" && asked.path.starts_with(CRDS));
    assert!(defined.all(|asked| asked.query.contains("fieldManager=helm-controller")));
    let mut helm = helm(&world);
    assert_eq!(helm[0], "upgrade kube-system/cilium");
    assert_eq!(helm[3], "upgrade flux-system/flux-instance");
    // These two have no need of each other.
    helm[1..3].sort();
    assert_eq!(
        helm[1..3],
        [
            "upgrade cert-manager/cert-manager",
            "upgrade kube-system/coredns"
        ]
    );
    let said = json!(events).to_string();
    assert!(!said.contains("c2VjcmV0"), "{said}");
}

#[test]
fn a_second_run_changes_nothing() {
    let world = World::new();
    let wanted = World::wanted();
    world.run(&wanted);
    let before = world.changes();
    let helm_before = helm(&world);
    let (outcome, events) = world.run(&wanted);
    assert!(outcome.failed.is_empty() && outcome.notes.is_empty());
    assert!(!outcome.changed && outcome.was_handed_over);
    assert_eq!(world.changes(), before);
    assert_eq!(helm(&world), helm_before);
    let revision = "main@sha1:1".to_owned();
    assert!(events.contains(&Event::HandedOver { revision }));
}

#[test]
fn what_an_interrupted_run_has_left_is_mended() {
    let wanted = World::wanted();
    let cilium = &wanted.releases[0].0;
    let mut old = cilium.clone();
    old.values = json!({ "replicas": 2 });
    // How it stands, and what is done.
    for (status, release, expected) in [
        ("deployed", cilium, vec![]),
        ("deployed", &old, vec!["upgrade kube-system/cilium"]),
        ("failed", cilium, vec!["upgrade kube-system/cilium"]),
        (
            "pending-install",
            cilium,
            vec!["upgrade kube-system/cilium"],
        ),
        (
            "pending-upgrade",
            cilium,
            vec!["rollback kube-system/cilium", "upgrade kube-system/cilium"],
        ),
        (
            "pending-rollback",
            cilium,
            vec!["rollback kube-system/cilium", "upgrade kube-system/cilium"],
        ),
    ] {
        let world = World::new();
        world.record(release, status, 3);
        let (outcome, _) = world.run(&wanted);
        assert!(outcome.failed.is_empty(), "{status}: {:?}", outcome.failed);
        let of_cilium: Vec<String> = { helm(&world).into_iter() }
            .filter(|one| one.ends_with("/cilium"))
            .collect();
        assert_eq!(of_cilium, expected, "{status}");
        let record = "/api/v1/namespaces/kube-system/secrets/sh.helm.release.v1.cilium.v3";
        assert_eq!(
            world.get(record).is_none(),
            status == "pending-install",
            "{status}"
        );
    }
}

#[test]
fn a_release_that_flux_knows_is_left_to_it() {
    let world = World::new();
    let wanted = World::wanted();
    world.record(&wanted.releases[0].0, "pending-upgrade", 2);
    world.put(
        &format!("{HELM}/namespaces/kube-system/helmreleases/cilium"),
        &json!({}),
    );
    let (_, events) = world.run(&wanted);
    assert!(!helm(&world).iter().any(|one| one.ends_with("/cilium")));
    let release = "kube-system/cilium".to_owned();
    assert!(events.contains(&Event::Installed {
        release,
        already: true
    }));
}

#[test]
fn the_helm_of_an_earlier_run_is_waited_for() {
    let world = World::new();
    world.busy.store(20, Ordering::Relaxed);
    let (outcome, events) = world.run(&World::wanted());
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    let is_told = |event: &Event| matches!(event, Event::Waiting { until, .. } if until.contains("an earlier run"));
    assert!(events.iter().any(is_told), "{events:?}");
}

#[test]
fn a_release_that_fails_says_why_and_what_it_stops() {
    let world = World::new();
    fails_with(&world, "kube-system/cilium", "context deadline exceeded");
    // Its chart gives pods no label with the name of the release.
    world.put(
        "/apis/apps/v1/namespaces/kube-system/daemonsets/cilium",
        &json!({ "metadata": { "annotations": { "meta.helm.sh/release-name": "cilium" } },
            "spec": { "selector": { "matchLabels": { "k8s-app": "cilium" } } } }),
    );
    world.put(
        "/api/v1/namespaces/kube-system/pods/somebody-else",
        &json!({ "metadata": { "labels": { "k8s-app": "other" } }, "status": { "reason": "Evicted" } }),
    );
    world.put(
        "/api/v1/namespaces/kube-system/pods/cilium-x",
        &json!({ "metadata": { "labels": { "k8s-app": "cilium", "pod": "x" } },
            "status": { "containerStatuses": [{ "name": "a", "ready": false, "image": "", "imageID": "", "restartCount": 0,
                "state": { "waiting": { "reason": "ImagePullBackOff" } } }] } }),
    );
    world.put(
        "/api/v1/namespaces/kube-system/pods/cilium-y",
        &json!({ "metadata": { "labels": { "k8s-app": "cilium" } },
            "status": { "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                "message": "0/2 nodes are available" }] } }),
    );
    assert_eq!(
        world.fails(&World::wanted()),
        [
            "cluster/release-failed: `kube-system/cilium` is not installed: context deadline exceeded; pod `cilium-x`: ImagePullBackOff, pod `cilium-y`: Unschedulable: 0/2 nodes are available",
            "cluster/release-failed: not begun, since they need what is not there: `kube-system/coredns`, `cert-manager/cert-manager`, `flux-system/flux-instance`",
        ]
    );
    // What is done is done; the same goes on.
    world
        .fails
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
    assert_eq!(world.fails(&World::wanted()), [""; 0]);
}

#[test]
fn an_api_server_that_is_away_for_a_while_is_waited_for() {
    for questions in [1, 7, 60] {
        let world = World::new();
        world.goes_away(questions);
        let (outcome, _) = world.run(&World::wanted());
        assert!(
            outcome.failed.is_empty(),
            "{questions}: {:?}",
            outcome.failed
        );
    }
    let world = World::new();
    world.goes_away(100_000);
    let failed = world.fails(&World::wanted());
    assert_eq!(
        failed,
        ["kubernetes-api/not-ready: `API` is not ready, asked whether it is ready: starting"]
    );
}

#[test]
fn another_cluster_is_named_before_anything_is_written() {
    let other = World::new();
    let flux = |url: &str| json!({ "spec": { "sync": { "url": url } } });
    let wanted = |nodes: &[&str], authority: Option<String>| Wanted {
        nodes: nodes.iter().map(|name| (*name).to_owned()).collect(),
        authority,
        ..World::wanted()
    };
    let world = World::new();
    let authority = |world: &World| Some(world.cluster.authority());
    assert_eq!(
        world.fails(&wanted(&["cp-1"], authority(&other))),
        [
            "cluster/other-cluster: the kubeconfig trusts another authority than that of the repository's cluster: `API` is another one",
        ]
    );
    assert_eq!(
        world.fails(&wanted(&["k8s-0"], authority(&world))),
        ["cluster/other-cluster: `API` has other nodes than the repository: `cp-1`, `w-1`",]
    );
    let instance = format!("{OPERATOR}/namespaces/flux-system/fluxinstances/flux");
    world.put(
        &instance,
        &flux("https://user:password@git.example/other.git"),
    );
    assert_eq!(
        world.fails(&wanted(&["cp-1"], authority(&world))),
        [
            "cluster/other-cluster: Flux of `API` follows `https://git.example/other.git`, and this repository is `ssh://git.example/home.git`",
        ]
    );
    world.remove(&instance);
    world.put(
        "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/flux-system",
        &json!({ "spec": { "url": "https://git.example/third.git" } }),
    );
    assert_eq!(
        world.fails(&wanted(&["cp-1"], None)),
        [
            "cluster/other-cluster: Flux of `API` follows `https://git.example/third.git`, and this repository is `ssh://git.example/home.git`",
        ]
    );
    assert_eq!(world.changes(), [""; 0]);
}

#[test]
fn a_node_that_is_missing_is_named() {
    let world = World::new();
    world.remove("/api/v1/nodes/w-1");
    assert_eq!(
        world.fails(&World::wanted()),
        ["cluster/nodes-missing: after 600 s it is not so that `w-1` registers with Kubernetes",]
    );
    assert_eq!(world.changes(), [""; 0]);
}

#[test]
fn what_others_have_set_is_not_taken_from_them() {
    let world = World::new();
    world.put(SECRET, &json!({ "data": { "age.agekey": "b3RoZXI=" } }));
    world.refuses(
        SECRET,
        409,
        "Conflict",
        "conflict with kubectl: .data.age.agekey",
    );
    assert_eq!(
        world.fails(&World::wanted()),
        ["cluster/foreign-fields: somebody else has set fields of Secret `flux-system/sops-age`",]
    );
    // Flux looks after it, or flux-operator, which makes Flux.
    for label in [
        "kustomize.toolkit.fluxcd.io/name",
        "fluxcd.controlplane.io/name",
    ] {
        world.put(SECRET, &json!({ "metadata": { "labels": { label: "x" } } }));
        assert_eq!(world.fails(&World::wanted()), [""; 0]);
    }
}

#[test]
fn refusals_are_told_in_the_words_of_the_server() {
    let world = World::new();
    let namespace = "/api/v1/namespaces/flux-system";
    world.refuses(
        namespace,
        403,
        "Forbidden",
        "admission webhook `no.example` denied the request: not today",
    );
    assert_eq!(
        world.fails(&World::wanted()),
        [
            "kubernetes-api/denied: `API` does not allow it, asked to apply Namespace `flux-system`: admission webhook `no.example` denied the request: not today",
        ]
    );
}

#[test]
fn of_a_refused_secret_only_who_refuses_it_is_told() {
    let said = |message: &'static str| {
        let world = World::new();
        world.refuses(SECRET, 403, "Forbidden", message);
        world.fails(&World::wanted())
    };
    let begin = "kubernetes-api/denied: `API` does not allow it, asked to apply Secret `flux-system/sops-age`";
    for (message, words) in [
        (
            r#"admission webhook \"no.example\" denied the request: AGE-SECRET-KEY-1 is short"#,
            ": the admission webhook `no.example` does not allow it",
        ),
        (
            r#"Internal error occurred: failed calling webhook \"no.example\": AGE-SECRET-KEY-1"#,
            ": the admission webhook `no.example` cannot be called",
        ),
        (r#"webhook \"AGE-SECRET-KEY-1\" is no kind"#, ""),
        ("AGE-SECRET-KEY-1 is short", ""),
    ] {
        assert_eq!(said(message), [format!("{begin}{words}")]);
    }
}

#[test]
fn a_namespace_that_is_never_gone_is_named_with_what_holds_it() {
    let world = World::new();
    world.put("/api/v1/namespaces/flux-system", &json!({
        "metadata": { "deletionTimestamp": "2026-11-29T00:00:00Z" },
        "status": { "conditions": [
            { "type": "NamespaceContentRemaining", "status": "True", "message": "Some resources are remaining: things.example has 1 resource instances" },
            { "type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "fine" },
        ] },
    }));
    assert_eq!(
        world.fails(&World::wanted()),
        [
            "cluster/stuck-deletion: Namespace `flux-system` is being deleted still after 180 s: Some resources are remaining: things.example has 1 resource instances",
        ]
    );
}

#[test]
fn a_kind_of_somebody_else_is_left_where_it_is_new_enough() {
    let name = format!("{CRDS}/gateways.gateway.networking.k8s.io");
    let served = |versions: &[&str]| {
        let versions: Vec<_> = versions
            .iter()
            .map(|name| json!({ "name": name, "served": true }))
            .collect();
        json!({ "metadata": { "annotations": { "meta.helm.sh/release-name": "old-gateway" } }, "spec": { "versions": versions } })
    };
    let world = World::new();
    world.put(&name, &served(&["v1beta1"]));
    assert_eq!(
        world.fails(&World::wanted()),
        [
            "cluster/old-definition: the definition of `gateways.gateway.networking.k8s.io` has no v1, which a chart of the repository needs: it belongs to `old-gateway`",
        ]
    );
    world.put(&name, &served(&["v1alpha1", "v1", "v1beta1"]));
    assert_eq!(world.fails(&World::wanted()), [""; 0]);
}

#[test]
fn a_chart_that_cannot_be_rendered_is_told() {
    let world = World::new();
    fails_with(&world, "network/envoy-gateway", "it is no chart");
    assert_eq!(
        world.fails(&World::wanted()),
        [
            "cluster/release-failed: the kinds that the chart of `network/envoy-gateway` brings are not known: it is no chart",
        ]
    );
    assert_eq!(helm(&world), [""; 0]);
}

#[test]
fn charts_that_cannot_be_had_are_told_before_anything_is_written() {
    let world = World::new();
    fails_with(&world, "charts", "there is no such version");
    assert_eq!(
        world.fails(&World::wanted()),
        ["cluster/release-failed: there is no such version"]
    );
    assert_eq!(world.changes(), [""; 0]);
}

#[test]
fn what_flux_does_not_bring_is_named_after_a_while() {
    let mut world = World::new();
    world.flux = json!([{ "type": "Ready", "status": "False", "message": "no such chart" }]);
    assert_eq!(
        world.fails(&World::wanted()),
        ["cluster/flux-not-ready: HelmRelease `kube-system/cilium`: no such chart"]
    );
    // It was told to look again before that counted.
    let told = format!("PATCH {HELM}/namespaces/kube-system/helmreleases/cilium");
    assert!(world.changes().contains(&told), "{:?}", world.changes());
}

#[test]
fn a_secret_that_is_another_one_under_flux_is_noted() {
    let world = World::new();
    world.run(&World::wanted());
    world.put(SECRET, &json!({ "data": { "age.agekey": "b3RoZXI=" } }));
    let (outcome, _) = world.run(&World::wanted());
    assert!(outcome.failed.is_empty());
    let notes: Vec<String> = { outcome.notes.iter() }
        .map(|note| format!("{}: {}", note.rule.id(), note.message))
        .collect();
    assert_eq!(
        notes,
        [
            "cluster/other-secret: Secret `flux-system/sops-age` is another one in the cluster than in the repository"
        ]
    );
}
