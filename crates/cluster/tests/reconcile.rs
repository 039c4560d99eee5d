//! Flux objects that are told to look again, by controllers that do so while time goes by.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cluster::Clock;
use cluster::reconcile::{
    Event, Helm, Kind, Outcome, Reconcile, State, Subject, Subjects, suspend,
};
use kubernetes_client::{Client, Patience};
use serde_json::{Value, json};
use testkit::kubernetes::{self, Api, Asked, Reply};
use testkit::nodes::{Cluster, Guise};

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
const HELM: &str = "helm.toolkit.fluxcd.io";
const SOURCE: &str = "source.toolkit.fluxcd.io";

type Objects = Arc<Mutex<BTreeMap<String, Value>>>;

/// What controllers do with an object, once it is stamped.
type Controller = fn(&str, &mut Value);

/// A cluster with Flux.
struct World {
    cluster: Cluster,
    api: Api,
    objects: Objects,
    controller: Controller,
    spent: AtomicU64,
}

fn merge(object: &mut Value, patch: &Value) {
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

fn answer(objects: &Objects, asked: &Asked) -> Reply {
    let missing = || Reply::status(404, "NotFound", "there is none");
    match asked.path.as_str() {
        "/apis" => {
            return kubernetes::groups([(KUSTOMIZE, "v1"), (HELM, "v2"), (SOURCE, "v1")]);
        }
        "/apis/kustomize.toolkit.fluxcd.io/v1" => {
            return kubernetes::kinds(&[("Kustomization", "kustomizations", true)]);
        }
        "/apis/helm.toolkit.fluxcd.io/v2" => {
            return kubernetes::kinds(&[("HelmRelease", "helmreleases", true)]);
        }
        "/apis/source.toolkit.fluxcd.io/v1" => {
            return kubernetes::kinds(&[("GitRepository", "gitrepositories", true)]);
        }
        _ => {}
    }
    let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
    let is_one = objects.contains_key(&asked.path);
    let plurals = ["kustomizations", "helmreleases", "gitrepositories"];
    let (above, last) = asked.path.rsplit_once('/').expect("a path");
    if !is_one && plurals.contains(&last) {
        let items: Vec<&Value> = { objects.iter() }
            .filter(|(path, _)| path.contains(&format!("/{last}/")) && path.starts_with(above))
            .map(|(_, object)| object)
            .collect();
        return Reply::Json(200, json!({ "metadata": {}, "items": items }).to_string());
    }
    let Some(object) = objects.get_mut(&asked.path) else {
        return missing();
    };
    if asked.method == "PATCH" {
        merge(object, &serde_json::from_str(&asked.body).expect("a patch"));
    }
    Reply::Json(200, object.to_string())
}

impl World {
    fn new(controller: Controller) -> Self {
        let cluster = Cluster::new();
        let objects = Objects::default();
        let told = Arc::clone(&objects);
        let api = Api::start(&cluster, Guise::Member, move |asked| answer(&told, asked));
        Self {
            cluster,
            api,
            objects,
            controller,
            spent: AtomicU64::new(0),
        }
    }

    fn add(&self, group: &str, plural: &str, name: &str, more: &Value) {
        let (namespace, name) = name.split_once('/').expect("a namespace");
        let version = if group == HELM { "v2" } else { "v1" };
        let mut object = json!({
            "metadata": { "namespace": namespace, "name": name, "generation": 1 }, "spec": {},
            "status": { "observedGeneration": 1 },
        });
        merge(&mut object, more);
        let path = format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}/{name}");
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.insert(path, object);
    }

    fn client(&self) -> Client {
        let kubeconfig = self.cluster.kubeconfig(&self.api.url());
        Client::from_kubeconfig(&kubeconfig, Patience::default()).expect("it has all")
    }

    fn run(&self, kind: Kind, name: &str, helm: Helm) -> (Outcome, Vec<Event>) {
        let client = self.client();
        let subjects = Subjects::of(&client).expect("Flux is there");
        let subject = subjects
            .named(&client, kind, None, name)
            .expect("there is one");
        let machine = Reconcile {
            client: &client,
            subjects: &subjects,
            is_told: true,
            settle: Duration::ZERO,
            with_source: true,
            helm,
            follow: true,
            stamp: "2026-11-29T00:00:00.000000001Z",
            patience: Duration::from_mins(5),
            clock: self,
        };
        let mut events = Vec::new();
        let outcome = machine.run(&[subject], &mut |event| events.push(event));
        (outcome, events)
    }

    /// What was sent with each change.
    fn patches(&self) -> Vec<String> {
        let asked = self.api.asked().into_iter();
        let patches = asked.filter(|asked| asked.method == "PATCH");
        {
            patches.map(|asked| {
                format!(
                    "{} {}",
                    asked.path.rsplit('/').next().unwrap_or_default(),
                    asked.body
                )
            })
        }
        .collect()
    }
}

