//! `debug`, against API servers that have clusters that are not well.

use serde_json::{Value, json};
use testkit::Lists;
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

use super::status::{
    GIT, KUSTOMIZATIONS, PODS, RELEASES, conditions, kustomization, of, pod, release, repository,
    said, source, well,
};
use crate::secret_commands;

const POD: &str = "/api/v1/namespaces/apps/pods/echo-5c9-1";
const EVENTS: &str = "/api/v1/namespaces/apps/events";

fn event(kind: &str, name: &str, time: &str, reason: &str, message: &str) -> String {
    json!({
        "involvedObject": { "kind": kind, "namespace": "apps", "name": name },
        "type": "Warning", "reason": reason, "message": message, "count": 3, "lastTimestamp": time,
    })
    .to_string()
}

/// A container that ends again and again; its release is out of retries.
fn crashing() -> Lists {
    let crash = json!({
        "metadata": { "namespace": "apps", "name": "echo-5c9-1",
            "labels": { "pod-template-hash": "5c9", "app.kubernetes.io/instance": "echo" },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": "echo-5c9", "controller": true }] },
        "spec": { "nodeName": "k8s-0" },
        "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "restartCount": 7,
            "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s" } },
            "lastState": { "terminated": { "reason": "Error", "exitCode": 1 } } }] },
    });
    let why = "Helm install failed for release apps/echo with chart echo@1.2.3: context deadline exceeded";
    let mut stalled: Value =
        serde_json::from_str(&release("echo", "InstallFailed", why)).expect("an object");
    let mut both = conditions("InstallFailed", why);
    let gave_up = json!({ "type": "Stalled", "status": "True", "reason": "RetriesExceeded",
        "message": "Failed to install after 1 attempt(s)" });
    both.as_array_mut().expect("a list").push(gave_up);
    stalled["status"]["conditions"] = both;
    let waits = "health check failed after 5m0s: timeout waiting for: [HelmRelease/apps/echo status: 'Failed']";
    well()
        .with(RELEASES, [stalled.to_string()])
        .with(PODS, [crash.to_string()])
        .with(
            KUSTOMIZATIONS,
            [
                kustomization("flux-system", "", "", &json!({})),
                kustomization("echo", "HealthCheckFailed", waits, &json!({})),
            ],
        )
        .with("/api/v1/namespaces/flux-system/events", [])
        .with(
            EVENTS,
            [
                event(
                    "Pod",
                    "echo-5c9-1",
                    "2026-01-02T03:05:00Z",
                    "BackOff",
                    "Back-off restarting failed container app",
                ),
                event(
                    "Pod",
                    "other-1",
                    "2026-01-02T03:06:00Z",
                    "BackOff",
                    "somebody else's",
                ),
                event(
                    "HelmRelease",
                    "echo",
                    "2026-01-02T03:04:00Z",
                    "InstallFailed",
                    "context deadline exceeded",
                ),
            ],
        )
}

/// What else an app is asked for: its log, what it names.
fn more(lists: &Lists, asked: &Asked) -> Reply {
    match asked.path.as_str() {
        "/api/v1/namespaces/apps/pods/echo-5c9-1/log" => {
            assert!(
                asked.query.contains("container=app&previous=true"),
                "{asked:?}"
            );
            let lines =
                "starting\n\tconnecting with hunter2-in-the-clear\n\u{1b}[31mpanic: no such host\n";
            Reply::Plain(200, Vec::new(), lines.as_bytes().to_vec())
        }
        path if path.contains("/secrets/") || path.contains("/configmaps/") => {
            Reply::status(404, "NotFound", "there is none")
        }
        _ => lists.answer(asked),
    }
}

