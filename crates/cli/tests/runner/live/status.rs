//! `status`, against API servers that have whole clusters.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};
use testkit::{Lists, Sandbox};

use crate::empty;

pub(super) const REVISION: &str = "main@sha1:0123456789abcdef0123456789abcdef01234567";

pub(super) const KUSTOMIZATIONS: &str = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations";
pub(super) const RELEASES: &str = "/apis/helm.toolkit.fluxcd.io/v2/helmreleases";
pub(super) const GIT: &str = "/apis/source.toolkit.fluxcd.io/v1/gitrepositories";
pub(super) const CHARTS: &str = "/apis/source.toolkit.fluxcd.io/v1/ocirepositories";
pub(super) const PODS: &str = "/api/v1/pods";

/// A condition; ready where there is no reason.
pub(super) fn conditions(reason: &str, message: &str) -> Value {
    let status = match reason {
        "" => "True",
        "Progressing" => "Unknown",
        _ => "False",
    };
    json!([{ "type": "Ready", "status": status, "reason": reason, "message": message,
        "lastTransitionTime": "2026-01-02T03:04:05Z" }])
}

pub(super) fn node(name: &str, cordoned: bool) -> String {
    json!({
        "metadata": { "name": name, "labels": { "node-role.kubernetes.io/control-plane": "" } },
        "spec": { "unschedulable": cordoned },
        "status": {
            "conditions": [{ "type": "Ready", "status": "True" }],
            "nodeInfo": { "kubeletVersion": "v1.36.3", "osImage": "Talos (v1.13.9)" },
        },
    })
    .to_string()
}

pub(super) fn kustomization(name: &str, reason: &str, message: &str, spec: &Value) -> String {
    let mut whole = json!({
        "interval": "1h",
        "sourceRef": { "kind": "GitRepository", "name": "flux-system" },
    });
    for (key, value) in spec.as_object().into_iter().flatten() {
        whole[key] = value.clone();
    }
    json!({
        "metadata": { "namespace": "flux-system", "name": name, "generation": 1,
            "labels": { "kustomize.toolkit.fluxcd.io/name": "flux-system",
                "kustomize.toolkit.fluxcd.io/namespace": "flux-system" } },
        "spec": whole,
        "status": { "observedGeneration": 1, "lastAppliedRevision": REVISION,
            "conditions": conditions(reason, message) },
    })
    .to_string()
}

pub(super) fn release(name: &str, reason: &str, message: &str) -> String {
    json!({
        "metadata": { "namespace": "apps", "name": name, "generation": 1,
            "labels": { "kustomize.toolkit.fluxcd.io/name": name,
                "kustomize.toolkit.fluxcd.io/namespace": "flux-system" } },
        "spec": { "chartRef": { "kind": "OCIRepository", "name": name },
            "valuesFrom": [{ "kind": "Secret", "name": "echo-values" }] },
        "status": { "observedGeneration": 1, "conditions": conditions(reason, message),
            "history": [{ "chartVersion": "1.2.3", "status": "deployed" }],
            "inventory": { "entries": [
                { "id": format!("apps_{name}_apps_Deployment"), "v": "v1" } ] } },
    })
    .to_string()
}

pub(super) fn source(
    kind: &str,
    namespace: &str,
    name: &str,
    reason: &str,
    message: &str,
) -> String {
    json!({
        "kind": kind,
        "metadata": { "namespace": namespace, "name": name, "generation": 1 },
        "spec": { "secretRef": { "name": "key" } },
        "status": { "observedGeneration": 1, "artifact": { "revision": REVISION },
            "conditions": conditions(reason, message) },
    })
    .to_string()
}

/// A pod of a Deployment, whose container waits for a reason.
pub(super) fn pod(owner: &str, number: usize, reason: &str, message: &str) -> String {
    let is_well = reason.is_empty();
    json!({
        "metadata": { "namespace": "apps", "name": format!("{owner}-5c9-{number}"),
            "labels": { "pod-template-hash": "5c9", "app.kubernetes.io/instance": owner },
            "creationTimestamp": "2026-01-02T03:04:05Z",
            "ownerReferences": [{ "kind": "ReplicaSet", "name": format!("{owner}-5c9"), "controller": true }] },
        "spec": { "nodeName": "k8s-0", "containers": [{ "name": "app" }] },
        "status": {
            "phase": if is_well { "Running" } else { "Pending" },
            "conditions": [{ "type": "PodScheduled", "status": "True" },
                { "type": "Ready", "status": if is_well { "True" } else { "False" } }],
            "containerStatuses": [{ "name": "app", "ready": is_well,
                "state": if is_well { json!({ "running": {} }) } else { json!({ "waiting": { "reason": reason, "message": message } }) } }],
        },
    })
    .to_string()
}

