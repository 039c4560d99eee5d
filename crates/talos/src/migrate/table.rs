//! Where 1.14 has what stands in v1alpha1: one table, which moving and reading both go by.
//!
//! Upstream: the documents of `github.com/siderolabs/talos/pkg/machinery/config/types` in
//! v1.14.1 beside the fields of `v1alpha1` that their conflicts name.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::row::{How, Row, Rule};
use super::subsystem::Subsystem::{
    self, AggregatorCa, ApiServer, Ca, Cluster, ControllerManager, CoreDns, Discovery, Environment,
    EtcdEncryption, Files, Hostname, ImageCache, Install, KernelModules, KubePrism, Kubelet,
    Manifests, Network, Node, Proxy, Registries, Resolver, RuntimeSpec, Scheduler, StaticPods,
    Sysctls, Sysfs, TalosApiAccess, Time, Udev, Volumes,
};

use How::{Always, By, Each, Inverted, Nowhere, Same};

const fn row(
    path: &'static str,
    kind: &'static str,
    field: &'static str,
    how: How,
    subsystem: Subsystem,
) -> Row {
    Row {
        path,
        kind,
        field,
        how,
        subsystem,
    }
}

const VOLUMES: &str = "the component cannot mount anything of the node any more";

#[rustfmt::skip]
static ROWS: &[Row] = &[
    row("cluster.id", "DiscoveryIdentityConfig", "clusterID", Same, Discovery),
    row("cluster.secret", "DiscoveryIdentityConfig", "clusterSecret", Same, Discovery),
    row("cluster.discovery", "DiscoveryServiceConfig", "", By(Rule::Discovery), Discovery),
    row("cluster.clusterName", "KubeClusterConfig", "clusterName", Same, Cluster),
    row("cluster.controlPlane.endpoint", "KubeClusterConfig", "endpoint", By(Rule::Endpoint), Cluster),
    row("cluster.controlPlane.localAPIServerPort", "KubeAPIServerConfig", "apiPort", By(Rule::Port), ApiServer),
    row("cluster.serviceAccount", "KubeServiceAccountConfig", "issuer", By(Rule::ServiceAccount), Cluster),
    row("cluster.ca", "KubeAPIServerCAConfig", "", By(Rule::Authority), Ca),
    row("cluster.acceptedCAs", "KubeAPIServerCAConfig", "acceptedCAs", By(Rule::Accepted), Ca),
    row("cluster.aggregatorCA", "KubeAggregatorCAConfig", "", By(Rule::Authority), AggregatorCa),
    row("cluster.secretboxEncryptionSecret", "KubeEtcdEncryptionConfig", "config", By(Rule::EtcdEncryption), EtcdEncryption),
    row("cluster.aescbcEncryptionSecret", "KubeEtcdEncryptionConfig", "config", By(Rule::EtcdEncryption), EtcdEncryption),
    row("cluster.network.dnsDomain", "KubeNetworkConfig", "dnsDomain", Same, Network),
    row("cluster.network.podSubnets", "KubeNetworkConfig", "podSubnets", By(Rule::Subnets), Network),
    row("cluster.network.serviceSubnets", "KubeNetworkConfig", "serviceSubnets", By(Rule::Subnets), Network),
    row("cluster.network.cni", "KubeFlannelCNIConfig", "", By(Rule::Cni), Network),

    row("cluster.apiServer.image", "KubeAPIServerConfig", "image", Same, ApiServer),
    row("cluster.apiServer.extraArgs", "KubeAPIServerConfig", "extraArgs", By(Rule::ApiServerArguments), ApiServer),
    row("cluster.apiServer.env", "KubeAPIServerConfig", "env", Same, ApiServer),
    row("cluster.apiServer.resources", "KubeAPIServerConfig", "resources", Same, ApiServer),
    row("cluster.apiServer.certSANs", "KubeAPIServerConfig", "certExtraSANs", Same, ApiServer),
    row("cluster.apiServer.admissionControl", "KubeAdmissionControlConfig", "", By(Rule::Admission), ApiServer),
    row("cluster.apiServer.auditPolicy", "KubeAuditPolicyConfig", "configuration", By(Rule::Audit), ApiServer),
    row("cluster.apiServer.authorizationConfig", "KubeAuthorizerConfig", "", By(Rule::Named), ApiServer),
    row("cluster.apiServer.disablePodSecurityPolicy", "KubeAPIServerConfig", "", Always(true, "leave it out: Kubernetes has no such policies any more"), ApiServer),
    row("cluster.apiServer.extraVolumes", "KubeAPIServerConfig", "", Nowhere(VOLUMES), ApiServer),
    row("cluster.controllerManager.image", "KubeControllerManagerConfig", "image", Same, ControllerManager),
    row("cluster.controllerManager.extraArgs", "KubeControllerManagerConfig", "extraArgs", Same, ControllerManager),
    row("cluster.controllerManager.env", "KubeControllerManagerConfig", "env", Same, ControllerManager),
    row("cluster.controllerManager.resources", "KubeControllerManagerConfig", "resources", Same, ControllerManager),
    row("cluster.controllerManager.extraVolumes", "KubeControllerManagerConfig", "", Nowhere(VOLUMES), ControllerManager),
    row("machine.controlPlane.controllerManager.disabled", "KubeControllerManagerConfig", "enabled", Inverted, ControllerManager),
    row("cluster.scheduler.image", "KubeSchedulerConfig", "image", Same, Scheduler),
    row("cluster.scheduler.extraArgs", "KubeSchedulerConfig", "extraArgs", Same, Scheduler),
    row("cluster.scheduler.env", "KubeSchedulerConfig", "env", Same, Scheduler),
    row("cluster.scheduler.resources", "KubeSchedulerConfig", "resources", Same, Scheduler),
    row("cluster.scheduler.config", "KubeSchedulerConfig", "config", Same, Scheduler),
    row("cluster.scheduler.extraVolumes", "KubeSchedulerConfig", "", Nowhere(VOLUMES), Scheduler),
    row("machine.controlPlane.scheduler.disabled", "KubeSchedulerConfig", "enabled", Inverted, Scheduler),
    row("cluster.proxy.disabled", "KubeProxyConfig", "enabled", Inverted, Proxy),
    row("cluster.proxy.image", "KubeProxyConfig", "image", Same, Proxy),
    row("cluster.proxy.mode", "KubeProxyConfig", "mode", Same, Proxy),
    row("cluster.proxy.extraArgs", "KubeProxyConfig", "extraArgs", Same, Proxy),
    row("cluster.coreDNS.disabled", "KubeCoreDNSConfig", "enabled", Inverted, CoreDns),
    row("cluster.coreDNS.image", "KubeCoreDNSConfig", "image", Same, CoreDns),
    row("cluster.inlineManifests", "KubeInlineManifestConfig", "", By(Rule::InlineManifests), Manifests),
    row("cluster.extraManifests", "KubeExternalManifestConfig", "", By(Rule::ExternalManifests), Manifests),
    row("cluster.extraManifestHeaders", "KubeExternalManifestConfig", "", By(Rule::ManifestHeaders), Manifests),
    row("cluster.allowSchedulingOnControlPlanes", "KubeNodeConfig", "taints", By(Rule::Scheduling), Node),
    row("cluster.allowSchedulingOnMasters", "KubeNodeConfig", "taints", By(Rule::Scheduling), Node),

    row("machine.kubelet.image", "KubeletConfig", "image", Same, Kubelet),
    row("machine.kubelet.extraArgs", "KubeletConfig", "extraArgs", Same, Kubelet),
    row("machine.kubelet.clusterDNS", "KubeletConfig", "clusterDNS", Same, Kubelet),
    row("machine.kubelet.extraConfig", "KubeletConfig", "config", Same, Kubelet),
    row("machine.kubelet.defaultRuntimeSeccompProfileEnabled", "KubeletConfig", "defaultRuntimeSeccompProfileEnabled", Same, Kubelet),
    row("machine.kubelet.credentialProviderConfig", "KubeCredentialProviderConfig", "configuration", Same, Kubelet),
    row("machine.kubelet.disableManifestsDirectory", "KubeletConfig", "", Always(true, "make each manifest of that directory a KubeStaticPodConfig"), Kubelet),
    row("machine.kubelet.extraMounts", "KubeletConfig", "", Nowhere("make each a volume: the kubelet sees what a UserVolumeConfig mounts below `/var/mnt`"), Kubelet),
    row("machine.kubelet.nodeIP", "KubeNodeConfig", "nodeIP", Same, Node),
    row("machine.kubelet.skipNodeRegistration", "KubeNodeConfig", "skipNodeRegistration", Same, Node),
    row("machine.kubelet.registerWithFQDN", "KubeNodeConfig", "registerWithFQDN", Same, Node),
    row("machine.nodeLabels", "KubeNodeConfig", "labels", Same, Node),
    row("machine.nodeAnnotations", "KubeNodeConfig", "annotations", Same, Node),
    row("machine.nodeTaints", "KubeNodeConfig", "taints", Same, Node),
    row("machine.pods", "KubeStaticPodConfig", "", By(Rule::StaticPods), StaticPods),
    row("machine.install", "UnattendedInstallConfig", "", By(Rule::Install), Install),
    row("machine.features.stableHostname", "HostnameConfig", "auto", By(Rule::StableHostname), Hostname),
    row("machine.network.hostname", "HostnameConfig", "hostname", By(Rule::Hostname), Hostname),
    row("machine.network.nameservers", "ResolverConfig", "nameservers", Each("address"), Resolver),
    row("machine.network.searchDomains", "ResolverConfig", "searchDomains.domains", By(Rule::SearchDomains), Resolver),
    row("machine.network.disableSearchDomain", "ResolverConfig", "searchDomains.disableDefault", Same, Resolver),
    row("machine.features.hostDNS", "ResolverConfig", "hostDNS", Same, Resolver),
    row("machine.features.kubePrism", "KubePrismConfig", "", By(Rule::Switched), KubePrism),
    row("machine.features.kubernetesTalosAPIAccess", "KubeTalosAPIAccessConfig", "", By(Rule::Switched), TalosApiAccess),
    row("machine.features.imageCache.localEnabled", "ImageCacheConfig", "local.enabled", Same, ImageCache),
    row("machine.sysctls", "SysctlConfig", "params", Same, Sysctls),
    row("machine.sysfs", "SysfsConfig", "params", Same, Sysfs),
    row("machine.kernel.modules", "KernelModuleConfig", "", By(Rule::Named), KernelModules),
    row("machine.udev.rules", "UdevRulesConfig", "rules", Same, Udev),
    row("machine.files", "EtcFileConfig", "", By(Rule::Files), Files),
    row("machine.baseRuntimeSpecOverrides", "CRIBaseRuntimeSpecConfig", "overrides", Same, RuntimeSpec),
    row("machine.time.disabled", "TimeSyncConfig", "enabled", By(Rule::TimeDisabled), Time),
    row("machine.time.servers", "TimeSyncConfig", "ntp.servers", Same, Time),
    row("machine.time.bootTimeout", "TimeSyncConfig", "bootTimeout", Same, Time),
    row("machine.env", "EnvironmentConfig", "variables", Same, Environment),
    row("machine.registries.mirrors", "RegistryMirrorConfig", "", By(Rule::Mirrors), Registries),
    row("machine.systemDiskEncryption.state", "VolumeConfig", "", By(Rule::DiskEncryption), Volumes),
    row("machine.systemDiskEncryption.ephemeral", "VolumeConfig", "", By(Rule::DiskEncryption), Volumes),
];

