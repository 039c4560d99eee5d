//! How a node's configuration came to be, and what is odd about its patches.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostics, Location};
use documents::change::Change;
use documents::path::within;
use serde_json::Value;

use super::generator::{Generator, machinery};
use super::node::{Findings, Node};
use super::places::top;
use crate::explain::{Stage, StageKind};
use crate::talconfig::Raw;
use talos::patch::{Applied, Patch, apply, contested, differing, undone};

/// At most so many nodes are looked at for patches that do nothing or are undone: what holds
/// for them holds for those that are like them.
const LOOKED_AT: usize = 32;

/// What a patch did to a node.
struct Traced<'a> {
    entry: &'a super::patches::Entry,
    patch: Cow<'a, Patch>,
    applied: Applied,
}

impl Traced<'_> {
    /// Says of each change where it is written, which costs reading the patch again.
    fn mark(&mut self) {
        self.patch.mark(&mut self.applied);
        let changes = self.applied.changes.iter_mut();
        for place in changes.filter_map(|change| change.place.as_mut()) {
            *place = self.entry.place_of(place.clone());
        }
    }
}

/// Values that the generator takes from a key of the talconfig: document, path, key.
const ASKED: [(&str, &str, &str); 23] = [
    ("v1alpha1", "cluster.clusterName", "clusterName"),
    ("v1alpha1", "cluster.controlPlane.endpoint", "endpoint"),
    ("v1alpha1", "cluster.network.dnsDomain", "domain"),
    ("v1alpha1", "cluster.network.podSubnets", "clusterPodNets"),
    (
        "v1alpha1",
        "cluster.network.serviceSubnets",
        "clusterSvcNets",
    ),
    (
        "v1alpha1",
        "cluster.apiServer.certSANs",
        "additionalApiServerCertSans",
    ),
    ("v1alpha1", "cluster.apiServer.image", "kubernetesVersion"),
    (
        "v1alpha1",
        "cluster.controllerManager.image",
        "kubernetesVersion",
    ),
    ("v1alpha1", "cluster.scheduler.image", "kubernetesVersion"),
    ("v1alpha1", "cluster.proxy.image", "kubernetesVersion"),
    ("v1alpha1", "machine.certSANs", "additionalMachineCertSans"),
    ("v1alpha1", "machine.kubelet.image", "kubernetesVersion"),
    ("KubeClusterConfig", "clusterName", "clusterName"),
    ("KubeClusterConfig", "endpoint", "endpoint"),
    ("KubeNetworkConfig", "dnsDomain", "domain"),
    ("KubeNetworkConfig", "podSubnets", "clusterPodNets"),
    ("KubeNetworkConfig", "serviceSubnets", "clusterSvcNets"),
    (
        "KubeAPIServerConfig",
        "certExtraSANs",
        "additionalApiServerCertSans",
    ),
    ("KubeAPIServerConfig", "image", "kubernetesVersion"),
    ("KubeControllerManagerConfig", "image", "kubernetesVersion"),
    ("KubeSchedulerConfig", "image", "kubernetesVersion"),
    ("KubeProxyConfig", "image", "kubernetesVersion"),
    ("KubeletConfig", "image", "kubernetesVersion"),
];

/// Where the talconfig says what the generator was asked for.
fn asked(raw: &Raw, change: &Change) -> Option<Location> {
    let same = |(document, path, _): &&(&str, &str, &str)| {
        *document == change.document && within(&change.path, path)
    };
    let (.., key) = ASKED.iter().find(same)?;
    let node = raw.root().get(key)?;
    Some(raw.source().location(node.range()))
}

