//! The API servers of a cluster: whoever of them answers, and whether all are ready.

use std::cell::RefCell;
use std::collections::BTreeMap;

use diagnostics::Diagnostic;
use kubernetes_client::{Client, Fault};

use super::{Event, Plan, Tell, UpgradeK8s};
use crate::named::prefixed;
use crate::servers;
use crate::wait::until;

/// Every API server by its own address, and the address that all share.
pub(super) struct Servers {
    any: servers::Servers,
    /// Those of the control planes, by their numbers, with their names.
    own: BTreeMap<usize, (String, Client)>,
}

impl Servers {
    pub(super) fn new(upgrade: &UpgradeK8s<'_>, plan: &Plan) -> Result<Self, Diagnostic> {
        let mut own = BTreeMap::new();
        for index in plan.leads() {
            if let Some(server) = &plan.machine(index).server {
                let client = upgrade.kubernetes.at(server)?;
                own.insert(index, (plan.name(index).to_owned(), client));
            }
        }
        let clients = own
            .values()
            .map(|(_, client): &(String, Client)| client.clone());
        let any = servers::Servers::new(upgrade.kubernetes.clone(), clients.collect());
        Ok(Self { any, own })
    }

    /// Asks the first that answers: one of them is always on its way down or up.
    pub(super) fn ask<T>(
        &self,
        question: impl Fn(&Client) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.any.ask(question)
    }

    /// Waits until the API server of every control plane answers that it is ready, all of them in
    /// one look, but for one.
    pub(super) fn all_ready(
        &self,
        upgrade: &UpgradeK8s<'_>,
        except: Option<usize>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let wanted = self.own.iter().filter(|(index, _)| except != Some(**index));
        let wanted: Vec<_> = wanted.map(|(_, own)| own).collect();
        await_ready(upgrade, &wanted, tell)
    }

    /// Waits for the one of a control plane.
    pub(super) fn ready(
        &self,
        upgrade: &UpgradeK8s<'_>,
        index: usize,
        tell: &mut Tell<'_>,
    ) -> Result<(), Diagnostic> {
        let wanted: Vec<_> = self.own.get(&index).into_iter().collect();
        await_ready(upgrade, &wanted, tell)
    }
}

fn await_ready(
    upgrade: &UpgradeK8s<'_>,
    servers: &[&(String, Client)],
    tell: &mut Tell<'_>,
) -> Result<(), Diagnostic> {
    let missing = RefCell::new("");
    let mut remind = |why: &str, seconds| {
        tell(Event::Waiting {
            node: (*missing.borrow()).to_owned(),
            until: why.to_owned(),
            seconds,
        });
    };
    let done = until(upgrade.clock, upgrade.patience, &mut remind, || {
        for (name, client) in servers {
            match client.ready() {
                Ok(()) => {}
                Err(fault) if fault.is_passing() => {
                    missing.replace(name);
                    return Ok(Some(fault.to_string()));
                }
                Err(fault) => return Err(prefixed(name, fault.diagnostic())),
            }
        }
        Ok(None)
    });
    done.map_err(|stopped| {
        stopped
            .of(*missing.borrow(), "its API server")
            .hint("no other control plane is touched while it is away; `ichor talos services` and `ichor talos dmesg` of it tell more")
    })
}
