//! `bootstrap apps`: what ends it before anything is written. What it does with a real Helm and a
//! real Flux is shown on real ones (`cargo xtask oracles kubernetes`), its order and its repairs in
//! the crate of clusters.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use testkit::Sandbox;
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

use crate::{empty, fixture};

/// A repository of the example, and an API server.
fn repository(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Sandbox, Api) {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, answer);
    let sandbox = fixture("minimal");
    for command in [&["init"][..], &["configure"]] {
        drop(sandbox.run(command.iter().copied()).success());
    }
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    (sandbox, api)
}

/// A Helm that is there.
fn helm(sandbox: &Sandbox, version: &str) {
    let path = sandbox.programs().join("helm");
    std::fs::write(&path, format!("#!/bin/sh\necho {version}\n")).expect("written");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, mode).expect("it may run");
}

fn other(asked: &Asked) -> Reply {
    match asked.path.as_str() {
        "/readyz" => Reply::Plain(200, Vec::new(), b"ok".to_vec()),
        "/api/v1/nodes" => {
            let node = json!({ "metadata": { "name": "somebody-elses" } });
            Reply::Json(200, json!({ "metadata": {}, "items": [node] }).to_string())
        }
        _ => Reply::status(404, "NotFound", "there is none"),
    }
}

fn changes(api: &Api) -> Vec<String> {
    let calls = api.calls().into_iter();
    calls.filter(|call| !call.starts_with("GET")).collect()
}

#[test]
fn another_cluster_gets_nothing() {
    let (sandbox, api) = repository(other);
    helm(&sandbox, "v4.3");
    let output = sandbox.run(["bootstrap", "apps"]).exits(1);
    let told = output.stderr.replace(&api.url(), "API");
    insta::assert_snapshot!(told, @r"
      nodes: register with Kubernetes
    error[cluster/other-cluster]: `API` has other nodes than the repository: `somebody-elses`
     |
    hint: is it the kubeconfig of this cluster? `ichor talos kubeconfig --force` fetches the one that is

    1 error
    Nothing was changed.
    ");
    assert_eq!(changes(&api), [""; 0]);
    let output = sandbox
        .run(["bootstrap", "apps", "--output", "json"])
        .exits(1);
    assert!(output.stdout.contains("cluster/other-cluster"), "{output}");
}

#[test]
fn rights_that_are_missing_are_named() {
    let (sandbox, api) = repository(|asked| match asked.path.as_str() {
        "/readyz" => Reply::Plain(200, Vec::new(), b"ok".to_vec()),
        _ => Reply::status(403, "Forbidden", "nodes is forbidden"),
    });
    helm(&sandbox, "v3.22");
    let output = sandbox.run(["bootstrap", "apps"]).exits(1);
    let told = output.stderr.replace(&api.url(), "API");
    insta::assert_snapshot!(told, @r"
    error[kubernetes-api/denied]: `API` does not allow it, asked for the fluxinstances: nodes is forbidden
     |
    hint: the kubeconfig belongs to somebody with fewer rights; `ichor talos kubeconfig` fetches an administrator's

    1 error
    Nothing was changed.
    ");
}

#[test]
fn what_it_needs_is_asked_for() {
    let (sandbox, _api) = repository(other);
    insta::assert_snapshot!(sandbox.run(["bootstrap", "apps"]).exits(2).stderr, @r"
    error: there is no `helm` on `PATH`
    hint: install Helm 3.18 or later
    ");
    helm(&sandbox, "v3.17.1");
    let output = sandbox.run(["bootstrap", "apps"]).exits(2).stderr;
    let told = output.replace(sandbox.programs().as_str(), "BIN");
    insta::assert_snapshot!(told, @r"
    error: `$SANDBOX/bin/helm` is Helm v3.17.1, which is too old
    hint: install Helm 3.18 or later
    ");
    std::fs::remove_file(sandbox.root().join("kubeconfig")).expect("removed");
    insta::assert_snapshot!(sandbox.run(["bootstrap", "apps"]).exits(2).stderr, @r"
    error: there is no `kubeconfig`
    hint: `ichor talos kubeconfig` fetches one from a control plane; or name another with `--kubeconfig`
    ");
    // No repository at all.
    let nothing = empty();
    nothing.write("a", "");
    insta::assert_snapshot!(nothing.run(["bootstrap", "apps"]).exits(2).stderr, @r"
    error: nothing of the repository says what has to run before Flux can
    hint: `bootstrap/helmfile.d` does, or releases called `cilium`, `flux-operator`, `flux-instance`
    ");
}

#[test]
fn charts_that_cannot_be_had_end_it_before_anything_is_written() {
    let (mut sandbox, api) = repository(|asked| match asked.path.as_str() {
        "/readyz" => Reply::Plain(200, Vec::new(), b"ok".to_vec()),
        "/api/v1/nodes" => {
            let nodes = ["k8s-0", "k8s-1", "k8s-2"];
            let nodes = nodes.map(|name| json!({ "metadata": { "name": name } }));
            Reply::Json(200, json!({ "metadata": {}, "items": nodes }).to_string())
        }
        _ => Reply::status(404, "NotFound", "there is none"),
    });
    helm(&sandbox, "v4.3");
    // Nobody listens there.
    sandbox.set_variable("HTTPS_PROXY", "http://127.0.0.1:1");
    let output = sandbox.run(["bootstrap", "apps"]).exits(1);
    let told = "error[bootstrap/chart-absent]: the chart `oci://quay.io/cilium/charts/cilium ";
    assert!(output.stderr.contains(told), "{output}");
    assert!(output.stderr.contains("Nothing was changed."), "{output}");
    assert_eq!(changes(&api), [""; 0]);
}
