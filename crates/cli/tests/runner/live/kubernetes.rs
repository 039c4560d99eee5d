//! `talos upgrade-k8s`, against one control plane that does as it is told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prost::Message as _;
use serde_json::{Value, json};
use talos_client::api::common::Data;
use talos_client::api::cosi::{GetRequest, GetResponse, Metadata, Resource, Spec};
use talos_client::api::machine as api;
use testkit::Sandbox;
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

use super::say;
use crate::empty;

const PARTS: [(&str, &str); 4] = [
    ("kube-apiserver", "/cluster/apiServer/image"),
    (
        "kube-controller-manager",
        "/cluster/controllerManager/image",
    ),
    ("kube-scheduler", "/cluster/scheduler/image"),
    ("kubelet", "/machine/kubelet/image"),
];

/// What the control plane is.
struct State {
    address: String,
    port: u16,
    kubeconfig: String,
    config: String,
    refuses: bool,
    /// Whether somebody holds the lease, and how often it was looked at.
    is_leased: bool,
    looks: u32,
}

type Shared = Arc<Mutex<State>>;

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn image(&self, part: &str) -> String {
        let source = diagnostics::Source::new("", self.config.as_str());
        let (documents, _) = talos::patch::documents(&source);
        let pointer = { PARTS.iter() }.find(|(name, _)| *name == part);
        let pointer = pointer.map_or("", |(_, pointer)| pointer);
        let found = documents[0].pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    }

    fn resource(&self, request: &GetRequest) -> Option<Value> {
        Some(match request.r#type.split('.').next()? {
            "MachineTypes" => json!("controlplane"),
            "MachineConfigs" => json!(self.config),
            "APIServerConfigs" | "ControllerManagerConfigs" | "SchedulerConfigs" => {
                json!({ "image": self.image(&request.id), "localPort": self.port })
            }
            "BootstrapManifestsConfigs" => json!({ "proxyEnabled": false }),
            "KubeletSpecs" => json!({ "image": self.image("kubelet") }),
            "Services" => json!({ "running": true, "healthy": true }),
            _ => return None,
        })
    }

    fn node(&mut self, call: &Call) -> Vec<Step> {
        match call.path.rsplit('/').next().unwrap_or_default() {
            "Version" => say(api::VersionResponse {
                messages: vec![api::Version {
                    version: Some(api::VersionInfo {
                        tag: "v1.13.9".to_owned(),
                        ..api::VersionInfo::default()
                    }),
                    ..api::Version::default()
                }],
            }),
            "Kubeconfig" => say(Data {
                bytes: testkit::archive(&[("kubeconfig", &self.kubeconfig)]),
                ..Data::default()
            }),
            "Get" => {
                let request = GetRequest::decode(call.message.as_slice()).expect("a request");
                let Some(spec) = self.resource(&request) else {
                    return vec![Step::Status(5, "no such resource")];
                };
                say(GetResponse {
                    resource: Some(Resource {
                        metadata: Some(Metadata {
                            version: "7".to_owned(),
                            ..Metadata::default()
                        }),
                        spec: Some(Spec {
                            yaml_spec: spec.to_string(),
                        }),
                    }),
                })
            }
            "ApplyConfiguration" if self.refuses => vec![Step::Status(3, "so not")],
            "ApplyConfiguration" => {
                let request = api::ApplyConfigurationRequest::decode(call.message.as_slice());
                let config = request.expect("a request").data;
                self.config = String::from_utf8(config).expect("a text");
                say(api::ApplyConfigurationResponse {
                    messages: vec![api::ApplyConfiguration::default()],
                })
            }
            // Nothing to pull, and no manifests.
            _ => Vec::new(),
        }
    }

    fn api(&mut self, asked: &Asked) -> Reply {
        self.looks += 1;
        let node = || {
            let image = self.image("kubelet");
            let version = image.rsplit(':').next().unwrap_or_default();
            json!({"metadata": {"name": "k8s-0", "labels": {}},
                "status": {"addresses": [{"type": "InternalIP", "address": self.address}],
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "nodeInfo": {"kubeletVersion": version, "osImage": "", "bootID": "", "architecture": "",
                        "containerRuntimeVersion": "", "kernelVersion": "", "kubeProxyVersion": "",
                        "machineID": "", "operatingSystem": "", "systemUUID": ""}}})
        };
        let pod = |part: &str| {
            json!({"metadata": {"namespace": "kube-system", "name": part, "annotations": {"talos.dev/config-version": "7"}},
                "spec": {"nodeName": "k8s-0", "containers": [{"name": part, "image": self.image(part)}]},
                "status": {"conditions": [{"type": "Ready", "status": "True"}]}})
        };
        let found = match asked.path.as_str() {
            "/readyz" => json!("ok"),
            "/api/v1/nodes" => json!({ "metadata": {}, "items": [node()] }),
            "/api/v1/nodes/k8s-0" => node(),
            "/api/v1/namespaces/kube-system/pods" => {
                let parts = PARTS[..3]
                    .iter()
                    .filter(|(part, _)| asked.query.contains(part));
                let pods: Vec<Value> = parts.map(|(part, _)| pod(part)).collect();
                json!({ "metadata": {}, "items": pods })
            }
            "/apis/coordination.k8s.io/v1" => json!({
                "kind": "APIResourceList", "groupVersion": "coordination.k8s.io/v1",
                "resources": [{"name": "leases", "kind": "Lease", "namespaced": true, "singularName": "", "verbs": []}],
            }),
            path if path.starts_with("/apis/coordination.k8s.io/v1/") => {
                if asked.method == "POST" && self.is_leased {
                    return Reply::status(409, "AlreadyExists", "it is there");
                }
                // Whoever has it renews it.
                json!({"metadata": {"name": "ichor-upgrade-k8s", "uid": "1", "resourceVersion": self.looks.to_string()}})
            }
            _ => return Reply::status(404, "NotFound", "no such thing"),
        };
        Reply::Json(200, found.to_string())
    }
}

