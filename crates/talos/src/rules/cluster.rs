//! Rules about versions of Talos, and the files of clients.

diagnostics::rules! {
    TALOS_CONTRACT_CAPPED: note "talos/contract-capped",
        "The version of Talos is newer than the newest contract that is made. Newer versions read configs of older contracts.";
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
