//! Rules about machine configs.

diagnostics::rules! {
    MACHINE_CONFIG_ABSENT_IS_ON: warning "machine-config/absent-is-on",
        "Where neither a section nor a document speaks of a component, Talos runs it with its defaults. Who takes its document out switches nothing off.";
    MACHINE_CONFIG_API_VERSION: error "machine-config/api-version",
        "Talos tells what a document is by `apiVersion` and `kind` together. Without one that it knows it refuses the whole config.";
    MACHINE_CONFIG_BAD_KEY: error "machine-config/bad-key",
        "A key of WireGuard is 32 bytes in base64. Talos refuses any other.";
    MACHINE_CONFIG_BAD_NAME: error "machine-config/bad-name",
        "Names of labels, annotations, taints and the like follow Kubernetes' rules. The kubelet or the API refuses any other.";
    MACHINE_CONFIG_BAD_VALUE: error "machine-config/bad-value",
        "Talos reads the field as an address, a URL, a size or the like, and refuses what is none.";
    MACHINE_CONFIG_BOND_MODE: error "machine-config/bond-mode",
        "The option belongs to other modes of a bond. The kernel refuses it with this one, and the bond does not come up.";
    MACHINE_CONFIG_CONFLICT: error "machine-config/conflict",
        "The section and a document of its own configure the same thing. Talos refuses a config that has both, since neither would win.";
    MACHINE_CONFIG_CONTROL_PLANE_ONLY: error "machine-config/control-plane-only",
        "Only control planes run etcd and the Kubernetes API. Talos refuses their settings on a worker.";
    MACHINE_CONFIG_DECIMAL_MODE: warning "machine-config/decimal-mode",
        "The mode of a file is a number. Without `0o` or `0` in front it is decimal, which makes another mode of it.";
    MACHINE_CONFIG_DEPRECATED: warning "machine-config/deprecated",
        "Talos still reads this field under its old name, and will drop it.";
    MACHINE_CONFIG_DUPLICATE: error "machine-config/duplicate",
        "Two entries say the same of one thing, and only one could be used.";
    MACHINE_CONFIG_DUPLICATE_DOCUMENT: error "machine-config/duplicate-document",
        "Talos knows a document by its kind and name, and refuses a config in which one is there twice.";
    MACHINE_CONFIG_EMPTY: error "machine-config/empty",
        "The file has no document, or comments alone. Talos would have nothing to configure a machine with.";
    MACHINE_CONFIG_ETCD_KEY: warning "machine-config/etcd-key",
        "The name of a key is stored with what it encrypted. Under another name the same key reads none of it, and all secrets of the cluster are lost to it.";
    MACHINE_CONFIG_EXCLUSIVE: error "machine-config/exclusive",
        "The fields exclude each other. Talos refuses a config that sets both.";
    MACHINE_CONFIG_IMAGE_TAG: warning "machine-config/image-tag",
        "Rules for the verification of images are matched against registry and repository. A pattern with a tag or a digest matches no image.";
    MACHINE_CONFIG_KUBELET_OWN: error "machine-config/kubelet-own",
        "Talos sets this field of the kubelet's configuration itself, and refuses a config that does.";
    MACHINE_CONFIG_KUBERNETES_VERSION: error "machine-config/kubernetes-version",
        "Each Talos runs six minors of Kubernetes, and refuses a config with an image of another.";
    MACHINE_CONFIG_MEMBER_ADDRESS: error "machine-config/member-address",
        "A link that belongs to a bond or a bridge carries that one's traffic. Its own addresses would not be reachable.";
    MACHINE_CONFIG_MISSING: error "machine-config/missing",
        "Talos cannot do without this field, and refuses the config.";
    MACHINE_CONFIG_NEEDS: error "machine-config/needs",
        "The setting works only together with another one, which is missing or off.";
    MACHINE_CONFIG_NOT_ADVISED: warning "machine-config/not-advised",
        "Talos takes it and warns, since another way works better.";
    MACHINE_CONFIG_NOT_HERE: error "machine-config/not-here",
        "The field does not apply to this kind of volume, and Talos refuses it there.";
    MACHINE_CONFIG_NOT_KEPT: error "machine-config/not-kept",
        "Talos always keeps its configuration on disk. It refuses `persist: false`.";
    MACHINE_CONFIG_NOWHERE: error "machine-config/nowhere",
        "Some parts of a node are documents already, and this one is neither a document nor a section. Talos accepts that, and Kubernetes does not work.";
    MACHINE_CONFIG_NO_DISK: error "machine-config/no-disk",
        "The expression never matches, so that the machine waits for a disk for ever instead of installing Talos.";
    MACHINE_CONFIG_NULL_ITEM: error "machine-config/null-item",
        "A list has an item without a value. Go reads it as an empty one, and Talos refuses it or stops.";
    MACHINE_CONFIG_OLD_NAME: warning "machine-config/old-name",
        "The type of a worker had other names. Talos still reads them, and they may go.";
    MACHINE_CONFIG_RESERVED: error "machine-config/reserved",
        "Talos keeps this name for itself, and refuses a config that uses it.";
    MACHINE_CONFIG_SERVER_FLAG: error "machine-config/server-flag",
        "Beside `KubeAPIServerConfig` the API server gets authentication and authorization from documents of their own. Talos refuses the flags that would say the same.";
    MACHINE_CONFIG_SHORT_IMAGE: warning "machine-config/short-image",
        "Rules for the verification of images are matched against the full name. A short one stands for an image of `docker.io`, which may not be what is meant.";
    MACHINE_CONFIG_STAYS: note "machine-config/stays",
        "The section works, and has to stay as it is: the document that took its place in Talos 1.14 takes less.";
    MACHINE_CONFIG_SWITCHED_ON: note "machine-config/switched-on",
        "Configurations of Talos 1.14 switch this on, which was off before. Decide about it before they are applied.";
    MACHINE_CONFIG_TOO_NEW: error "machine-config/too-new",
        "The field or document does not exist yet in the contract's version of Talos. A node of that version refuses the whole config.";
    MACHINE_CONFIG_UNGUARDED: error "machine-config/unguarded",
        "`KubeAPIServerConfig` starts the API server with what documents say of authentication and authorization, and with nothing else. Talos accepts it alone, but the server does not start, or refuses everybody.";
    MACHINE_CONFIG_UNKNOWN_FIELD: error "machine-config/unknown-field",
        "Talos knows no such field here, and refuses the whole config. It is often a misspelling.";
    MACHINE_CONFIG_UNKNOWN_KIND: error "machine-config/unknown-kind",
        "Talos knows no document of this kind, and refuses the whole config.";
    MACHINE_CONFIG_UNSUPPORTED: error "machine-config/unsupported",
        "Talos has the field for old configs' sake, and refuses a config that sets it.";
    MACHINE_CONFIG_WIPES: warning "machine-config/wipes",
        "`machine.install.wipe` is off unless it is set, and this one is on.";
    MACHINE_CONFIG_WORKER_KEY: error "machine-config/worker-key",
        "A worker needs the certificate of an authority to check others. With its key, whoever breaks into one worker could sign for the whole cluster.";
    MACHINE_CONFIG_WORKER_VIP: error "machine-config/worker-vip",
        "Control planes agree through etcd who holds a virtual address. A worker takes no part in that.";
    MACHINE_CONFIG_WRONG_TYPE: error "machine-config/wrong-type",
        "Talos reads the field as another kind of value, and refuses the whole config.";
}