/// A repository whose cluster is one control plane.
fn repository() -> (Sandbox, Shared, Node, Api) {
    let cluster = Cluster::new();
    let image = |name: &str| format!("registry.k8s.io/{name}:v1.36.2");
    let config = format!(
        "machine:\n  type: controlplane\n  kubelet:\n    image: ghcr.io/siderolabs/kubelet:v1.36.2\ncluster:\n  apiServer:\n    image: {}\n  controllerManager:\n    image: {}\n  scheduler:\n    image: {}\n",
        image("kube-apiserver"),
        image("kube-controller-manager"),
        image("kube-scheduler")
    );
    let state = Arc::new(Mutex::new(State {
        address: String::new(),
        port: 0,
        kubeconfig: String::new(),
        config,
        refuses: false,
        is_leased: false,
        looks: 0,
    }));
    let told = Arc::clone(&state);
    let node = Node::start(&cluster, Guise::Member, move |call| lock(&told).node(call));
    let told = Arc::clone(&state);
    let server = Api::start(&cluster, Guise::Member, move |asked| lock(&told).api(asked));
    {
        let mut state = lock(&state);
        state.address = node.address();
        state.port = server.address().port();
        state.kubeconfig = cluster.kubeconfig(&server.url());
    }
    let sandbox = empty();
    let nodes = [node.address()];
    let config = cluster.talosconfig(&nodes, &nodes);
    sandbox.write("talos/clusterconfig/talosconfig", config);
    (sandbox, state, node, server)
}

