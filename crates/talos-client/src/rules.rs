//! Rules about calls to running nodes.

diagnostics::rules! {
    TALOS_API_BAD_ADDRESS: error "talos-api/bad-address",
        "A node is called by a host name or an address, with a port behind it or without.";
    TALOS_API_BAD_FINGERPRINT: error "talos-api/bad-fingerprint",
        "A fingerprint is the SHA-256 of the public key of a certificate in base64, as a machine in maintenance shows it on its console.";
    TALOS_API_CLIENT_REFUSED: error "talos-api/client-refused",
        "The node does not take the certificate of the talosconfig: it has ended, it is not valid yet, or the authority of another cluster made it.";
    TALOS_API_DENIED: error "talos-api/denied",
        "The role in the certificate of the talosconfig does not allow the call, or a machine in maintenance does not answer it.";
    TALOS_API_EXISTS: error "talos-api/exists",
        "What was to be made is there already.";
    TALOS_API_FAILED: error "talos-api/failed",
        "The node took the call and could not do what was asked.";
    TALOS_API_IN_MAINTENANCE: error "talos-api/in-maintenance",
        "The machine waits for its first configuration. It belongs to no cluster, so it cannot prove that it belongs to this one.";
    TALOS_API_INTERRUPTED: error "talos-api/interrupted",
        "The connection ended in the middle of a call, as it does when a node reboots.";
    TALOS_API_MALFORMED: error "talos-api/malformed",
        "The answer is not one of the Talos API in the versions that are known here.";
    TALOS_API_MISSING: error "talos-api/missing",
        "The node has nothing of this name.";
    TALOS_API_NO_CREDENTIALS: error "talos-api/no-credentials",
        "Nodes are called as somebody: a context of a talosconfig needs an authority, and a client certificate with its key, that can be read.";
    TALOS_API_NOT_READY: error "talos-api/not-ready",
        "The node is not in a state in which it does this: it boots, reboots, or runs where this is not possible.";
    TALOS_API_NOT_TALOS: error "talos-api/not-talos",
        "Something else than the Talos API answers at this address.";
    TALOS_API_NOT_VALID_NOW: error "talos-api/not-valid-now",
        "A certificate counts from one time to another, by the clocks of both machines. By one of them this is not that time.";
    TALOS_API_REFUSED: error "talos-api/refused",
        "The node does not take what was sent.";
    TALOS_API_SLOW: error "talos-api/slow",
        "The node took the call and did not answer in time.";
    TALOS_API_TOO_LARGE: error "talos-api/too-large",
        "What a node may answer is limited, so that no node can fill the memory of whoever asks.";
    TALOS_API_UNREACHABLE: error "talos-api/unreachable",
        "Nothing answers at this address: the machine is off, it reboots, it has another address, or a firewall stands between.";
    TALOS_API_UNSUPPORTED: error "talos-api/unsupported",
        "The version of Talos on the node has no such call, or the resource no such type.";
    TALOS_API_UNTRUSTED: error "talos-api/untrusted",
        "The certificate of the machine is not signed by the cluster's authority: it belongs to another cluster, or the talosconfig does.";
    TALOS_API_WRONG_FINGERPRINT: error "talos-api/wrong-fingerprint",
        "The machine at this address is another one than that whose fingerprint was given.";
    TALOS_API_WRONG_NAME: error "talos-api/wrong-name",
        "The certificate of the machine is the cluster's, but not for this name or address.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
