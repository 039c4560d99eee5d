//! `doctor`, here and against an API server that answers as a cluster does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrets::Identity;
use serde_json::{Value, json};
use testkit::kubernetes::{self, Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};
use testkit::{Output, Sandbox};

use crate::empty;
use crate::secret_commands::git::git;

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cilium, namespace: kube-system}
spec:
  interval: 1h
  chart: {spec: {chart: cilium, version: 1.20.1, sourceRef: {kind: HelmRepository, name: cilium}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: cilium, namespace: kube-system}
spec: {interval: 1h, url: https://helm.cilium.io}
";

const ROOT: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 1h, path: ./kubernetes/apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
";

/// What is in the cluster.
struct World {
    identity: String,
    version: &'static str,
    chart: &'static str,
    has_mark: bool,
    is_pending: bool,
}

impl World {
    /// One that is as git has it.
    fn of(identity: &Identity) -> Self {
        Self {
            identity: identity.to_file("2026-11-29T00:00:00Z").to_string(),
            version: "v1.36.4",
            chart: "1.20.1+0123456789ab",
            has_mark: false,
            is_pending: false,
        }
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let list = |items: Value| json!({ "metadata": {}, "items": items });
        let marks = if self.has_mark {
            json!({ "ichor/cordoned-by": "true" })
        } else {
            json!({})
        };
        let pending = json!([{ "metadata": { "namespace": "kube-system", "name": "s", "labels": {
            "owner": "helm", "name": "cilium", "version": "2", "status": "pending-upgrade" } } }]);
        let answer = match asked.path.as_str() {
            "/version" => json!({ "major": "1", "minor": "36", "gitVersion": self.version,
                "gitCommit": "", "gitTreeState": "", "buildDate": "", "goVersion": "", "compiler": "", "platform": "" }),
            "/api/v1/nodes" => list(json!([{
                "metadata": { "name": "k8s-0", "annotations": marks },
                "status": { "nodeInfo": { "kubeletVersion": "v1.36.4", "osImage": "Talos (v1.13.7)",
                    "architecture": "", "bootID": "", "containerRuntimeVersion": "", "kernelVersion": "",
                    "kubeProxyVersion": "", "machineID": "", "operatingSystem": "", "systemUUID": "" } },
            }])),
            "/api/v1" => return kubernetes::kinds(&[("Secret", "secrets", true)]),
            "/api/v1/secrets" if self.is_pending => list(pending),
            "/api/v1/secrets" => list(json!([])),
            "/api/v1/namespaces/flux-system/secrets/sops-age" => json!({
                "metadata": { "namespace": "flux-system", "name": "sops-age" },
                "data": { "age.agekey": STANDARD.encode(&self.identity) },
            }),
            "/apis" => {
                return kubernetes::groups([
                    ("kustomize.toolkit.fluxcd.io", "v1"),
                    ("helm.toolkit.fluxcd.io", "v2"),
                ]);
            }
            "/apis/kustomize.toolkit.fluxcd.io/v1" => {
                return kubernetes::kinds(&[("Kustomization", "kustomizations", true)]);
            }
            "/apis/helm.toolkit.fluxcd.io/v2" => {
                return kubernetes::kinds(&[("HelmRelease", "helmreleases", true)]);
            }
            "/apis/helm.toolkit.fluxcd.io/v2/helmreleases" => list(json!([{
                "metadata": { "namespace": "kube-system", "name": "cilium" },
                "status": { "history": [{ "chartVersion": self.chart }] },
            }])),
            "/apis/apiextensions.k8s.io/v1" => {
                let kind = "CustomResourceDefinition";
                return kubernetes::kinds(&[(kind, "customresourcedefinitions", false)]);
            }
            path if path.ends_with("/gitrepositories.source.toolkit.fluxcd.io") => {
                json!({ "metadata": { "labels": { "app.kubernetes.io/version": "v2.9.4" } } })
            }
            _ => return Reply::status(404, "NotFound", "there is none"),
        };
        Reply::Json(200, answer.to_string())
    }
}

fn repository(own: &Identity) -> Sandbox {
    let sandbox = empty();
    sandbox.write("age.key", own.to_file("2026-11-29T00:00:00Z").as_bytes());
    sandbox.write(
        ".sops.yaml",
        format!(
            "creation_rules:\n  - path_regex: \\.sops\\.yaml$\n    age: {}\n",
            own.recipient()
        ),
    );
    sandbox.write(
        "talos/talenv.yaml",
        "talosVersion: v1.13.7\nkubernetesVersion: v1.36.4\n",
    );
    sandbox.write("kubernetes/flux/cluster/ks.yaml", ROOT);
    sandbox.write("kubernetes/apps/cilium.yaml", RELEASE);
    sandbox
}

/// Starts a server, and writes the kubeconfig for it.
fn start(sandbox: &Sandbox, world: World) -> Api {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, move |asked| world.answer(asked));
    sandbox.write("kubeconfig", cluster.kubeconfig(&api.url()));
    api
}

/// The lines without what lies on this machine beside the repository: runs of others that were
/// killed.
fn lines(output: &Output, api: &Api, own: &Identity) -> String {
    let lines = output
        .stdout
        .lines()
        .filter(|line| !line.contains(" leftovers "));
    let lines: Vec<_> = lines.map(days_hidden).collect();
    { lines.join("\n") }
        .replace(&api.url(), "SERVER")
        .replace(&own.recipient(), "PUBLIC KEY")
}

/// A line whatever day it is.
fn days_hidden(line: &str) -> String {
    match line.split_once(" days left") {
        Some((before, after)) => {
            let before = before.trim_end_matches(|one: char| one.is_ascii_digit());
            format!("{before}DAYS days left{after}")
        }
        None => line.to_owned(),
    }
}

/// The rules of what was found, but for that.
fn rules(sandbox: &Sandbox, code: i32) -> Vec<String> {
    let output = sandbox.run(["doctor", "--output", "json"]).exits(code);
    assert!(
        !output.stdout.contains("AGE-SECRET-KEY"),
        "a private key is shown"
    );
    let object: Value = serde_json::from_str(&output.stdout).expect("an object");
    let problems = object["problems"].as_array().expect("a list");
    let rules = problems.iter().filter_map(|one| one["rule"].as_str());
    let rules = rules.filter(|rule| *rule != "doctor/leftovers");
    rules.map(str::to_owned).collect()
}

#[test]
fn what_is_as_it_should_be_has_a_line_each() {
    let own = Identity::generate();
    let sandbox = repository(&own);
    let api = start(&sandbox, World::of(&own));
    let output = sandbox.run(["doctor"]).success();
    insta::assert_snapshot!(lines(&output, &api, &own), @r"
    ok       age key      `.sops.yaml` encrypts for `age.key`: PUBLIC KEY
    -        secrets      not looked at: there are no encrypted files yet
    -        git          not looked at: there is no git repository here
    -        git hooks    not looked at: there is no git repository here
    -        talosconfig  not looked at: there is none yet: `ichor talos generate-config` makes one
    ok       kubeconfig   DAYS days left; of which cluster is not known here
    warning  programs     without helm, git
    ok       API server   `SERVER` answers
    ok       Kubernetes   v1.36.4, as git has it
    ok       Talos        v1.13.7, as git has it
    ok       nodes        no upgrade keeps pods from any
    ok       Helm         no release waits for a run that is over
    ok       Flux         v2.9.4; git names none
    ok       releases     1 of 1 with the chart that git has
    ok       cluster key  Flux decrypts with the one of `age.key`
    ");
    let calls = api.calls();
    assert!(
        calls.iter().all(|call| call.starts_with("GET ")),
        "{calls:?}"
    );
    assert_eq!(
        rules(&sandbox, 0),
        ["doctor/no-program", "doctor/no-program"]
    );
}

#[test]
fn a_cluster_that_does_not_agree_is_told() {
    let (own, other) = (Identity::generate(), Identity::generate());
    let sandbox = repository(&own);
    let world = World {
        version: "v1.36.3",
        chart: "1.19.0",
        has_mark: true,
        is_pending: true,
        ..World::of(&other)
    };
    let api = start(&sandbox, world);
    let output = sandbox.run(["doctor"]).exits(1);
    insta::assert_snapshot!(lines(&output, &api, &own), @r"
    ok       age key      `.sops.yaml` encrypts for `age.key`: PUBLIC KEY
    -        secrets      not looked at: there are no encrypted files yet
    -        git          not looked at: there is no git repository here
    -        git hooks    not looked at: there is no git repository here
    -        talosconfig  not looked at: there is none yet: `ichor talos generate-config` makes one
    ok       kubeconfig   DAYS days left; of which cluster is not known here
    warning  programs     without helm, git
    ok       API server   `SERVER` answers
    warning  Kubernetes   v1.36.3, v1.36.4, and git has v1.36.4
    ok       Talos        v1.13.7, as git has it
    warning  nodes        not all of them take pods
    problem  Helm         releases that nobody else may change
    ok       Flux         v2.9.4; git names none
    warning  releases     0 of 1 with the chart that git has
    problem  cluster key  Flux decrypts nothing of this repository
    ");
    assert_eq!(
        rules(&sandbox, 1),
        [
            "cluster/cordon-left",
            "cluster/other-age-key",
            "cluster/other-version",
            "cluster/other-version",
            "cluster/release-pending",
            "doctor/no-program",
            "doctor/no-program",
        ]
    );
}

#[test]
fn what_does_not_answer_is_not_looked_at() {
    let own = Identity::generate();
    let sandbox = repository(&own);
    let api = start(&sandbox, World::of(&own));
    let (url, told) = (api.url(), |line: &str| {
        let output = sandbox.run(line.split(' ')).success();
        output.stdout.lines().last().unwrap_or_default().to_owned()
    });
    assert_eq!(
        told("doctor --offline"),
        "-        cluster      not looked at: only what lies here was asked for"
    );
    assert!(api.calls().is_empty());
    drop(api);
    let last = told("doctor --timeout 2s");
    assert!(
        last.contains(&format!("not looked at: `{url}` does not answer")),
        "{last}"
    );
    std::fs::remove_file(sandbox.root().join("kubeconfig")).expect("it is there");
    assert_eq!(
        told("doctor"),
        "-        cluster      not looked at: there is no kubeconfig"
    );
}

#[test]
fn git_is_looked_at_where_there_is_a_clone() {
    let own = Identity::generate();
    let sandbox = repository(&own);
    let Some(git) = git(&sandbox) else { return };
    git.init();
    let programs = ["doctor/no-program", "doctor/no-program"];
    let all = rules(&sandbox, 0);
    assert_eq!(all[..1], ["doctor/no-hooks"]);
    assert_eq!(all[1..3], programs);
    assert_eq!(all[3..], ["git/key-exposed"]);
    sandbox.write(".gitignore", "/age.key\n");
    drop(sandbox.run(["init", "--hooks"]).success());
    assert_eq!(rules(&sandbox, 0), programs);
}
