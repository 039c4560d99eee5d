//! What a cluster says: all lists, asked side by side, and what of each is needed.

use std::sync::{Mutex, PoisonError};

use diagnostics::Secrets;
use kubernetes_client::{Client, Fault, Groups, Kind as FaultKind, Listed, Listing};
use serde::de::DeserializeOwned;

use super::flux::{self, FluxObject};
use super::instance::Instance;
use super::others::{Certificate, Claim, Controller, Entrance, Gateway, Namespace, Node, Service};
use super::pods::Pod;
use crate::reconcile::Kind;

/// How the Deployments of Flux are marked.
const OF_FLUX: &str = "app.kubernetes.io/part-of=flux";

/// Everything that was read of a cluster.
#[derive(Default)]
pub struct Facts {
    /// What nobody may see of what others write.
    pub secrets: Secrets,
    /// Its API server.
    pub server: String,
    /// The version of that.
    pub version: String,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its namespaces.
    pub namespaces: Vec<Namespace>,
    /// Claims to volumes.
    pub claims: Vec<Claim>,
    /// Certificates of cert-manager.
    pub certificates: Vec<Certificate>,
    /// Gateways and load balancers.
    pub entrances: Vec<Entrance>,
    /// The controllers of Flux.
    pub controllers: Vec<Controller>,
    /// What flux-operator makes of Flux.
    pub instances: Vec<Instance>,
    /// Kustomizations, releases, sources.
    pub flux: Vec<FluxObject>,
    /// Pods.
    pub pods: Vec<Pod>,
    /// Kinds that the server does not have.
    pub missing: Vec<String>,
    /// Lists that could not be had, and why.
    pub unanswered: Vec<(String, Fault)>,
    /// Lists with objects that are none, and how many.
    pub unreadable: Vec<(String, usize)>,
}

impl Facts {
    /// Whether everything could be read.
    pub fn is_whole(&self) -> bool {
        self.unanswered.is_empty() && self.unreadable.is_empty()
    }

    /// Whether all objects of a kind are here, so that one that is not does not exist.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        !self.unanswered.iter().any(|(what, _)| what == kind)
            && !self.unreadable.iter().any(|(what, _)| what == kind)
    }
}

/// Asks for all of it. Nothing of the secrets is in what is judged of it.
///
/// # Errors
///
/// A server that does not say which kinds it has: then nothing else is asked.
pub fn gather(client: &Client, secrets: Secrets) -> Result<Facts, Fault> {
    let groups = client.groups()?;
    let facts = Mutex::new(Facts {
        server: client.server().to_owned(),
        secrets,
        ..Facts::default()
    });
    let asker = Asker {
        client,
        groups: &groups,
        facts: &facts,
    };
    std::thread::scope(|scope| {
        scope.spawn(|| match client.server_version() {
            Ok(version) => asker.put(|facts| facts.version = diagnostics::words(&version)),
            Err(fault) => asker.fell("version", fault),
        });
        scope.spawn(|| asker.ask("Pod", "", "pods", None, |facts, all| facts.pods = all));
        for kind in Kind::ALL {
            scope.spawn(move || {
                asker.ask(
                    kind.name(),
                    kind.group(),
                    kind.plural(),
                    None,
                    |facts, all| {
                        let read = |raw: flux::Raw| FluxObject::read(kind, raw);
                        facts.flux.extend(all.into_iter().map(read));
                    },
                );
            });
        }
        scope.spawn(|| asker.ask("Node", "", "nodes", None, |facts, all| facts.nodes = all));
        scope.spawn(|| {
            asker.ask("Namespace", "", "namespaces", None, |facts, all| {
                facts.namespaces = all;
            });
        });
        scope.spawn(|| {
            let kind = "PersistentVolumeClaim";
            asker.ask(kind, "", "persistentvolumeclaims", None, |facts, all| {
                facts.claims = all;
            });
        });
        scope.spawn(|| {
            asker.ask("Service", "", "services", None, |facts, all| {
                let all = all.into_iter().filter_map(Service::entrance);
                facts.entrances.extend(all);
            });
        });
        scope.spawn(|| {
            let group = "gateway.networking.k8s.io";
            asker.ask("Gateway", group, "gateways", None, |facts, all| {
                let all = all.into_iter().map(|one: Gateway| one.into());
                facts.entrances.extend(all);
            });
        });
        scope.spawn(|| {
            let group = "cert-manager.io";
            asker.ask("Certificate", group, "certificates", None, |facts, all| {
                facts.certificates = all;
            });
        });
        scope.spawn(|| {
            asker.ask(
                "Deployment",
                "apps",
                "deployments",
                Some(OF_FLUX),
                |facts, all| {
                    facts.controllers = all;
                },
            );
        });
        scope.spawn(|| {
            let group = "fluxcd.controlplane.io";
            asker.ask(
                "FluxInstance",
                group,
                "fluxinstances",
                None,
                |facts, all| {
                    facts.instances = all;
                },
            );
        });
    });
    let mut facts = facts.into_inner().unwrap_or_else(PoisonError::into_inner);
    // In which order they answered is nobody's business.
    facts
        .flux
        .sort_by(|one, other| one.subject.cmp(&other.subject));
    facts
        .entrances
        .sort_by(|one, other| one.object.cmp(&other.object));
    facts.nodes.sort_by(|one, other| one.name.cmp(&other.name));
    facts
        .controllers
        .sort_by(|one, other| one.at.cmp(&other.at));
    facts.missing.sort();
    facts.unanswered.sort_by(|one, other| one.0.cmp(&other.0));
    facts.unreadable.sort();
    Ok(facts)
}

/// Asks for lists, and notes what became of them.
#[derive(Clone, Copy)]
struct Asker<'a> {
    client: &'a Client,
    groups: &'a Groups,
    facts: &'a Mutex<Facts>,
}

impl Asker<'_> {
    fn put(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn fell(&self, what: &str, fault: Fault) {
        self.put(|facts| facts.unanswered.push((what.to_owned(), fault)));
    }

    /// Asks for a kind in the first version of its group that has it.
    fn ask<T: DeserializeOwned>(
        &self,
        kind: &str,
        group: &str,
        plural: &str,
        labels: Option<&str>,
        keep: impl FnOnce(&mut Facts, Vec<T>),
    ) {
        for version in self.groups.versions(group) {
            let mut listing = Listing::all(version, plural);
            listing.labels = labels;
            match self.client.list(&listing) {
                Ok(Listed { items, unreadable }) => self.put(|facts| {
                    if unreadable > 0 {
                        facts.unreadable.push((kind.to_owned(), unreadable));
                    }
                    keep(facts, items);
                }),
                Err(fault) if fault.kind == FaultKind::Missing => continue,
                Err(fault) => self.fell(kind, fault),
            }
            return;
        }
        self.put(|facts| facts.missing.push(kind.to_owned()));
    }
}
