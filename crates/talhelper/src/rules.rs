//! Rules about talconfig.yaml and schematics.

diagnostics::rules! {
    SCHEMATIC_UNKNOWN_KEY: warning "schematic/unknown-key",
        "The Image Factory knows no such field and leaves it out, so that the image is made without it.";
    SCHEMATIC_WRONG_TYPE: error "schematic/wrong-type",
        "The Image Factory reads the field as another kind of value. It would refuse the schematic, or give it another id.";
    TALCONFIG_ADDRESS_OUTSIDE: warning "talconfig/address-outside",
        "The address of the node is in none of the networks of its interfaces. Nobody reaches it there but through a tunnel or a router that translates.";
    TALCONFIG_BAD_ADDRESS: error "talconfig/bad-address",
        "What stands here is no address of the kind that fits, and Talos would refuse the config.";
    TALCONFIG_BAD_CHOICE: error "talconfig/bad-choice",
        "The field takes certain words only, and Talos would refuse others.";
    TALCONFIG_BAD_VIP: error "talconfig/bad-vip",
        "A virtual address is an IP address. Nobody could hold any other.";
    TALCONFIG_BAD_VLAN: error "talconfig/bad-vlan",
        "A VLAN is known by its number from 1 to 4094. Without one there is nothing to make.";
    TALCONFIG_DISPLACED_LABEL: note "talconfig/displaced-label",
        "Labels that are set take the place of those that talhelper makes for a control plane, which some load balancers look for.";
    TALCONFIG_DUPLICATE_DOCUMENT: error "talconfig/duplicate-document",
        "Two sections of the talconfig make a document of one kind and name, and Talos refuses a config in which one is there twice.";
    TALCONFIG_DUPLICATE_NODE: error "talconfig/duplicate-node",
        "Two nodes with one name or address would be configured as one.";
    TALCONFIG_DUPLICATE_VOLUME: error "talconfig/duplicate-volume",
        "Talos knows a volume by its name. Of two with one name only one could be made.";
    TALCONFIG_EMPTY: error "talconfig/empty",
        "The file has no document, so that there are no nodes to make configurations of.";
    TALCONFIG_FILE_NAME: error "talconfig/file-name",
        "The configuration of each node is a file of its own in the output folder. Names outside of it, of other files there, or of two nodes at once would lose something.";
    TALCONFIG_GATEWAY_OUTSIDE: warning "talconfig/gateway-outside",
        "The gateway is in none of the networks of the interface, so that the node does not reach it without a route.";
    TALCONFIG_IMAGE_TAG: error "talconfig/image-tag",
        "The version of Talos is added to the image. With a tag or digest of its own the name would be no image's.";
    TALCONFIG_MISSING_FILE: error "talconfig/missing-file",
        "A file that the talconfig names with `@` does not exist, so what it would set is missing.";
    TALCONFIG_MISSING_KEY: error "talconfig/missing-key",
        "talhelper and Talos cannot do without this key: without it no configuration can be made that a node takes.";
    TALCONFIG_NO_DOCUMENT_FOR_FILE: warning "talconfig/no-document-for-file",
        "From contract 1.14 on files are documents, and none can have this one. `machine.files` still does, and Talos warns of it.";
    TALCONFIG_NO_IMAGE: warning "talconfig/no-image",
        "Installers of Talos 1.14 and later are published by the Image Factory alone. A node that is installed or upgraded with another one finds no image.";
    TALCONFIG_NOT_CARRIED: warning "talconfig/not-carried",
        "The contract has networks in documents of their own, and none of them has a place for this field. It has no effect.";
    TALCONFIG_REWRITTEN_TEXT: warning "talconfig/rewritten-text",
        "YAML reads this value as a number or truth value, and talhelper writes it into a text in another spelling.";
    TALCONFIG_TALOS_VERSION: error "talconfig/talos-version",
        "The versions of Kubernetes that go with this version of Talos are not known here, so nothing can be checked.";
    TALCONFIG_TEMPLATE: error "talconfig/template",
        "The text is a template of Go. This one cannot be read, or asks for what nothing gives.";
    TALCONFIG_UNKNOWN_KEY: warning "talconfig/unknown-key",
        "talhelper has no such key and ignores it, so that a misspelt setting has no effect.";
    TALCONFIG_VERSION: error "talconfig/version",
        "The names of images end in the version, written with `v` and three numbers. There is no image for any other text.";
    TALCONFIG_VERSION_PAIR: error "talconfig/version-pair",
        "Each version of Talos runs certain versions of Kubernetes. It refuses to start others.";
    TALCONFIG_VIP_IS_NODE: warning "talconfig/vip-is-node",
        "The virtual address is also a node's own, so that whoever talks to that node may reach another one.";
    TALCONFIG_VIP_OUTSIDE: warning "talconfig/vip-outside",
        "The virtual address is in none of the networks of the interface, so that nobody on them can reach it.";
    TALCONFIG_WORKER_VIP: error "talconfig/worker-vip",
        "Control planes agree through etcd who holds a virtual address. A worker takes no part in that.";
    TALCONFIG_WRONG_TYPE: error "talconfig/wrong-type",
        "talhelper reads the key as another kind of value, and refuses the whole file.";
    TALOS_NO_SCHEMATIC: error "talos/no-schematic",
        "The file has no document, so nothing says what the image is made of.";
    TALOS_UNKNOWN_PATH: error "talos/unknown-path",
        "Nothing in the config of the node has this path, so that nothing can be told about where it came from.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
