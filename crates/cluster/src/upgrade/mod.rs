//! Nodes to another Talos, one after the other, and never etcd without its majority.
//!
//! What is done to a node follows from what it says, so that an upgrade that stopped anywhere is
//! continued by the same command:
//!
//! 1. it has the image pulled: one that does not exist is refused before anything is stopped;
//! 2. its pods are moved elsewhere, and it takes no new ones;
//! 3. the image is installed in the place of what is installed, and the node starts again;
//! 4. in another boot, ready, and with the version that was meant, it takes pods again.
//!
//! A step that fails leaves the node as it is, without new pods, and those after it alone.

mod look;
mod majority;
mod pods;
mod step;
mod wait;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use diagnostics::Diagnostic;
use serde::Serialize;
use talos::generate::Role;
use talos_client::Client;
use talos_client::api::machine::RebootMode;

use crate::clock::Clock;

pub use kubernetes_client::DrainOptions;
pub use look::Verdict;
pub(crate) use pods::MARK;
pub use pods::Pods;

/// A node that is to run an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub address: String,
    /// What it is.
    pub role: Role,
    /// The installer.
    pub image: String,
}

/// How Kubernetes sees a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Placement {
    /// Whether it is ready.
    pub ready: bool,
    /// Whether new pods come to it.
    pub schedulable: bool,
    /// Whether an upgrade has kept new pods from it, and nobody else.
    pub ours: bool,
}

/// What an upgrade has Kubernetes do.
pub trait Workloads: Sync {
    /// How a node is, by its name in Kubernetes; none where it is not known there.
    ///
    /// # Errors
    ///
    /// Whatever keeps Kubernetes from telling.
    fn placement(&self, node: &str) -> Result<Option<Placement>, Diagnostic>;

    /// Keeps new pods from a node, and marks it as kept by an upgrade.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from that.
    fn cordon(&self, node: &str) -> Result<(), Diagnostic>;

    /// Has the pods of a node moved elsewhere, and tells what that waits for.
    ///
    /// # Errors
    ///
    /// Pods that do not go in time.
    fn drain(&self, node: &str, tell: &mut dyn FnMut(&str)) -> Result<(), Diagnostic>;

    /// Lets pods come to a node again, and takes the mark away.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from that.
    fn uncordon(&self, node: &str) -> Result<(), Diagnostic>;
}

/// What happens to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The others of etcd must be well before it goes.
    Majority,
    /// Its image is pulled.
    Pull,
    /// Its pods are moved.
    Drain,
    /// The image is installed.
    Install,
    /// It starts again.
    Reboot,
    /// It takes pods again.
    Uncordon,
    /// All that is done.
    Done,
}

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A step begins.
    Step {
        /// On which node.
        node: String,
        /// Which.
        step: Step,
    },
    /// A program on the node, or Kubernetes, has said something.
    Line {
        /// On which node.
        node: String,
        /// What.
        line: String,
    },
    /// Nothing can be done but wait.
    Waiting {
        /// For which node.
        node: String,
        /// Until what.
        until: String,
        /// For how long by now.
        seconds: u64,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Which nodes were changed, by their numbers.
    pub changed: Vec<usize>,
    /// What went wrong, by the numbers of the targets.
    pub failed: BTreeMap<usize, Diagnostic>,
    /// Which were left alone after a failure.
    pub left: Vec<usize>,
}

/// Nodes that are to run other images.
pub struct Upgrade<'a> {
    /// They.
    pub targets: &'a [Target],
    /// Every control plane of the cluster, by its address.
    pub leads: &'a [String],
    /// Calls the nodes.
    pub client: &'a Client,
    /// Moves pods; none leaves them where they are.
    pub workloads: Option<&'a dyn Workloads>,
    /// How machines start again.
    pub reboot: RebootMode,
    /// Whether nodes go even where etcd has no majority without them.
    pub force: bool,
    /// How long each node has until it is back.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

impl Upgrade<'_> {
    /// What would be done to each node, in the order of the targets.
    pub fn plan(&self) -> Vec<Result<Verdict, Diagnostic>> {
        let addresses: Vec<_> = self.targets.iter().map(|one| one.address.clone()).collect();
        let targets: BTreeMap<&str, &Target> = self
            .targets
            .iter()
            .map(|target| (target.address.as_str(), target))
            .collect();
        self.client.each(&addresses, |node| {
            let target = targets.get(node.name());
            let target = target.ok_or_else(|| words::nobody(node.name()))?;
            self.look(node, target)
        })
    }

    /// Does to one node after the other what is left to do, control planes first. Nodes that the
    /// plan refuses are passed over; one that fails ends it.
    pub fn run(&self, tell: &mut dyn FnMut(Event)) -> Outcome {
        let mut outcome = Outcome::default();
        let mut order: Vec<usize> = Vec::new();
        for (index, verdict) in self.plan().into_iter().enumerate() {
            match verdict {
                Ok(Verdict::Nothing) => {}
                Ok(_) => order.push(index),
                Err(problem) => drop(outcome.failed.insert(index, problem)),
            }
        }
        order.sort_by_key(|index| self.targets[*index].role != Role::ControlPlane);
        for (position, index) in order.iter().enumerate() {
            let mut changed = false;
            let done = self.one(&self.targets[*index], &mut changed, tell);
            if changed {
                outcome.changed.push(*index);
            }
            if let Err(problem) = done {
                outcome.failed.insert(*index, problem);
                outcome.left = order[position + 1..].to_vec();
                break;
            }
        }
        outcome
    }
}
