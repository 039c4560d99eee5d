//! From machines in maintenance to a cluster whose etcd runs.
//!
//! Looked at, each machine is in one [`Stage`]; what is done follows from all stages alone:
//!
//! 1. whoever is in maintenance is checked, and gets its configuration, all at a time;
//! 2. once every control plane answers as a member of this cluster, and none has data of etcd,
//!    etcd is started on the first of them by name, which is looked at again right before: nowhere
//!    else, and never where there may be another member that does not answer;
//! 3. it is finished when every node runs, and etcd on every control plane.
//!
//! A machine of another cluster is named and left alone; the others go on.

mod before;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diagnostics::Diagnostic;
use serde::Serialize;
use talos::generate::Role;
use talos_client::api::machine::ApplyMode;
use talos_client::{Client, Fault, Kind};

use crate::clock::Clock;
pub use crate::machine::{Etcd, Member, Stage};
use crate::machine::{etcd, stage};
use crate::preflight::Preflight;
use crate::rules;
use crate::wait::{PAUSE, REMINDER};

/// How long a machine has for leaving maintenance before it is given its configuration again, and
/// etcd for having data before it is started again: its image has to be pulled before.
const GRACE: Duration = Duration::from_secs(90);

/// How long etcd has to be seen without data on a control plane that was a member before this run:
/// a run that was killed may have asked for it to be started just now, which no node tells; a second
/// request while the first creates its data stops etcd for good.
const SETTLED: Duration = Duration::from_secs(5);

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A machine was found in another stage than before.
    Found {
        /// Its name.
        node: String,
        /// The stage.
        #[serde(flatten)]
        stage: Stage,
    },
    /// Machines are checked before they get their configuration.
    Checking {
        /// Which.
        nodes: Vec<String>,
    },
    /// A machine got its configuration.
    Applied {
        /// Its name.
        node: String,
    },
    /// etcd was started.
    Started {
        /// On which control plane.
        node: String,
        /// Somebody else had done it.
        already: bool,
    },
    /// Nothing can be done but wait.
    Waiting {
        /// For whom.
        nodes: Vec<String>,
        /// For how long by now.
        seconds: u64,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Whether anything was done.
    pub changed: bool,
    /// What went wrong, by the numbers of the members.
    pub failed: BTreeMap<usize, Diagnostic>,
    /// What else is wrong: with nodes that failed, or with what all share.
    pub further: Vec<Diagnostic>,
    /// Whether nothing was done, since machines are not as they should be.
    pub refused: bool,
    /// Whether etcd runs on a control plane at least.
    pub has_etcd: bool,
}

/// A cluster that is to be.
pub struct Bootstrap<'a> {
    /// Its nodes.
    pub members: &'a [Member],
    /// Calls members, each directly: it must have no endpoints.
    pub cluster: &'a Client,
    /// Calls machines in maintenance.
    pub maintenance: &'a Client,
    /// What machines are checked with before they get their configuration.
    pub preflight: Option<Preflight<'a>>,
    /// Until when.
    pub patience: Duration,
    /// By which clock.
    pub clock: &'a dyn Clock,
}

/// What is remembered of one run, beside what nodes say: only to be patient with them.
struct Run<'t> {
    tell: &'t mut dyn FnMut(Event),
    outcome: Outcome,
    told: Vec<Option<Stage>>,
    checked: BTreeSet<usize>,
    applied: BTreeMap<usize, Duration>,
    started: Option<Duration>,
    /// Whether a request to start etcd got no answer.
    asked: bool,
    /// Since when etcd has no data anywhere.
    empty: Option<Duration>,
    reminded: Duration,
}

