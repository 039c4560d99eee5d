//! A cluster that changes while it is looked at: nodes that take configurations, API servers that
//! go away while they are replaced, and objects.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cluster::Clock;
use cluster::upgrade_k8s::{Event, Outcome, Plan, UpgradeK8s, version};
use diagnostics::{Diagnostics, Source};
use prost::Message;
use serde_json::{Value, json};
use talos::Component;
use talos_client::api::cosi::{
    GetRequest, GetResponse, ListRequest, ListResponse, Metadata, Resource, Spec,
};
use talos_client::api::machine::{
    ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse, Version,
    VersionInfo, VersionResponse,
};
use talos_client::{Client, Credentials, Patience};
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Call, Cluster, Guise, Node, Step};

/// A component on a machine.
#[derive(Clone, Default)]
pub(crate) struct Part {
    pub(crate) image: String,
    /// Which change of its configuration this is, and of which the pod is made that runs.
    pub(crate) version: u32,
    pub(crate) pod: u32,
    /// Pauses until it is there again.
    pub(crate) pending: u32,
}

/// A machine.
#[derive(Clone, Default)]
pub(crate) struct Machine {
    pub(crate) leads: bool,
    pub(crate) talos: String,
    pub(crate) config: String,
    pub(crate) parts: BTreeMap<&'static str, Part>,
    pub(crate) address: String,
    pub(crate) port: u16,
    /// Its API server does not answer, whatever runs.
    pub(crate) is_cut: bool,
    /// Whether new pods of this component come up.
    pub(crate) broken: Option<&'static str>,
    /// What it says to configurations.
    pub(crate) refusal: Option<(u32, &'static str)>,
}

impl Machine {
    fn is_away(&self) -> bool {
        self.leads && (self.is_cut || self.parts["kube-apiserver"].pending > 0)
    }
}

pub(crate) struct State {
    pub(crate) machines: Vec<Machine>,
    /// What the manifests of Talos hold, beside kube-proxy.
    pub(crate) manifests: Vec<Value>,
    /// What the last control plane has beside those.
    pub(crate) more: Vec<Value>,
    /// By path.
    pub(crate) objects: BTreeMap<String, Value>,
    /// What nodes and API servers did, in order.
    pub(crate) log: Vec<String>,
    /// The most API servers that were away at one time.
    pub(crate) most_away: usize,
    /// An image that no registry has.
    pub(crate) missing: Option<&'static str>,
    /// How many objects there are of a kind that Kubernetes 1.32 does not have.
    pub(crate) scheduling: usize,
    changes: u64,
}

pub(crate) struct World {
    pub(crate) state: Arc<Mutex<State>>,
    cluster: Cluster,
    shared: Api,
    /// There until it goes.
    _apis: Vec<Api>,
    _nodes: Vec<Node>,
    spent: AtomicU64,
}

pub(crate) fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn message(message: impl Message) -> Vec<Step> {
    vec![Step::Message(message.encode_to_vec())]
}

fn resource(id: &str, version: u32, spec: &Value) -> Resource {
    Resource {
        metadata: Some(Metadata {
            id: id.to_owned(),
            version: version.to_string(),
            ..Metadata::default()
        }),
        spec: Some(Spec {
            yaml_spec: spec.to_string(),
        }),
    }
}

impl State {
    /// One pause of whoever looks.
    fn tick(&mut self) {
        for machine in &mut self.machines {
            for (name, part) in &mut machine.parts {
                if part.pending > 0 && machine.broken != Some(*name) {
                    part.pending -= 1;
                    if part.pending == 0 {
                        part.pod = part.version;
                    }
                }
            }
        }
        self.look();
    }

    fn look(&mut self) {
        let away = self.machines.iter().filter(|machine| machine.is_away());
        self.most_away = self.most_away.max(away.count());
    }

    fn apply(&mut self, index: usize, config: &str) {
        let (documents, _) = talos::patch::documents(&Source::new("", config));
        let machine = &mut self.machines[index];
        for (name, pointer, kind) in [
            (
                "kube-apiserver",
                "/cluster/apiServer/image",
                "KubeAPIServerConfig",
            ),
            (
                "kube-controller-manager",
                "/cluster/controllerManager/image",
                "KubeControllerManagerConfig",
            ),
            (
                "kube-scheduler",
                "/cluster/scheduler/image",
                "KubeSchedulerConfig",
            ),
            ("kube-proxy", "/cluster/proxy/image", "KubeProxyConfig"),
            ("kubelet", "/machine/kubelet/image", "KubeletConfig"),
        ] {
            let image = documents.iter().find_map(|document| {
                let own = document.get("kind").is_some_and(|own| own == kind);
                document
                    .pointer(if own { "/image" } else { pointer })?
                    .as_str()
            });
            let (Some(image), Some(part)) = (image, machine.parts.get_mut(name)) else {
                continue;
            };
            if part.image != image {
                image.clone_into(&mut part.image);
                part.version += 1;
                part.pending = if name == "kube-proxy" { 0 } else { 3 };
                self.log.push(format!("n{index} {name}"));
            }
        }
        config.clone_into(&mut machine.config);
        self.look();
    }

