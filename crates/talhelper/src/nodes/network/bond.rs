//! `BondConfig`, and the aliases of members that are chosen by what they are.

use serde_json::Value;

use super::address::address;
use super::{Device, alias, bad_address, document, link};
use crate::nodes::node::Findings;
use crate::rules;
use crate::talconfig::{Bond, Selector};

/// Numbers, as the document calls them.
fn numbers(bond: &Bond) -> [(&'static str, u64); 14] {
    [
        ("miimon", bond.miimon),
        ("updelay", bond.updelay),
        ("downdelay", bond.downdelay),
        ("arpInterval", bond.arp_interval),
        ("resendIGMP", bond.resend_igmp),
        ("minLinks", bond.min_links),
        ("lpInterval", bond.lp_interval),
        ("packetsPerSlave", bond.packets_per_slave),
        ("numPeerNotif", bond.num_peer_notif),
        ("tlbLogicalLb", bond.tlb_dynamic_lb),
        ("allSlavesActive", bond.all_slaves_active),
        ("adActorSysPrio", bond.ad_actor_sys_prio),
        ("adUserPortKey", bond.ad_user_port_key),
        ("peerNotifDelay", bond.peer_notify_delay),
    ]
}

/// A choice: as v1alpha1 and as the document calls it, what is chosen, and what there is.
type Choice<'a> = (&'static str, &'static str, &'a str, &'static [&'static str]);

/// All choices.
fn choices(bond: &Bond) -> [Choice<'_>; 8] {
    [
        (
            "mode",
            "bondMode",
            &bond.mode,
            &[
                "balance-rr",
                "active-backup",
                "balance-xor",
                "broadcast",
                "802.3ad",
                "balance-tlb",
                "balance-alb",
            ],
        ),
        (
            "xmitHashPolicy",
            "xmitHashPolicy",
            &bond.xmit_hash_policy,
            &[
                "layer2",
                "layer3+4",
                "layer2+3",
                "encap2+3",
                "encap3+4",
                "vlan+srcmac",
            ],
        ),
        ("lacpRate", "lacpRate", &bond.lacp_rate, &["slow", "fast"]),
        (
            "arpValidate",
            "arpValidate",
            &bond.arp_validate,
            &[
                "none",
                "active",
                "backup",
                "all",
                "filter",
                "filter-active",
                "filter-backup",
            ],
        ),
        (
            "arpAllTargets",
            "arpAllTargets",
            &bond.arp_all_targets,
            &["any", "all"],
        ),
        (
            "primaryReselect",
            "primaryReselect",
            &bond.primary_reselect,
            &["always", "better", "failure"],
        ),
        (
            "failOverMac",
            "failOverMac",
            &bond.fail_over_mac,
            &["none", "active", "follow"],
        ),
        (
            "adSelect",
            "adSelect",
            &bond.ad_select,
            &["stable", "bandwidth", "count"],
        ),
    ]
}

/// The aliases of members that have selectors.
pub(super) fn member_aliases(device: &Device<'_>, out: &mut Vec<Value>) {
    for (index, selector) in selectors(device) {
        out.extend(alias::alias(&member(device, index), selector));
    }
}

/// The document of a bond.
pub(super) fn bond(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    let Some(bond) = &device.kind.bond else {
        return;
    };
    let mut made = document("BondConfig", &device.name);
    let mut links = bond.interfaces.texts();
    links.extend(selectors(device).map(|(index, _)| member(device, index)));
    made.insert("links".into(), links.into());
    for (theirs, ours, chosen, choices) in choices(bond) {
        if chosen.is_empty() {
            continue;
        }
        if !choices.contains(&chosen) {
            findings.add(
                &rules::TALCONFIG_BAD_CHOICE,
                format!("`{chosen}` is none of {}", quoted(choices)),
                &format!("{}.bond.{theirs}", device.path),
            );
            continue;
        }
        made.insert(ours.to_owned(), chosen.into());
    }
    for (ours, value) in numbers(bond) {
        if value > 0 {
            made.insert(ours.to_owned(), value.into());
        }
    }
    if let Some(carrier) = bond.use_carrier {
        made.insert("useCarrier".into(), carrier.into());
    }
    let mut targets = Vec::new();
    for (index, target) in bond.arp_ip_target.written() {
        match address(target) {
            Some(target) => targets.push(target),
            None => {
                let path = format!("{}.bond.arpIPTarget.{index}", device.path);
                bad_address(target, &path, findings);
            }
        }
    }
    if !targets.is_empty() {
        made.insert("arpIpTargets".into(), targets.into());
    }
    link::common(device.link, &device.path, &mut made, findings);
    out.push(made.into());
}

fn selectors<'a>(device: &Device<'a>) -> impl Iterator<Item = (usize, &'a Selector)> {
    let bond = device.kind.bond.iter();
    bond.flat_map(|bond| bond.device_selectors.iter())
}

/// The name of a member that has a selector.
fn member(device: &Device<'_>, index: usize) -> String {
    format!("{}-m{index}", device.name)
}

fn quoted(choices: &[&str]) -> String {
    let all: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    all.join(", ")
}
