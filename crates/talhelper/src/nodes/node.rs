//! One node of a talconfig, and what is wrong with it.

use diagnostics::{Diagnostics, Location, Rule};

use std::borrow::Cow;

use super::places::place;
use crate::talconfig::{Own, Raw, Shared};
use talos::generate::Role;

/// A node with what its role gives it.
pub(super) struct Node<'a> {
    /// Its number in the talconfig.
    pub(super) index: usize,
    pub(super) role: Role,
    pub(super) own: &'a Own,
    pub(super) shared: Cow<'a, Shared>,
}

impl<'a> Node<'a> {
    /// All of a talconfig, with their numbers.
    pub(super) fn all(raw: &'a Raw) -> Vec<Self> {
        let config = &raw.config;
        let bare = [&config.control_plane, &config.worker].map(Shared::is_bare);
        let nodes = config.nodes.iter().map(|(index, node)| {
            let (role, given, bare) = if node.own.control_plane {
                (Role::ControlPlane, &config.control_plane, bare[0])
            } else {
                (Role::Worker, &config.worker, bare[1])
            };
            Self {
                index: *index,
                role,
                own: &node.own,
                shared: if bare {
                    Cow::Borrowed(&node.shared)
                } else {
                    Cow::Owned(node.shared.with(given, &node.own))
                },
            }
        });
        nodes.collect()
    }

    pub(super) fn hostname(&self) -> &str {
        &self.own.hostname
    }

    /// Addresses and names, in the order of the list.
    pub(super) fn addresses(&self) -> Vec<String> {
        { self.own.ip_address.split(',') }
            .map(|address| address.trim().to_owned())
            .filter(|address| !address.is_empty())
            .collect()
    }
}

/// Where problems of one node go.
pub(super) struct Findings<'a> {
    pub(super) raw: &'a Raw,
    pub(super) node: &'a Node<'a>,
    pub(super) problems: Diagnostics,
}

impl<'a> Findings<'a> {
    pub(super) fn new(raw: &'a Raw, node: &'a Node<'a>) -> Self {
        Self {
            raw,
            node,
            problems: Diagnostics::new(),
        }
    }

    /// The place of a value: keys and numbers with dots.
    pub(super) fn place(&self, path: &str) -> Location {
        place(self.raw, self.node.index, self.node.role, path)
    }

    pub(super) fn add(&mut self, rule: &'static Rule, message: impl Into<String>, path: &str) {
        let problem = rule.report(message).at(self.place(path));
        self.problems.push(problem);
    }
}
