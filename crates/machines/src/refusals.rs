//! What nodes would refuse: told once, however many nodes have it.

use diagnostics::{Diagnostic, Diagnostics, Location};
use talhelper::explain;
use talhelper::nodes::{Generator, NodeConfig};
use talos::contract::Contract;
use talos::migrate::part_of;
use talos::rules::MACHINE_CONFIG_ABSENT_IS_ON;
use talos::validate::{Violation, dangers, validate_on};

/// At most so many nodes are named.
const NAMED: usize = 3;

/// Something that one node would refuse, or its cluster suffer from.
pub struct Refusal {
    hostname: String,
    /// Without the name of the node.
    problem: Diagnostic,
}

impl Refusal {
    /// Everything about the configuration of a node that Talos of a contract would refuse, at
    /// the place of whoever set it.
    pub fn all(
        generator: &Generator<'_>,
        index: usize,
        config: &NodeConfig,
        contract: Contract,
    ) -> Vec<Self> {
        let release = generator.release();
        let mut violations = validate_on(&config.documents, contract, release);
        violations.extend(dangers(&config.documents, contract, release));
        // What has not moved yet is where it was, be that nowhere.
        let parts = generator.parts();
        violations.retain(|one| {
            let absent = one.rule == &MACHINE_CONFIG_ABSENT_IS_ON && !parts.is_empty();
            !absent || part_of(&one.document).is_none_or(|part| parts.contains(&part))
        });
        Self::of(generator, index, config, &violations)
    }

    /// What is said of the configuration of a node, at the place of whoever set it.
    pub fn of(
        generator: &Generator<'_>,
        index: usize,
        config: &NodeConfig,
        violations: &[Violation],
    ) -> Vec<Self> {
        if violations.is_empty() {
            return Vec::new();
        }
        let stages = generator.stages(index);
        let told = violations.iter().map(|violation| Self {
            hostname: config.hostname.clone(),
            problem: explain::locate(violation, &stages),
        });
        told.collect()
    }
}

/// The refusals of all nodes; those that are the same become one. What nobody wrote is told at
/// the file `otherwise`.
pub fn told(refusals: Vec<Refusal>, otherwise: &str) -> Diagnostics {
    let mut groups: Vec<(Diagnostic, Vec<String>)> = Vec::new();
    for Refusal { hostname, problem } in refusals {
        match groups.iter_mut().find(|(known, _)| *known == problem) {
            Some((_, nodes)) => nodes.push(hostname),
            None => groups.push((problem, vec![hostname])),
        }
    }
    groups
        .into_iter()
        .map(|(mut problem, nodes)| {
            problem.message = format!("{}, {}", named(&nodes), problem.message);
            match problem.location {
                Some(_) => problem,
                None => problem.at(Location::file(otherwise)),
            }
        })
        .collect()
}

/// `node x`, `nodes x, y`, `nodes x, y, z and 5 more`.
fn named(nodes: &[String]) -> String {
    let shown: Vec<_> = nodes
        .iter()
        .take(NAMED)
        .map(|node| format!("`{node}`"))
        .collect();
    let shown = shown.join(", ");
    match nodes.len() {
        1 => format!("node {shown}"),
        count if count > NAMED => format!("nodes {shown} and {} more", count - NAMED),
        _ => format!("nodes {shown}"),
    }
}
