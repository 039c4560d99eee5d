//! `BondConfig`, and the aliases of members that are chosen by what they are.

use serde_json::Value;

use super::address::address;
use super::{Device, alias, bad_address, document, link};
use crate::nodes::keys::{Keys, items, maps, number, text, texts};
use crate::nodes::node::Findings;
use crate::rules;

/// Numbers, as v1alpha1 and as the document calls them.
const NUMBERS: [(&str, &str); 14] = [
    ("miimon", "miimon"),
    ("updelay", "updelay"),
    ("downdelay", "downdelay"),
    ("arpInterval", "arpInterval"),
    ("resendIgmp", "resendIGMP"),
    ("minLinks", "minLinks"),
    ("lpInterval", "lpInterval"),
    ("packetsPerSlave", "packetsPerSlave"),
    ("numPeerNotif", "numPeerNotif"),
    ("tlbDynamicLb", "tlbLogicalLb"),
    ("allSlavesActive", "allSlavesActive"),
    ("adActorSysPrio", "adActorSysPrio"),
    ("adUserPortKey", "adUserPortKey"),
    ("peerNotifyDelay", "peerNotifDelay"),
];

/// Choices, as v1alpha1 and as the document calls them, and what there is to choose from.
const CHOICES: [(&str, &str, &[&str]); 8] = [
    (
        "mode",
        "bondMode",
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
        &[
            "layer2",
            "layer3+4",
            "layer2+3",
            "encap2+3",
            "encap3+4",
            "vlan+srcmac",
        ],
    ),
    ("lacpRate", "lacpRate", &["slow", "fast"]),
    (
        "arpValidate",
        "arpValidate",
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
    ("arpAllTargets", "arpAllTargets", &["any", "all"]),
    (
        "primaryReselect",
        "primaryReselect",
        &["always", "better", "failure"],
    ),
    ("failOverMac", "failOverMac", &["none", "active", "follow"]),
    ("adSelect", "adSelect", &["stable", "bandwidth", "count"]),
];

/// The aliases of members that have selectors.
pub(super) fn member_aliases(device: &Device<'_>, out: &mut Vec<Value>) {
    for (index, selector) in selectors(device) {
        out.extend(alias::alias(&member(device, index), selector));
    }
}

/// The document of a bond.
pub(super) fn bond(device: &Device<'_>, out: &mut Vec<Value>, findings: &mut Findings<'_>) {
    let Some(bond) = device.section("bond") else {
        return;
    };
    let mut made = document("BondConfig", &device.name);
    let mut links = texts(bond, "interfaces");
    links.extend(selectors(device).map(|(index, _)| member(device, index)));
    made.insert("links".into(), links.into());
    for (theirs, ours, choices) in CHOICES {
        let chosen = text(bond, theirs);
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
    for (theirs, ours) in NUMBERS {
        let value = number(bond, theirs);
        if value > 0 {
            made.insert(ours.to_owned(), value.into());
        }
    }
    if let Some(carrier) = bond.get("useCarrier") {
        made.insert("useCarrier".into(), carrier.clone());
    }
    let mut targets = Vec::new();
    for (index, target) in items(bond, "arpIPTarget").iter().enumerate() {
        let target = target.as_str().unwrap_or_default();
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
    link::common(device.values, &device.path, &mut made, findings);
    out.push(made.into());
}

fn selectors<'a>(device: &'a Device<'_>) -> impl Iterator<Item = (usize, &'a Keys)> {
    let bond = device.section("bond");
    bond.into_iter()
        .flat_map(|bond| maps(bond, "deviceSelectors"))
}

/// The name of a member that has a selector.
fn member(device: &Device<'_>, index: usize) -> String {
    format!("{}-m{index}", device.name)
}

fn quoted(choices: &[&str]) -> String {
    let all: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    all.join(", ")
}
