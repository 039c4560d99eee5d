//! Whether addresses that control planes are to share are free, and whether workers get their
//! certificates where they ask for them.

use std::time::Duration;

use talos::generate::Role;
use talos_client::{Address, Knock};

use super::wanted::Wanted;
use super::{Finding, Preflight, Topic};
use crate::machine::Member;
use crate::rules;

/// Who is there takes a connection at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// The Talos API, and that of Kubernetes.
const PORTS: [u16; 2] = [talos_client::PORT, 6443];

/// What is to be said of every address that the control planes share.
pub(super) fn check(preflight: &Preflight<'_>, members: &[Member]) -> Vec<Finding> {
    let wanted: Vec<Wanted> = { members.iter() }
        .map(|member| Wanted::of(&member.config))
        .collect();
    let mut addresses: Vec<String> = Vec::new();
    for address in wanted.iter().flat_map(|one| &one.virtual_addresses) {
        if !addresses.contains(address) {
            addresses.push(address.clone());
        }
    }
    let found = preflight
        .maintenance
        .each(&addresses, |node| one(preflight, node.name()));
    let endpoint = unnamed(members, &wanted);
    found.into_iter().flatten().chain(endpoint).collect()
}

/// The endpoint of the cluster, where it is that of no node and the certificate of a control plane
/// does not count for it. A worker fetches its own from trustd of the control planes it has found,
/// and there where it has found none: then it takes no such certificate, and its API never answers.
fn unnamed(members: &[Member], wanted: &[Wanted]) -> Option<Finding> {
    let leads = |member: &&Member| member.role == Role::ControlPlane;
    if members.iter().all(|member| leads(&member)) {
        return None;
    }
    let endpoint = wanted.iter().find_map(|one| one.endpoint.as_deref())?;
    let host = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let host = Address::read(host.trim_end_matches('/'))
        .ok()?
        .host()
        .to_owned();
    let is_it = |text: &String| Address::read(text).is_ok_and(|one| one.host() == host);
    let is_of_a_node = |one: &Wanted| one.virtual_addresses.iter().any(is_it);
    if members.iter().any(|member| is_it(&member.address)) || wanted.iter().any(is_of_a_node) {
        return None;
    }
    let mut both = members.iter().zip(wanted);
    let (lead, _) =
        both.find(|(member, one)| leads(member) && !one.alternative_names.iter().any(is_it))?;
    let words = format!(
        "`machine.certSANs` of {} lacks the endpoint {host}: a worker that discovers no control plane gets no certificate there",
        lead.name
    );
    Some(Finding::unproven(Topic::Endpoint, words))
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
