//! What a cluster has, in numbers.

use std::collections::BTreeMap;

use diagnostics::Diagnostics;
use kubernetes_client::seconds;
use serde::Serialize;

use super::clean::clean;
use super::facts::Object;
use super::finding::{Finding, First, Judged, Level};
use super::flux::FluxObject;
use super::gather::Facts;
use super::judge::judge;
use super::others::{Controller, Entrance, Node};
use super::pods::Group;
use crate::reconcile::{Kind, State, Subject};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Where Flux begins.
const ROOT: &str = "flux-system";

/// A cluster at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Its API server.
    pub server: String,
    /// The version of that.
    pub kubernetes: String,
    /// How many nodes, and how many of them are ready.
    pub nodes: Count,
    /// Each of them.
    pub node_list: Vec<Told>,
    /// The version of Flux; empty where there is none.
    pub flux: String,
    /// Its controllers.
    pub controllers: Vec<Told>,
    /// What Flux has of git.
    pub drift: Option<Drift>,
    /// Sources.
    pub sources: Count,
    /// Kustomizations.
    pub kustomizations: Count,
    /// Releases of Helm.
    pub helmreleases: Count,
    /// Pods: `ready` are all that are well.
    pub pods: Count,
    /// Pods that are not, by their owner.
    pub unwell: Vec<Group>,
    /// Certificates.
    pub certificates: Count,
    /// In how many days the first of them ends.
    pub days_left: Option<i64>,
    /// Gateways and load balancers, each with its addresses.
    pub entrances: Vec<Way>,
    /// All that is not well.
    pub findings: Vec<Finding>,
    /// What to look at first.
    pub first: Vec<First>,
    /// Kinds that the server does not have.
    pub missing: Vec<String>,
    /// What could not be asked, and why.
    pub unanswered: Vec<Unanswered>,
}

/// How many there are of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// In all.
    pub count: usize,
    /// That are what they should be.
    pub ready: usize,
    /// That are not.
    pub failing: usize,
    /// That are not yet.
    pub waiting: usize,
    /// That are left alone.
    pub suspended: usize,
}

/// A node or a controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Whether it is what it should be.
    pub is_ready: bool,
    /// Whether a node gets no new pods.
    pub is_cordoned: bool,
    /// `control plane`, `worker`; empty for a controller.
    pub role: String,
    /// The version of what it runs.
    pub version: String,
    /// What a node runs on.
    pub os: String,
}

/// Something with addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// What.
    pub object: Object,
    /// Its addresses.
    pub addresses: Vec<String>,
}

/// What Flux has of git, and how far it is brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The source that Flux begins with.
    pub source: Object,
    /// The revision that it has fetched.
    pub revision: String,
    /// The commit of that, where it names one.
    pub commit: Option<String>,
    /// How many Kustomizations of this source have that revision.
    pub applied: usize,
    /// Those that have another one, and which.
    pub behind: BTreeMap<String, Vec<Object>>,
}

/// What could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// The kind.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl Overview {
    /// Makes one of what was read, at a time in seconds since 1970.
    pub fn of(facts: &Facts, now: i64) -> Self {
        let Judged {
            findings,
            first,
            groups,
        } = judge(facts, now);
        let flux = |kinds: &dyn Fn(Kind) -> bool| {
            let mut count = Count::default();
            for one in facts.flux.iter().filter(|one| kinds(one.subject.kind)) {
                count.add(match one.state {
                    State::Ready { .. } => Some(Level::Remark),
                    State::Waiting { .. } => Some(Level::Waiting),
                    State::Failed { .. } => Some(Level::Failing),
                    State::Suspended => None,
                });
            }
            count
        };
        let release = facts.controllers.iter().map(|one| one.flux.clone());
        let release = { facts.instances.iter().map(|one| one.version.clone()) }
            .chain(release)
            .find(|version| !version.is_empty());
        let unwell: usize = { groups.iter().filter(|one| !one.is_beginning) }
            .map(|one| one.count)
            .sum();
        let beginning: usize = { groups.iter().filter(|one| one.is_beginning) }
            .map(|one| one.count)
            .sum();
        let ends = facts.certificates.iter();
        let ends = ends.filter_map(|one| seconds(&one.until));
        let unreadable = facts.unreadable.iter().map(|(what, count)| Unanswered {
            what: what.clone(),
            why: format!("{count} of them cannot be read"),
        });
        let unanswered = facts.unanswered.iter().map(|(what, fault)| Unanswered {
            what: what.clone(),
            why: clean(&fault.to_string(), &facts.secrets),
        });
        Self {
            server: facts.server.clone(),
            kubernetes: facts.version.clone(),
            nodes: Count::of(facts.nodes.iter().map(|one| one.is_ready)),
            node_list: facts.nodes.iter().map(Told::node).collect(),
            flux: release.unwrap_or_default(),
            controllers: facts.controllers.iter().map(Told::controller).collect(),
            drift: drift(facts),
            sources: flux(&|kind| !matches!(kind, Kind::Kustomization | Kind::HelmRelease)),
            kustomizations: flux(&|kind| kind == Kind::Kustomization),
            helmreleases: flux(&|kind| kind == Kind::HelmRelease),
            pods: Count {
                count: facts.pods.len(),
                ready: facts.pods.len().saturating_sub(unwell + beginning),
                failing: unwell,
                waiting: beginning,
                suspended: 0,
            },
            unwell: groups,
            certificates: Count::of(facts.certificates.iter().map(|one| one.is_ready)),
            days_left: ends
                .min()
                .map(|end| end.saturating_sub(now).div_euclid(DAY)),
            entrances: facts.entrances.iter().map(Way::of).collect(),
            findings,
            first,
            missing: facts.missing.clone(),
            unanswered: unanswered.chain(unreadable).collect(),
        }
    }

    /// Whether nothing that could be asked fails or is on its way.
    pub fn is_well(&self) -> bool {
        { self.findings.iter() }.all(|one| one.level == Level::Remark)
    }

    /// What is not well, as problems.
    pub fn problems(&self) -> Diagnostics {
        { self.findings.iter() }
            .filter_map(Finding::problem)
            .collect()
    }

    /// Whether Flux is not there at all: every list was had, and nothing is of it.
    pub fn has_no_flux(&self) -> bool {
        let is_empty = self.flux.is_empty() && self.controllers.is_empty();
        is_empty && self.kustomizations.count == 0 && self.unanswered.is_empty()
    }

    /// Whether everything could be asked, and is well.
    pub fn is_known_to_be_well(&self) -> bool {
        self.is_well() && self.unanswered.is_empty()
    }
}

