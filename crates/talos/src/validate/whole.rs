//! What the documents of a configuration must make sense of together, since Talos 1.14.

use std::borrow::Cow;

use diagnostics::Severity;
use serde_json::Value;

use super::place::{Place, Report};
use super::resolver::is_encrypted;

use crate::fields::{CONTROL_PLANE_LABEL, is_for_control_planes};
use crate::rules;

/// A configuration by its documents.
pub(super) struct Whole<'a> {
    documents: Vec<Place<'a>>,
}

impl<'a> Whole<'a> {
    /// All documents, by name.
    pub(super) fn of(documents: &'a [(String, Cow<'_, Value>)]) -> Self {
        let documents = documents
            .iter()
            .map(|(name, document)| Place::new(name, document));
        Self {
            documents: documents.collect(),
        }
    }

    /// The documents of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Place<'a>> {
        let mut all = self.documents.iter();
        std::iter::from_fn(move || {
            all.by_ref()
                .find(|document| document.key("kind").text() == kind)
        })
    }

    /// The first document of a kind.
    pub(super) fn first(&self, kind: &str) -> Option<&Place<'a>> {
        self.of_kind(kind).next()
    }

    /// What stands in `v1alpha1`, perhaps nothing.
    pub(super) fn main(&self, keys: &[&'a str]) -> Place<'a> {
        match self.first("") {
            Some(main) => main.keys(keys),
            None => Place::absent("v1alpha1"),
        }
    }

    /// Whether it is that of a control plane.
    pub(super) fn is_control_plane(&self) -> bool {
        let kind = self.main(&["machine", "type"]).text();
        matches!(kind, "init" | "controlplane")
    }

    /// The authority of Kubernetes: without one the node has no part in it.
    fn authority(&self) -> Option<Place<'a>> {
        let old = ["ca", "acceptedCAs"].map(|key| self.main(&["cluster", key]));
        let old = old.into_iter().find(Place::is_there);
        self.first("KubeAPIServerCAConfig").cloned().or(old)
    }
}

/// The configuration.
pub(super) fn check(whole: &Whole<'_>, report: &mut Report) {
    if !report.has_documents() {
        return;
    }
    resolver(whole, report);
    discovery(whole, report);
    kubernetes(whole, report);
    containers(whole, report);
    if whole.is_control_plane() {
        return;
    }
    for document in &whole.documents {
        let kind = document.key("kind").text();
        if is_for_control_planes(kind) {
            report.add(
                document,
                &rules::MACHINE_CONFIG_CONTROL_PLANE_ONLY,
                format!("only control planes have a document `{kind}`"),
                "move it to a patch for control planes",
            );
        }
    }
}

/// Servers that are asked through TLS are asked by the node's own resolver.
fn resolver(whole: &Whole<'_>, report: &mut Report) {
    let Some(document) = whole.first("ResolverConfig") else {
        return;
    };
    let servers = document.key("nameservers");
    let old = whole.main(&["machine", "features", "hostDNS", "enabled"]);
    let own = document.keys(&["hostDNS", "enabled"]);
    if servers.items().iter().any(is_encrypted) && !own.is_true() && !old.is_true() {
        report.add(
            &own,
            &rules::MACHINE_CONFIG_NEEDS,
            "servers of names are asked with encryption by the node's own resolver only, which is off",
            "write `hostDNS: {enabled: true}`",
        );
    }
}

