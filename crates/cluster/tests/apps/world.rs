//! A cluster without a network, an API server that keeps what it is given, and a Helm that
//! installs at once.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster::Clock;
use cluster::apps::{Apps, Event, Helm, Outcome, Refusal, Release, Wanted, Wish};
use cluster::rules::CLUSTER_RELEASE_FAILED;
use diagnostics::Diagnostics;
use flate2::Compression;
use flate2::write::GzEncoder;
use kubernetes_client::{Client, Patience};
use serde_json::{Value, json};
use testkit::kubernetes::{self, Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

const FLUX: &str = "/apis/kustomize.toolkit.fluxcd.io/v1";
pub(crate) const HELM: &str = "/apis/helm.toolkit.fluxcd.io/v2";
pub(crate) const OPERATOR: &str = "/apis/fluxcd.controlplane.io/v1";
pub(crate) const CRDS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// What the API server keeps, by path.
type Objects = BTreeMap<String, Value>;

#[derive(Default)]
struct Kept {
    objects: Objects,
    /// So many questions more are not answered.
    away: u32,
    /// What is answered to a change of a path.
    refusals: BTreeMap<String, (u16, &'static str, &'static str)>,
}

pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) api: Api,
    kept: Arc<Mutex<Kept>>,
    spent: AtomicU64,
    /// What Helm says where it fails, by release.
    pub(crate) fails: Mutex<BTreeMap<String, String>>,
    /// What Helm was asked.
    pub(crate) helm: Mutex<Vec<String>>,
    /// How Flux ends: the conditions of what it brings.
    pub(crate) flux: Value,
    /// For how many looks another Helm is busy.
    pub(crate) busy: AtomicU64,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn merge(object: &mut Value, patch: &Value) {
    match (object, patch) {
        (Value::Object(object), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    object.remove(key);
                } else {
                    merge(object.entry(key).or_insert(json!({})), value);
                }
            }
        }
        (object, patch) => *object = patch.clone(),
    }
}

fn is_collection(path: &str) -> bool {
    let plurals = [
        "daemonsets",
        "deployments",
        "statefulsets",
        "nodes",
        "namespaces",
        "secrets",
        "pods",
        "customresourcedefinitions",
        "fluxinstances",
        "kustomizations",
        "helmreleases",
        "gitrepositories",
    ];
    plurals.contains(&path.rsplit('/').next().unwrap_or_default())
}

fn discovery(path: &str) -> Option<Reply> {
    Some(match path {
        "/apis" => kubernetes::groups([
            ("kustomize.toolkit.fluxcd.io", "v1"),
            ("helm.toolkit.fluxcd.io", "v2"),
        ]),
        FLUX => kubernetes::kinds(&[("Kustomization", "kustomizations", true)]),
        HELM => kubernetes::kinds(&[("HelmRelease", "helmreleases", true)]),
        _ => return None,
    })
}

/// Whether a list asks for it.
fn is_labelled(object: &Value, query: &str) -> bool {
    let query = query
        .replace("%3D", "=")
        .replace("%2C", ",")
        .replace("%2F", "/");
    let wanted = query
        .split('&')
        .find_map(|one| one.strip_prefix("labelSelector="));
    wanted
        .into_iter()
        .flat_map(|wanted| wanted.split(','))
        .all(|pair| {
            let (key, value) = pair.split_once('=').expect("a pair");
            object["metadata"]["labels"][key] == value
        })
}

