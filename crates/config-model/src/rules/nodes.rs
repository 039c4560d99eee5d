//! Rules about nodes.

diagnostics::rules! {
    NODE_NONE: error "node/none",
        "A cluster needs at least one node, listed below `nodes:`.";
    NODE_NO_CONTROLLER: error "node/no-controller",
        "No node has `controller: true`. Without one there is no Kubernetes API and nothing to bootstrap.";
    NODE_EVEN_CONTROLLERS: warning "node/even-controllers",
        "etcd needs a majority of its members. An even number tolerates no more failures than one fewer, and has one more that can fail.";
    NODE_NO_WORKER: error "node/no-worker",
        "With `allow_scheduling_on_control_planes: false` applications run on workers only, and every node is a controller: nothing could be scheduled.";
    NODE_INVALID_NAME: error "node/invalid-name",
        "A node's name is its host name: an RFC 1123 label of 1 to 63 lower-case letters, digits and `-`, not starting or ending with `-`. Kubernetes refuses to register any other.";
    NODE_RESERVED_NAME: error "node/reserved-name",
        "Patches for single nodes live in `talos/patches/<name>/`, and this name is that of a folder for several nodes, or a word that commands use for groups of nodes.";
    NODE_DIGITS_NAME: warning "node/digits-only-name",
        "The name consists of digits only. It is valid, but wherever it is written without quotes YAML readers take it for a number.";
    NODE_DUPLICATE_NAME: error "node/duplicate-name",
        "Two nodes with one name would register as one in Kubernetes, and one's machine configuration would overwrite the other's.";
    NODE_DUPLICATE_MAC: error "node/duplicate-mac",
        "The MAC address selects the network interface that is configured. Two nodes with the same one cannot be on the same network.";
    NODE_INVALID_MAC: error "node/invalid-mac",
        "A MAC address is six pairs of hexadecimal digits separated by colons. Talos compares the text, so another notation selects no interface.";
    NODE_GROUP_MAC: error "node/group-mac",
        "The address is a multicast or broadcast address (the lowest bit of its first byte is set). No network interface has such an address, so none would be configured.";
    NODE_INVALID_DISK: error "node/invalid-disk",
        "The disk that Talos is installed to is given by its path below `/dev/` or by its serial number. An empty value or another path selects none.";
    NODE_DISK_NAME: warning "node/disk-without-path",
        "The value looks like the name of a device without `/dev/`, but without a path it is taken for a serial number.";
    NODE_INVALID_SCHEMATIC: error "node/invalid-schematic",
        "A schematic of the Talos Image Factory is named by a SHA-256 hash in 64 lower-case hexadecimal digits. For any other name the factory has no image.";
    NODE_INVALID_LABEL_KEY: error "node/invalid-label-key",
        "The key of a Kubernetes label is a name of at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit, with an optional DNS name and `/` before it. The kubelet refuses to start with any other.";
    NODE_INVALID_LABEL: error "node/invalid-label-value",
        "The value of a Kubernetes label is empty or at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit. The kubelet refuses to start with any other.";
    NODE_INVALID_MODULE: error "node/invalid-kernel-module",
        "The name of a kernel module consists of letters, digits, `-` and `_`. Anything else names no module, and may break the list it is printed in.";
}
