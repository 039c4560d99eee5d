//! Whether machines are what their configurations take them for, before they get them.
//!
//! Of each node: does it answer, is its disk there and large enough, are its links there, is its
//! clock near ours, can it pull its installer. Of all: is nobody at the addresses that control
//! planes are to share, and do their certificates count where workers ask for theirs. Everything
//! is asked at once, and every problem told.

mod disk;
mod expression;
mod glob;
mod machine;
mod shared;
mod wanted;

use std::collections::BTreeMap;
use std::time::SystemTime;

use diagnostics::Diagnostic;
use serde::Serialize;
use talos_client::{Client, Fault};

pub use disk::{Choice, Selector};
pub use wanted::Wanted;

use crate::hardware::Link;
use crate::machine::{Member, Stage, stage_of};
use crate::rules;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Whether the machine answers, as one in maintenance or as a member of this cluster.
    Answers,
    /// The disk that Talos is installed to.
    Disk,
    /// The links that the configuration names by their MACs.
    Links,
    /// The clock.
    Clock,
    /// The image of the installer.
    Image,
    /// An address that control planes share.
    Address,
    /// Where workers ask control planes for their certificates.
    Endpoint,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// It is not; a problem says what to do.
    Failed,
    /// It cannot be told from here.
    Unproven,
    /// Nothing asks for it.
    Skipped,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// At what.
    pub topic: Topic,
    /// What came of it.
    pub verdict: Verdict,
    /// In a few words.
    pub words: String,
    /// What is wrong, where something is.
    #[serde(skip)]
    pub problem: Option<Diagnostic>,
}

impl Finding {
    fn new(topic: Topic, verdict: Verdict, words: impl Into<String>) -> Self {
        Self {
            topic,
            verdict,
            words: diagnostics::visible(&words.into()),
            problem: None,
        }
    }

    fn passed(topic: Topic, words: impl Into<String>) -> Self {
        Self::new(topic, Verdict::Passed, words)
    }

    fn unproven(topic: Topic, words: impl Into<String>) -> Self {
        Self::new(topic, Verdict::Unproven, words)
    }

    fn failed(topic: Topic, words: impl Into<String>, problem: Diagnostic) -> Self {
        Self {
            problem: Some(problem),
            ..Self::new(topic, Verdict::Failed, words)
        }
    }
}

/// What was found of one machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The name of the node.
    pub node: String,
    /// Its address.
    pub address: String,
    /// How far it is.
    #[serde(flatten)]
    pub stage: Stage,
    /// Everything that was looked at.
    pub findings: Vec<Finding>,
    /// The links that it has, to tell machines that were mixed up.
    #[serde(skip)]
    links: Vec<Link>,
}

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Of each machine, in the order of the members.
    pub nodes: Vec<Checked>,
    /// Of what control planes share.
    pub shared: Vec<Finding>,
}

impl Report {
    /// Everything that is wrong.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        let of_nodes = self.nodes.iter().flat_map(|node| &node.findings);
        let all = of_nodes.chain(&self.shared);
        all.filter_map(|finding| finding.problem.as_ref())
    }
}

/// How machines are checked.
#[derive(Clone, Copy)]
pub struct Preflight<'a> {
    /// Calls members, each directly; none where the cluster has no secrets yet.
    pub cluster: Option<&'a Client>,
    /// Calls machines in maintenance.
    pub maintenance: &'a Client,
    /// What time it is here.
    pub now: &'a (dyn Fn() -> SystemTime + Sync),
}