#[test]
fn a_container_that_ends_again_and_again_is_what_its_app_comes_of() {
    let cluster = Cluster::new();
    let lists = crashing();
    let api = Api::start(&cluster, Guise::Member, move |asked| more(&lists, asked));
    // A repository whose secrets can be decrypted.
    let sandbox = secret_commands::repository();
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    let output = sandbox.run(["debug", "echo"]).exits(1);
    insta::assert_snapshot!(said(&output.stdout, &api), @r"
    Kustomization flux-system/echo, HelmRelease apps/echo: a container ends again and again
      container `app` ended with 1
      1 other waits for it

    Next: its log says why; most often it is in its values or a Secret; then `ichor reconcile hr apps/echo --reset`

    From there to here
        HelmRelease apps/echo: what it applied does not become ready
      → Kustomization flux-system/echo: what it applied does not become ready

    What it is made of
      fails  Kustomization flux-system/echo         health check failed after 5m0s: timeout waiting for: [HelmRelease/apps/echo status: 'Failed']
      ok     Kustomization flux-system/flux-system  main@sha1:0123456789abcdef0123456789abcdef01234567
      fails  HelmRelease apps/echo                  Helm install failed for release apps/echo with chart echo@1.2.3: context deadline exceeded
      ok     GitRepository flux-system/flux-system  main@sha1:0123456789abcdef0123456789abcdef01234567
      ok     OCIRepository apps/echo                main@sha1:0123456789abcdef0123456789abcdef01234567

    Pods that are not well
      Deployment apps/echo: a container ends again and again, container `app`, on k8s-0
        container `app` ended with 1

    Named, and not there
      Secret apps/echo-values
      Secret apps/key
      Secret flux-system/key

    Events, the newest last
      2026-01-02T03:04:00Z HelmRelease apps/echo InstallFailed (3 times): context deadline exceeded
      2026-01-02T03:05:00Z Pod apps/echo-5c9-1 BackOff (3 times): Back-off restarting failed container app

    Log of apps/echo-5c9-1, container `app`, the run before
      | starting
      |     connecting with <redacted>
      | �[31mpanic: no such host
    ");
    // Of Secrets only whether they are there was asked.
    let asked = api.asked();
    let mut secrets = asked.iter().filter(|asked| asked.path.contains("/secrets"));
    assert!(
        secrets.all(|asked| asked.path.ends_with("/echo-values") || asked.path.ends_with("/key"))
    );
}

#[test]
fn a_pod_that_names_what_is_not_there_says_so() {
    let config = "secret \"echo-secret\" not found";
    let lists = well().with(PODS, [pod("echo", 1, "CreateContainerConfigError", config)]);
    let named = json!({ "spec": {
        "containers": [{ "envFrom": [{ "secretRef": { "name": "echo-secret" } }, { "configMapRef": { "name": "there" } }],
            "env": [{ "valueFrom": { "secretKeyRef": { "name": "perhaps", "optional": true } } }] }],
        "volumes": [{ "secret": { "secretName": "certificate" } }] } });
    let (sandbox, api) = repository(move |asked| match asked.path.as_str() {
        POD => Reply::Json(200, named.to_string()),
        path if path.ends_with("/there") || path.ends_with("/echo-values") => {
            Reply::Json(200, r#"{"metadata":{"name":"there"}}"#.to_owned())
        }
        path if path.contains("/secrets/") => Reply::status(404, "NotFound", "there is none"),
        EVENTS => Reply::status(403, "Forbidden", "events is forbidden for you"),
        _ => lists.answer(asked),
    });
    let output = sandbox.run(["debug", "echo", "-n", "apps"]).exits(1);
    insta::assert_snapshot!(said(&output.stdout, &api), @r#"
    HelmRelease apps/echo: a container cannot be made
      It comes of Deployment `apps/echo`:
      secret "echo-secret" not found

    Next: bring the Secret, ConfigMap or key that it names; then `ichor reconcile hr apps/echo`

    What it is made of
      ok     Kustomization flux-system/echo  main@sha1:0123456789abcdef0123456789abcdef01234567
      ok     HelmRelease apps/echo           1.2.3
      ok     OCIRepository apps/echo         main@sha1:0123456789abcdef0123456789abcdef01234567

    Pods that are not well
      Deployment apps/echo: a container cannot be made, container `app`, on k8s-0
        secret "echo-secret" not found

    Named, and not there
      Secret apps/certificate
      Secret apps/echo-secret
      Secret apps/key

    Not answered
      Event: `https://SERVER` does not allow it, asked for the events of `apps`: events is forbidden for you
    "#);
}

#[test]
fn without_a_name_it_is_what_is_to_be_looked_at_first() {
    let why =
        "failed to checkout and determine revision: couldn't find remote ref \"refs/heads/main\"";
    let absent = "Source artifact not found, retrying in 30s";
    let lists = well()
        .with(
            GIT,
            [source(
                "GitRepository",
                "flux-system",
                "flux-system",
                "GitOperationFailed",
                why,
            )],
        )
        .with(
            KUSTOMIZATIONS,
            [
                kustomization("flux-system", "ArtifactFailed", absent, &json!({})),
                kustomization("echo", "ArtifactFailed", absent, &json!({})),
            ],
        )
        .with("/api/v1/namespaces/flux-system/events", []);
    let (sandbox, api) = of(lists);
    let output = sandbox.run(["debug"]).exits(1);
    insta::assert_snapshot!(said(&output.stdout, &api), @r#"
    GitRepository flux-system/flux-system: the source has no such branch, tag or version
      failed to checkout and determine revision: couldn't find remote ref "refs/heads/main"
      2 others wait for it

    Next: correct its branch, tag or version in git; then `ichor reconcile source git flux-system/flux-system`

    What it is made of
      fails  GitRepository flux-system/flux-system  failed to checkout and determine revision: couldn't find remote ref "refs/heads/main"

    Named, and not there
      Secret flux-system/key
    "#);
    // Of an app it is the way from there.
    let output = sandbox.run(["debug", "echo", "--output", "json"]).exits(1);
    let told: Value = serde_json::from_str(&output.stdout).expect("an object");
    assert_eq!(told["conclusion"]["cause"], "source-revision");
    assert_eq!(told["chain"][0]["object"]["name"], "echo");
    assert_eq!(told["chain"][1]["object"]["kind"], "GitRepository");
}

#[test]
fn what_is_well_is_said_to_be() {
    let (sandbox, _api) = of(well().with(EVENTS, []));
    let output = sandbox.run(["debug"]).success();
    assert_eq!(output.stdout, "Nothing is to be looked at: all is well.\n");
}

#[test]
fn a_name_that_is_none_is_answered_with_the_closest() {
    let (sandbox, _api) = of(well());
    let output = sandbox.run(["debug", "ecoh"]).exits(1);
    insta::assert_snapshot!(output.stderr, @r"
    error[cluster/no-app]: there is no Kustomization, HelmRelease or workload `ecoh`
     |
    hint: did you mean `echo`?

    1 error
    ");
    let lists = well().with(
        RELEASES,
        ["apps", "other"].map(|namespace| {
            release("echo", "", "").replace(
                "\"namespace\":\"apps\"",
                &format!("\"namespace\":\"{namespace}\""),
            )
        }),
    );
    let (sandbox, _api) = of(lists);
    let output = sandbox.run(["debug", "echo"]).exits(1);
    insta::assert_snapshot!(output.stderr, @r"
    error[cluster/no-app]: more than one HelmRelease is called `echo`
     |
    hint: name one of `apps/echo`, `other/echo`

    1 error
    ");
}

#[test]
fn tables_are_those_of_the_server() {
    let table = json!({
        "columnDefinitions": [{ "name": "Name" }, { "name": "Ready" }, { "name": "Images", "priority": 1 }],
        "rows": [
            { "cells": ["echo-5c9-1", true, "x"], "object": { "metadata": { "namespace": "apps" } } },
            { "cells": ["echo\u{1b}-2", null, "x"], "object": { "metadata": { "namespace": "apps" } } },
        ],
    });
    let (sandbox, api) = repository(move |asked| match asked.path.as_str() {
        PODS => Reply::Json(200, table.to_string()),
        "/api/v1/nodes" => Reply::status(403, "Forbidden", "nodes is forbidden for you"),
        "/apis" => Reply::Json(200, r#"{"groups":[]}"#.to_owned()),
        _ => Reply::status(404, "NotFound", "there is none"),
    });
    let output = sandbox.run(["debug", "--all"]).exits(5);
    insta::assert_snapshot!(output.stdout, @r"
    # pods
    NAMESPACE   NAME         READY
    apps        echo-5c9-1   true
    apps        echo�-2
    ");
    insta::assert_snapshot!(said(&output.stderr, &api), @r"
    error[kubernetes-api/denied]: `https://SERVER` does not allow it, asked for the nodes: nodes is forbidden for you
     |
    hint: the kubeconfig belongs to somebody with fewer rights; `ichor talos kubeconfig` fetches an administrator's

    1 error
    ");
}
