//! What moves by itself.

use std::fmt;

/// A part of a configuration that Talos takes in one form only: either its section of v1alpha1
/// or its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subsystem {
    /// Name, endpoint and service accounts of the cluster: Talos refuses one without the others.
    Cluster,
    /// The authority of the Kubernetes API.
    Ca,
    /// The authority of aggregated APIs.
    AggregatorCa,
    /// Keys that data in etcd is encrypted with.
    EtcdEncryption,
    /// The discovery service, and who the cluster is to it.
    Discovery,
    /// Subnets, the DNS domain, and Flannel.
    Network,
    /// The API server with admission, audit, authentication and authorizers.
    ApiServer,
    /// The controller manager.
    ControllerManager,
    /// The scheduler.
    Scheduler,
    /// kube-proxy.
    Proxy,
    /// CoreDNS.
    CoreDns,
    /// Manifests that Talos applies.
    Manifests,
    /// The kubelet.
    Kubelet,
    /// Labels, taints and addresses of the node.
    Node,
    /// Static pods.
    StaticPods,
    /// Disk and image that Talos is installed with.
    Install,
    /// Name servers, search domains and the host's DNS.
    Resolver,
    /// The local balancer of API servers.
    KubePrism,
    /// Access to the Talos API from pods.
    TalosApiAccess,
    /// The image cache.
    ImageCache,
    /// Kernel parameters below `/proc/sys`.
    Sysctls,
    /// Kernel parameters below `/sys`.
    Sysfs,
    /// Kernel modules.
    KernelModules,
    /// Rules of udev.
    Udev,
    /// Files below `/etc`, and parts of containerd's configuration.
    Files,
    /// The runtime spec that containers start from.
    RuntimeSpec,
    /// Time servers.
    Time,
    /// Environment variables.
    Environment,
    /// The host name.
    Hostname,
    /// Mirrors, certificates and logins of registries.
    Registries,
    /// Encryption of the system volumes.
    Volumes,
}

impl Subsystem {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::Cluster,
        Self::Ca,
        Self::AggregatorCa,
        Self::EtcdEncryption,
        Self::Discovery,
        Self::Network,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Proxy,
        Self::CoreDns,
        Self::Manifests,
        Self::Kubelet,
        Self::Node,
        Self::StaticPods,
        Self::Install,
        Self::Resolver,
        Self::KubePrism,
        Self::TalosApiAccess,
        Self::ImageCache,
        Self::Sysctls,
        Self::Sysfs,
        Self::KernelModules,
        Self::Udev,
        Self::Files,
        Self::RuntimeSpec,
        Self::Time,
        Self::Environment,
        Self::Hostname,
        Self::Registries,
        Self::Volumes,
    ];

    /// Its name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Ca => "ca",
            Self::AggregatorCa => "aggregator-ca",
            Self::EtcdEncryption => "etcd-encryption",
            Self::Discovery => "discovery",
            Self::Network => "network",
            Self::ApiServer => "api-server",
            Self::ControllerManager => "controller-manager",
            Self::Scheduler => "scheduler",
            Self::Proxy => "proxy",
            Self::CoreDns => "core-dns",
            Self::Manifests => "manifests",
            Self::Kubelet => "kubelet",
            Self::Node => "node",
            Self::StaticPods => "static-pods",
            Self::Install => "install",
            Self::Resolver => "resolver",
            Self::KubePrism => "kube-prism",
            Self::TalosApiAccess => "talos-api-access",
            Self::ImageCache => "image-cache",
            Self::Sysctls => "sysctls",
            Self::Sysfs => "sysfs",
            Self::KernelModules => "kernel-modules",
            Self::Udev => "udev",
            Self::Files => "files",
            Self::RuntimeSpec => "runtime-spec",
            Self::Time => "time",
            Self::Environment => "environment",
            Self::Hostname => "hostname",
            Self::Registries => "registries",
            Self::Volumes => "volumes",
        }
    }

    /// These, and what has to move with any of them.
    #[must_use]
    pub fn with_ties(mut parts: Vec<Self>) -> Vec<Self> {
        for (one, other, _) in Self::TIES {
            if parts.contains(&one) && !parts.contains(&other) {
                parts.push(other);
            }
        }
        parts
    }

    /// All but these, and but what could not move without one of them.
    pub fn all_but(kept: &[Self]) -> Vec<Self> {
        let mut kept = kept.to_vec();
        for (one, other, _) in Self::TIES {
            if kept.contains(&other) && !kept.contains(&one) {
                kept.push(one);
            }
        }
        let mut all = Self::ALL.to_vec();
        all.retain(|part| !kept.contains(part));
        all
    }

    /// Whether Talos takes its old form beside the documents that are generated for it.
    pub fn is_legal_beside_documents(self) -> bool {
        matches!(
            self,
            Self::Manifests
                | Self::StaticPods
                | Self::TalosApiAccess
                | Self::ImageCache
                | Self::Sysctls
                | Self::Sysfs
                | Self::KernelModules
                | Self::Udev
                | Self::Files
                | Self::RuntimeSpec
                | Self::Time
                | Self::Environment
                | Self::Registries
                | Self::Volumes
        )
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The other that cannot stay where this one moves, if a field is there: `machine.kubelet`
    /// has fields of the node too, and a port of the API server stands beside the endpoint.
    pub(super) const TIES: [(Self, Self, &'static [&'static str]); 3] = [
        (
            Self::Kubelet,
            Self::Node,
            &[
                "machine.kubelet.nodeIP",
                "machine.kubelet.skipNodeRegistration",
                "machine.kubelet.registerWithFQDN",
            ],
        ),
        (
            Self::Cluster,
            Self::ApiServer,
            &["cluster.controlPlane.localAPIServerPort"],
        ),
        (
            Self::ApiServer,
            Self::Cluster,
            &["cluster.controlPlane.localAPIServerPort"],
        ),
    ];
}

impl fmt::Display for Subsystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