#[test]
fn two_runs_do_not_upgrade_one_cluster() {
    let (sandbox, state, node, _server) = repository();
    lock(&state).is_leased = true;
    let line = "talos upgrade-k8s v1.36.4 --yes";
    let output = sandbox.run(line.split(' ')).exits(1);
    insta::assert_snapshot!(output.stderr, @r"
    Another run may be under way; looking at it for some seconds.
    error[cluster/busy]: somebody else does this now: the Lease `kube-system/ichor-upgrade-k8s` is being renewed
     |
    hint: wait until that has ended, and run the same again

    1 error
    ");
    let applied = |call: &Call| call.path.ends_with("/ApplyConfiguration");
    assert!(!node.calls().iter().any(applied));
    lock(&state).is_leased = false;
    drop(sandbox.run(line.split(' ')).success());
    assert!(node.calls().iter().any(applied));
}

#[test]
fn a_cluster_goes_to_another_kubernetes_and_a_second_run_does_nothing() {
    let (sandbox, state, _node, _server) = repository();
    sandbox.write(
        "versions.yaml",
        "# ours\nkubernetesVersion: \"v1.36.2\" # pinned\n",
    );
    let run = |line: &str| sandbox.run(line.split(' '));
    let output = run("talos upgrade-k8s --dry-run").success();
    insta::assert_snapshot!(output.stderr, @"Nothing to do: Kubernetes is `v1.36.2`.");

    let output = run("talos upgrade-k8s v1.36.4 --dry-run").success();
    insta::assert_snapshot!(output.stdout, @r"
    NODE    COMPONENT                 RUNS                                              GETS
    k8s-0   kube-apiserver            registry.k8s.io/kube-apiserver:v1.36.2            registry.k8s.io/kube-apiserver:v1.36.4
    k8s-0   kube-controller-manager   registry.k8s.io/kube-controller-manager:v1.36.2   registry.k8s.io/kube-controller-manager:v1.36.4
    k8s-0   kube-scheduler            registry.k8s.io/kube-scheduler:v1.36.2            registry.k8s.io/kube-scheduler:v1.36.4
    k8s-0   kubelet                   ghcr.io/siderolabs/kubelet:v1.36.2                ghcr.io/siderolabs/kubelet:v1.36.4
    ");
    let output = run("talos upgrade-k8s --to 1.36.4").exits(4);
    insta::assert_snapshot!(output.stderr, @r"
    error: nobody can be asked whether to bring 1 node from Kubernetes `v1.36.2` to `v1.36.4`
    hint: add `--yes` if that is meant
    ");
    assert!(lock(&state).config.contains("kube-apiserver:v1.36.2"));

    let output = run("talos upgrade-k8s v1.36.4 --yes").success();
    insta::assert_snapshot!(output.stderr, @r"
      k8s-0: pulls `registry.k8s.io/kube-apiserver:v1.36.4`
      k8s-0: pulls `registry.k8s.io/kube-controller-manager:v1.36.4`
      k8s-0: pulls `registry.k8s.io/kube-scheduler:v1.36.4`
      k8s-0: pulls `ghcr.io/siderolabs/kubelet:v1.36.4`
      k8s-0: kube-apiserver goes to another version
      k8s-0: kube-apiserver runs in its new version
      k8s-0: kube-controller-manager goes to another version
      k8s-0: kube-controller-manager runs in its new version
      k8s-0: kube-scheduler goes to another version
      k8s-0: kube-scheduler runs in its new version
      k8s-0: kubelet goes to another version
      k8s-0: kubelet runs in its new version
    Done: Kubernetes is `v1.36.4`.
    Wrote `versions.yaml`: `kubernetesVersion` is `v1.36.4`.

    Next: `ichor configure`: renders with it.
    ");
    assert!(!lock(&state).config.contains("v1.36.2"));
    insta::assert_snapshot!(sandbox.read("versions.yaml"), @r#"
    # ours
    kubernetesVersion: "v1.36.4" # pinned
    "#);
    let output = run("talos upgrade-k8s").success();
    insta::assert_snapshot!(output.stderr, @"Nothing to do: Kubernetes is `v1.36.4`.");
}

#[test]
fn a_step_that_fails_ends_it_and_what_is_behind_it_is_named() {
    let (sandbox, state, _node, _server) = repository();
    sandbox.write("talos/talenv.yaml", "kubernetesVersion: v1.36.3\n");
    lock(&state).refuses = true;
    let run = |line: &str| sandbox.run(line.split(' '));
    let output = run("talos upgrade-k8s --yes").exits(5);
    insta::assert_snapshot!(output.stderr.replace(&lock(&state).address, "ADDRESS"), @r"
      k8s-0: pulls `registry.k8s.io/kube-apiserver:v1.36.3`
      k8s-0: pulls `registry.k8s.io/kube-controller-manager:v1.36.3`
      k8s-0: pulls `registry.k8s.io/kube-scheduler:v1.36.3`
      k8s-0: pulls `ghcr.io/siderolabs/kubelet:v1.36.3`
      k8s-0: kube-apiserver goes to another version
    Left alone: k8s-0 (kube-apiserver, kube-controller-manager, kube-scheduler, kubelet).
    error[talos-api/refused]: `k8s-0`: `ADDRESS` does not take what was sent, asked for ApplyConfiguration: so not

    1 error
    ");
    let output = run("talos upgrade-k8s v1.36.4 --yes --output json").exits(5);
    let last = output.stdout.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).expect("an object a line");
    assert_eq!(last["changed"], false);
    assert_eq!(last["left_alone"][0]["component"], "kube-apiserver");
    assert_eq!(last["plan"]["from"], "1.36.2");
    lock(&state).refuses = false;
    // The file is named where it is not one that is written here.
    let output = run("talos upgrade-k8s v1.36.4 --yes --upgrade-kubelet=false").success();
    insta::assert_snapshot!(output.stderr, @r"
      k8s-0: pulls `registry.k8s.io/kube-apiserver:v1.36.4`
      k8s-0: pulls `registry.k8s.io/kube-controller-manager:v1.36.4`
      k8s-0: pulls `registry.k8s.io/kube-scheduler:v1.36.4`
      k8s-0: kube-apiserver goes to another version
      k8s-0: kube-apiserver runs in its new version
      k8s-0: kube-controller-manager goes to another version
      k8s-0: kube-controller-manager runs in its new version
      k8s-0: kube-scheduler goes to another version
      k8s-0: kube-scheduler runs in its new version
    Done: Kubernetes is `v1.36.4`.
    warning: `talos/talenv.yaml` still says `v1.36.3`
    hint: set `kubernetesVersion: v1.36.4` there, or the next `ichor talos apply-node` takes it back
    ");
    for (line, code) in [("v1.38.0", 5), ("latest", 1), ("v1.36.4 --to v1.36.4", 2)] {
        let output = run(&format!("talos upgrade-k8s {line} --yes")).exits(code);
        assert!(!output.stderr.is_empty());
    }
}