fn answer(kept: &Mutex<Kept>, asked: &Asked) -> Reply {
    let mut kept = lock(kept);
    if kept.away > 0 {
        kept.away -= 1;
        return Reply::status(503, "ServiceUnavailable", "starting");
    }
    if asked.path == "/readyz" {
        return Reply::Plain(200, Vec::new(), b"ok".to_vec());
    }
    if let Some(found) = discovery(&asked.path) {
        return found;
    }
    if asked.method == "GET" && is_collection(&asked.path) {
        let (above, plural) = asked.path.rsplit_once('/').expect("a path");
        let items: Vec<&Value> = { kept.objects.iter() }
            .filter(|(path, _)| path.starts_with(above) && path.contains(&format!("/{plural}/")))
            .filter(|(path, _)| {
                !path
                    .rsplit_once(&format!("/{plural}/"))
                    .expect("it")
                    .1
                    .contains('/')
            })
            .map(|(_, object)| object)
            .filter(|object| is_labelled(object, &asked.query))
            .collect();
        // As a real one has it in a list of metadata that is empty.
        let items = if items.is_empty() {
            Value::Null
        } else {
            json!(items)
        };
        return Reply::Json(200, json!({ "metadata": {}, "items": items }).to_string());
    }
    if asked.method != "GET"
        && let Some((code, reason, message)) = kept.refusals.get(&asked.path)
    {
        return Reply::status(*code, reason, message);
    }
    match asked.method.as_str() {
        "PATCH" => {
            let patch: Value = serde_json::from_str(&asked.body).expect("a patch");
            let object = kept.objects.entry(asked.path.clone()).or_insert(json!({}));
            merge(object, &patch);
            if asked.path.starts_with(CRDS) {
                object["status"]["conditions"] =
                    json!([{ "type": "Established", "status": "True" }]);
            }
            // Its controller has dealt with it at once.
            let stamp = object.pointer("/metadata/annotations/reconcile.fluxcd.io~1requestedAt");
            if let Some(stamp) = stamp.cloned() {
                object["status"]["lastHandledReconcileAt"] = stamp;
            }
            Reply::Json(200, object.to_string())
        }
        "DELETE" => match kept.objects.remove(&asked.path) {
            Some(object) => Reply::Json(200, object.to_string()),
            None => Reply::status(404, "NotFound", "there is none"),
        },
        _ => match kept.objects.get(&asked.path) {
            Some(object) => Reply::Json(200, object.to_string()),
            None => Reply::status(404, "NotFound", "there is none"),
        },
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let cluster = Cluster::new();
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let told = Arc::clone(&kept);
        let api = Api::start(&cluster, Guise::Member, move |asked| answer(&told, asked));
        let world = Self {
            cluster,
            api,
            kept,
            spent: AtomicU64::new(0),
            fails: Mutex::default(),
            helm: Mutex::default(),
            flux: json!([{ "type": "Ready", "status": "True", "message": "fine" }]),
            busy: AtomicU64::new(0),
        };
        for node in ["cp-1", "w-1"] {
            world.put(
                &format!("/api/v1/nodes/{node}"),
                &json!({ "metadata": { "name": node } }),
            );
        }
        world
    }

    pub(crate) fn put(&self, path: &str, object: &Value) {
        let mut object = object.clone();
        let name = path.rsplit('/').next().unwrap_or_default();
        object["metadata"]["name"] = json!(name);
        if let Some((_, rest)) = path.split_once("/namespaces/")
            && let Some((namespace, _)) = rest.split_once('/')
        {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object["metadata"]["uid"] = json!(path);
        lock(&self.kept).objects.insert(path.to_owned(), object);
    }

    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        lock(&self.kept).objects.get(path).cloned()
    }

    pub(crate) fn remove(&self, path: &str) {
        lock(&self.kept).objects.remove(path);
    }

    /// So many questions more are not answered.
    pub(crate) fn goes_away(&self, questions: u32) {
        lock(&self.kept).away = questions;
    }

    /// Changes of a path are refused.
    pub(crate) fn refuses(
        &self,
        path: &str,
        code: u16,
        reason: &'static str,
        message: &'static str,
    ) {
        lock(&self.kept)
            .refusals
            .insert(path.to_owned(), (code, reason, message));
    }

    /// What Helm writes down of a release.
    pub(crate) fn record(&self, release: &Release, status: &str, revision: u64) {
        let content = json!({
            "chart": { "metadata": { "version": "1.0.0" } },
            "config": release.values,
        });
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed
            .write_all(content.to_string().as_bytes())
            .expect("it packs");
        let once = STANDARD.encode(packed.finish().expect("it packs"));
        let path = format!(
            "/api/v1/namespaces/{}/secrets/sh.helm.release.v1.{}.v{revision}",
            release.namespace, release.name
        );
        let labels = json!({ "owner": "helm", "name": release.name, "status": status, "version": revision.to_string() });
        self.put(&path, &json!({ "metadata": { "labels": labels }, "data": { "release": STANDARD.encode(once) } }));
    }

    /// What Flux makes of itself once it runs.
    fn flux_begins(&self) {
        self.put(
            &format!("{OPERATOR}/namespaces/flux-system/fluxinstances/flux"),
            &json!({ "metadata": { "generation": 1 }, "spec": { "sync": { "url": "https://git.example/home.git" } },
                "status": { "conditions": [{ "type": "Ready", "status": "True", "observedGeneration": 1 }] } }),
        );
        let mut root = json!({ "metadata": { "generation": 1 }, "status": {
            "observedGeneration": 1, "lastAppliedRevision": "main@sha1:1", "conditions": [{ "type": "Ready", "status": "True" }],
            "inventory": { "entries": [{ "id": "kube-system_cilium_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2" }] } } });
        self.put(
            &format!("{FLUX}/namespaces/flux-system/kustomizations/flux-system"),
            &root,
        );
        root["status"] = json!({ "observedGeneration": 1, "conditions": self.flux });
        self.put(
            &format!("{HELM}/namespaces/kube-system/helmreleases/cilium"),
            &root,
        );
    }

    pub(crate) fn wanted() -> Wanted {
        let wish = |object: Value| Wish {
            object,
            place: None,
        };
        let release = |namespace: &str, name: &str| Release {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            values: json!({ "replicas": 1 }),
            place: None,
        };
        Wanted {
            nodes: vec!["cp-1".to_owned(), "w-1".to_owned()],
            authority: None,
            origin: Some("ssh://git@git.example/home.git".to_owned()),
            namespaces: vec![wish(
                json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "flux-system" } }),
            )],
            secrets: vec![wish(json!({ "apiVersion": "v1", "kind": "Secret",
                "metadata": { "name": "sops-age", "namespace": "flux-system" }, "data": { "age.agekey": "c2VjcmV0" } }))],
            definitions: vec![release("network", "envoy-gateway")],
            releases: vec![
                (release("kube-system", "cilium"), vec![]),
                (release("kube-system", "coredns"), vec![0]),
                (release("cert-manager", "cert-manager"), vec![0]),
                (release("flux-system", "flux-instance"), vec![1, 2]),
            ],
        }
    }

    pub(crate) fn client(&self) -> Client {
        let kubeconfig = self.cluster.kubeconfig(&self.api.url());
        Client::from_kubeconfig(&kubeconfig, Patience::default()).expect("it has all")
    }

    pub(crate) fn run(&self, wanted: &Wanted) -> (Outcome, Vec<Event>) {
        let client = self.client();
        let apps = Apps {
            client: &client,
            wanted,
            helm: self,
            takes_over: false,
            stamp: "2026-11-29T00:00:00Z",
            patience: Duration::from_mins(10),
            clock: self,
        };
        let mut events = Vec::new();
        let outcome = apps.run(&mut |event| events.push(event));
        (outcome, events)
    }

    /// What failed, in words.
    pub(crate) fn fails(&self, wanted: &Wanted) -> Vec<String> {
        let (outcome, _) = self.run(wanted);
        { outcome.failed.iter() }
            .map(|problem| {
                let message = problem.message.replace(&self.api.url(), "API");
                format!("{}: {message}", problem.rule.id())
            })
            .collect()
    }

    /// Every change that was asked for.
    pub(crate) fn changes(&self) -> Vec<String> {
        let calls = self.api.calls().into_iter();
        calls.filter(|call| !call.starts_with("GET")).collect()
    }
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
    }
}

