//! One node of a talconfig, and what is wrong with it.

use diagnostics::{Diagnostics, Location, Rule};

use super::keys::{Keys, flag, text};
use super::places::place;
use crate::talconfig::Talconfig;
use talos::generate::Role;

/// A node with what its role gives it.
pub(super) struct Node {
    /// Its number in the talconfig.
    pub(super) index: usize,
    pub(super) role: Role,
    pub(super) values: Keys,
}

impl Node {
    /// All of a talconfig, with their numbers.
    pub(super) fn all(config: &Talconfig) -> Vec<Self> {
        let written = config
            .values
            .get("nodes")
            .and_then(serde_json::Value::as_array);
        let indices = written.into_iter().flatten().enumerate();
        let indices = indices
            .filter(|(_, node)| node.is_object())
            .map(|(index, _)| index);
        config
            .nodes()
            .into_iter()
            .zip(indices)
            .map(|(values, index)| Self {
                index,
                role: if flag(&values, "controlPlane") {
                    Role::ControlPlane
                } else {
                    Role::Worker
                },
                values,
            })
            .collect()
    }

    pub(super) fn hostname(&self) -> &str {
        text(&self.values, "hostname")
    }

    /// Addresses and names, in the order of the list.
    pub(super) fn addresses(&self) -> Vec<String> {
        text(&self.values, "ipAddress")
            .split(',')
            .map(|address| address.trim().to_owned())
            .filter(|address| !address.is_empty())
            .collect()
    }
}

/// Where problems of one node go.
pub(super) struct Findings<'a> {
    pub(super) config: &'a Talconfig,
    pub(super) node: &'a Node,
    pub(super) problems: Diagnostics,
}

impl<'a> Findings<'a> {
    pub(super) fn new(config: &'a Talconfig, node: &'a Node) -> Self {
        Self {
            config,
            node,
            problems: Diagnostics::new(),
        }
    }

    /// The place of a value: keys and numbers with dots.
    pub(super) fn place(&self, path: &str) -> Location {
        place(self.config, self.node.index, self.node.role, path)
    }

    pub(super) fn add(&mut self, rule: &'static Rule, message: impl Into<String>, path: &str) {
        let problem = rule.report(message).at(self.place(path));
        self.problems.push(problem);
    }
}
