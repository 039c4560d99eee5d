//! A large cluster that answers as Kubernetes does, for measuring whoever asks it.
//!
//! Reads from the first line of standard input how many Kustomizations and releases there are, how
//! many pods, and that one release in so many fails with its pods (none where that is 0); writes a
//! kubeconfig
//! to standard output, and an empty line behind it. It answers until standard input ends. Objects
//! are as large as those of real clusters.
#![expect(clippy::print_stdout, reason = "its result")]

use std::io::{BufRead as _, Read as _};

use serde_json::{Value, json};
use testkit::Lists;
use testkit::kubernetes::Api;
use testkit::nodes::{Cluster, Guise};

/// How many nodes there are.
const NODES: usize = 50;

/// What nobody reads of an object: who manages which of its fields, the values of a release.
const UNREAD: usize = 6 << 10;

const REVISION: &str = "main@sha1:0123456789abcdef0123456789abcdef01234567";

fn main() {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.expect("a line of numbers");
    let mut counts = line.split_whitespace().filter_map(|word| word.parse().ok());
    let releases = counts.next().unwrap_or(1_000).max(1);
    let pods = counts.next().unwrap_or(5_000);
    let failing = counts.next().unwrap_or(0);
    let fails = |number: usize| failing > 0 && number.is_multiple_of(failing);
    let filling = "fieldsV1 ".repeat(UNREAD / 9);
    let lists = Lists::default()
        .with("/api/v1/nodes", (0..NODES).map(node))
        .with("/api/v1/namespaces", [named("apps", "")])
        .with(
            "/api/v1/services",
            (0..releases).map(|number| named(&format!("service-{number}"), &filling)),
        )
        .with("/api/v1/persistentvolumeclaims", [])
        .with(
            "/api/v1/pods",
            (0..pods).map(|number| {
                pod(
                    number,
                    number % releases,
                    !fails(number % releases),
                    &filling,
                )
            }),
        )
        .with("/apis/apps/v1/deployments", [])
        .with(
            "/apis/source.toolkit.fluxcd.io/v1/gitrepositories",
            [flux(
                "flux-system",
                "flux-system",
                true,
                &filling,
                json!({ "interval": "1h" }),
            )],
        )
        .with(
            "/apis/source.toolkit.fluxcd.io/v1/ocirepositories",
            (0..releases).map(|number| {
                flux(
                    "apps",
                    &format!("app-{number}"),
                    true,
                    &filling,
                    json!({ "interval": "1h" }),
                )
            }),
        )
        .with(
            "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
            (0..releases).map(|number| {
                let spec = json!({ "interval": "1h", "sourceRef": {
                    "kind": "GitRepository", "name": "flux-system", "namespace": "flux-system" } });
                flux("apps", &format!("app-{number}"), true, &filling, spec)
            }),
        )
        .with(
            "/apis/helm.toolkit.fluxcd.io/v2/helmreleases",
            (0..releases).map(|number| {
                let name = format!("app-{number}");
                let spec = json!({ "interval": "1h", "values": { "filling": filling },
                    "chartRef": { "kind": "OCIRepository", "name": name } });
                flux("apps", &name, !fails(number), &filling, spec)
            }),
        );
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, move |asked| lists.answer(asked));
    println!("{}\n", cluster.kubeconfig(&api.url()).trim_end());
    // Whoever measures closes it.
    let mut rest = Vec::new();
    let _ended = std::io::stdin().lock().read_to_end(&mut rest);
}

fn named(name: &str, filling: &str) -> String {
    json!({ "metadata": { "namespace": "apps", "name": name, "managedFields": filling } })
        .to_string()
}

fn node(number: usize) -> String {
    json!({
        "metadata": { "name": format!("node-{number}") },
        "status": { "conditions": [{ "type": "Ready", "status": "True" }],
            "nodeInfo": { "kubeletVersion": "v1.36.3", "osImage": "Talos (v1.13.9)" } },
    })
    .to_string()
}

fn flux(namespace: &str, name: &str, is_ready: bool, filling: &str, spec: Value) -> String {
    let (status, reason) = if is_ready {
        ("True", "Succeeded")
    } else {
        ("False", "UpgradeFailed")
    };
    json!({
        "metadata": { "namespace": namespace, "name": name, "generation": 1, "managedFields": filling },
        "spec": spec,
        "status": {
            "observedGeneration": 1,
            "lastAppliedRevision": REVISION,
            "artifact": { "revision": REVISION },
            "conditions": [{ "type": "Ready", "status": status, "reason": reason,
                "message": "Helm upgrade for release: context deadline exceeded" }],
            "inventory": { "entries": [
                { "id": format!("apps_{name}_apps_Deployment"), "v": "v1" },
                { "id": format!("apps_{name}__Service"), "v": "v1" } ] },
        },
    })
    .to_string()
}

fn pod(number: usize, release: usize, is_well: bool, filling: &str) -> String {
    let owner = format!("app-{release}");
    let state = if is_well {
        json!({ "running": {} })
    } else {
        json!({ "waiting": { "reason": "ImagePullBackOff", "message": "no such image" } })
    };
    json!({
        "metadata": { "namespace": "apps", "name": format!("{owner}-5c9-{number}"),
            "managedFields": filling,
            "labels": { "pod-template-hash": "5c9", "app.kubernetes.io/instance": owner },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": format!("{owner}-5c9"), "controller": true }] },
        "spec": { "nodeName": format!("node-{}", number % NODES), "containers": [{ "name": "app", "image": "ghcr.io/example/app:1" }] },
        "status": {
            "phase": if is_well { "Running" } else { "Pending" },
            "conditions": [{ "type": "Ready", "status": if is_well { "True" } else { "False" } }],
            "containerStatuses": [{ "name": "app", "ready": is_well, "state": state }],
        },
    })
    .to_string()
}