/// A cluster that is well.
pub(super) fn well() -> Lists {
    let none = Vec::new;
    Lists::default()
        .with("/api/v1/nodes", [node("k8s-0", false), node("k8s-1", true)])
        .with(
            "/api/v1/namespaces",
            [json!({ "metadata": { "name": "apps" } }).to_string()],
        )
        .with("/api/v1/persistentvolumeclaims", none())
        .with(
            "/api/v1/services",
            [
                json!({ "metadata": { "namespace": "network", "name": "envoy-external" },
                "spec": { "type": "LoadBalancer" },
                "status": { "loadBalancer": { "ingress": [{ "ip": "10.0.0.20" }] } } })
                .to_string(),
            ],
        )
        .with(PODS, [pod("echo", 1, "", ""), pod("echo", 2, "", "")])
        .with(
            "/apis/apps/v1/deployments",
            [
                "helm-controller",
                "kustomize-controller",
                "source-controller",
            ]
            .map(|name| {
                json!({ "metadata": { "namespace": "flux-system", "name": name,
                        "labels": { "app.kubernetes.io/version": "v2.9.4" } },
                    "spec": { "replicas": 1, "template": { "spec": { "containers": [
                        { "image": format!("ghcr.io/fluxcd/{name}:v1.9.0") } ] } } },
                    "status": { "availableReplicas": 1 } })
                .to_string()
            }),
        )
        .with(
            "/apis/cert-manager.io/v1/certificates",
            [
                json!({ "metadata": { "namespace": "network", "name": "example-com" },
                "status": { "conditions": [{ "type": "Ready", "status": "True" }] } })
                .to_string(),
            ],
        )
        .with(
            GIT,
            [source(
                "GitRepository",
                "flux-system",
                "flux-system",
                "",
                "",
            )],
        )
        .with(CHARTS, [source("OCIRepository", "apps", "echo", "", "")])
        .with(
            KUSTOMIZATIONS,
            ["flux-system", "echo", "more"].map(|name| kustomization(name, "", "", &json!({}))),
        )
        .with(RELEASES, [release("echo", "", "")])
}

/// Nobody may fetch its repository, a release waits for its pods, and one is suspended.
fn unwell() -> Lists {
    let denied = "failed to checkout and determine revision: authentication required";
    let absent = "Source artifact not found, retrying in 30s";
    let pull = "Back-off pulling image \"ghcr.io/example/echo:9\": not found";
    let late = "Helm upgrade failed for release apps/echo with chart echo@1.2.3: context deadline exceeded";
    well()
        .with(
            GIT,
            [source(
                "GitRepository",
                "flux-system",
                "flux-system",
                "GitOperationFailed",
                denied,
            )],
        )
        .with(
            KUSTOMIZATIONS,
            [
                kustomization("flux-system", "ArtifactFailed", absent, &json!({})),
                kustomization(
                    "echo",
                    "DependencyNotReady",
                    "dependency 'flux-system/flux-system' is not ready",
                    &json!({ "dependsOn": [{ "name": "flux-system" }] }),
                ),
                kustomization("more", "", "", &json!({ "suspend": true })),
            ],
        )
        .with(RELEASES, [release("echo", "UpgradeFailed", late)])
        .with(
            PODS,
            [
                pod("echo", 1, "ImagePullBackOff", pull),
                pod("echo", 2, "ImagePullBackOff", pull),
                pod("other", 1, "", ""),
            ],
        )
}

/// A repository whose cluster answers so.
pub(super) fn repository(
    answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (Sandbox, Api) {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, answer);
    let sandbox = empty();
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    (sandbox, api)
}

pub(super) fn of(lists: Lists) -> (Sandbox, Api) {
    repository(move |asked| lists.answer(asked))
}

/// What was said, without the port of the server.
pub(super) fn said(text: &str, api: &Api) -> String {
    text.replace(&api.url(), "https://SERVER")
}

