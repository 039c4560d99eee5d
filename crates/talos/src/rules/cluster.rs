//! Rules about versions of Talos, and the files of clients.

diagnostics::rules! {
    TALOS_AESCBC_PROVIDER: note "talos/aescbc-provider",
        "etcd's data can be read by a provider of its own name and kind only. talosctl 1.14 writes the secret for AES-CBC as one of another kind, so that its configs of the same secrets differ.";
    TALOS_CONTRACT_CAPPED: note "talos/contract-capped",
        "The version of Talos is newer than the contract of the configs. Newer versions read configs of older contracts; moving to a newer one is a step of its own, since patches have to move, too.";
    TALOS_CONTRACT_UNSUPPORTED: error "talos/contract-unsupported",
        "A contract is the shape of a config. This one is older or newer than those that can be made.";
    TALOS_VERSION_SYNTAX: error "talos/version-syntax",
        "A version is written as the releases of Talos are named. Any other names no release, and no image.";
    TALOSCONFIG_BROKEN: warning "talosconfig/broken",
        "A certificate or key of the context is cut off, or none at all. talosctl cannot connect with it.";
    TALOSCONFIG_NO_SUCH_CONTEXT: warning "talosconfig/no-such-context",
        "The file says that talosctl uses a context that it does not have.";
    TALOSCONFIG_TYPE: error "talosconfig/type",
        "talosctl reads this as another kind of value, and refuses the whole file.";
    TALOSCONFIG_WRONG_KEY: warning "talosconfig/wrong-key",
        "The key does not belong to the certificate beside it, so that no node accepts the two.";
}
