//! What a cluster would get, by kind and name; and how much of it is known.

use std::collections::HashMap;

use crate::assembled::{Assembled, Kustomization, Outcome, Release};
use crate::object::Object;
use crate::value::Value;

/// An API group and a kind in it.
pub type Kind = (&'static str, &'static str);

/// Kinds that are asked for in several places.
pub mod kinds {
    use super::Kind;

    /// A Flux Kustomization.
    pub const KUSTOMIZATION: Kind = ("kustomize.toolkit.fluxcd.io", "Kustomization");
    /// A HelmRelease.
    pub const HELM_RELEASE: Kind = ("helm.toolkit.fluxcd.io", "HelmRelease");
    /// A Gateway.
    pub const GATEWAY: Kind = ("gateway.networking.k8s.io", "Gateway");
    /// A `ReferenceGrant`.
    pub const REFERENCE_GRANT: Kind = ("gateway.networking.k8s.io", "ReferenceGrant");
    /// A Service.
    pub const SERVICE: Kind = ("", "Service");
    /// A Secret.
    pub const SECRET: Kind = ("", "Secret");
    /// A `ConfigMap`.
    pub const CONFIG_MAP: Kind = ("", "ConfigMap");
    /// A Namespace.
    pub const NAMESPACE: Kind = ("", "Namespace");
    /// The group of Flux's sources.
    pub const SOURCES: &str = "source.toolkit.fluxcd.io";
}

/// Groups whose kinds make neither Secrets nor `ConfigMap`s nor Services named after themselves.
const INERT: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "cert-manager.io",
    "cilium.io",
    "external-secrets.io",
    "externaldns.k8s.io",
    "gateway.networking.k8s.io",
    "helm.toolkit.fluxcd.io",
    "image.toolkit.fluxcd.io",
    "k8s.cni.cncf.io",
    "keda.sh",
    "kustomize.toolkit.fluxcd.io",
    "monitoring.coreos.com",
    "networking.k8s.io",
    "notification.toolkit.fluxcd.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "snapshot.storage.k8s.io",
    "source.toolkit.fluxcd.io",
    "storage.k8s.io",
    "volsync.backube",
];

/// Every object of an [`Assembled`], and the ways to find one.
#[derive(Debug)]
pub struct Inventory<'a> {
    /// What it is made of.
    pub assembled: &'a Assembled,
    /// All objects, in the order of the Kustomizations that apply them.
    pub objects: Vec<Entry<'a>>,
    named: HashMap<(&'a str, &'a str), Vec<usize>>,
    of_kind: HashMap<&'a str, Vec<usize>>,
    /// Custom resources whose operators may make something, by namespace.
    operated: HashMap<&'a str, Vec<&'a str>>,
    /// Releases by the namespace that they are installed into.
    installed: HashMap<&'a str, Vec<usize>>,
    /// Releases by their own namespace and name.
    releases: HashMap<(&'a str, &'a str), usize>,
    unknown: Unknown,
}

/// An object and who applies it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The object.
    pub object: &'a Object,
    /// Who applies it: a place in [`Assembled::kustomizations`].
    pub owner: usize,
}

/// Where objects may be that nothing of the repository shows.
#[derive(Debug, Default)]
struct Unknown {
    everywhere: bool,
    /// Kustomizations that were not built, and the namespace that they reach into; all where
    /// there is none.
    unbuilt: Vec<(String, usize)>,
}

impl Entry<'_> {
    /// Whether it is of a kind.
    pub fn is(&self, kind: (&str, &str)) -> bool {
        self.object.kind() == kind.1 && self.object.group() == kind.0
    }
}

impl<'a> Inventory<'a> {
    /// Gathers everything.
    pub fn new(assembled: &'a Assembled) -> Self {
        let mut objects = Vec::new();
        let mut named: HashMap<_, Vec<usize>> = HashMap::new();
        let mut of_kind: HashMap<_, Vec<usize>> = HashMap::new();
        let mut operated: HashMap<_, Vec<&str>> = HashMap::new();
        let mut unknown = Unknown::default();
        for (owner, kustomization) in assembled.kustomizations.iter().enumerate() {
            // What fails only once its objects are there is known all the same.
            if kustomization.outcome == Outcome::Elsewhere
                || (kustomization.outcome == Outcome::Failed && kustomization.objects.is_empty())
            {
                let namespace = kustomization.object.text(&["spec", "targetNamespace"]);
                unknown.unbuilt.push((namespace.to_owned(), owner));
            }
            for object in &kustomization.objects {
                // Their templates make whatever they like.
                unknown.everywhere |= matches!(object.kind(), "ResourceSet" | "ApplicationSet");
                let at = (object.kind(), object.name());
                named.entry(at).or_default().push(objects.len());
                of_kind
                    .entry(object.kind())
                    .or_default()
                    .push(objects.len());
                if object.group().contains('.') && !INERT.contains(&object.group()) {
                    let names = operated.entry(object.namespace()).or_default();
                    names.push(object.name());
                }
                objects.push(Entry { object, owner });
            }
        }
        let mut installed: HashMap<_, Vec<usize>> = HashMap::new();
        let mut releases = HashMap::new();
        for (index, release) in assembled.releases.iter().enumerate() {
            let names = installed.entry(target_namespace(release)).or_default();
            names.push(index);
            let at = (release.id.namespace.as_str(), release.id.name.as_str());
            releases.entry(at).or_insert(index);
        }
        Self {
            assembled,
            objects,
            named,
            of_kind,
            operated,
            installed,
            releases,
            unknown,
        }
    }

