//! Rules about the machine configs of a repository.

diagnostics::rules! {
    KUBECONFIG_UNMERGEABLE: error "kubeconfig/unmergeable",
        "A cluster, its user and its context are added to a kubeconfig as entries of its lists. This file has no such lists, or not one entry a line.";
    SOPS_NO_METADATA: error "sops/no-metadata",
        "Values are encrypted, and what is needed to decrypt them is gone. They would end in machine configs as they are.";
    TALCONFIG_MISSING: error "talconfig/missing",
        "The talconfig says which nodes there are. Without it no configuration can be made.";
    TALOS_CLOCK: error "talos/clock",
        "The clock says a time before this program was built, so it is wrong. Certificates made now would have begun in the past and end too early.";
    TALOS_NO_CLIENT_CERTIFICATE: error "talos/no-client-certificate",
        "A talosconfig needs a certificate that is signed with the key of Talos' authority. That key is not here, or cannot sign.";
    TALOS_NOT_CHECKED: note "talos/not-checked",
        "Machine configs are checked with the cluster's secrets in them. No identity here decrypts these, so that the check was left out.";
    TALOS_UNKNOWN_PART: error "talos/unknown-part",
        "`talosDocuments` names parts of machine configs with commas between them, each of which moves to the documents of Talos 1.14 by itself.";
    TALOS_UNKNOWN_NODE: warning "talos/unknown-node",
        "The machine config belongs to no node of the talconfig, so there is nothing to compare it with.";
    TALSECRET_EXISTS: error "talsecret/exists",
        "Machines of a cluster trust each other by these secrets. New ones in their place would lock everybody out, so they are never replaced.";
    TALSECRET_LEFT_CLEAR: error "talsecret/left-clear",
        "The creation rule selects other keys than those of the secrets, so that they would be written in the clear.";
    TALSECRET_NONE: error "talsecret/none",
        "The cluster has no secrets yet, and no configuration is complete without them.";
    TALSECRET_NOT_MADE: error "talsecret/not-made",
        "The system gave no random numbers, or a key could not be made from them.";
    TALSECRET_SEVERAL: warning "talsecret/several",
        "The secrets of the cluster are there twice, and only one file is used. Machines made with the other one would not be trusted.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
