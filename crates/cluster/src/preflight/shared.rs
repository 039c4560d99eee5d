//! Whether addresses that control planes are to share are free.

use std::time::Duration;

use talos_client::{Address, Knock};

use super::wanted::Wanted;
use super::{Finding, Preflight, Topic};
use crate::machine::Member;
use crate::rules;

/// Who is there takes a connection at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// The Talos API, and that of Kubernetes.
const PORTS: [u16; 2] = [talos_client::PORT, 6443];

/// Every shared address that a configuration has, each once. Nobody may be at it but a member of
/// the cluster.
pub(super) fn check(preflight: &Preflight<'_>, members: &[Member]) -> Vec<Finding> {
    let mut addresses: Vec<String> = Vec::new();
    for member in members {
        for address in Wanted::of(&member.config).virtual_addresses {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    let found = preflight
        .maintenance
        .each(&addresses, |node| one(preflight, node.name()));
    found.into_iter().flatten().collect()
}

fn one(preflight: &Preflight<'_>, address: &str) -> Option<Finding> {
    // Without a port, as a configuration has it.
    let host = Address::read(address).ok()?.host().to_owned();
    let at = |port: &u16| {
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    };
    let ports = PORTS.iter();
    let knocks = ports.filter_map(|port| preflight.maintenance.knock(&at(port), PATIENCE).ok());
    match knocks.max().unwrap_or(Knock::Nobody) {
        Knock::Nobody => {
            let words = format!("nobody is at {host}");
            return Some(Finding::passed(Topic::Address, words));
        }
        Knock::Refused => {
            let words = format!("a machine or a firewall refuses connections to {host}");
            return Some(Finding::unproven(Topic::Address, words));
        }
        Knock::Somebody => {}
    }
    let member = preflight.cluster.map(|client| client.node(&host).version());
    if matches!(member, Some(Ok(_))) {
        let words = format!("a member has {host}");
        return Some(Finding::passed(Topic::Address, words));
    }
    let words = format!("somebody is at {host}");
    let problem = rules::CLUSTER_ADDRESS_TAKEN
        .report(format!(
            "control planes are to share {host}, and a machine that is none of them is there"
        ))
        .hint("set another `cluster_api_addr` in `cluster.yaml`, or give that machine another address");
    Some(Finding::failed(Topic::Address, words, problem))
}