#[test]
fn a_cluster_that_is_well_is_a_page_of_numbers() {
    let (sandbox, api) = of(well());
    let output = sandbox.run(["status"]).success();
    assert_eq!(output.stderr, "");
    insta::assert_snapshot!(said(&output.stdout, &api), @r"
    ok     Cluster         https://SERVER, Kubernetes v1.36.3
    ok     Nodes           2 of 2 ready
           k8s-0  control plane  v1.36.3  Talos (v1.13.9)
           k8s-1  control plane  v1.36.3  Talos (v1.13.9), cordoned
    ok     Flux            v2.9.4, 3 of 3 controllers run
    ok     Git             main@sha1:0123456789ab, in all Kustomizations of it
    ok     Sources         2 of 2 ready
    ok     Kustomizations  3 of 3 ready
    ok     HelmReleases    1 of 1 ready
    ok     Pods            2 of 2 well
    ok     Certificates    1 of 1 ready
    ok     Addresses       envoy-external 10.0.0.20

    All is well.

    To know
      note   Node k8s-1  cordoned: it gets no new pods
    ");
}

#[test]
fn whoever_gets_problems_alone_gets_what_is_not_well() {
    let (sandbox, _api) = of(unwell());
    let output = sandbox.run(["status", "--output", "sarif"]).exits(1);
    let log: Value = serde_json::from_str(&output.stdout).expect("a log");
    let found = log.pointer("/runs/0/results").and_then(Value::as_array);
    let found: Vec<&str> = { found.expect("results").iter() }
        .filter_map(|one| one["ruleId"].as_str())
        .collect();
    let expected = ["cluster/failing"; 4].iter().chain(&["cluster/waiting"]);
    assert_eq!(found, expected.copied().collect::<Vec<_>>());
    let output = sandbox.run(["status", "--output", "github"]).exits(1);
    let told = "::warning title=cluster/waiting::";
    assert!(output.stdout.contains(told), "{output}");
    let output = sandbox.run(["status", "--output", "json"]).exits(1);
    let object: Value = serde_json::from_str(&output.stdout).expect("an object");
    assert_eq!(object["problems"], json!([]));
}

#[test]
fn what_others_wait_for_is_looked_at_first() {
    let (sandbox, api) = of(unwell());
    let output = sandbox.run(["status"]).exits(1);
    insta::assert_snapshot!(said(&output.stdout, &api), @r#"
    ok     Cluster         https://SERVER, Kubernetes v1.36.3
    ok     Nodes           2 of 2 ready
           k8s-0  control plane  v1.36.3  Talos (v1.13.9)
           k8s-1  control plane  v1.36.3  Talos (v1.13.9), cordoned
    ok     Flux            v2.9.4, 3 of 3 controllers run
    ok     Git             main@sha1:0123456789ab, in all Kustomizations of it
    fails  Sources         1 of 2 ready, 1 fails
    fails  Kustomizations  0 of 3 ready, 1 fails, 1 waits, 1 suspended
    fails  HelmReleases    0 of 1 ready, 1 fails
    fails  Pods            1 of 3 well, 2 fail
    ok     Certificates    1 of 1 ready
    ok     Addresses       envoy-external 10.0.0.20

    Look at first
      1. GitRepository flux-system/flux-system: the credentials of the source are refused
         failed to checkout and determine revision: authentication required
         2 others wait for it
         next: look at the Secret of its `secretRef`, the deploy key of the repository and the name in its `url`; then `ichor reconcile source git flux-system/flux-system`
      2. HelmRelease apps/echo: an image cannot be pulled
         Back-off pulling image "ghcr.io/example/echo:9": not found
         its Deployment `apps/echo`
         next: correct the image or its tag, or give credentials in `imagePullSecrets`; then `ichor reconcile hr apps/echo`

         `ichor debug NAME` looks closer at one of them.

    Beside these
      fails  Kustomization flux-system/flux-system  its source is not ready: GitRepository `flux-system/flux-system`
      fails  Deployment apps/echo (2 pods)          an image cannot be pulled: HelmRelease `apps/echo`
      waits  Kustomization flux-system/echo         waits for another one: Kustomization `flux-system/flux-system`
      note   Node k8s-1                             cordoned: it gets no new pods
      note   Kustomization flux-system/more         suspended: Flux leaves it alone
    "#);
}

#[test]
fn what_is_seen_is_one_object_for_programs() {
    let (sandbox, _api) = of(unwell());
    let output = sandbox.run(["status", "--output", "json"]).exits(1);
    let told: Value = serde_json::from_str(&output.stdout).expect("an object");
    assert_eq!(told["exit"], 1);
    assert_eq!(told["well"], false);
    assert_eq!(told["kubernetes"], "v1.36.3");
    assert_eq!(told["helmreleases"]["failing"], 1);
    assert_eq!(told["kustomizations"]["suspended"], 1);
    assert_eq!(
        told["pods"],
        json!({ "count": 3, "ready": 1, "failing": 2, "waiting": 0, "suspended": 0 })
    );
    assert_eq!(told["first"][0]["object"]["kind"], "GitRepository");
    assert_eq!(told["first"][0]["cause"], "source-credentials");
    assert_eq!(told["first"][0]["waiting"], 2);
    assert_eq!(told["first"][1]["cause"], "image-pull");
    assert_eq!(told["unwell"][0]["brought_by"]["name"], "echo");
    assert_eq!(
        told["drift"]["commit"],
        "0123456789abcdef0123456789abcdef01234567"
    );
    let missing: Vec<&str> = { told["missing"].as_array().into_iter().flatten() }
        .filter_map(Value::as_str)
        .collect();
    assert!(missing.contains(&"Gateway"), "{missing:?}");
}

#[test]
fn a_server_that_does_not_answer_is_no_answer() {
    let (sandbox, api) = of(well());
    let url = api.url();
    drop(api);
    let output = sandbox.run(["status"]).exits(5);
    assert_eq!(output.stdout, "");
    insta::assert_snapshot!(output.stderr.replace(&url, "https://SERVER"), @r"
    error[kubernetes-api/unreachable]: `https://SERVER` does not answer, asked for the kinds that it has: Connection refused (os error 111)
     |
    hint: does a control plane run, and is the address of the kubeconfig reached from here? `ichor talos health` tells more

    1 error
    ");
}

#[test]
fn a_list_that_is_not_given_is_told_and_the_rest_goes_on() {
    let denied = |asked: &Asked| match asked.path.as_str() {
        RELEASES => Reply::status(403, "Forbidden", "helmreleases is forbidden for you"),
        CHARTS => Reply::Json(200, r#"{"items":[{"metadata":{"name":7}},"x"]}"#.to_owned()),
        PODS => Reply::Json(200, "{".to_owned()),
        _ => well().answer(asked),
    };
    let (sandbox, api) = repository(denied);
    let output = sandbox.run(["status"]).exits(5);
    insta::assert_snapshot!(said(&output.stdout, &api), @r"
    ok     Cluster         https://SERVER, Kubernetes v1.36.3
    ok     Nodes           2 of 2 ready
           k8s-0  control plane  v1.36.3  Talos (v1.13.9)
           k8s-1  control plane  v1.36.3  Talos (v1.13.9), cordoned
    ok     Flux            v2.9.4, 3 of 3 controllers run
    ok     Git             main@sha1:0123456789ab, in all Kustomizations of it
    ok     Sources         1 of 1 ready
    ok     Kustomizations  3 of 3 ready
    ok     Certificates    1 of 1 ready
    ok     Addresses       envoy-external 10.0.0.20
    ?      HelmRelease     `https://SERVER` does not allow it, asked for the helmreleases: helmreleases is forbidden for you
    ?      Pod             `https://SERVER` answers with what cannot be read, asked for the pods: line 1, column 1
    ?      OCIRepository   2 of them cannot be read

    To know
      note   Node k8s-1  cordoned: it gets no new pods
    ");
}

#[test]
fn a_cluster_without_flux_has_nodes_and_pods() {
    let bare = Lists::default()
        .with("/api/v1/nodes", [node("k8s-0", false)])
        .with(PODS, [pod("web", 1, "CrashLoopBackOff", "back-off")]);
    let (sandbox, api) = of(bare);
    let output = sandbox.run(["status"]).exits(1);
    insta::assert_snapshot!(said(&output.stdout, &api), @r"
    ok     Cluster         https://SERVER, Kubernetes v1.36.3
    ok     Nodes           1 of 1 ready
           k8s-0  control plane  v1.36.3  Talos (v1.13.9)
    note   Flux            there is none: `ichor bootstrap apps` brings it
    fails  Pods            0 of 1 well, 1 fails

    Look at first
      1. Deployment apps/web: a container ends again and again
         back-off
         next: its log says why; most often it is in its values or a Secret; then `ichor reconcile`

         `ichor debug NAME` looks closer at one of them.
    ");
}

#[test]
fn a_list_is_taken_page_by_page_and_begun_anew_where_its_place_is_forgotten() {
    let forgot = AtomicUsize::new(0);
    let lists = well().with(PODS, (0..1_100).map(|number| pod("echo", number, "", "")));
    let (sandbox, api) = repository(move |asked| {
        let is_second = asked.path == PODS && asked.query.contains("continue=250");
        if is_second && forgot.fetch_add(1, Ordering::SeqCst) == 0 {
            return Reply::status(410, "Expired", "The provided continue parameter is too old");
        }
        lists.answer(asked)
    });
    let output = sandbox.run(["status"]).success();
    assert!(output.stdout.contains("1100 of 1100 well"), "{output}");
    let pages = api.calls();
    assert_eq!(
        pages
            .iter()
            .filter(|call| **call == format!("GET {PODS}"))
            .count(),
        7
    );
}

#[test]
fn hostile_objects_command_no_terminal() {
    let long = "\u{1b}[2J\u{202e}x ".repeat(200_000);
    let lists = well()
        .with(
            RELEASES,
            [release("echo", "UpgradeFailed", &long), "{}".to_owned()],
        )
        .with(
            PODS,
            [
                pod("echo", 1, "ImagePullBackOff", &long),
                json!({ "metadata": null }).to_string(),
            ],
        );
    let (sandbox, _api) = of(lists);
    let output = sandbox.run(["status"]).exits(1);
    assert!(!output.stdout.contains(['\u{1b}', '\u{202e}']), "{output}");
    assert!(output.stdout.len() < 16 << 10, "{}", output.stdout.len());
}

#[test]
fn this_clone_is_compared_with_what_flux_has() {
    let (sandbox, api) = of(well());
    let Some(git) = crate::secret_commands::git(&sandbox) else {
        return;
    };
    git.init();
    let commit = |message| git.run(&["commit", "--quiet", "--allow-empty", "--message", message]);
    commit("one");
    let line = |output: &testkit::Output| -> String {
        let line = output.stdout.lines().find(|line| line.contains("Git"));
        line.expect("it is told").to_owned()
    };
    let output = sandbox.run(["status"]).success();
    insta::assert_snapshot!(line(&output), @r"ok     Git             main@sha1:0123456789ab, in all Kustomizations of it; this clone does not know that commit");
    drop(api);
    // Flux has the commit before.
    let head = git.run(&["rev-parse", "HEAD"]);
    let revision = format!("main@sha1:{}", head.trim());
    commit("two");
    let old = source("GitRepository", "flux-system", "flux-system", "", "");
    let lists = well().with(GIT, [old.replace(REVISION, &revision)]);
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, move |asked| lists.answer(asked));
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    let output = sandbox.run(["status"]).success();
    let told = line(&output).replace(&head.trim()[..12], "COMMIT");
    insta::assert_snapshot!(told, @r"note   Git             main@sha1:COMMIT, in 0 of 3; this clone is 1 commit ahead: push, or wait for Flux");
}

#[test]
fn watching_tells_what_changes_until_all_is_well() {
    let looks = AtomicUsize::new(0);
    let (sandbox, _api) = repository(move |asked| {
        // Every look begins with this question.
        let look = match asked.path.as_str() {
            "/apis" => looks.fetch_add(1, Ordering::SeqCst) + 1,
            _ => looks.load(Ordering::SeqCst),
        };
        match look {
            1 => unwell().answer(asked),
            2 => Reply::status(503, "ServiceUnavailable", "apiserver is shutting down"),
            _ => well().answer(asked),
        }
    });
    let mut child = sandbox
        .command([
            "status",
            "--watch",
            "--interval",
            "10ms",
            "--until-well",
            "10m",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be started");
    let output = BufReader::new(child.stdout.take().expect("it is read"));
    let lines: Vec<String> = { output.lines() }
        .map(|line| line.expect("a line"))
        .map(|line| {
            line.split_once("  ")
                .map_or(line.clone(), |(_, rest)| rest.to_owned())
        })
        .map(|line| line.split(": ").next().unwrap_or_default().to_owned())
        .collect();
    assert!(child.wait().expect("it ends").success());
    let told: Vec<String> = { lines.iter() }
        .map(|line| match line.find("`https://") {
            Some(at) => line[..at].to_owned() + "the server",
            None => line.clone(),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    not all is well
    fails  GitRepository `flux-system/flux-system`
    fails  Kustomization `flux-system/flux-system`
    fails  HelmRelease `apps/echo`
    fails  Deployment `apps/echo`
    waits  Kustomization `flux-system/echo`
    note   Node `k8s-1`
    note   Kustomization `flux-system/more`
    away   the server
    all is well
    ok     GitRepository `flux-system/flux-system`
    ok     Kustomization `flux-system/flux-system`
    ok     HelmRelease `apps/echo`
    ok     Deployment `apps/echo`
    ok     Kustomization `flux-system/echo`
    ok     Kustomization `flux-system/more`
    ");
}
