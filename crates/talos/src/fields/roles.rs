//! What of the documents is for control planes.

/// The label by which Kubernetes knows a control plane, and its taint.
pub(crate) const CONTROL_PLANE_LABEL: &str = "node-role.kubernetes.io/control-plane";

/// Kinds that a control plane may have, and no worker.
pub(crate) const CONTROL_PLANE_ONLY: [&str; 14] = [
    "KubeAPIServerConfig",
    "KubeAdmissionControlConfig",
    "KubeAggregatorCAConfig",
    "KubeAuditPolicyConfig",
    "KubeAuthenticationConfig",
    "KubeAuthorizerConfig",
    "KubeControllerManagerConfig",
    "KubeCoreDNSConfig",
    "KubeEtcdEncryptionConfig",
    "KubeFlannelCNIConfig",
    "KubeProxyConfig",
    "KubeSchedulerConfig",
    "KubeServiceAccountConfig",
    "KubeTalosAPIAccessConfig",
];

/// Whether Talos refuses documents of a kind on workers.
pub fn is_for_control_planes(kind: &str) -> bool {
    CONTROL_PLANE_ONLY.contains(&kind)
}
