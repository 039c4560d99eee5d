//! `bond` of an interface in v1alpha1.

use crate::fields::Schema;
use crate::rules;
use crate::validate::place::{Place, Report};

/// Modes by what they can do.
const LACP: &[&str] = &["802.3ad"];
const BALANCED: &[&str] = &["balance-tlb", "balance-alb"];
const WITH_PRIMARY: &[&str] = &["active-backup", "balance-tlb", "balance-alb"];
const WITHOUT_ARP: &[&str] = &["802.3ad", "balance-tlb", "balance-alb"];
const ROUND_ROBIN: &[&str] = &["balance-rr"];

/// Options that only some modes have.
const ONLY_IN: [(&str, &[&str], i128); 6] = [
    ("lacpRate", LACP, 0),
    ("primary", WITH_PRIMARY, 0),
    ("packetsPerSlave", ROUND_ROBIN, 1),
    ("tlbDynamicLb", BALANCED, 0),
    ("adActorSysPrio", LACP, 0),
    ("adUserPortKey", LACP, 0),
];

/// The section.
pub(super) fn check(bond: &Place<'_>, report: &mut Report) {
    for (key, format) in [
        ("mode", "bond-mode"),
        ("xmitHashPolicy", "xmit-hash-policy"),
        ("lacpRate", "lacp-rate"),
        ("arpValidate", "arp-validate"),
        ("arpAllTargets", "arp-all-targets"),
        ("primaryReselect", "primary-reselect"),
        ("failOverMac", "fail-over-mac"),
        ("adSelect", "ad-select"),
    ] {
        let place = bond.key(key);
        let values = Schema::get().values(format).unwrap_or_default();
        if !place.is_empty() && !values.contains(&place.text()) {
            let list: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            report.bad(
                &place,
                &format!("one of {}", list.join(", ")),
                "use one of them",
            );
        }
    }
    let mode = match bond.key("mode").text() {
        "" => "balance-rr",
        mode => mode,
    };
    delays(bond, report);
    for key in ["arpIPTarget", "adActorSystem"] {
        let place = bond.key(key);
        if !place.is_empty() {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_UNSUPPORTED,
                format!("Talos does not support `{key}`"),
                "take it out",
            );
        }
    }
    // A mode that is wrong says nothing about the rest.
    if !Schema::get()
        .values("bond-mode")
        .is_some_and(|modes| modes.contains(&mode))
    {
        return;
    }
    for (key, modes, above) in ONLY_IN {
        let place = bond.key(key);
        let set = if above > 0 {
            place.number() > above
        } else {
            !place.is_empty()
        };
        if set && !modes.contains(&mode) {
            not_in_mode(&place, key, mode, report);
        }
    }
    for key in ["arpValidate", "arpInterval"] {
        let place = bond.key(key);
        if !place.is_empty() && WITHOUT_ARP.contains(&mode) {
            not_in_mode(&place, key, mode, report);
        }
    }
}

fn not_in_mode(place: &Place<'_>, key: &'static str, mode: &str, report: &mut Report) {
    report.add(
        place,
        &rules::MACHINE_CONFIG_BOND_MODE,
        format!("the mode `{mode}` has no `{key}`"),
        "take it out, or choose another mode",
    );
}

fn delays(bond: &Place<'_>, report: &mut Report) {
    let interval = bond.key("miimon").number();
    for key in ["updelay", "downdelay"] {
        let delay = bond.key(key);
        if interval == 0 && delay.number() != 0 {
            report.add(
                &delay,
                &rules::MACHINE_CONFIG_NEEDS,
                format!("`{key}` has no effect without `miimon`"),
                "set `miimon`",
            );
        } else if interval != 0 && delay.number() % interval != 0 {
            report.add(
                &delay,
                &rules::MACHINE_CONFIG_BAD_VALUE,
                format!("`{}` is not a multiple of `miimon`", delay.number()),
                format!("use a multiple of {interval}"),
            );
        }
    }
}
