//! Rules about versions, schematics, clusters' files.

diagnostics::rules! {
    SCHEMATIC_UNKNOWN_KEY: warning "schematic/unknown-key",
        "The Image Factory knows no such field and leaves it out, so that the image is made without it.";
    SCHEMATIC_WRONG_TYPE: error "schematic/wrong-type",
        "The Image Factory reads the field as another kind of value. It would refuse the schematic, or give it another id.";
    TALOS_CONTRACT_CAPPED: note "talos/contract-capped",
        "The version of Talos is newer than the newest contract that is made. Newer versions read configs of older contracts.";
    TALOS_CONTRACT_UNSUPPORTED: error "talos/contract-unsupported",
        "A contract is the shape of a config. This one is older or newer than those that can be made.";
    TALOS_NO_SCHEMATIC: error "talos/no-schematic",
        "The file has no document, so nothing says what the image is made of.";
    TALOS_UNKNOWN_PATH: error "talos/unknown-path",
        "Nothing in the config of the node has this path, so that nothing can be told about where it came from.";
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
