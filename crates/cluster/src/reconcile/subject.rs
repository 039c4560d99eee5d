//! Which Flux objects there are, and which one is meant.

use std::collections::BTreeMap;
use std::fmt;

use diagnostics::{Diagnostic, closest, visible};
use kubernetes_client::{Client, Definition, Fault, Kind as FaultKind};
use serde::Serialize;
use serde_json::Value;

use crate::rules;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Kind {
    /// A Kustomization of Flux.
    Kustomization,
    /// A HelmRelease.
    HelmRelease,
    /// A Git repository.
    GitRepository,
    /// Artifacts of a registry.
    #[serde(rename = "OCIRepository")]
    OciRepository,
    /// Charts of a server.
    HelmRepository,
    /// A chart.
    HelmChart,
    /// Objects of a bucket.
    Bucket,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Kustomization,
        Self::HelmRelease,
        Self::GitRepository,
        Self::OciRepository,
        Self::HelmRepository,
        Self::HelmChart,
        Self::Bucket,
    ];

    /// As Kubernetes has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kustomization => "Kustomization",
            Self::HelmRelease => "HelmRelease",
            Self::GitRepository => "GitRepository",
            Self::OciRepository => "OCIRepository",
            Self::HelmRepository => "HelmRepository",
            Self::HelmChart => "HelmChart",
            Self::Bucket => "Bucket",
        }
    }

    /// The short word that the `flux` program has for it, too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kustomization => "ks",
            Self::HelmRelease => "hr",
            Self::GitRepository => "git",
            Self::OciRepository => "oci",
            Self::HelmRepository => "helm",
            Self::HelmChart => "chart",
            Self::Bucket => "bucket",
        }
    }

    /// The kind of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As it stands in paths.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Kustomization => "kustomizations",
            Self::HelmRelease => "helmreleases",
            Self::GitRepository => "gitrepositories",
            Self::OciRepository => "ocirepositories",
            Self::HelmRepository => "helmrepositories",
            Self::HelmChart => "helmcharts",
            Self::Bucket => "buckets",
        }
    }

    /// The group that it is of.
    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::Kustomization => "kustomize.toolkit.fluxcd.io",
            Self::HelmRelease => "helm.toolkit.fluxcd.io",
            _ => "source.toolkit.fluxcd.io",
        }
    }
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Subject {
    /// As the commands of this program are told of it.
    pub(crate) fn words(&self) -> String {
        format!("{} {}/{}", self.kind.word(), self.namespace, self.name)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} `{}/{}`",
            self.kind.name(),
            visible(&self.namespace),
            visible(&self.name)
        )
    }
}

/// What Flux's kinds are called on a server.
pub struct Subjects(BTreeMap<Kind, Definition>);

impl Subjects {
    /// Those that the server has.
    ///
    /// # Errors
    ///
    /// A server without Flux: `cluster/no-flux`.
    pub fn of(client: &Client) -> Result<Self, Diagnostic> {
        let found = Self::found(client).map_err(|fault| fault.diagnostic())?;
        found.ok_or_else(|| {
            rules::CLUSTER_NO_FLUX
                .report(format!("`{}` has no Flux", client.server()))
                .hint("it comes with the first bootstrap of the apps")
        })
    }

    /// The same; none where the server has no Flux.
    pub(crate) fn found(client: &Client) -> Result<Option<Self>, Fault> {
        let mut found = BTreeMap::new();
        let groups = client.groups()?;
        for kind in Kind::ALL {
            let Some(version) = groups.versions(kind.group()).first().copied() else {
                continue;
            };
            if let Some(definition) = there(client.definition(version, kind.name()))? {
                found.insert(kind, definition);
            }
        }
        let is_there = found.contains_key(&Kind::Kustomization);
        Ok(is_there.then_some(Self(found)))
    }

