//! What is read of the objects of Flux.

use serde::Deserialize;

use super::facts::{Condition, Metadata, Object, condition, or_nothing, text};
use crate::reconcile::{Kind, Said, State, Subject};

/// An object of Flux, as far as it says how it is and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FluxObject {
    /// Which.
    pub subject: Subject,
    /// How it is.
    pub state: State,
    /// The word that its controller has for that.
    pub reason: String,
    /// Its controller's sentence, also where it is on its way.
    pub message: String,
    /// Since when, in RFC 3339.
    pub since: String,
    /// Whether it gave up.
    pub is_stalled: bool,
    /// Whether it is asked to go, and what holds it.
    pub deleted: Option<Vec<String>>,
    /// Where it has its files or its chart from.
    pub source: Option<Subject>,
    /// What it wants to be ready before.
    pub depends_on: Vec<Subject>,
    /// The Kustomization that applied it.
    pub parent: Option<Subject>,
    /// What it has applied that runs pods.
    pub workloads: Vec<Object>,
    /// The `Secret`s and `ConfigMap`s that it needs.
    pub needs: Vec<Object>,
    /// The revision that it has brought, or that its artifact is.
    pub revision: String,
    /// The commit that an artifact was made of, where it is no commit itself.
    pub origin: String,
    /// Where a release is put, and under which name.
    pub release: (String, String),
    /// How Helm left the last release, such as `pending-install`.
    pub release_status: String,
    /// After what time it is tried again, as it stands there.
    pub retry: String,
}

impl FluxObject {
    /// How it is called.
    pub fn object(&self) -> Object {
        (&self.subject).into()
    }

    pub(super) fn read(kind: Kind, raw: Raw) -> Self {
        let Raw {
            metadata,
            spec,
            status,
        } = raw;
        let ready = condition(&status.conditions, "Ready");
        let stalled = condition(&status.conditions, "Stalled");
        let is_stalled = stalled.is_some_and(|one| one.status == "True");
        let artifact = status.artifact.unwrap_or_default();
        let state = Said {
            is_suspended: spec.suspend,
            handled: None,
            is_observed: status.observed_generation == metadata.generation,
            attempted: None,
            applied: some(&status.last_applied_revision),
            artifact: some(&artifact.revision),
            ready: ready.map(Condition::said),
            stalled: stalled.map(Condition::said),
        }
        .verdict(None, None);
        let subject = Subject {
            kind,
            namespace: metadata.namespace,
            name: metadata.name,
        };
        let within = |name: &str, namespace: &str, kind: Kind| Subject {
            kind,
            namespace: some(namespace).unwrap_or(&subject.namespace).to_owned(),
            name: name.to_owned(),
        };
        let chart = spec.chart.unwrap_or_default().spec.source_ref;
        let reference = [spec.chart_ref, spec.source_ref, chart];
        let source = match status.helm_chart.split_once('/') {
            Some((namespace, name)) => Some(within(name, namespace, Kind::HelmChart)),
            None => reference.into_iter().flatten().find_map(|reference| {
                let kind = Kind::of(&reference.kind)?;
                Some(within(&reference.name, &reference.namespace, kind))
            }),
        };
        let depends_on = spec.depends_on.iter();
        let depends_on = depends_on.map(|one| within(&one.name, &one.namespace, kind));
        let labels = &metadata.labels;
        let parent = some(&labels.kustomization).map(|name| Subject {
            kind: Kind::Kustomization,
            namespace: labels.kustomization_namespace.clone(),
            name: name.to_owned(),
        });
        let post = spec.post_build.unwrap_or_default().substitute_from;
        let named = { spec.values_from.iter().chain(&post) }
            .filter(|one| !one.optional)
            .map(|one| Object::new(&one.kind, &subject.namespace, &one.name));
        let secrets = [
            spec.secret_ref,
            spec.cert_secret_ref,
            spec.decryption.and_then(|one| one.secret_ref),
        ];
        let secrets = secrets.into_iter().flatten().map(|one| one.name);
        let secrets = secrets.map(|name| Object::new("Secret", &subject.namespace, &name));
        let history = status.history.into_iter().next().unwrap_or_default();
        let target = some(&spec.target_namespace).unwrap_or(&subject.namespace);
        let release = some(&spec.release_name).map_or_else(
            || match some(&spec.target_namespace) {
                Some(target) => format!("{target}-{}", subject.name),
                None => subject.name.clone(),
            },
            str::to_owned,
        );
        let revision = [
            &status.last_applied_revision,
            &artifact.revision,
            &history.chart_version,
        ];
        let revision = revision.into_iter().find_map(|one| some(one));
        Self {
            state,
            reason: ready.map(|one| one.reason.clone()).unwrap_or_default(),
            message: ready.map(|one| one.message.clone()).unwrap_or_default(),
            since: { ready.map(|one| one.last_transition_time.clone()) }.unwrap_or_default(),
            is_stalled,
            deleted: some(&metadata.deletion_timestamp).map(|_| metadata.finalizers.clone()),
            depends_on: depends_on.collect(),
            parent,
            workloads: { status.inventory.iter().flat_map(|all| &all.entries) }
                .filter_map(|entry| workload(&entry.id))
                .collect(),
            needs: named.chain(secrets).collect(),
            revision: revision.unwrap_or_default().to_owned(),
            origin: artifact.metadata.origin,
            release: (target.to_owned(), release),
            release_status: history.status,
            retry: some(&spec.retry_interval)
                .unwrap_or(&spec.interval)
                .to_owned(),
            source,
            subject,
        }
    }
}