    /// The object of this kind, namespace and name. Where no namespace is given, that of any.
    pub fn find(&self, kind: (&str, &str), namespace: &str, name: &str) -> Option<Entry<'a>> {
        let found = self.named.get(&(kind.1, name))?;
        let mut entries = found.iter().filter_map(|&index| self.objects.get(index));
        entries
            .find(|entry| {
                entry.is(kind) && (namespace.is_empty() || entry.object.namespace() == namespace)
            })
            .copied()
    }

    /// All objects of a kind.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = Entry<'a>> + '_ {
        let found = self.of_kind.get(kind.1).into_iter().flatten();
        found
            .filter_map(|&index| self.objects.get(index).copied())
            .filter(move |entry| entry.is(kind))
    }

    /// The `HelmRelease` of this name.
    pub fn release(&self, namespace: &str, name: &str) -> Option<&'a Release> {
        let index = self.releases.get(&(namespace, name))?;
        self.assembled.releases.get(*index)
    }

    /// Releases that install into a namespace.
    pub fn releases_into(&self, namespace: &str) -> impl Iterator<Item = &'a Release> {
        let found = self.installed.get(namespace).into_iter().flatten();
        found.filter_map(|&index| self.assembled.releases.get(index))
    }

    /// Whether what is in a namespace is known but for what charts and controllers make: every
    /// Kustomization that may reach into it was built.
    pub fn knows(&self, namespace: &str) -> bool {
        self.knows_but_for(namespace, |_| false)
    }

    /// The same, leaving out Kustomizations that cannot make what is sought.
    pub fn knows_but_for(&self, namespace: &str, cannot: impl Fn(&Kustomization) -> bool) -> bool {
        let reaches = |into: &str| into.is_empty() || into == namespace;
        let mut unbuilt = { self.unknown.unbuilt.iter() }
            .filter(|(into, _)| reaches(into))
            .filter_map(|(_, owner)| self.assembled.kustomizations.get(*owner));
        !self.unknown.everywhere && unbuilt.all(cannot)
    }

    /// Whether an operator may make something of this name: it is called after a custom resource
    /// in the namespace, such as `pg-app` after `pg`.
    pub fn may_be_operated(&self, namespace: &str, name: &str) -> bool {
        let mut makers = self.operated.get(namespace).into_iter().flatten();
        makers.any(|maker| follows(name, maker))
    }

    /// Whether every Kustomization was built.
    pub fn knows_all(&self) -> bool {
        !self.unknown.everywhere && self.unknown.unbuilt.is_empty()
    }

    /// Who applies an object.
    pub fn owner(&self, entry: Entry<'_>) -> Option<&'a Kustomization> {
        self.assembled.kustomizations.get(entry.owner)
    }
}

/// The namespace that a release is installed into.
pub fn target_namespace(release: &Release) -> &str {
    match release.object.text(&["spec", "targetNamespace"]) {
        "" => &release.id.namespace,
        namespace => namespace,
    }
}

/// The name that Helm knows a release by.
pub fn release_name(release: &Release) -> String {
    let spec = |key| release.object.text(&["spec", key]);
    match (spec("releaseName"), spec("targetNamespace")) {
        ("", "") => release.id.name.clone(),
        ("", namespace) => format!("{namespace}-{}", release.id.name),
        (name, _) => name.to_owned(),
    }
}

/// The values of a release: as they are put together, or as far as it has them itself.
pub fn values(release: &Release) -> Option<&Value> {
    { release.values.as_ref() }.or_else(|| release.object.0.at(&["spec", "values"]))
}

/// Whether a release installs a chart of this name.
pub fn is_chart(release: &Release, name: &str) -> bool {
    release.chart.as_ref().is_some_and(|chart| {
        chart.name == name || chart.address.trim_end_matches('/').rsplit('/').next() == Some(name)
    })
}

/// Whether a name is another one, or that and a suffix.
pub(crate) fn follows(name: &str, of: &str) -> bool {
    let rest = name.strip_prefix(of);
    !of.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
}

/// Calls `see` for a value and everything below it, outer values first, with the path of each.
pub fn walk<'v>(value: &'v Value, see: &mut dyn FnMut(&[&'v str], &'v Value)) {
    fn go<'v>(
        value: &'v Value,
        path: &mut Vec<&'v str>,
        see: &mut dyn FnMut(&[&'v str], &'v Value),
    ) {
        see(path, value);
        if let Some(map) = value.as_map() {
            for (key, field) in map {
                path.push(key);
                go(&field.value, path, see);
                path.pop();
            }
        }
        for item in value.items() {
            path.push("[]");
            go(item, path, see);
            path.pop();
        }
    }
    go(value, &mut Vec::new(), see);
}
