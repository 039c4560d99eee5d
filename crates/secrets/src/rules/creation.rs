//! Rules about creation rules, in `.sops.yaml` and in files.

diagnostics::rules! {
    SOPS_BAD_REGEX: error "sops/bad-regex",
        "sops reads expressions with Go's library. It refuses this one, and with it the whole file.";
    SOPS_BAD_THRESHOLD: error "sops/bad-threshold",
        "With several key groups, the threshold says how many are needed. It is at least 2 and at most their number; otherwise nobody, or a single group, could decrypt.";
    SOPS_CANNOT_UPDATE: error "sops/cannot-update",
        "The rule has changed, so that the file must be encrypted anew, for which it must be decrypted first. No identity here can.";
    SOPS_CANNOT_WRAP: error "sops/cannot-wrap",
        "The data key could not be encrypted to this recipient, so that its owner could not decrypt the file.";
    SOPS_SEVERAL_SELECTORS: error "sops/several-selectors",
        "One selector says which values are encrypted. With several, sops refuses the rule.";
    SOPS_UNKNOWN_FIELD: warning "sops/unknown-field",
        "sops knows no such field and ignores it, so that a misspelt selector selects nothing.";
    SOPS_UNSUPPORTED_KEY_KIND: error "sops/unsupported-key-kind",
        "Encryption to keys of this kind needs a service or a program. ichor encrypts to age recipients only.";
    SOPS_WAS_CLEAR: warning "sops/was-clear",
        "The file stood in the clear until now. Encrypting it does not make secret again what was seen, or what git's history holds.";
    SOPS_WRONG_TYPE: error "sops/wrong-type",
        "sops wants another kind of value here and refuses the whole file.";
}