impl Generator<'_> {
    /// The steps by which a node's configuration came to be, each with what it changed: the
    /// generator, the keys of the talconfig, each patch, and the extra manifests.
    pub fn stages(&self, index: usize) -> Vec<Stage> {
        let Some(node) = self.nodes.get(index) else {
            return Vec::new();
        };
        let mut findings = Findings::new(self.raw, node);
        let plan = self.plan(&mut findings);
        let mut made = self.generated(node.role).to_vec();
        let mut changes = differing(&[], &made);
        for change in &mut changes {
            change.place = asked(self.raw, change);
        }
        let mut out = vec![Stage {
            kind: StageKind::Generator,
            name: "generator".to_owned(),
            place: None,
            changes,
        }];
        for step in plan.all(self.shared(node.role)) {
            let before = made.clone();
            drop(step.effect.apply(&mut made));
            let changes = differing(&before, &made);
            if changes.is_empty() {
                continue;
            }
            let shared = self
                .shared(node.role)
                .iter()
                .any(|shared| shared.key == step.key);
            out.push(Stage {
                kind: StageKind::Talconfig,
                name: step.key.to_owned(),
                place: Some(if shared || step.key == "talosVersion" {
                    top(self.raw, step.key)
                } else {
                    findings.place(step.key)
                }),
                changes,
            });
        }
        for mut traced in self.traced(node, &mut made) {
            traced.mark();
            let Traced { entry, applied, .. } = traced;
            out.push(Stage {
                kind: entry.kind,
                name: entry.name.clone(),
                place: Some(entry.place.clone()),
                changes: applied.changes,
            });
        }
        let (extra, _) = self.extra_manifests(node, &made);
        if !extra.is_empty() {
            out.push(Stage {
                kind: StageKind::Talconfig,
                name: "extraManifests".to_owned(),
                place: Some(findings.place("extraManifests")),
                changes: differing(&[], &extra),
            });
        }
        out
    }

    /// Applies the patches of a node, and tells what each did, but not where it is written.
    fn traced(&self, node: &Node<'_>, made: &mut Vec<Value>) -> Vec<Traced<'_>> {
        let mut out = Vec::new();
        for group in self.groups(node) {
            let (patches, _) = self.ready(made, &group);
            for (entry, patch) in patches {
                if let Ok(applied) = apply(made, &patch, machinery(self.contract)) {
                    out.push(Traced {
                        entry,
                        patch,
                        applied,
                    });
                }
            }
        }
        out
    }

    /// Patches that do nothing on any node they are for, and those that others undo.
    pub(super) fn lint(&self) -> Diagnostics {
        let mut problems = Diagnostics::new();
        let mut seen: HashSet<Vec<(&str, usize)>> = HashSet::new();
        let mut idle: HashMap<&str, (bool, Diagnostics)> = HashMap::new();
        for node in &self.nodes {
            if seen.len() >= LOOKED_AT {
                break;
            }
            let groups = self.groups(node);
            let key = groups
                .iter()
                .flatten()
                .map(|entry| (entry.name.as_str(), entry.place.line))
                .chain([(
                    if node.role == talos::generate::Role::Worker {
                        "w"
                    } else {
                        "c"
                    },
                    0,
                )])
                .collect();
            if !seen.insert(key) {
                continue;
            }
            let mut findings = Findings::new(self.raw, node);
            let plan = self.plan(&mut findings);
            let mut made = self.generated(node.role).to_vec();
            for step in plan.all(self.shared(node.role)) {
                drop(step.effect.apply(&mut made));
            }
            let mut history = self.traced(node, &mut made);
            let applied: Vec<_> = history.iter().map(|traced| &traced.applied).collect();
            for index in contested(&applied) {
                history[index].mark();
            }
            let named: Vec<_> = { history.iter() }
                .map(|traced| (traced.entry.name.as_str(), &traced.applied))
                .collect();
            problems.extend(undone(&named));
            for Traced { entry, applied, .. } in history {
                let none = applied.changes.is_empty();
                let (all, found) = idle
                    .entry(&entry.name)
                    .or_insert((true, Diagnostics::new()));
                *all &= none;
                if none {
                    *found = entry.placed(applied.findings);
                }
            }
        }
        let idle = idle.into_values().filter(|(all, _)| *all);
        problems.extend(idle.flat_map(|(_, found)| found));
        problems
    }
}
