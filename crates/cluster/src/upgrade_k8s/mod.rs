//! A cluster to another Kubernetes, without its API going away.
//!
//! What is done follows from what nodes say, so that an upgrade that stopped anywhere is continued
//! by the same command:
//!
//! 1. every image is pulled where it will run: one that does not exist is refused before anything
//!    changes;
//! 2. API servers, controller managers and schedulers, one kind after the other, one control plane
//!    after the other; none is begun before the API server of every other one answers that it is
//!    ready;
//! 3. the image of kube-proxy, where Talos runs one;
//! 4. kubelets, control planes first;
//! 5. the bootstrap manifests.
//!
//! A configuration is the node's own with one image changed: nothing else of it is touched. A
//! step that fails ends it, and what is behind it is left alone.

mod event;
mod kubelet;
mod look;
mod manifests;
mod plan;
mod removed;
mod servers;
mod step;
mod version;

use std::collections::BTreeMap;
use std::time::Duration;

use diagnostics::Diagnostics;
use semver::Version;
use talos::Component;

use self::servers::Servers;
use crate::clock::Clock;

pub use event::{Applied, Event, ManifestChange};
pub use plan::{Change, Plan};
pub use version::version;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Whether anything was changed.
    pub changed: bool,
    /// What went wrong.
    pub failed: Diagnostics,
    /// What was left alone after that.
    pub left: Vec<Change>,
}

/// A cluster that is to run another Kubernetes.
pub struct UpgradeK8s<'a> {
    /// Calls its nodes.
    pub talos: &'a talos_client::Client,
    /// Calls its API by the address that all share.
    pub kubernetes: &'a kubernetes_client::Client,
    /// Which.
    pub to: Version,
    /// What runs now; else the oldest that is found.
    pub from: Option<Version>,
    /// Other repositories than those of the images that run.
    pub repositories: BTreeMap<Component, String>,
    /// Whether kubelets go, too.
    pub kubelets: bool,
    /// Whether images are pulled before.
    pub pull: bool,
    /// Whether what is no bootstrap manifest any more is deleted.
    pub prune: bool,
    /// How long is waited for each single thing.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

type Tell<'t> = dyn FnMut(Event) + 't;

impl UpgradeK8s<'_> {
    /// Looks at the whole cluster, and says what is to be done.
    ///
    /// # Errors
    ///
    /// Every reason why it cannot be: nodes that do not answer, a version that Kubernetes does
    /// not go to from here, or that the Talos of a node does not run.
    pub fn plan(&self) -> Result<Plan, Diagnostics> {
        let mut plan = self.images()?;
        if plan.changes.is_empty() {
            let servers = Servers::new(self, &plan).map_err(Diagnostics::from)?;
            plan.manifests = self.manifest_changes(&plan, &servers)?;
        }
        Ok(plan)
    }

    /// Does what is left to do, and tells what happens.
    pub fn run(&self, plan: &Plan, tell: &mut Tell<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        if self.pull
            && let Err(problems) = self.pull(plan, tell)
        {
            outcome.failed = problems;
            outcome.left.clone_from(&plan.changes);
            return outcome;
        }
        let mut done = Vec::new();
        if let Err(problems) = self.steps(plan, &mut outcome.changed, &mut done, tell) {
            outcome.failed = problems;
            let is_left =
                |change: &&Change| !done.contains(&(change.node.as_str(), change.component));
            outcome.left = plan.changes.iter().filter(is_left).cloned().collect();
        }
        outcome
    }

    fn steps<'p>(
        &self,
        plan: &'p Plan,
        changed: &mut bool,
        done: &mut Vec<(&'p str, &'static str)>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostics> {
        let servers = Servers::new(self, plan)?;
        let leads: Vec<usize> = plan.leads().collect();
        for component in [
            Component::ApiServer,
            Component::ControllerManager,
            Component::Scheduler,
        ] {
            for index in &leads {
                *changed |= self.static_pod(plan, *index, component, &servers, tell)?;
                done.push((plan.name(*index), component.name()));
            }
        }
        for index in &leads {
            *changed |= self.proxy(plan, *index, &servers, tell)?;
            done.push((plan.name(*index), Component::Proxy.name()));
        }
        if self.kubelets {
            for index in plan.in_order() {
                *changed |= self.kubelet(plan, index, &servers, tell)?;
                done.push((plan.name(index), Component::Kubelet.name()));
            }
        }
        servers.all_ready(self, None, tell)?;
        self.manifests(plan, &servers, changed, tell)
    }

    /// Has every image pulled where it is to run.
    fn pull(&self, plan: &Plan, tell: &mut Tell<'_>) -> Result<(), Diagnostics> {
        let mut pulls: BTreeMap<&str, Vec<(Component, &str)>> = BTreeMap::new();
        let mut addresses: Vec<String> = Vec::new();
        for (index, component, image) in plan.images() {
            tell(Event::Pulling {
                node: plan.name(index).to_owned(),
                image: image.to_owned(),
            });
            let address = plan.address(index);
            if !pulls.contains_key(address) {
                addresses.push(address.to_owned());
            }
            pulls.entry(address).or_default().push((component, image));
        }
        let pulled = self.talos.each(&addresses, |node| {
            let mut problems = Vec::new();
            for (component, image) in pulls.get(node.name()).into_iter().flatten() {
                if let Err(fault) = node.pull(image, step::store(*component)) {
                    problems.push(step::named(plan, node.name(), &fault));
                }
            }
            problems
        });
        let problems: Diagnostics = pulled.into_iter().flatten().collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems)
    }
}
