//! What runs where, and what is to run there.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Diagnostics};
use kubernetes_client::{Node as Member, PodFilter};
use semver::Version;
use serde::Serialize;
use talos::Component;
use talos::contract::{Release, kubernetes_range};
use talos_client::{Fault, Node};

use super::event::ManifestChange;
use super::{UpgradeK8s, look, removed, version};
use crate::rules;
use crate::servers;

/// A change of what runs on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The name of the node.
    pub node: String,
    /// What runs there, such as `kube-apiserver`.
    pub component: &'static str,
    /// The image that it runs.
    pub before: String,
    /// The image that it is to run.
    pub after: String,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What runs: the oldest that was found.
    pub from: Version,
    /// What is to run.
    pub to: Version,
    /// What differs, in the order in which it changes.
    pub changes: Vec<Change>,
    /// What the bootstrap manifests would change, where nothing else does: with other images they
    /// are made anew.
    pub manifests: Vec<ManifestChange>,
    /// Control planes first, each by name.
    machines: Vec<Machine>,
}

/// A node, as Kubernetes and Talos see it.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) member: Member,
    pub(super) address: String,
    /// The minor of its Talos.
    pub(super) talos: u32,
    /// What runs, and what is to.
    pub(super) images: BTreeMap<Component, [String; 2]>,
    /// Its own API server, where it is a control plane.
    pub(super) server: Option<String>,
}

/// What a node says of itself.
struct Seen {
    talos: String,
    images: BTreeMap<Component, String>,
    arguments: BTreeMap<Component, Vec<String>>,
    /// Of its API server, where it is a control plane.
    port: Option<u16>,
}

impl Plan {
    /// The names of the nodes, control planes first.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.machines
            .iter()
            .map(|machine| machine.member.name.as_str())
    }

    pub(super) fn machine(&self, index: usize) -> &Machine {
        &self.machines[index]
    }

    pub(super) fn name(&self, index: usize) -> &str {
        &self.machines[index].member.name
    }

    pub(super) fn address(&self, index: usize) -> &str {
        &self.machines[index].address
    }

    /// The name of a node by its address.
    pub(super) fn called<'p>(&'p self, address: &'p str) -> &'p str {
        let mut machines = self.machines.iter();
        let found = machines.find(|machine| machine.address == address);
        found.map_or(address, |machine| &machine.member.name)
    }

    /// The numbers of the control planes.
    pub(super) fn leads(&self) -> impl Iterator<Item = usize> {
        self.in_order()
            .filter(|index| self.machines[*index].server.is_some())
    }

    /// The numbers of all nodes, control planes first.
    pub(super) fn in_order(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.machines.len()
    }

    /// The oldest Talos of all nodes, by its minor.
    pub(super) fn oldest_talos(&self) -> u32 {
        let minors = self.machines.iter().map(|machine| machine.talos);
        minors.min().unwrap_or_default()
    }

    /// Every image that a node is to run and does not: its number, what it is for, the image.
    pub(super) fn images(&self) -> impl Iterator<Item = (usize, Component, &str)> {
        self.in_order().flat_map(|index| {
            let images = self.machines[index].images.iter();
            // That of kube-proxy is pulled by kubelets.
            let due = images.filter(|(component, [before, after])| {
                **component != Component::Proxy && before != after
            });
            due.map(move |(component, [_, after])| (index, *component, after.as_str()))
        })
    }
}