    fn node(&mut self, index: usize, call: &Call) -> Vec<Step> {
        let machine = &self.machines[index];
        match call.path.rsplit('/').next().unwrap_or_default() {
            "Version" => message(VersionResponse {
                messages: vec![Version {
                    version: Some(VersionInfo {
                        tag: machine.talos.clone(),
                        ..VersionInfo::default()
                    }),
                    ..Version::default()
                }],
            }),
            "Get" => {
                let request = GetRequest::decode(call.message.as_slice()).expect("a request");
                let part = |name: &str| machine.parts.get(name).cloned().unwrap_or_default();
                let (version, spec) = match (request.r#type.as_str(), request.id.as_str()) {
                    ("MachineTypes.config.talos.dev", "machine-type") => {
                        let kind = if machine.leads {
                            "controlplane"
                        } else {
                            "worker"
                        };
                        (1, json!(kind))
                    }
                    ("MachineConfigs.config.talos.dev", "v1alpha1") => (1, json!(machine.config)),
                    (
                        "APIServerConfigs.kubernetes.talos.dev"
                        | "ControllerManagerConfigs.kubernetes.talos.dev"
                        | "SchedulerConfigs.kubernetes.talos.dev",
                        id,
                    ) if machine.leads => {
                        let part = part(id);
                        let spec = json!({ "image": part.image, "localPort": machine.port });
                        (part.version, spec)
                    }
                    ("BootstrapManifestsConfigs.kubernetes.talos.dev", "manifests") => {
                        let proxy = machine.parts.get("kube-proxy");
                        let image = proxy.map(|part| part.image.clone());
                        (
                            1,
                            json!({ "proxyEnabled": proxy.is_some(), "proxyImage": image }),
                        )
                    }
                    ("KubeletSpecs.kubernetes.talos.dev", "kubelet") => {
                        let part = part("kubelet");
                        let args = ["--cloud-provider=external", "--cloud-config=x"];
                        (part.version, json!({ "image": part.image, "args": args }))
                    }
                    ("StaticPods.kubernetes.talos.dev", "kube-scheduler") if machine.leads => {
                        let command = [
                            "/kube-scheduler",
                            "--feature-gates=DevicePluginCDIDevices=true",
                        ];
                        (
                            1,
                            json!({ "spec": { "containers": [{ "command": command }] } }),
                        )
                    }
                    ("Services.v1alpha1.talos.dev", "kubelet") => {
                        let is_up = part("kubelet").pending == 0;
                        (1, json!({ "running": is_up, "healthy": is_up }))
                    }
                    _ => return vec![Step::Status(5, "no such resource")],
                };
                message(GetResponse {
                    resource: Some(resource(&request.id, version, &spec)),
                })
            }
            "List" => {
                let request = ListRequest::decode(call.message.as_slice()).expect("a request");
                assert_eq!(request.r#type, "Manifests.kubernetes.talos.dev");
                let mut items = self.manifests.clone();
                if index + 1 == self.machines.len() {
                    items.extend(self.more.iter().cloned());
                }
                if let Some(proxy) = machine.parts.get("kube-proxy") {
                    items.push(json!({"apiVersion": "apps/v1", "kind": "DaemonSet",
                        "metadata": {"namespace": "kube-system", "name": "kube-proxy"},
                        "spec": {"template": {"spec": {"containers": [{"name": "kube-proxy", "image": proxy.image}]}}}}));
                }
                message(ListResponse {
                    resource: Some(resource("00-all", 1, &json!(items))),
                })
            }
            "Pull" => {
                let asked = String::from_utf8_lossy(&call.message);
                if self.missing.is_some_and(|missing| asked.contains(missing)) {
                    return vec![Step::Status(5, "no such image")];
                }
                self.log.push(format!("n{index} pull"));
                Vec::new()
            }
            "ApplyConfiguration" => {
                if let Some((code, words)) = machine.refusal {
                    return vec![Step::Status(code, words)];
                }
                let request = ApplyConfigurationRequest::decode(call.message.as_slice());
                let request = request.expect("a request");
                assert_eq!(request.mode, 2, "no node reboots for it");
                let config = String::from_utf8(request.data).expect("a text");
                self.apply(index, &config);
                message(ApplyConfigurationResponse {
                    messages: vec![ApplyConfiguration::default()],
                })
            }
            _ => vec![Step::Status(12, "unknown method")],
        }
    }

    /// What an API server answers: that of a machine, or the one behind the shared address.
    fn api(&mut self, index: Option<usize>, asked: &Asked) -> Reply {
        let is_away = match index {
            Some(index) => self.machines[index].is_away(),
            None => {
                let mut leads = self.machines.iter().filter(|one| one.leads).peekable();
                leads.peek().is_some() && leads.all(Machine::is_away)
            }
        };
        if is_away {
            return Reply::Bytes(Vec::new());
        }
        let json = |value: &Value| Reply::Json(200, value.to_string());
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/readyz") => Reply::Plain(200, Vec::new(), b"ok".to_vec()),
            ("GET", "/api/v1/nodes") => {
                let nodes: Vec<Value> = (0..self.machines.len())
                    .map(|index| self.member(index))
                    .collect();
                json(&json!({ "metadata": {}, "items": nodes }))
            }
            ("GET", path) if path.starts_with("/api/v1/nodes/n") => {
                json(&self.member(path["/api/v1/nodes/n".len()..].parse().expect("a number")))
            }
            ("GET", "/api/v1/namespaces/kube-system/pods") => {
                json(&json!({ "metadata": {}, "items": self.pods(&asked.query) }))
            }
            ("GET", "/api/v1") => json(&kinds(
                "v1",
                &[
                    ("configmaps", "ConfigMap", true),
                    ("namespaces", "Namespace", false),
                    ("secrets", "Secret", true),
                ],
            )),
            ("GET", "/apis/apps/v1") => {
                json(&kinds("apps/v1", &[("daemonsets", "DaemonSet", true)]))
            }
            ("GET", "/apis/resource.k8s.io/v1alpha3") => json(&kinds(
                "resource.k8s.io/v1alpha3",
                &[("podschedulingcontexts", "PodSchedulingContext", true)],
            )),
            ("GET", "/apis/resource.k8s.io/v1alpha3/podschedulingcontexts") => {
                json(&json!({ "metadata": {}, "items": vec![json!({}); self.scheduling] }))
            }
            ("GET", "/apis/rbac.authorization.k8s.io/v1") => json(&kinds(
                "rbac.authorization.k8s.io/v1",
                &[("clusterroles", "ClusterRole", false)],
            )),
            ("GET", "/apis") => json(&json!({"groups": [
                {"name": "apps", "preferredVersion": {"groupVersion": "apps/v1"}},
                {"name": "rbac.authorization.k8s.io", "preferredVersion": {"groupVersion": "rbac.authorization.k8s.io/v1"}}]})),
            (method, path) => self.object(method, path, asked),
        }
    }