impl Clock for World {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.spent.load(Ordering::Relaxed))
    }

    fn pause(&self, span: Duration) {
        self.spent.fetch_add(span.as_secs(), Ordering::Relaxed);
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, object) in objects.iter_mut() {
            (self.controller)(path, object);
        }
    }
}

/// Deals with stamps, and is content.
fn content(path: &str, object: &mut Value) {
    let stamp = object.pointer("/metadata/annotations/reconcile.fluxcd.io~1requestedAt");
    let stamp = stamp.cloned().unwrap_or_default();
    let revision = if path.contains("gitrepositories") {
        json!({ "artifact": { "revision": "main@sha1:2" } })
    } else {
        json!({ "lastAttemptedRevision": "main@sha1:2", "lastAppliedRevision": "main@sha1:2" })
    };
    let ready = json!({ "conditions": [{ "type": "Ready", "status": "True", "message": "fine" }] });
    for more in [revision, ready, json!({ "lastHandledReconcileAt": stamp })] {
        merge(&mut object["status"], &more);
    }
}

/// The same, but one that is stamped fails, as Flux has it: it is on its way as well.
fn failing(path: &str, object: &mut Value) {
    content(path, object);
    if !path.ends_with("/apps") {
        return;
    }
    object["status"]["observedGeneration"] = json!(-1);
    object["status"]["conditions"] = json!([
        { "type": "Reconciling", "status": "True", "reason": "ProgressingWithRetry", "message": "Detecting drift" },
        { "type": "Ready", "status": "False", "reason": "BuildFailed", "message": "kustomize build failed: no \u{1b}[31msuch file" },
    ]);
}

