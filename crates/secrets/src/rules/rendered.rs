//! Rules about rendered Kubernetes Secrets.

diagnostics::rules! {
    SECRET_BLANK: relaxed "secret/blank",
        "A Secret with an empty value is applied without complaint, and what reads it fails later, in the cluster.";
    SECRET_NOT_A_STRING: error "secret/not-a-string",
        "The values of a Secret's `stringData` are text and those of `data` base64. Kubernetes refuses numbers and truth values.";
    SECRET_NOT_BASE64: error "secret/not-base64",
        "The values below a Secret's `data` are base64. Kubernetes refuses others.";
    SECRET_NOTHING_ENCRYPTED: relaxed "secret/nothing-encrypted",
        "The file is named as an encrypted one, and its rule selects nothing in it. SOPS would write it in the clear.";
    SECRET_PLACEHOLDER: relaxed "secret/placeholder",
        "The value is still the one that a template or sample came with, or `None`, which Python prints for nothing. Whatever reads it fails later, in the cluster.";
}
