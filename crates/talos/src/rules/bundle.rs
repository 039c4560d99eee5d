//! Rules about the secrets of a cluster.

diagnostics::rules! {
    TALSECRET_ALGORITHM: error "talsecret/algorithm",
        "Talos signs with Ed25519, Kubernetes and etcd with ECDSA or RSA. A key of another kind cannot be used there. It is a warning where it works, and is only not what Talos makes.";
    TALSECRET_BROKEN: error "talsecret/broken",
        "The value is cut off, or something else than the certificate, key or token that belongs there. No machine would start with it.";
    TALSECRET_EMPTY: error "talsecret/empty",
        "The file holds no secrets, so no machine config can be made.";
    TALSECRET_EXPIRED: error "talsecret/expired",
        "The certificate of an authority has expired, and with it everything that it signed. Nodes refuse to talk to each other.";
    TALSECRET_EXPIRES_SOON: warning "talsecret/expires-soon",
        "The certificate of an authority expires soon, and with it everything that it signed.";
    TALSECRET_MISSING: error "talsecret/missing",
        "Every one of these secrets goes into a machine config. Without it machines do not find each other, or do not trust each other.";
    TALSECRET_NO_MACHINE_CONFIG: error "talsecret/no-machine-config",
        "Secrets are taken over from the machine config of a control plane. The file holds none.";
    TALSECRET_NOT_AN_AUTHORITY: error "talsecret/not-an-authority",
        "The certificate may sign no others, so that no certificate made with it would be trusted.";
    TALSECRET_NOT_YET_VALID: warning "talsecret/not-yet-valid",
        "The certificate begins in the future, by the clock of this machine. Until then nobody trusts it.";
    TALSECRET_PLACEHOLDER: error "talsecret/placeholder",
        "These are the secrets that are built in for checks, whose keys everybody knows. A cluster made with them would be open to anybody.";
    TALSECRET_REDACTED: error "talsecret/redacted",
        "The key was taken out, as Talos does where it shows a config. A control plane cannot sign without it.";
    TALSECRET_TWO_ENCRYPTION_SECRETS: warning "talsecret/two-encryption-secrets",
        "etcd's data is encrypted with one secret; the other one is for data from before Talos 1.3. talosctl refuses a bundle that has both.";
    TALSECRET_UNKNOWN_KEY: error "talsecret/unknown-key",
        "A bundle has no such key, and talosctl refuses one that does.";
    TALSECRET_WEAK_KEY: warning "talsecret/weak-key",
        "The key is shorter than those that Talos makes, and easier to break.";
    TALSECRET_WORKER_CONFIG: error "talsecret/worker-config",
        "The machine config of a worker holds no keys of the cluster's authorities, so that nothing can be signed with what it has.";
    TALSECRET_WRONG_KEY: error "talsecret/wrong-key",
        "The key does not belong to the certificate beside it. What is signed with it would be trusted by nobody.";
}
