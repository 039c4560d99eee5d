//! Keys of encrypted disks, in v1alpha1 and in volumes.

use std::collections::HashSet;

use super::place::{Place, Report};

use crate::rules;

/// A volume's `encryption`.
pub(super) fn check(encryption: &Place<'_>, report: &mut Report) {
    if !is_set(encryption) {
        return;
    }
    let provider = encryption.key("provider");
    if !provider.text().eq_ignore_ascii_case("luks2") {
        report.bad(&provider, "a way to encrypt", "write `luks2`");
    }
    keys(&encryption.key("keys"), report);
    for key in encryption.key("keys").items() {
        for register in key.keys(&["tpm", "options", "pcrs"]).items() {
            if !(0..=23).contains(&register.number()) {
                report.add(
                    &register,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    format!("the TPM has no register `{}`", register.number()),
                    "use 0 to 23",
                );
            }
        }
    }
}

/// Whether anything is to be encrypted.
pub(super) fn is_set(encryption: &Place<'_>) -> bool {
    let provider = encryption.key("provider").text();
    !encryption.key("keys").is_empty()
        || !(provider.is_empty() || provider.eq_ignore_ascii_case("none"))
}

/// Keys, each in a slot of its own.
pub(super) fn keys(keys: &Place<'_>, report: &mut Report) {
    if keys.is_empty() {
        report.missing(keys, "an encrypted disk needs a key");
    }
    let mut slots = HashSet::new();
    for key in keys.items() {
        let slot = key.key("slot");
        if !slots.insert(slot.number()) {
            report.add(
                &slot,
                &rules::MACHINE_CONFIG_DUPLICATE,
                format!("the slot `{}` holds a key already", slot.number()),
                "give each key a slot of its own",
            );
        }
        let kinds = ["static", "nodeID", "kms", "tpm"];
        if !kinds.iter().any(|kind| key.key(kind).is_there()) {
            report.add(
                &key,
                &rules::MACHINE_CONFIG_MISSING,
                "nothing says where this key comes from",
                "set one of `static`, `nodeID`, `kms`, `tpm`",
            );
        }
    }
}
