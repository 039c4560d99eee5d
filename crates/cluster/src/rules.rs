//! Rules about what is done with a cluster.

diagnostics::rules! {
    CLUSTER_ADDRESS_TAKEN: error "cluster/address-taken",
        "Of the control planes one holds the address that they share. Where another machine has it, connections go now to the one and now to the other.";
    CLUSTER_BAD_CONFIG: error "cluster/bad-config",
        "The configuration that a node runs has no place where the image of a component is set: it is changed there and nowhere else.";
    CLUSTER_BAD_MANIFEST: error "cluster/bad-manifest",
        "A bootstrap manifest of Talos is a list of objects, each with a kind and a name. Whoever cannot tell which are meant must not delete those that seem not to be.";
    CLUSTER_BAD_RANGE: error "cluster/bad-range",
        "A network is an address and the length of its prefix. One of many thousands of addresses is not looked through: most likely a digit is missing.";
    CLUSTER_BAD_SNAPSHOT: error "cluster/bad-snapshot",
        "A snapshot of etcd ends with a checksum of what is in it. One that does not fit it was cut off, and restores nothing.";
    CLUSTER_FAILING: error "cluster/failing",
        "Something in the cluster is not what it should be, and does not become so by itself. The message is that of the object, as whoever looks after it wrote it.";
    CLUSTER_FOREIGN_FIELDS: error "cluster/foreign-fields",
        "A field of an object belongs to whoever has set it last. What another program looks after is not taken from it unless that was meant.";
    CLUSTER_CORDON_LEFT: warning "cluster/cordon-left",
        "An upgrade keeps new pods from the node that it works on, and marks it. The mark stays where it was killed, and so does the node without pods.";
    CLUSTER_BUSY: error "cluster/busy",
        "Whoever changes a cluster looks before each step. Where two do so at once, the one acts on what the other has seen, and two API servers may be away together.";
    CLUSTER_FOREIGN_OBJECT: error "cluster/foreign-object",
        "Talos keeps an inventory of the objects that its bootstrap manifests have made. An object that is in the inventory of somebody else is neither changed nor deleted.";
    CLUSTER_NODES_MISSING: error "cluster/nodes-missing",
        "Each node of the configuration has to be registered with Kubernetes before apps are brought: a release waits for its pods on all of them.";
    CLUSTER_OLD_DEFINITION: error "cluster/old-definition",
        "A kind is there in other versions than a chart of the repository needs, and belongs to something that would set it back.";
    CLUSTER_OTHER_CLUSTER: error "cluster/other-cluster",
        "What a repository has is brought to its own cluster only: that has its authority, its nodes, and a Flux that follows the repository.";
    CLUSTER_OTHER_SECRET: warning "cluster/other-secret",
        "A secret that was given to the cluster before Flux could decrypt any is not looked after by Flux: a change of it in git does not arrive.";
    CLUSTER_RELEASE_FAILED: error "cluster/release-failed",
        "A release that has to run before Flux can is not installed. The message is Helm's, with what the pods say of themselves.";
    CLUSTER_STUCK_DELETION: error "cluster/stuck-deletion",
        "An object that is being deleted stays until its finalizers are gone, and nothing new is made in its place.";
    CLUSTER_KUBERNETES_JUMP: error "cluster/kubernetes-jump",
        "Kubernetes goes from one minor to the next, and never back: what it has stored may be more than an older one knows.";
    CLUSTER_KUBERNETES_REMOVED: error "cluster/kubernetes-removed",
        "A component does not start with a flag, a feature gate or an admission plugin that its version does not know; and objects of a kind that is gone can be neither read nor deleted any more.";
    CLUSTER_KUBERNETES_UNSUPPORTED: error "cluster/kubernetes-unsupported",
        "Each Talos runs six minors of Kubernetes, and every node runs the same Kubernetes.";
    CLUSTER_KUBERNETES_VERSION: error "cluster/kubernetes-version",
        "A version of Kubernetes has three numbers, such as `v1.36.2`; the one that runs is told by the pods of the control plane.";
    CLUSTER_NO_APP: error "cluster/no-app",
        "A name stands for a Kustomization or a release, or for something that runs pods. Where none has it, or several have, it has to be another one, with its namespace before it.";
    CLUSTER_NO_CONTROL_PLANE: error "cluster/no-control-plane",
        "etcd and the API server of Kubernetes run on control planes. Without one that can be reached there is nothing to start.";
    CLUSTER_NO_DISK: error "cluster/no-disk",
        "Talos is installed to the disk that the configuration names. Without it a machine takes its configuration, fails to install, and waits.";
    CLUSTER_NO_IMAGE: error "cluster/no-image",
        "The node installs and upgrades itself from an image that it pulls. The image does not exist, or it does not reach the registry.";
    CLUSTER_NO_LINK: error "cluster/no-link",
        "The configuration names network links by their MACs. One that no link has is never configured, and the node cannot be reached.";
    CLUSTER_NOT_READY: error "cluster/not-ready",
        "The time that was given is over, and the node is not as far as it should be. What was done stays; the same command goes on from there.";
    CLUSTER_WAITING: warning "cluster/waiting",
        "Something in the cluster is not yet what it should be, or waits for something that is not.";
    CLUSTER_FLUX_NOT_READY: error "cluster/flux-not-ready",
        "What Flux brings is not as git has it. The message is that of the object itself, as its controller wrote it.";
    CLUSTER_NO_FLUX: error "cluster/no-flux",
        "The kinds of Flux are not known to the API server, so that there is nothing to reconcile.";
    CLUSTER_NO_FLUX_OBJECT: error "cluster/no-flux-object",
        "A name stands for one object. Where none has it, or several have, it has to be another one, with its namespace before it.";
    CLUSTER_MEMBER_STAYS: error "cluster/member-stays",
        "A control plane that is gone for good is still a member of etcd, which counts it among those of whom more than half must agree.";
    CLUSTER_NO_QUORUM: error "cluster/no-quorum",
        "etcd needs more than half of its members. With those left that would not leave it, it stands still, and the cluster with it.";
    CLUSTER_OTHER_TIME: error "cluster/other-time",
        "Certificates count from one time to another. A machine whose clock is far from others' refuses theirs, and etcd does not start.";
    CLUSTER_NO_SOPS_SECRET: error "cluster/no-sops-secret",
        "Flux decrypts with the identity in `flux-system/sops-age`. Without it every Kustomization that has a secret fails.";
    CLUSTER_OTHER_AGE_KEY: error "cluster/other-age-key",
        "What is encrypted here can only be decrypted with a key that is here. The cluster has another, so that every Kustomization that has a secret fails.";
    CLUSTER_OTHER_VERSION: warning "cluster/other-version",
        "What runs is not the version that git has: either an upgrade is still to be made, or somebody made one and git does not know.";
    CLUSTER_RELEASE_PENDING: error "cluster/release-pending",
        "While a release is pending, Helm refuses everybody else. A run that was killed leaves it so for ever.";
    CLUSTER_SMALL_DISK: error "cluster/small-disk",
        "Talos needs 6 GiB for itself, with images and data beside it. On a smaller disk the node fills up and stops.";
    CLUSTER_UPGRADE_FAILED: error "cluster/upgrade-failed",
        "A node was to run another Talos, and does not. It takes no new pods until the same command has ended well, or somebody lets them come.";
    CLUSTER_VERSION_JUMP: error "cluster/version-jump",
        "Talos is installed over the two minors before it, its own, and the next one; and it runs six minors of Kubernetes. Its installer refuses the rest, and so it is refused before anything is stopped.";
    CLUSTER_UNHEALTHY: error "cluster/unhealthy",
        "A check that Talos makes of a cluster did not succeed in the time that was given.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