fn subject(kind: Kind, namespace: &str, name: &str) -> Subject {
    Subject {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

/// A root that has brought a Kustomization, which has brought a release.
fn tree(world: &World) {
    let source = json!({ "spec": { "sourceRef": { "kind": "GitRepository", "name": "flux-system", "namespace": "flux-system" } } });
    let brought = |id: &str| json!({ "status": { "inventory": { "entries": [{ "id": id, "v": "v1" }, { "id": "a_b__ConfigMap", "v": "v1" }] } } });
    let mut root = source.clone();
    merge(
        &mut root,
        &brought(&format!("apps_apps_{KUSTOMIZE}_Kustomization")),
    );
    let mut apps = source;
    merge(&mut apps, &brought(&format!("web_echo_{HELM}_HelmRelease")));
    world.add(
        SOURCE,
        "gitrepositories",
        "flux-system/flux-system",
        &json!({}),
    );
    world.add(
        KUSTOMIZE,
        "kustomizations",
        "flux-system/flux-system",
        &root,
    );
    world.add(KUSTOMIZE, "kustomizations", "apps/apps", &apps);
    world.add(HELM, "helmreleases", "web/echo", &json!({}));
}

#[test]
fn a_source_then_a_kustomization_then_what_it_brings() {
    let world = World::new(content);
    tree(&world);
    let (outcome, events) = world.run(Kind::Kustomization, "flux-system", Helm::Usual);
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    let expected = [
        subject(Kind::Kustomization, "flux-system", "flux-system"),
        subject(Kind::Kustomization, "apps", "apps"),
        subject(Kind::HelmRelease, "web", "echo"),
    ];
    assert_eq!(outcome.ready, expected);
    // The source is ready before the Kustomization is asked.
    let source = subject(Kind::GitRepository, "flux-system", "flux-system");
    let is_source =
        |event: &Event| matches!(event, Event::Found { object, .. } if *object == source);
    assert_eq!(events.iter().position(is_source), Some(1));
    let stamp = r#"{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"2026-11-29T00:00:00.000000001Z"}}}"#;
    assert_eq!(
        world.patches(),
        [
            format!("flux-system {stamp}"),
            format!("flux-system {stamp}")
        ]
    );
}

#[test]
fn a_source_that_fails_is_told_and_nobody_else_is_asked() {
    let world = World::new(|path, object| {
        content(path, object);
        if path.contains("gitrepositories") {
            object["status"]["conditions"] =
                json!([{ "type": "Ready", "status": "False", "message": "no such host" }]);
        }
    });
    tree(&world);
    let (outcome, _) = world.run(Kind::Kustomization, "flux-system", Helm::Usual);
    let [(meant, problem)] = &outcome.failed.iter().collect::<Vec<_>>()[..] else {
        panic!("{outcome:?}")
    };
    assert_eq!(meant.kind, Kind::Kustomization);
    assert_eq!(
        problem.message,
        "GitRepository `flux-system/flux-system`: no such host"
    );
    assert_eq!(world.patches().len(), 1);
}

#[test]
fn a_kustomization_of_another_source_has_another_revision() {
    let world = World::new(|path, object| {
        content(path, object);
        if path.ends_with("/apps") {
            object["status"]["lastAttemptedRevision"] = json!("1.2.3@sha256:4");
            object["status"]["lastAppliedRevision"] = json!("1.2.3@sha256:4");
        }
    });
    tree(&world);
    let other = json!({ "spec": { "sourceRef": { "kind": "OCIRepository", "name": "own" } } });
    world.add(KUSTOMIZE, "kustomizations", "apps/apps", &other);
    let (outcome, _) = world.run(Kind::Kustomization, "flux-system", Helm::Usual);
    assert_eq!(outcome.ready.len(), 2, "{:?}", outcome.failed);
    // Of the same source it would be waited for.
    tree(&world);
    let (outcome, _) = world.run(Kind::Kustomization, "flux-system", Helm::Usual);
    let problem = outcome.failed.values().next().expect("it never comes");
    assert!(
        problem
            .message
            .ends_with("it has the revision before still"),
        "{}",
        problem.message
    );
}

#[test]
fn one_that_fails_is_told_at_once_with_its_own_reason() {
    let world = World::new(failing);
    tree(&world);
    let (outcome, _) = world.run(Kind::Kustomization, "apps", Helm::Usual);
    let [(failed, problem)] = &outcome.failed.iter().collect::<Vec<_>>()[..] else {
        panic!("{outcome:?}")
    };
    assert_eq!(**failed, subject(Kind::Kustomization, "apps", "apps"));
    assert_eq!(problem.rule.id(), "cluster/flux-not-ready");
    assert_eq!(
        problem.message,
        "Kustomization `apps/apps`: kustomize build failed: no \u{fffd}[31msuch file"
    );
    assert!(world.elapsed() < Duration::from_secs(5));
}

#[test]
fn releases_can_be_forced_or_forget_their_failures() {
    for (helm, key) in [(Helm::Force, "forceAt"), (Helm::Reset, "resetAt")] {
        let world = World::new(content);
        tree(&world);
        let (outcome, _) = world.run(Kind::HelmRelease, "web/echo", helm);
        assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
        let patches = world.patches();
        assert!(
            patches[0].contains(&format!("reconcile.fluxcd.io/{key}")),
            "{patches:?}"
        );
    }
}

#[test]
fn what_is_suspended_is_left_alone_and_goes_on_when_it_is_told() {
    let world = World::new(content);
    tree(&world);
    let client = world.client();
    let subjects = Subjects::of(&client).expect("Flux is there");
    let apps = subject(Kind::Kustomization, "apps", "apps");
    assert_eq!(suspend(&client, &subjects, &apps, true), Ok(true));
    assert_eq!(suspend(&client, &subjects, &apps, true), Ok(false));
    let (outcome, _) = world.run(Kind::Kustomization, "flux-system", Helm::Usual);
    assert_eq!(outcome.suspended, std::slice::from_ref(&apps));
    assert_eq!(suspend(&client, &subjects, &apps, false), Ok(true));
    assert_eq!(
        world.patches().last().map(String::as_str),
        Some(r#"apps {"spec":{"suspend":null}}"#)
    );
}

#[test]
fn what_never_looks_is_told_when_the_time_is_over() {
    let world = World::new(|_, _| {});
    tree(&world);
    let (outcome, events) = world.run(Kind::HelmRelease, "echo", Helm::Usual);
    let problem = outcome.failed.values().next().expect("it never looks");
    assert_eq!(
        problem.message,
        "HelmRelease `web/echo` is not ready after 300 s: its controller has not looked at it yet"
    );
    let waits = |event: &&Event| matches!(event, Event::Waiting { .. });
    assert_eq!(events.iter().filter(waits).count(), 19);
}

#[test]
fn names_are_looked_up_in_every_namespace() {
    let world = World::new(content);
    tree(&world);
    world.add(KUSTOMIZE, "kustomizations", "other/apps", &json!({}));
    let client = world.client();
    let subjects = Subjects::of(&client).expect("Flux is there");
    let named = |namespace, name| {
        let found = subjects.named(&client, Kind::Kustomization, namespace, name);
        found.map_err(|problem| (problem.rule.id(), problem.hint.unwrap_or_default()))
    };
    let apps = subject(Kind::Kustomization, "apps", "apps");
    assert_eq!(named(Some("apps"), "apps"), Ok(apps.clone()));
    assert_eq!(named(None, "apps/apps"), Ok(apps));
    let rule = "cluster/no-flux-object";
    let several = "name one of `apps/apps`, `other/apps`".to_owned();
    assert_eq!(named(None, "apps"), Err((rule, several)));
    let close = "did you mean `apps`?".to_owned();
    assert_eq!(named(None, "aps"), Err((rule, close)));
}

#[test]
fn a_server_without_flux_is_told() {
    let cluster = Cluster::new();
    let api = Api::start(&cluster, Guise::Member, |_| {
        Reply::Json(200, r#"{"groups":[]}"#.to_owned())
    });
    let kubeconfig = cluster.kubeconfig(&api.url());
    let client = Client::from_kubeconfig(&kubeconfig, Patience::default()).expect("it has all");
    let problem = Subjects::of(&client).err().expect("there is none");
    assert_eq!(problem.rule.id(), "cluster/no-flux");
}

#[test]
fn what_an_object_says_of_itself() {
    let ready = |status: &str, reason: &str| json!([{ "type": "Ready", "status": status, "reason": reason, "message": "m" }]);
    let waiting = |until: &str| State::Waiting {
        until: until.to_owned(),
    };
    let failed = State::Failed {
        why: "m".to_owned(),
    };
    for (status, revision, expected) in [
        (
            json!({}),
            None,
            waiting("its controller has not looked at it yet"),
        ),
        (
            json!({ "conditions": ready("Unknown", "Progressing") }),
            None,
            waiting("m"),
        ),
        (
            json!({ "conditions": ready("False", "DependencyNotReady") }),
            None,
            waiting("m"),
        ),
        (
            json!({ "conditions": ready("False", "BuildFailed") }),
            None,
            failed.clone(),
        ),
        (
            json!({ "conditions": ready("False", "BuildFailed"), "lastAttemptedRevision": "1" }),
            Some("2"),
            waiting("it has the revision before still"),
        ),
        // It has got at no revision at all, or not at the new one.
        (
            json!({ "conditions": ready("False", "PrerequisiteFailed") }),
            Some("2"),
            failed.clone(),
        ),
        (
            json!({ "conditions": ready("False", "ArtifactFailed"), "lastAttemptedRevision": "1" }),
            Some("2"),
            failed.clone(),
        ),
        (
            json!({ "conditions": ready("True", ""), "observedGeneration": 1, "lastAttemptedRevision": "1" }),
            Some("2"),
            waiting("it has the revision before still"),
        ),
        (
            json!({ "conditions": ready("True", ""), "observedGeneration": 0 }),
            None,
            waiting("its controller has not seen its last change yet"),
        ),
        (
            json!({ "conditions": ready("True", ""), "observedGeneration": 1, "lastAppliedRevision": "2", "lastAttemptedRevision": "2" }),
            Some("2"),
            State::Ready {
                revision: Some("2".to_owned()),
            },
        ),
        (
            json!({ "conditions": [
                { "type": "Stalled", "status": "True", "message": "gave up" },
                { "type": "Ready", "status": "False", "message": "m" } ] }),
            None,
            failed.clone(),
        ),
    ] {
        let object = json!({ "metadata": { "generation": 1 }, "status": status });
        assert_eq!(
            cluster::reconcile::verdict(&object, None, revision),
            expected,
            "{object}"
        );
    }
}