impl UpgradeK8s<'_> {
    /// Looks at the whole cluster, and says which images are to change.
    pub(super) fn images(&self) -> Result<Plan, Diagnostics> {
        let from = self.running()?;
        let members = self.kubernetes.nodes();
        let members = members.map_err(|fault| one(fault.diagnostic()))?;
        let addresses: Vec<String> = members
            .iter()
            .map(|member| member.address().unwrap_or(&member.name).to_owned())
            .collect();
        let seen = self
            .talos
            .each(&addresses, |node| seen(node, self.kubelets));
        let mut problems = Diagnostics::new();
        if let Err(problem) = version::check(&from, &self.to) {
            problems.push(problem);
        }
        if from.minor < self.to.minor {
            problems.extend(removed::objects(self.kubernetes, self.to.minor));
        }
        let mut machines = Vec::new();
        for ((member, address), seen) in members.into_iter().zip(addresses).zip(seen) {
            match seen.map_err(|fault| crate::named::prefixed(&member.name, fault.diagnostic())) {
                // Nothing is to be done there.
                Ok(None) => {}
                Ok(Some(seen)) => {
                    if from.minor < self.to.minor {
                        self.removed(&member.name, &seen, &mut problems);
                    }
                    match self.machine(member, address, seen) {
                        Ok(machine) => machines.push(machine),
                        Err(problem) => problems.push(problem),
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() && machines.iter().all(|machine| machine.server.is_none()) {
            problems.push(
                rules::CLUSTER_NO_CONTROL_PLANE
                    .report("none of the nodes that Kubernetes knows is a control plane of Talos")
                    .hint("`ichor talos status` shows what they are"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        machines.sort_by_key(|machine| machine.server.is_none());
        Ok(Plan {
            from,
            to: self.to.clone(),
            changes: changes(&machines),
            manifests: Vec::new(),
            machines,
        })
    }

    /// The oldest version of what runs in the cluster.
    fn running(&self) -> Result<Version, Diagnostics> {
        if let Some(from) = &self.from {
            return Ok(from.clone());
        }
        let apps = &Component::ALL[..4];
        let names: Vec<&str> = apps.iter().map(|app| app.name()).collect();
        let labels = format!("k8s-app in ({})", names.join(","));
        let which = PodFilter {
            namespace: Some("kube-system"),
            labels: Some(&labels),
            ..PodFilter::default()
        };
        let pods = self.kubernetes.pods(which);
        let pods = pods.map_err(|fault| one(fault.diagnostic()))?;
        let containers = pods.iter().flat_map(|pod| &pod.containers);
        let versions = containers
            .filter(|(name, _)| names.contains(&name.as_str()))
            .filter_map(|(_, image)| version::of_image(image));
        versions.min().ok_or_else(|| {
            let problem = rules::CLUSTER_KUBERNETES_VERSION
                .report("no pod of the control plane tells which Kubernetes runs")
                .hint("name it with `--from`");
            one(problem)
        })
    }

    /// What a node starts with that the new version does not know any more.
    fn removed(&self, name: &str, seen: &Seen, problems: &mut Diagnostics) {
        for (component, arguments) in &seen.arguments {
            if *component == Component::Kubelet && !self.kubelets {
                continue;
            }
            for problem in removed::find(name, *component, arguments, self.to.minor) {
                problems.push(problem);
            }
        }
    }

    fn machine(&self, member: Member, address: String, seen: Seen) -> Result<Machine, Diagnostic> {
        let name = &member.name;
        let unknown = || {
            rules::CLUSTER_KUBERNETES_UNSUPPORTED.report(format!(
                "`{name}` runs Talos `{}`, and which Kubernetes that runs is not known here",
                diagnostics::visible(&seen.talos)
            ))
        };
        let talos = Release::parse(&seen.talos).ok_or_else(unknown)?.minor();
        let (least, most) = kubernetes_range(talos).ok_or_else(unknown)?;
        if self.to.major != 1 || !(u64::from(least)..=u64::from(most)).contains(&self.to.minor) {
            return Err(rules::CLUSTER_KUBERNETES_UNSUPPORTED
                .report(format!(
                    "`{name}` runs Talos `{}`, which runs Kubernetes 1.{least} to 1.{most} and not `v{}`",
                    seen.talos, self.to
                ))
                .hint("upgrade its Talos first: `ichor talos upgrade-node`"));
        }
        let mut images = seen.images;
        images.retain(|component, _| self.kubelets || *component != Component::Kubelet);
        let images = images.into_iter().map(|(component, before)| {
            let after = match self.repositories.get(&component) {
                Some(repository) => version::image_of(repository, &self.to),
                None => version::image_of(&before, &self.to),
            };
            (component, [before, after])
        });
        let server = seen
            .port
            .map(|port| servers::url(&address, port))
            .transpose()?;
        Ok(Machine {
            images: images.collect(),
            member,
            address,
            talos,
            server,
        })
    }
}

/// A problem that is the only one.
fn one(problem: Diagnostic) -> Diagnostics {
    Diagnostics::from(problem)
}

/// Asks a node what it runs; nothing of a worker where kubelets stay. Which is a control plane,
/// Talos says: a label of Kubernetes may be missing.
fn seen(node: &Node<'_>, kubelets: bool) -> Result<Option<Seen>, Fault> {
    let leads = node.is_control_plane()?;
    if !leads && !kubelets {
        return Ok(None);
    }
    let talos = node.version()?.version.unwrap_or_default().tag;
    let mut images = BTreeMap::new();
    let mut port = None;
    if leads {
        for component in [
            Component::ApiServer,
            Component::ControllerManager,
            Component::Scheduler,
        ] {
            let (image, _) = look::static_pod_image(node, component)?;
            images.insert(component, image);
        }
        let found = look::static_pod_config(node, Component::ApiServer)?.value();
        let given = found.get("localPort").and_then(serde_json::Value::as_u64);
        let given = given.and_then(|port| u16::try_from(port).ok());
        port = Some(given.unwrap_or(6443));
        if let Some(image) = look::proxy_image(node)? {
            images.insert(Component::Proxy, image);
        }
    }
    images.insert(Component::Kubelet, look::kubelet_image(node)?);
    let mut arguments = BTreeMap::new();
    for component in images.keys() {
        arguments.insert(*component, look::arguments(node, *component)?);
    }
    Ok(Some(Seen {
        talos,
        images,
        arguments,
        port,
    }))
}

/// What differs, in the order in which it changes.
fn changes(machines: &[Machine]) -> Vec<Change> {
    let mut changes = Vec::new();
    for component in Component::ALL {
        for machine in machines {
            if let Some([before, after]) = machine.images.get(&component)
                && before != after
            {
                changes.push(Change {
                    node: machine.member.name.clone(),
                    component: component.name(),
                    before: before.clone(),
                    after: after.clone(),
                });
            }
        }
    }
    changes
}