/// Who looks for others, and who he is.
fn discovery(whole: &Whole<'_>, report: &mut Report) {
    let old = whole.main(&["cluster", "discovery"]);
    let service = old.keys(&["registries", "service", "disabled"]);
    let old = old.key("enabled").is_true() && !service.is_true();
    let new = whole.first("DiscoveryServiceConfig").is_some();
    // One that is in v1alpha1 is asked for its identity there.
    if new {
        let main = ["id", "secret"].map(|key| whole.main(&["cluster", key]));
        let document = whole.first("DiscoveryIdentityConfig");
        let missing = match document {
            _ if main.iter().any(|value| !value.is_empty()) => {
                main.into_iter().find(Place::is_empty)
            }
            None => Some(Place::absent("DiscoveryIdentityConfig")),
            // What it lacks, its own check says.
            Some(_) => None,
        };
        if let Some(missing) = missing {
            report.add(
                &missing,
                &rules::MACHINE_CONFIG_MISSING,
                "discovery needs the identity of the cluster: its id and its secret",
                "write a `DiscoveryIdentityConfig` from the secrets of the cluster",
            );
        }
    }
    let kubespan = match whole.first("KubeSpanConfig") {
        Some(document) => document.key("enabled"),
        None => whole.main(&["machine", "network", "kubespan", "enabled"]),
    };
    if kubespan.is_true() && !old && !new {
        report.add(
            &kubespan,
            &rules::MACHINE_CONFIG_NEEDS,
            "KubeSpan finds its peers by discovery, which is off",
            "write a `DiscoveryServiceConfig`",
        );
    }
}

fn kubernetes(whole: &Whole<'_>, report: &mut Report) {
    if whole.is_control_plane()
        && let Some(node) = whole.first("KubeNodeConfig")
    {
        let label = node.keys(&["labels", CONTROL_PLANE_LABEL]);
        if !label.is_there() && !node.key("skipNodeRegistration").is_true() {
            report.add_as(
                Severity::Warning,
                &label,
                &rules::MACHINE_CONFIG_MISSING,
                "the node does not get the label of a control plane: Talos adds none to this document",
                format!("write `{CONTROL_PLANE_LABEL}: \"\"`"),
            );
        }
    }
    if whole.authority().is_none() {
        return;
    }
    let endpoint = whole.main(&["cluster", "controlPlane", "endpoint"]);
    if whole.first("KubeClusterConfig").is_none() && !endpoint.is_there() {
        report.add(
            &Place::absent("KubeClusterConfig"),
            &rules::MACHINE_CONFIG_MISSING,
            "a node of Kubernetes needs the name and the endpoint of its cluster",
            "write a `KubeClusterConfig`",
        );
    }
    let old = ["secretboxEncryptionSecret", "aescbcEncryptionSecret"];
    let old = old
        .iter()
        .any(|key| !whole.main(&["cluster", key]).is_empty());
    if whole.is_control_plane() && !old && whole.first("KubeEtcdEncryptionConfig").is_none() {
        report.add(
            &Place::absent("KubeEtcdEncryptionConfig"),
            &rules::MACHINE_CONFIG_MISSING,
            "nothing says how a control plane encrypts what is in etcd",
            "write a `KubeEtcdEncryptionConfig` with the secrets of the cluster",
        );
    }
}

/// Containers that wait for others: for some that there are, and not in a circle.
fn containers(whole: &Whole<'_>, report: &mut Report) {
    let all: Vec<_> = whole.of_kind("ContainerConfig").collect();
    let named = |name: &str| { all.iter() }.position(|one| one.key("name").text() == name);
    for container in &all {
        let own = container.key("name").text();
        for other in waits_for(container) {
            if named(other.text()).is_none() {
                report.add(
                    &other,
                    &rules::MACHINE_CONFIG_NEEDS,
                    format!("there is no container `{}` to wait for", other.text()),
                    "write its `ContainerConfig`, or take it out",
                );
                continue;
            }
            let mut seen = vec![other.text().to_owned()];
            let mut at = 0;
            while let Some(next) =
                { seen.get(at).and_then(|name| named(name)) }.and_then(|next| all.get(next))
            {
                at += 1;
                let more = waits_for(next).into_iter().map(|one| one.text().to_owned());
                let more: Vec<_> = more.filter(|name| named(name).is_some()).collect();
                seen.extend(
                    more.into_iter()
                        .filter(|name| !seen.contains(name))
                        .collect::<Vec<_>>(),
                );
            }
            if seen.iter().any(|name| name == own) {
                report.add(
                    &other,
                    &rules::MACHINE_CONFIG_NEEDS,
                    format!("the container `{own}` waits for itself in the end"),
                    "take it out",
                );
            }
        }
    }
}

/// The names of the containers that one waits for.
fn waits_for<'a>(container: &Place<'a>) -> Vec<Place<'a>> {
    container.keys(&["dependsOn", "containers"]).items()
}