impl Bootstrap<'_> {
    /// Does what is left to do, and tells what happens.
    pub fn run(&self, tell: &mut dyn FnMut(Event)) -> Outcome {
        let begin = self.clock.elapsed();
        let mut run = Run {
            tell,
            outcome: Outcome::default(),
            told: vec![None; self.members.len()],
            checked: BTreeSet::new(),
            applied: BTreeMap::new(),
            started: None,
            asked: false,
            empty: None,
            reminded: begin,
        };
        loop {
            let stages = self.look(&mut run);
            run.outcome.has_etcd = stages
                .iter()
                .any(|stage| stage.etcd() == Some(Etcd::Running));
            if self.is_refused(&stages, &mut run) {
                run.outcome.refused = true;
                return run.outcome;
            }
            if self.apply(&stages, &mut run) | self.start(&stages, &mut run) {
                continue;
            }
            let open: Vec<usize> = (0..stages.len())
                .filter(|index| !run.outcome.failed.contains_key(index))
                .filter(|index| !stages[*index].is_finished())
                .collect();
            let spent = self.clock.elapsed().saturating_sub(begin);
            if open.is_empty() {
                return run.outcome;
            }
            if spent >= self.patience {
                for index in open {
                    let problem = self.late(index, &stages[index], spent);
                    run.outcome.failed.insert(index, problem);
                }
                return run.outcome;
            }
            if self.clock.elapsed().saturating_sub(run.reminded) >= REMINDER {
                run.reminded = self.clock.elapsed();
                let nodes = open.iter().map(|index| self.members[*index].name.clone());
                (run.tell)(Event::Waiting {
                    nodes: nodes.collect(),
                    seconds: spent.as_secs(),
                });
            }
            self.clock.pause(PAUSE);
        }
    }

    /// Every machine as it is, in the order of the members.
    fn look(&self, run: &mut Run<'_>) -> Vec<Stage> {
        let addresses: Vec<String> = self.members.iter().map(|one| one.address.clone()).collect();
        let indices: BTreeMap<&str, usize> = (0..)
            .zip(self.members)
            .map(|(index, member)| (member.address.as_str(), index))
            .collect();
        let found = self.cluster.each(&addresses, |node| {
            let leads = indices
                .get(node.name())
                .is_some_and(|index| self.members[*index].role == Role::ControlPlane);
            stage(node, &self.maintenance.node(node.name()), leads)
        });
        let mut stages = Vec::with_capacity(found.len());
        for (index, (stage, fault)) in found.into_iter().enumerate() {
            if run.told[index].as_ref() != Some(&stage) {
                run.told[index] = Some(stage.clone());
                (run.tell)(Event::Found {
                    node: self.members[index].name.clone(),
                    stage: stage.clone(),
                });
            }
            if let (Stage::Foreign, Some(fault)) = (&stage, fault) {
                run.outcome
                    .failed
                    .entry(index)
                    .or_insert_with(|| self.named(index, &fault));
            }
            stages.push(stage);
        }
        stages
    }

    /// Gives whoever is in maintenance its configuration. Whether there was anybody.
    fn apply(&self, stages: &[Stage], run: &mut Run<'_>) -> bool {
        let now = self.clock.elapsed();
        let is_due = |index: &usize| {
            stages[*index] == Stage::Maintenance
                && !run.outcome.failed.contains_key(index)
                && run
                    .applied
                    .get(index)
                    .is_none_or(|since| now.saturating_sub(*since) >= GRACE)
        };
        let due: Vec<usize> = (0..stages.len()).filter(is_due).collect();
        if due.is_empty() {
            return false;
        }
        let addresses: Vec<String> = due
            .iter()
            .map(|index| self.members[*index].address.clone())
            .collect();
        let configs: BTreeMap<&str, &str> = due
            .iter()
            .map(|index| &self.members[*index])
            .map(|member| (member.address.as_str(), member.config.as_str()))
            .collect();
        let done = self.maintenance.each(&addresses, |node| {
            let config = configs.get(node.name()).copied().unwrap_or_default();
            node.apply(config, ApplyMode::Auto, false, None)
        });
        for (index, done) in due.into_iter().zip(done) {
            run.applied.insert(index, now);
            // Whoever wants a certificate now has left maintenance since it was looked at.
            let passing = |fault: &Fault| {
                fault.is_passing() || matches!(fault.kind, Kind::NotReady | Kind::ClientRefused)
            };
            match done {
                Ok(_) => {
                    run.outcome.changed = true;
                    let node = self.members[index].name.clone();
                    (run.tell)(Event::Applied { node });
                }
                // It may have begun before the answer was lost: the next look tells.
                Err(fault) if passing(&fault) => {
                    run.applied.remove(&index);
                    self.clock.pause(PAUSE);
                }
                Err(fault) => {
                    run.outcome.failed.insert(index, self.named(index, &fault));
                }
            }
        }
        true
    }

    /// Starts etcd, if it is time. Whether it was.
    fn start(&self, stages: &[Stage], run: &mut Run<'_>) -> bool {
        let leads: Vec<usize> = (0..stages.len())
            .filter(|index| self.members[*index].role == Role::ControlPlane)
            .filter(|index| !run.outcome.failed.contains_key(index))
            .collect();
        // By its name: whoever else makes the same cluster may have another order of nodes.
        let first = { leads.iter().copied() }.min_by_key(|index| &self.members[*index].name);
        let Some(first) = first else {
            return false;
        };
        let now = self.clock.elapsed();
        if run
            .started
            .is_some_and(|since| now.saturating_sub(since) < GRACE)
        {
            return false;
        }
        // One that does not answer may be a member of an etcd that others are to join.
        if leads
            .iter()
            .any(|index| stages[*index].etcd() != Some(Etcd::Empty))
        {
            run.empty = None;
            return false;
        }
        let since = *run.empty.get_or_insert(now);
        let is_mine = run.applied.contains_key(&first) && !run.asked;
        if !is_mine && now.saturating_sub(since) < SETTLED {
            return false;
        }
        let member = &self.members[first];
        let node = self.cluster.node(&member.address);
        // Another run may have asked for it since it was looked at.
        if etcd(&node) != Etcd::Empty {
            run.empty = None;
            return false;
        }
        match node.bootstrap() {
            Ok(()) => {
                run.outcome.changed = true;
                (run.tell)(Event::Started {
                    node: member.name.clone(),
                    already: false,
                });
            }
            Err(fault) if fault.kind == Kind::NotReady => return false,
            // It may have begun before the answer was lost.
            Err(fault) if fault.is_passing() => {
                run.asked = true;
                run.empty = None;
                return false;
            }
            // Not every version says it with the code that is meant for it.
            Err(fault) if fault.kind == Kind::Exists || node.has_etcd_data() == Ok(true) => {
                (run.tell)(Event::Started {
                    node: member.name.clone(),
                    already: true,
                });
            }
            Err(fault) => {
                run.outcome.failed.insert(first, self.named(first, &fault));
            }
        }
        run.started = Some(now);
        self.clock.pause(PAUSE);
        true
    }

    /// A failure with the name of the node before it.
    fn named(&self, index: usize, fault: &Fault) -> Diagnostic {
        crate::named::prefixed(&self.members[index].name, fault.diagnostic())
    }

    fn late(&self, index: usize, stage: &Stage, spent: Duration) -> Diagnostic {
        let problem = rules::CLUSTER_NOT_READY.report(format!(
            "`{}` ({}) is not ready after {} s: {stage}",
            self.members[index].name,
            self.members[index].address,
            spent.as_secs(),
        ));
        problem.hint(match stage {
            Stage::Away { .. } => {
                "is it on, at this address, and is its port 50000 open from here? Then run the same again"
            }
            Stage::Maintenance => "its console tells why it could not install itself; run the same again to go on",
            _ => "`ichor talos dmesg` and `ichor talos services` tell more; run the same again to go on",
        })
    }
}

/// Whether there is anything to start a cluster from.
///
/// # Errors
///
/// `cluster/no-control-plane`.
pub fn check(members: &[Member]) -> Result<(), Diagnostic> {
    if members.iter().any(|one| one.role == Role::ControlPlane) {
        return Ok(());
    }
    Err(rules::CLUSTER_NO_CONTROL_PLANE
        .report("no node is a control plane")
        .hint("set `controller: true` at one node of `nodes.yaml` at least, and run `ichor configure`"))
}