/// What of an inventory, whose entries are `namespace_name_group_kind`, runs pods.
fn workload(id: &str) -> Option<Object> {
    let mut parts = id.split('_');
    let (namespace, name, group) = (parts.next()?, parts.next()?, parts.next()?);
    let kind = parts.next()?;
    let runs = matches!(
        (group, kind),
        (
            "apps",
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
        ) | ("batch", "Job" | "CronJob")
            | ("", "Pod")
    );
    runs.then(|| Object::new(kind, namespace, name))
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The shape on the wire: what of all kinds of Flux is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Raw {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    spec: Spec,
    #[serde(deserialize_with = "or_nothing")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "or_nothing")]
    suspend: bool,
    #[serde(deserialize_with = "text")]
    interval: String,
    #[serde(deserialize_with = "text")]
    retry_interval: String,
    #[serde(deserialize_with = "or_nothing")]
    depends_on: Vec<Reference>,
    source_ref: Option<Reference>,
    chart_ref: Option<Reference>,
    chart: Option<Chart>,
    #[serde(deserialize_with = "text")]
    target_namespace: String,
    #[serde(deserialize_with = "text")]
    release_name: String,
    secret_ref: Option<Reference>,
    cert_secret_ref: Option<Reference>,
    decryption: Option<Decryption>,
    post_build: Option<PostBuild>,
    #[serde(deserialize_with = "or_nothing")]
    values_from: Vec<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    #[serde(deserialize_with = "text")]
    kind: String,
    #[serde(deserialize_with = "text")]
    namespace: String,
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "or_nothing")]
    optional: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chart {
    #[serde(deserialize_with = "or_nothing")]
    spec: ChartSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ChartSpec {
    source_ref: Option<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Decryption {
    secret_ref: Option<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PostBuild {
    #[serde(deserialize_with = "or_nothing")]
    substitute_from: Vec<Reference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    observed_generation: Option<i64>,
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "text")]
    last_applied_revision: String,
    artifact: Option<Artifact>,
    inventory: Option<Inventory>,
    #[serde(deserialize_with = "or_nothing")]
    history: Vec<Snapshot>,
    #[serde(deserialize_with = "text")]
    helm_chart: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Artifact {
    #[serde(deserialize_with = "text")]
    revision: String,
    #[serde(deserialize_with = "or_nothing")]
    metadata: ArtifactMetadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ArtifactMetadata {
    #[serde(
        rename = "org.opencontainers.image.revision",
        deserialize_with = "text"
    )]
    origin: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inventory {
    #[serde(deserialize_with = "or_nothing")]
    entries: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    #[serde(deserialize_with = "text")]
    id: String,
}

/// A release as it was, the newest first.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Snapshot {
    #[serde(deserialize_with = "text")]
    chart_version: String,
    #[serde(deserialize_with = "text")]
    status: String,
}
