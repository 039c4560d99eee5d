//! One at a time, by a Lease of a made-up API server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cluster::Clock;
use cluster::lease::Lease;
use kubernetes_client::{Client, Patience};
use serde_json::{Value, json};
use testkit::kubernetes::{Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

const PATH: &str = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";

/// What the API server has.
#[derive(Default)]
struct State {
    lease: Option<Value>,
    /// Somebody renews it at each look.
    is_renewed: bool,
    version: u64,
    log: Vec<String>,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn put(&mut self, mut lease: Value, uid: &str) -> Value {
        self.version += 1;
        lease["metadata"]["uid"] = json!(uid);
        lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.lease = Some(lease.clone());
        lease
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let json = |value: &Value| Reply::Json(200, value.to_string());
        if asked.method != "GET" {
            self.log.push(asked.method.clone());
        }
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/apis/coordination.k8s.io/v1") => json(&json!({
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "coordination.k8s.io/v1",
                "resources": [{"name": "leases", "singularName": "", "namespaced": true, "kind": "Lease", "verbs": []}],
            })),
            ("POST", PATH) if self.lease.is_some() => {
                Reply::status(409, "AlreadyExists", "it is there")
            }
            ("POST", PATH) => {
                let lease = serde_json::from_str(&asked.body).expect("an object");
                json(&self.put(lease, "ours"))
            }
            ("GET", _) => {
                if let (true, Some(lease)) = (self.is_renewed, self.lease.clone()) {
                    self.put(lease, "theirs");
                }
                match &self.lease {
                    Some(lease) => json(lease),
                    None => Reply::status(404, "NotFound", "none"),
                }
            }
            ("DELETE", _) => {
                let uid = self
                    .lease
                    .as_ref()
                    .map(|lease| lease["metadata"]["uid"].clone());
                assert!(
                    asked
                        .body
                        .contains(uid.expect("it is there").as_str().expect("text"))
                );
                self.lease = None;
                json(&json!({}))
            }
            _ => Reply::status(404, "NotFound", "no such thing"),
        }
    }
}

/// A clock that is moved by pauses alone.
#[derive(Default)]
struct Fake(AtomicU64);

impl Clock for Fake {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.0.fetch_add(span.as_secs(), Ordering::Relaxed);
    }
}

fn now() -> String {
    "2026-01-02T03:04:05.123456789Z".to_owned()
}

/// A server with a lease of somebody else, or without; and what came of wanting it.
fn wanted(theirs: bool, is_renewed: bool) -> (Result<(), String>, Arc<Mutex<State>>, u64, u32) {
    let cluster = Cluster::new();
    let state = Arc::new(Mutex::new(State::default()));
    if theirs {
        lock(&state).put(json!({"metadata": {"name": "one"}, "spec": {}}), "theirs");
        lock(&state).is_renewed = is_renewed;
    }
    let told = Arc::clone(&state);
    let server = Api::start(&cluster, Guise::Member, move |asked| {
        lock(&told).answer(asked)
    });
    let kubeconfig = cluster.kubeconfig(&server.url());
    let client = Client::from_kubeconfig(&kubeconfig, Patience::default()).expect("a client");
    let clock = Fake::default();
    let mut looked = 0;
    let lease = Lease::take(&client, "one", &now, &clock, &mut || looked += 1);
    let done = lease.map(|lease| {
        lease.held(|| {
            let held = lock(&state).lease.clone().expect("it is held");
            assert_eq!(held["metadata"]["uid"], "ours");
            assert_eq!(held["spec"]["renewTime"], "2026-01-02T03:04:05.123456Z");
        });
    });
    let done = done.map_err(|problem| problem.rule.id().to_owned());
    (done, state, clock.0.into_inner(), looked)
}

#[test]
fn a_lease_is_held_while_something_is_done_and_given_back() {
    let (done, state, waited, looked) = wanted(false, false);
    assert_eq!((done, waited, looked), (Ok(()), 0, 0));
    assert_eq!(lock(&state).log, ["POST", "DELETE"]);
    assert!(lock(&state).lease.is_none());
}

#[test]
fn a_lease_that_somebody_renews_is_left_alone() {
    let (done, state, _, looked) = wanted(true, true);
    assert_eq!((done, looked), (Err("cluster/busy".to_owned()), 1));
    assert_eq!(lock(&state).log, ["POST"]);
    assert!(lock(&state).lease.is_some());
}

#[test]
fn a_lease_of_a_run_that_was_killed_is_taken_over_once_it_counts_no_more() {
    let (done, state, waited, looked) = wanted(true, false);
    assert_eq!((done, waited, looked), (Ok(()), 15, 1));
    assert_eq!(lock(&state).log, ["POST", "DELETE", "POST", "DELETE"]);
}