/// Sections whose deletion is that of a document, and what is to be known of that.
pub(super) const SECTIONS: &[(&str, &str, &str)] = &[
    ("cluster.proxy", "KubeProxyConfig", LEGACY),
    ("cluster.coreDNS", "KubeCoreDNSConfig", LEGACY),
    (
        "cluster.controllerManager",
        "KubeControllerManagerConfig",
        LEGACY,
    ),
    ("cluster.scheduler", "KubeSchedulerConfig", LEGACY),
];

/// What the absence of a component's document means.
const LEGACY: &str = "without its document Talos runs the component as it did before 1.14; `enabled: false` is what switches it off";

/// The row of a path.
pub(super) fn row_of(path: &str) -> Option<&'static Row> {
    static ROWS_BY_PATH: OnceLock<HashMap<&'static str, &'static Row>> = OnceLock::new();
    let rows = ROWS_BY_PATH.get_or_init(|| ROWS.iter().map(|row| (row.path, row)).collect());
    rows.get(path).copied()
}

/// What a kind of document moves with, if fields of v1alpha1 become it.
pub fn part_of(kind: &str) -> Option<Subsystem> {
    let row = ROWS.iter().find(|row| row.kind == kind)?;
    Some(row.subsystem)
}

/// The row of a field, or of a section that it is in.
pub(super) fn row_above(path: &str) -> Option<&'static Row> {
    let ends = path.match_indices('.').map(|(dot, _)| dot);
    let mut sections = ends.chain([path.len()]).filter_map(|end| path.get(..end));
    sections.find_map(row_of)
}

/// Whether rows stand below a path.
pub(super) fn leads_on(path: &str) -> bool {
    static SECTIONS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let sections = SECTIONS.get_or_init(|| {
        let dots = |row: &Row| {
            let path = row.path;
            path.match_indices('.')
                .filter_map(move |(dot, _)| path.get(..dot))
        };
        ROWS.iter().flat_map(dots).collect()
    });
    sections.contains(path)
}

/// The rows of a subsystem.
pub(super) fn rows_below(section: &str) -> impl Iterator<Item = &'static Row> {
    let starts = format!("{section}.");
    ROWS.iter().filter(move |row| row.path.starts_with(&starts))
}
