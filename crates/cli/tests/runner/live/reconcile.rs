//! `reconcile`, `suspend`, `resume`, against an API server with one Kustomization.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use testkit::Sandbox;
use testkit::kubernetes::{self, Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

use crate::empty;

const APPS: &str =
    "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps";

/// Answers for a Kustomization that is done as soon as it is told, well or not.
fn flux(fails: bool) -> impl Fn(&Asked) -> Reply + Send + Sync {
    let object = Mutex::new(json!({
        "metadata": { "namespace": "flux-system", "name": "apps", "generation": 1 },
        "spec": {},
        "status": {
            "observedGeneration": 1,
            "lastAppliedRevision": "main@sha1:0123456789abcdef0123456789abcdef01234567",
            "conditions": [{
                "type": "Ready",
                "status": if fails { "False" } else { "True" },
                "message": "kustomize build failed: no such file",
            }],
        },
    }));
    move |asked| {
        let mut object = object.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.method == "PATCH" {
            let patch: Value = serde_json::from_str(&asked.body).expect("a patch");
            let stamp = patch.pointer("/metadata/annotations/reconcile.fluxcd.io~1requestedAt");
            object["status"]["lastHandledReconcileAt"] = stamp.cloned().unwrap_or_default();
            if let Some(suspend) = patch.pointer("/spec/suspend") {
                object["spec"]["suspend"] = suspend.clone();
            }
        }
        match asked.path.as_str() {
            "/apis" => kubernetes::groups([("kustomize.toolkit.fluxcd.io", "v1")]),
            "/apis/kustomize.toolkit.fluxcd.io/v1" => {
                kubernetes::kinds(&[("Kustomization", "kustomizations", true)])
            }
            APPS => Reply::Json(200, object.to_string()),
            path if path.ends_with("/kustomizations") => Reply::Json(
                200,
                json!({ "metadata": {}, "items": [*object] }).to_string(),
            ),
            _ => Reply::status(404, "NotFound", "there is none"),
        }
    }
}

fn repository(fails: bool) -> (Sandbox, Api) {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, flux(fails));
    let sandbox = empty();
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    (sandbox, api)
}

#[test]
fn a_kustomization_looks_again_and_is_waited_for() {
    let (sandbox, _api) = repository(false);
    let output = sandbox.run(["reconcile", "apps"]).success();
    insta::assert_snapshot!(output.stderr, @r"
      ks flux-system/apps: looks again
      ks flux-system/apps: ready at main@sha1:0123456789ab
    Done: 1 object ready.
    ");
    let output = sandbox
        .run(["reconcile", "ks", "apps", "--output", "json"])
        .success();
    let lines: Vec<Value> = { output.stdout.lines() }
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    assert_eq!(lines[0]["event"], "asked");
    assert_eq!(lines[1]["state"], "ready");
    assert_eq!(lines[2]["ready"][0]["name"], "apps");
}

#[test]
fn a_proxy_is_for_the_world_outside() {
    let (mut sandbox, _api) = repository(false);
    sandbox.set_variable("HTTPS_PROXY", "http://127.0.0.1:1");
    drop(sandbox.run(["reconcile", "apps"]).success());
}

#[test]
fn what_fails_says_why() {
    let (sandbox, _api) = repository(true);
    let output = sandbox.run(["reconcile", "apps"]).exits(1);
    insta::assert_snapshot!(output.stderr, @r"
      ks flux-system/apps: looks again
      ks flux-system/apps: fails
    error[cluster/flux-not-ready]: Kustomization `flux-system/apps`: kustomize build failed: no such file

    1 error
    ");
    // The one that Flux begins with is not there.
    let output = sandbox.run(["reconcile"]).exits(1);
    insta::assert_snapshot!(output.stderr, @r"
    error[cluster/no-flux-object]: there is no Kustomization `flux-system`

    1 error
    ");
}

#[test]
fn what_is_suspended_stays_so_until_it_is_told() {
    let (sandbox, _api) = repository(false);
    let mut told = String::new();
    for line in [
        "suspend ks apps",
        "suspend ks apps",
        "reconcile apps",
        "resume kustomization apps",
    ] {
        let output = sandbox.run(line.split(' ')).success();
        told.push_str(&output.stderr);
    }
    insta::assert_snapshot!(told, @r"
    Kustomization `flux-system/apps` is suspended.
    Kustomization `flux-system/apps` was suspended before.
      ks flux-system/apps: suspended: left alone
    Kustomization `flux-system/apps` goes on.
      ks flux-system/apps: looks again
      ks flux-system/apps: ready at main@sha1:0123456789ab
    Done: 1 object ready.
    ");
    let output = sandbox.run(["suspend", "pod", "apps"]).exits(2);
    insta::assert_snapshot!(output.stderr, @r"
    error: invalid value 'pod' for '<KIND>': it is one of ks, hr, git, oci, helm, chart, bucket

    For more information, try '--help'.
    ");
}

#[test]
fn without_a_kubeconfig_it_is_said_how_to_get_one() {
    let output = empty().run(["reconcile"]).exits(2);
    insta::assert_snapshot!(output.stderr, @r"
    error: there is no `kubeconfig`
    hint: `ichor talos kubeconfig` fetches one from a control plane; or name another with `--kubeconfig`
    ");
}