    fn object(&mut self, method: &str, path: &str, asked: &Asked) -> Reply {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let path = match (method, body.pointer("/metadata/name")) {
            ("POST", Some(name)) => format!("{path}/{}", name.as_str().unwrap_or_default()),
            _ => path.to_owned(),
        };
        match method {
            "GET" => match self.objects.get(&path) {
                Some(object) => Reply::Json(200, object.to_string()),
                None => Reply::status(404, "NotFound", "no such object"),
            },
            "DELETE" => {
                self.log.push(format!("delete {path}"));
                let _gone = self.objects.remove(&path);
                Reply::Json(200, "{}".to_owned())
            }
            _ => {
                let mut object = self
                    .objects
                    .get(&path)
                    .cloned()
                    .unwrap_or_else(|| json!({"metadata": {"uid": path}}));
                let before = object.clone();
                merge(&mut object, &body);
                if asked.query.contains("dryRun=All") {
                    return Reply::Json(200, object.to_string());
                }
                if object != before || !self.objects.contains_key(&path) {
                    self.changes += 1;
                    object["metadata"]["resourceVersion"] = json!(self.changes.to_string());
                    let manager = asked
                        .query
                        .split('&')
                        .find(|one| one.starts_with("fieldManager"));
                    self.log.push(format!(
                        "{} {path} {}",
                        method.to_lowercase(),
                        manager.unwrap_or_default()
                    ));
                    let _before = self.objects.insert(path, object.clone());
                }
                Reply::Json(200, object.to_string())
            }
        }
    }