impl Count {
    fn of(all: impl Iterator<Item = bool>) -> Self {
        let mut count = Self::default();
        for is_ready in all {
            count.add(Some(if is_ready {
                Level::Remark
            } else {
                Level::Failing
            }));
        }
        count
    }

    /// One more; one that is left alone has no level.
    fn add(&mut self, level: Option<Level>) {
        self.count += 1;
        *match level {
            None => &mut self.suspended,
            Some(Level::Remark) => &mut self.ready,
            Some(Level::Waiting) => &mut self.waiting,
            Some(Level::Failing) => &mut self.failing,
        } += 1;
    }
}

impl Told {
    fn node(node: &Node) -> Self {
        let role = if node.leads {
            "control plane"
        } else {
            "worker"
        };
        Self {
            name: node.name.clone(),
            is_ready: node.is_ready,
            is_cordoned: node.is_cordoned,
            role: role.to_owned(),
            version: node.kubelet.clone(),
            os: node.os.clone(),
        }
    }

    fn controller(controller: &Controller) -> Self {
        Self {
            name: controller.at.1.clone(),
            is_ready: controller.is_available,
            is_cordoned: false,
            role: String::new(),
            version: controller.version.clone(),
            os: String::new(),
        }
    }
}

impl Way {
    fn of(entrance: &Entrance) -> Self {
        Self {
            object: entrance.object.clone(),
            addresses: entrance.addresses.clone(),
        }
    }
}

/// What Flux has of git: the source of the Kustomization that it begins with, else the one that
/// most have.
fn drift(facts: &Facts) -> Option<Drift> {
    let of = |kind: Kind| {
        facts
            .flux
            .iter()
            .filter(move |one| one.subject.kind == kind)
    };
    let has_files = |one: &&FluxObject| one.source.is_some();
    let begins = |one: &&FluxObject| one.subject.name == ROOT && one.subject.namespace == ROOT;
    let kustomizations = || of(Kind::Kustomization).filter(has_files);
    let source: Subject = match kustomizations().find(begins) {
        Some(root) => root.source.clone()?,
        None => {
            let mut used: BTreeMap<&Subject, usize> = BTreeMap::new();
            for source in kustomizations().filter_map(|one| one.source.as_ref()) {
                *used.entry(source).or_default() += 1;
            }
            let most = used.into_iter().max_by_key(|(_, count)| *count)?;
            most.0.clone()
        }
    };
    let fetched = of(source.kind).find(|one| one.subject == source)?;
    let mut drift = Drift {
        source: (&source).into(),
        revision: fetched.revision.clone(),
        commit: commit(&fetched.origin).or_else(|| commit(&fetched.revision)),
        applied: 0,
        behind: BTreeMap::new(),
    };
    for one in kustomizations().filter(|one| one.source.as_ref() == Some(&source)) {
        if one.revision == fetched.revision {
            drift.applied += 1;
        } else {
            let revision = drift.behind.entry(one.revision.clone()).or_default();
            revision.push(one.object());
        }
    }
    Some(drift)
}

/// The commit in a revision such as `main@sha1:0123…`.
fn commit(revision: &str) -> Option<String> {
    let (_, digest) = revision.rsplit_once("sha1:")?;
    let is_one = digest.len() == 40 && digest.bytes().all(|one| one.is_ascii_hexdigit());
    is_one.then(|| digest.to_ascii_lowercase())
}