impl Preflight<'_> {
    /// Checks every machine and what they share, all at a time.
    pub fn run(&self, members: &[Member]) -> Report {
        let all: Vec<&Member> = members.iter().collect();
        Report {
            nodes: self.each(&all, |member| self.member(member)),
            shared: shared::check(self, members),
        }
    }

    fn each(&self, members: &[&Member], check: impl Fn(&Member) -> Checked + Sync) -> Vec<Checked> {
        let addresses: Vec<String> = members.iter().map(|one| one.address.clone()).collect();
        let by_address: BTreeMap<&str, &Member> = members
            .iter()
            .map(|member| (member.address.as_str(), *member))
            .collect();
        let found = self.maintenance.each(&addresses, |node| {
            by_address.get(node.name()).map(|member| check(member))
        });
        let mut found: Vec<Checked> = found.into_iter().flatten().collect();
        mixed_up(&mut found);
        found
    }

    /// Checks one machine, whatever it is.
    fn member(&self, member: &Member) -> Checked {
        let maintenance = self.maintenance.node(&member.address);
        let cluster = self.cluster.map(|client| client.node(&member.address));
        let (stage, fault) = stage_of(cluster.as_ref(), &maintenance);
        let mut checked = Checked {
            node: member.name.clone(),
            address: member.address.clone(),
            findings: Vec::new(),
            links: Vec::new(),
            stage,
        };
        let node = match (&checked.stage, &cluster) {
            (Stage::Maintenance, _) => &maintenance,
            (Stage::Member { .. }, Some(node)) => node,
            _ => {
                let finding = match fault {
                    Some(fault) => absent(&member.name, &checked.stage, &fault),
                    None => Finding::unproven(Topic::Answers, checked.stage.to_string()),
                };
                checked.findings.push(finding);
                return checked;
            }
        };
        let words = checked.stage.to_string();
        checked
            .findings
            .push(Finding::passed(Topic::Answers, words));
        let (findings, links) = machine::check(self, member, node);
        checked.findings.extend(findings);
        checked.links = links;
        checked
    }

    /// Checks machines that are in maintenance; what is wrong with each, in their order.
    pub(crate) fn waiting(&self, members: &[&Member]) -> Vec<Vec<Diagnostic>> {
        let checked = self.each(members, |member| {
            let node = self.maintenance.node(&member.address);
            let (findings, links) = machine::check(self, member, &node);
            Checked {
                node: member.name.clone(),
                address: member.address.clone(),
                stage: Stage::Maintenance,
                findings,
                links,
            }
        });
        let problems = checked.into_iter().map(|checked| {
            let findings = checked.findings.into_iter();
            findings.filter_map(|finding| finding.problem).collect()
        });
        problems.collect()
    }

    /// Checks the addresses that control planes are to share; what is wrong with them.
    pub(crate) fn shared(&self, members: &[Member]) -> Vec<Diagnostic> {
        let findings = shared::check(self, members).into_iter();
        findings.filter_map(|finding| finding.problem).collect()
    }
}

/// A machine that is not asked anything more.
fn absent(name: &str, stage: &Stage, fault: &Fault) -> Finding {
    let mut problem = fault.diagnostic();
    problem.message = format!("`{name}`: {}", problem.message);
    let words = match stage {
        Stage::Foreign => stage.to_string(),
        _ => "does not answer".to_owned(),
    };
    Finding::failed(Topic::Answers, words, problem)
}

/// Says of links that are missing whether another machine has them: then two were mixed up.
fn mixed_up(nodes: &mut [Checked]) {
    let mut hints = Vec::new();
    for (index, checked) in nodes.iter().enumerate() {
        for (number, finding) in checked.findings.iter().enumerate() {
            let Some(problem) = finding.problem.as_ref() else {
                continue;
            };
            if !problem.is(&rules::CLUSTER_NO_LINK) {
                continue;
            }
            let mut others = nodes
                .iter()
                .filter(|other| other.address != checked.address);
            let owner = others.find(|other| {
                let mut links = other.links.iter();
                links.any(|link| problem.message.contains(&format!("`{}`", link.mac())))
            });
            if let Some(owner) = owner {
                let hint = format!(
                    "the machine at {} has it: were `{}` and `{}` mixed up in `nodes.yaml`?",
                    owner.address, checked.node, owner.node
                );
                hints.push((index, number, hint));
            }
        }
    }
    for (index, number, hint) in hints {
        if let Some(problem) = &mut nodes[index].findings[number].problem {
            problem.hint = Some(hint);
        }
    }
}