    fn member(&self, index: usize) -> Value {
        let machine = &self.machines[index];
        let kubelet = &machine.parts["kubelet"];
        // It reports its version once it is up again.
        let tag = kubelet.image.rsplit(':').next().unwrap_or_default();
        let version = if kubelet.pending == 0 {
            tag.split('-').next().unwrap_or_default()
        } else {
            "v0.0.0"
        };
        json!({"metadata": {"name": format!("n{index}"), "labels": {}}, "spec": {},
            "status": {"addresses": [{"type": "InternalIP", "address": machine.address}],
                "conditions": [{"type": "Ready", "status": if kubelet.pending == 0 { "True" } else { "False" }}],
                "nodeInfo": {"kubeletVersion": version, "osImage": "", "bootID": "", "architecture": "",
                    "containerRuntimeVersion": "", "kernelVersion": "", "kubeProxyVersion": "", "machineID": "",
                    "operatingSystem": "", "systemUUID": ""}}})
    }

    fn pods(&self, query: &str) -> Vec<Value> {
        let mut pods = Vec::new();
        for (index, machine) in self.machines.iter().enumerate() {
            for (name, part) in &machine.parts {
                if *name == "kubelet" || !query.contains(name) || !machine.leads {
                    continue;
                }
                let ready = if part.pending == 0 { "True" } else { "False" };
                pods.push(json!({
                    "metadata": {"namespace": "kube-system", "name": format!("{name}-n{index}"), "labels": {"k8s-app": name},
                        "annotations": {"talos.dev/config-version": part.pod.to_string()}},
                    "spec": {"nodeName": format!("n{index}"), "containers": [{"name": name, "image": part.image}]},
                    "status": {"conditions": [{"type": "Ready", "status": ready}]}}));
            }
        }
        pods
    }
}

fn kinds(version: &str, kinds: &[(&str, &str, bool)]) -> Value {
    let resources: Vec<Value> = kinds
        .iter()
        .map(|(name, kind, namespaced)| json!({"name": name, "kind": kind, "namespaced": namespaced, "singularName": "", "verbs": []}))
        .collect();
    json!({"kind": "APIResourceList", "groupVersion": version, "resources": resources})
}

fn merge(object: &mut Value, patch: &Value) {
    let (Some(map), Some(patch)) = (object.as_object_mut(), patch.as_object()) else {
        object.clone_from(patch);
        return;
    };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key).or_insert_with(|| json!({})), value);
        }
    }
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
        lock(&self.state).tick();
    }
}

/// A configuration as people write it.
fn config(leads: bool, old: &str) -> String {
    if !leads {
        return format!(
            "machine:\n  type: worker # ours\n  kubelet: {{image: \"k/kubelet:{old}-slim\"}}\n"
        );
    }
    format!(
        "# Of this node\nmachine:\n  type: controlplane\n  token: abcdef.0123456789abcdef # secret\n  kubelet:\n    image: k/kubelet:{old}\n\
         cluster:\n  apiServer: # the API\n    image: 'r:5000/kube-apiserver:{old}'\n  controllerManager: {{}}\n  scheduler:\n    extraArgs:\n      a: b\n"
    )
}

/// The same as documents of Talos 1.14.
fn documents(leads: bool, old: &str) -> String {
    let document =
        |kind: &str, rest: &str| format!("---\napiVersion: v1alpha1\nkind: {kind}\n{rest}\n");
    if !leads {
        let kubelet = format!("image: \"k/kubelet:{old}-slim\" # ours");
        return format!(
            "machine:\n  type: worker\n{}",
            document("KubeletConfig", &kubelet)
        );
    }
    let head = "machine:\n  type: controlplane\n  token: abcdef.0123456789abcdef # secret\n";
    [
        head.to_owned(),
        document(
            "KubeletConfig",
            &format!("image: k/kubelet:{old}\nconfig: {{}}"),
        ),
        document(
            "KubeAPIServerConfig",
            &format!("image: 'r:5000/kube-apiserver:{old}' # the API"),
        ),
        document(
            "KubeControllerManagerConfig",
            &format!("image: r:5000/kube-controller-manager:{old}"),
        ),
        document("KubeSchedulerConfig", "config: {}"),
    ]
    .concat()
}

impl World {
    /// The same machines with Talos 1.14, whose configurations are documents.
    pub(crate) fn of_documents(leads: usize, workers: usize) -> Self {
        let world = Self::new(leads, workers);
        world.change(|state| {
            for machine in &mut state.machines {
                "v1.14.1".clone_into(&mut machine.talos);
                machine.config = documents(machine.leads, "v1.36.2");
            }
        });
        world
    }

