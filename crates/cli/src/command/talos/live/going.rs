//! Before nodes go, and until they are gone.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use cluster::Leaving;
use cluster::quorum::{self, Going, Voter};
use diagnostics::Diagnostic;
use talos_client::{Client, Credentials, Node, Patience};

use super::session::Session;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

/// The members of etcd, before some of them go.
pub(super) struct Etcd<'s> {
    session: &'s Session,
    force: bool,
    /// How many nodes have gone by now.
    gone: Cell<usize>,
}

/// How long a member that was stopped has until it is well again, before the next is stopped.
const SETTLING: Duration = Duration::from_mins(2);

impl<'s> Etcd<'s> {
    pub(super) fn new(session: &'s Session, force: bool) -> Self {
        Self {
            session,
            force,
            gone: Cell::new(0),
        }
    }

    /// Stops where etcd would have no majority while a node and those that go with it are away.
    /// What a worker does is nothing to etcd.
    pub(super) fn keep(&self, node: &Node<'_>, going: &[String]) -> Result<(), Diagnostic> {
        if self.force || !leads(node) {
            return Ok(());
        }
        let patience = match self.gone.replace(self.gone.get() + 1) {
            0 => Duration::ZERO,
            _ => SETTLING,
        };
        let client = &self.session.client;
        let leads = self.session.leads();
        let ids = self.members(&quorum::voters(client, leads)?, going)?;
        let goes = |voter: &Voter| ids.contains(&voter.id);
        let clock = Stopwatch::start();
        quorum::keep(client, leads, &goes, Going::Away, patience, &clock)
    }

    /// The members of etcd that are on nodes, as those say themselves. Where etcd does not run, a
    /// member has the name of its machine; a machine that tells nothing must be known otherwise.
    fn members(&self, voters: &[Voter], nodes: &[String]) -> Result<HashSet<u64>, Diagnostic> {
        let client = &self.session.client;
        let mut members = HashSet::new();
        let leads = nodes.iter().filter(|name| leads(&client.node(name)));
        // Without any there is no majority that could be lost.
        for name in leads.filter(|_| !voters.is_empty()) {
            if let Ok(status) = client.node(name).etcd_status() {
                members.insert(status.member_id);
                continue;
            }
            let hostname = client.node(name).hostname().ok().flatten();
            let alone = std::slice::from_ref(name);
            let found = voters.iter().find(|voter| match &hostname {
                Some(hostname) => voter.hostname == *hostname,
                None => self.session.is_one_of(voter, alone),
            });
            let Some(voter) = found else {
                // One that is none of them is no loss to etcd.
                if hostname.is_some() {
                    continue;
                }
                return Err(cluster::rules::CLUSTER_NO_QUORUM
                    .report(format!(
                        "`{name}` is a control plane, and does not say which member of etcd it has"
                    ))
                    .hint(
                        "name it as the talosconfig does; or `--force`, whatever becomes of etcd",
                    ));
            };
            members.insert(voter.id);
        }
        Ok(members)
    }

    /// The member of etcd that a node has, if it has one and says so.
    pub(super) fn member(node: &Node<'_>) -> Option<u64> {
        if !leads(node) {
            return None;
        }
        node.etcd_status().ok().map(|status| status.member_id)
    }

    /// Looks whether the member of a node that is gone has left, as the other control planes tell.
    pub(super) fn has_left(&self, node: &str, member: u64) -> Result<(), Diagnostic> {
        let leads = self.session.leads().iter();
        let others: Vec<String> = leads.filter(|lead| *lead != node).cloned().collect();
        let name = self.session.name(node);
        let clock = Stopwatch::start();
        quorum::has_left(&self.session.client, &others, member, name, &clock)
    }

    /// Stops where etcd would have no majority without some of its members; without any it is
    /// meant to end.
    pub(super) fn keep_some(&self, going: &[String], how: Going) -> Result<(), Diagnostic> {
        let client = &self.session.client;
        if self.force || !going.iter().any(|name| leads(&client.node(name))) {
            return Ok(());
        }
        let voters = quorum::voters(client, self.session.leads())?;
        let ids = self.members(&voters, going)?;
        let goes = |voter: &Voter| ids.contains(&voter.id);
        if voters.iter().all(goes) {
            return Ok(());
        }
        quorum::without(&voters, goes, how)
    }
}

/// Whether a node says that it is a control plane. Who says nothing is missed already.
fn leads(node: &Node<'_>) -> bool {
    node.is_control_plane() == Ok(true)
}

/// The same machines by other ways.
pub(super) struct Others {
    direct: Client,
    maintenance: Client,
}

impl Others {
    pub(super) fn new(session: &Session) -> Result<Self, Failure> {
        let nobody = Credentials::maintenance(Vec::new())?;
        Ok(Self {
            direct: Client::new(session.credentials.clone(), &[], Patience::default())?,
            maintenance: Client::new(nobody, &[], Patience::default())?,
        })
    }

    /// A node that is to go.
    pub(super) fn leaving<'a>(
        &'a self,
        address: &str,
        session: &'a Session,
        patience: Duration,
        clock: &'a Stopwatch,
    ) -> Leaving<'a> {
        Leaving {
            node: session.client.node(address),
            direct: self.direct.node(address),
            maintenance: self.maintenance.node(address),
            name: session.name(address).to_owned(),
            patience,
            clock,
        }
    }
}
