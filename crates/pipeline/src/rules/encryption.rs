//! Rules about encrypting what was rendered.

diagnostics::rules! {
    SECRET_NEEDS_AGE_KEY: error "secret/needs-age-key",
        "The output holds the cluster's age key itself, and that is not here. It cannot be made anew, only kept.";
    SECRET_RENDERED_IN_CLEAR: relaxed "secret/rendered-in-clear",
        "A value that the configuration marks as secret stands in an output that is not encrypted. Whoever has the repository could read it.";
    SOPS_NO_RULE: error "sops/no-rule",
        "No creation rule is for this path, so that nothing says to whom it is encrypted.";
    SOPS_NO_RULES: error "sops/no-rules",
        "There is no `.sops.yaml`, so that nothing says how secrets are encrypted.";
    SOPS_OTHER_RECIPIENTS: note "sops/other-recipients",
        "Beside the cluster's own key, others are recipients. They can read every secret.";
    SOPS_OWN_KEY_MISSING: error "sops/own-key-missing",
        "Flux decrypts in the cluster with the cluster's own key. Secrets that are not encrypted to it could never be applied.";
    SOPS_RULE_CHANGED: note "sops/rule-changed",
        "The rule, its recipients or its selector have changed, so that the file is encrypted again although it says the same.";
}