    /// An object by its name, or `namespace/name`: of a kind, and of a namespace where one is
    /// given.
    ///
    /// # Errors
    ///
    /// `cluster/no-flux-object` where there is none, or several have the name.
    pub fn named(
        &self,
        client: &Client,
        kind: Kind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Subject, Diagnostic> {
        let (namespace, name) = match name.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (namespace, name),
        };
        let all = self.all(client, kind, namespace)?;
        let subjects = all.iter().filter_map(|object| subject(kind, object));
        let found: Vec<Subject> = subjects.clone().filter(|one| one.name == name).collect();
        let called = kind.name();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => {
                let names: Vec<String> = subjects.map(|one| one.name).collect();
                let inside = namespace.map_or(String::new(), |one| format!(" in `{one}`"));
                let problem = rules::CLUSTER_NO_FLUX_OBJECT
                    .report(format!("there is no {called} `{name}`{inside}"));
                Err(match closest(name, names.iter().map(String::as_str)) {
                    Some(close) => problem.hint(format!("did you mean `{close}`?")),
                    None => problem,
                })
            }
            several => {
                let places: Vec<String> = { several.iter() }
                    .map(|one| format!("`{}/{}`", one.namespace, one.name))
                    .collect();
                Err(rules::CLUSTER_NO_FLUX_OBJECT
                    .report(format!("more than one {called} is called `{name}`"))
                    .hint(format!("name one of {}", places.join(", "))))
            }
        }
    }

    /// All objects of a kind; none where the server does not know it.
    ///
    /// # Errors
    ///
    /// Whatever keeps the server from telling.
    pub fn all(
        &self,
        client: &Client,
        kind: Kind,
        namespace: Option<&str>,
    ) -> Result<Vec<Value>, Diagnostic> {
        { self.listed(client, kind, namespace) }.map_err(|fault| fault.diagnostic())
    }

    /// The same.
    pub(crate) fn listed(
        &self,
        client: &Client,
        kind: Kind,
        namespace: Option<&str>,
    ) -> Result<Vec<Value>, Fault> {
        match self.0.get(&kind) {
            Some(definition) => client.objects(definition, namespace),
            None => Ok(Vec::new()),
        }
    }

    /// An object, if there is one.
    pub(crate) fn find(&self, client: &Client, subject: &Subject) -> Result<Option<Value>, Fault> {
        match self.0.get(&subject.kind) {
            Some(definition) => client.get(definition, &subject.namespace, &subject.name),
            None => Ok(None),
        }
    }

    /// An object that is to be there.
    ///
    /// # Errors
    ///
    /// `cluster/no-flux-object`, or whatever keeps the server from telling.
    pub(crate) fn get(&self, client: &Client, subject: &Subject) -> Result<Value, Diagnostic> {
        match self.find(client, subject) {
            Ok(found) => found.ok_or_else(|| nobody(subject)),
            Err(fault) => Err(fault.diagnostic()),
        }
    }

    /// Changes some fields of an object.
    pub(crate) fn change(
        &self,
        client: &Client,
        subject: &Subject,
        patch: &Value,
        manager: &str,
    ) -> Result<(), Fault> {
        let Some(definition) = self.0.get(&subject.kind) else {
            return Ok(());
        };
        let (namespace, name) = (&subject.namespace, &subject.name);
        client
            .merge(definition, namespace, name, patch, manager)
            .map(drop)
    }
}

/// Which object this is.
pub(crate) fn subject(kind: Kind, object: &Value) -> Option<Subject> {
    let text = |path: &str| object.pointer(path)?.as_str().map(str::to_owned);
    Some(Subject {
        kind,
        namespace: text("/metadata/namespace")?,
        name: text("/metadata/name")?,
    })
}

/// Where an object has its files or its chart from.
pub(crate) fn source_of(subject: &Subject, object: &Value) -> Option<Subject> {
    let reference = [
        "/spec/sourceRef",
        "/spec/chartRef",
        "/spec/chart/spec/sourceRef",
    ];
    let reference = reference.iter().find_map(|path| object.pointer(path))?;
    let text = |key: &str| reference.get(key).and_then(Value::as_str);
    Some(Subject {
        kind: Kind::of(text("kind")?)?,
        namespace: text("namespace").unwrap_or(&subject.namespace).to_owned(),
        name: text("name")?.to_owned(),
    })
}

/// The Kustomizations and releases in the inventory of a Kustomization, whose entries are
/// `namespace_name_group_kind`.
pub(crate) fn brought(object: &Value) -> Vec<Subject> {
    let entries = object.pointer("/status/inventory/entries");
    let entries = entries.and_then(Value::as_array).into_iter().flatten();
    let read = |entry: &Value| {
        let mut parts = entry.get("id")?.as_str()?.split('_');
        let (namespace, name) = (parts.next()?, parts.next()?);
        let (group, kind) = (parts.next()?, Kind::of(parts.next()?)?);
        let is_followed = matches!(kind, Kind::Kustomization | Kind::HelmRelease);
        (is_followed && group == kind.group()).then(|| Subject {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    };
    entries.filter_map(read).collect()
}

pub(crate) fn nobody(subject: &Subject) -> Diagnostic {
    rules::CLUSTER_NO_FLUX_OBJECT.report(format!("there is no {subject}"))
}

/// What is there; a server that has none has said so.
fn there<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.kind == FaultKind::Missing => Ok(None),
        Err(fault) => Err(fault),
    }
}