impl Helm for World {
    fn prepare(&self) -> Result<(), Diagnostics> {
        let fails = lock(&self.fails);
        let why = fails
            .get("charts")
            .map(|why| CLUSTER_RELEASE_FAILED.report(why.clone()));
        why.map_or(Ok(()), |why| Err(why.into()))
    }

    fn definitions(&self, release: &Release) -> Result<Vec<Value>, String> {
        if let Some(why) = lock(&self.fails).get(&release.path()) {
            return Err(why.clone());
        }
        Ok(vec![json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "gateways.gateway.networking.k8s.io" },
            "spec": { "versions": [{ "name": "v1", "served": true }, { "name": "v1beta1", "served": true }] },
        })])
    }

    fn version(&self, _: &Release) -> Option<String> {
        Some("1.0.0".to_owned())
    }

    fn is_busy(&self, _: &Release) -> bool {
        let left = self.busy.load(Ordering::Relaxed);
        self.busy.store(left.saturating_sub(1), Ordering::Relaxed);
        left > 0
    }

    fn upgrade(&self, release: &Release, tell: &mut dyn FnMut(&str)) -> Result<(), Refusal> {
        lock(&self.helm).push(format!("upgrade {}", release.path()));
        tell("it is installed");
        if let Some(why) = lock(&self.fails).get(&release.path()) {
            return Err(Refusal {
                words: why.clone(),
                is_away: false,
                hint: None,
            });
        }
        self.record(release, "deployed", 1);
        if release.name == "flux-instance" {
            self.flux_begins();
        }
        Ok(())
    }

    fn rollback(&self, release: &Release) -> Result<(), Refusal> {
        lock(&self.helm).push(format!("rollback {}", release.path()));
        self.record(release, "deployed", 9);
        Ok(())
    }
}