    /// Machines of Talos 1.13, the first so many of them control planes, with Kubernetes 1.36.2.
    pub(crate) fn new(leads: usize, workers: usize) -> Self {
        let old = "v1.36.2";
        let cluster = Cluster::new();
        let machine = |index: usize| {
            let part = |image: &str| Part {
                image: image.to_owned(),
                version: 3,
                pod: 3,
                pending: 0,
            };
            let leads = index < leads;
            let mut parts = BTreeMap::new();
            let flavour = if leads { "" } else { "-slim" };
            parts.insert("kubelet", part(&format!("k/kubelet:{old}{flavour}")));
            if leads {
                for name in [
                    "kube-apiserver",
                    "kube-controller-manager",
                    "kube-scheduler",
                ] {
                    parts.insert(name, part(&format!("r:5000/{name}:{old}")));
                }
            }
            Machine {
                leads,
                talos: "v1.13.9".to_owned(),
                config: config(leads, old),
                parts,
                ..Machine::default()
            }
        };
        let state = Arc::new(Mutex::new(State {
            machines: (0..leads + workers).map(machine).collect(),
            manifests: Vec::new(),
            more: Vec::new(),
            objects: BTreeMap::new(),
            log: Vec::new(),
            most_away: 0,
            missing: None,
            scheduling: 0,
            changes: 0,
        }));
        let mut apis = Vec::new();
        let mut nodes = Vec::new();
        for index in 0..leads + workers {
            let told = Arc::clone(&state);
            let node = Node::start(&cluster, Guise::Member, move |call| {
                lock(&told).node(index, call)
            });
            lock(&state).machines[index].address = node.address();
            nodes.push(node);
            if index < leads {
                let told = Arc::clone(&state);
                let api = Api::start(&cluster, Guise::Member, move |asked| {
                    lock(&told).api(Some(index), asked)
                });
                lock(&state).machines[index].port = api.address().port();
                apis.push(api);
            }
        }
        let told = Arc::clone(&state);
        let shared = Api::start(&cluster, Guise::Member, move |asked| {
            lock(&told).api(None, asked)
        });
        Self {
            state,
            cluster,
            shared,
            _apis: apis,
            _nodes: nodes,
            spent: AtomicU64::new(0),
        }
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut lock(&self.state))
    }

    /// What was done so far, but for pulls; and forgets it.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = self.change(|state| std::mem::take(&mut state.log));
        log.into_iter()
            .filter(|line| !line.ends_with(" pull"))
            .collect()
    }

    /// Does something with an upgrade to a version.
    pub(crate) fn with<T>(&self, to: &str, act: impl FnOnce(&mut UpgradeK8s<'_>) -> T) -> T {
        let config = self.cluster.talosconfig(&[], &[]);
        let (config, _) = talos::talosconfig::read(&Source::new("talosconfig", config));
        let config = config.expect("one");
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_864);
        let credentials = Credentials::of_context(config.current().expect("one"), now);
        let credentials = credentials.unwrap_or_else(|problem| panic!("{problem}"));
        let talos = Client::new(credentials, &[], Patience::default()).expect("a client");
        let kubeconfig = self.cluster.kubeconfig(&self.shared.url());
        let kubernetes = kubernetes_client::Client::from_kubeconfig(
            &kubeconfig,
            kubernetes_client::Patience::default(),
        );
        let mut upgrade = UpgradeK8s {
            talos: &talos,
            kubernetes: &kubernetes.expect("a client"),
            to: version(to).expect("a version"),
            from: None,
            repositories: BTreeMap::<Component, String>::new(),
            kubelets: true,
            pull: true,
            prune: true,
            patience: Duration::from_mins(5),
            clock: self,
        };
        act(&mut upgrade)
    }

    pub(crate) fn plan(&self, to: &str) -> Result<Plan, Diagnostics> {
        self.with(to, |upgrade| upgrade.plan())
    }

    /// Plans and runs; stops, as if it was killed, after so many events.
    pub(crate) fn run(&self, to: &str, most: usize) -> (Option<Outcome>, Vec<Event>) {
        self.with(to, |upgrade| {
            let plan = upgrade
                .plan()
                .unwrap_or_else(|problems| panic!("{:?}", problems.iter().collect::<Vec<_>>()));
            let events = RefCell::new(Vec::new());
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                upgrade.run(&plan, &mut |event| {
                    events.borrow_mut().push(event);
                    assert!(events.borrow().len() <= most, "killed here");
                })
            }));
            (outcome.ok(), events.into_inner())
        })
    }
}
