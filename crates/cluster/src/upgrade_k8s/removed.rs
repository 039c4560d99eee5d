//! What a minor of Kubernetes does not have any more, and does not start with.
//!
//! From its changelogs, as `kubernetes/upgrade` of siderolabs/go-kubernetes gathers them.

use diagnostics::Diagnostic;
use kubernetes_client::{Client, Fault, Kind};
use talos::Component;

use crate::rules;

/// What was taken out with a minor.
struct Removed {
    /// Of `1.x`.
    minor: u64,
    /// Of every component.
    gates: &'static [&'static str],
    /// Of one component.
    flags: &'static [(Component, &'static str)],
    /// Of the API server.
    plugins: &'static [&'static str],
    /// Kinds with the version of the API that had them.
    kinds: &'static [(&'static str, &'static str)],
}

const NOTHING: Removed = Removed {
    minor: 0,
    gates: &[],
    flags: &[],
    plugins: &[],
    kinds: &[],
};

const REMOVED: &[Removed] = &[
    Removed {
        minor: 28,
        gates: &[
            "AdvancedAuditing",
            "CSIMigrationGCE",
            "CSIStorageCapacity",
            "DelegateFSGroupToCSIDriver",
            "DevicePlugins",
            "DisableAcceleratorUsageMetrics",
            "EndpointSliceTerminatingCondition",
            "KubeletCredentialProviders",
            "MixedProtocolLBService",
            "ServiceIPStaticSubrange",
            "ServiceInternalTrafficPolicy",
            "WindowsHostProcessContainers",
        ],
        ..NOTHING
    },
    Removed {
        minor: 29,
        kinds: &[("networking.k8s.io/v1alpha1", "ClusterCIDR")],
        ..NOTHING
    },
    Removed {
        minor: 30,
        gates: &[
            "ExpandedDNSConfig",
            "ExperimentalHostUserNamespaceDefaultingGate",
            "IPTablesOwnershipCleanup",
            "KubeletPodResources",
            "KubeletPodResourcesGetAllocatable",
            "MinimizeIPTablesRestore",
            "ProxyTerminatingEndpoints",
            "RemoveSelfLink",
        ],
        plugins: &["SecurityContextDeny"],
        ..NOTHING
    },
    Removed {
        minor: 31,
        gates: &[
            "APIPriorityAndFairness",
            "CSINodeExpandSecret",
            "ConsistentHTTPGetHandlers",
            "DefaultHostNetworkHostPortsInPodTemplates",
            "ServiceNodePortStaticSubrange",
            "SkipReadOnlyValidationGCE",
        ],
        flags: &[
            (Component::Kubelet, "iptables-drop-bit"),
            (Component::Kubelet, "iptables-masquerade-bit"),
            (Component::Kubelet, "keep-terminated-pod-volumes"),
            (
                Component::ControllerManager,
                "horizontal-pod-autoscaler-downscale-delay",
            ),
            (
                Component::ControllerManager,
                "horizontal-pod-autoscaler-upscale-delay",
            ),
            (
                Component::ControllerManager,
                "volume-host-allow-local-loopback",
            ),
            (Component::ControllerManager, "volume-host-cidr-denylist"),
        ],
        ..NOTHING
    },
    Removed {
        minor: 32,
        gates: &[
            "AllowServiceLBStatusOnNonLB",
            "CloudDualStackNodeIPs",
            "DRAControlPlaneController",
            "HPAContainerMetrics",
            "KMSv2",
            "KMSv2KDF",
            "LegacyServiceAccountTokenCleanUp",
            "MinDomainsInPodTopologySpread",
            "NewVolumeManagerReconstruction",
            "NodeOutOfServiceVolumeDetach",
            "ServerSideApply",
            "ServerSideFieldValidation",
            "StableLoadBalancerNodeSet",
            "ValidatingAdmissionPolicy",
            "ZeroLimitedNominalConcurrencyShares",
        ],
        kinds: &[("resource.k8s.io/v1alpha3", "PodSchedulingContext")],
        ..NOTHING
    },
    Removed {
        minor: 33,
        gates: &[
            "AppArmor",
            "AppArmorFields",
            "CPUManager",
            "DisableCloudProviders",
            "DisableKubeletCloudCredentialProviders",
            "JobPodFailurePolicy",
            "KubeProxyDrainingTerminatingNodes",
            "PDBUnhealthyPodEvictionPolicy",
            "PersistentVolumeLastPhaseTransitionTime",
            "VolumeCapacityPriority",
        ],
        flags: &[(Component::ApiServer, "cloud-config")],
        ..NOTHING
    },
    Removed {
        minor: 34,
        gates: &[
            "DevicePluginCDIDevices",
            "LegacySidecarContainers",
            "PodDisruptionConditions",
        ],
        flags: &[(Component::Kubelet, "cloud-config")],
        ..NOTHING
    },
    Removed {
        minor: 35,
        gates: &[
            "SizeMemoryBackedVolumes",
            "UserNamespacesHostNetworkSupport",
        ],
        flags: &[(Component::Kubelet, "pod-infra-container-image")],
        ..NOTHING
    },
    Removed {
        minor: 36,
        gates: &[
            "CSIMigrationPortworx",
            "HonorPVReclaimPolicy",
            "InTreePluginPortworxUnregister",
            "WatchFromStorageWithoutResourceVersion",
        ],
        ..NOTHING
    },
    Removed {
        minor: 37,
        gates: &[
            "AnyVolumeDataSource",
            "DeclarativeValidationTakeover",
            "GangScheduling",
            "PreventStaticPodAPIReferences",
            "WorkloadAwarePreemption",
        ],
        flags: &[
            (Component::Kubelet, "application-metrics-count-limit"),
            (Component::Kubelet, "boot-id-file"),
            (Component::Kubelet, "container-hints"),
            (Component::Kubelet, "containerd"),
            (Component::Kubelet, "containerd-namespace"),
            (Component::Kubelet, "enable-load-reader"),
            (Component::Kubelet, "event-storage-age-limit"),
            (Component::Kubelet, "event-storage-event-limit"),
            (Component::Kubelet, "global-housekeeping-interval"),
            (Component::Kubelet, "log-cadvisor-usage"),
            (Component::Kubelet, "machine-id-file"),
            (Component::Kubelet, "storage-driver-buffer-duration"),
            (Component::Kubelet, "storage-driver-db"),
            (Component::Kubelet, "storage-driver-host"),
            (Component::Kubelet, "storage-driver-password"),
            (Component::Kubelet, "storage-driver-secure"),
            (Component::Kubelet, "storage-driver-table"),
            (Component::Kubelet, "storage-driver-user"),
        ],
        ..NOTHING
    },
];

/// What a component is started with that a minor of Kubernetes does not know any more.
pub(super) fn find(
    node: &str,
    component: Component,
    arguments: &[String],
    minor: u64,
) -> Vec<Diagnostic> {
    let Some(removed) = REMOVED.iter().find(|removed| removed.minor == minor) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut tell = |what: String| {
        found.push(
            rules::CLUSTER_KUBERNETES_REMOVED
                .report(format!(
                    "`{node}`: {component} is started with {what}, which Kubernetes 1.{minor} does not have any more"
                ))
                .hint("take it out of the machine config, and apply that: `ichor talos apply-node`"),
        );
    };
    for argument in arguments {
        let Some((flag, value)) = split(argument) else {
            continue;
        };
        let is_gone = |(of, name): &&(Component, &str)| *of == component && *name == flag;
        if removed.flags.iter().any(|one| is_gone(&one)) {
            tell(format!("the flag `--{flag}`"));
        }
        let named = value.split(',').filter_map(|one| one.split('=').next());
        let (kind, gone) = match flag {
            "feature-gates" => ("the feature gate", removed.gates),
            "enable-admission-plugins" => ("the admission plugin", removed.plugins),
            _ => continue,
        };
        for name in named.filter(|name| gone.contains(name)) {
            tell(format!("{kind} `{name}`"));
        }
    }
    found
}

/// Objects that a cluster has of kinds that a minor of Kubernetes does not know any more.
pub(super) fn objects(client: &Client, minor: u64) -> Vec<Diagnostic> {
    let removed = REMOVED.iter().filter(|removed| removed.minor == minor);
    let kinds = removed.flat_map(|removed| removed.kinds);
    let told = |(version, kind): &(&str, &str)| {
        let count = match count(client, version, kind) {
            Ok(0) => return None,
            Ok(count) => count,
            Err(fault) => return Some(fault.diagnostic()),
        };
        let problem = rules::CLUSTER_KUBERNETES_REMOVED.report(format!(
            "{count} objects are of the kind `{kind}` of `{version}`, which Kubernetes 1.{minor} does not have any more"
        ));
        Some(problem.hint("delete them before, and see that nothing needs them"))
    };
    kinds.filter_map(told).collect()
}

/// How many objects there are of a kind, which the cluster need not have.
fn count(client: &Client, version: &str, kind: &str) -> Result<usize, Fault> {
    let objects = client
        .definition(version, kind)
        .and_then(|definition| client.objects(&definition, None));
    match objects {
        Ok(objects) => Ok(objects.len()),
        Err(fault) if fault.kind == Kind::Missing => Ok(0),
        Err(fault) => Err(fault),
    }
}

/// The name and the value of a flag.
fn split(argument: &str) -> Option<(&str, &str)> {
    let flag = argument.strip_prefix("--")?;
    Some(flag.split_once('=').unwrap_or((flag, "")))
}

#[cfg(test)]
mod tests {
    use talos::Component;

    use super::find;

    #[test]
    fn what_is_gone_is_found_and_nothing_else() {
        let cases: [(Component, &[&str], u64, &[&str]); 6] = [
            (
                Component::ApiServer,
                &[
                    "/usr/local/bin/kube-apiserver",
                    "--cloud-config=x",
                    "--feature-gates=A=true,CPUManager=false",
                ],
                33,
                &["`--cloud-config`", "`CPUManager`"],
            ),
            (Component::Scheduler, &["--cloud-config=x"], 33, &[]),
            (Component::ApiServer, &["--cloud-config=x"], 34, &[]),
            (
                Component::ApiServer,
                &["--enable-admission-plugins=NodeRestriction,SecurityContextDeny"],
                30,
                &["`SecurityContextDeny`"],
            ),
            (
                Component::Kubelet,
                &["--containerd", "--container=a"],
                37,
                &["`--containerd`"],
            ),
            (Component::Kubelet, &["--containerd"], 99, &[]),
        ];
        for (component, arguments, minor, expected) in cases {
            let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
            let found = find("n0", component, &arguments, minor);
            let told: Vec<_> = found.iter().map(|problem| &problem.message).collect();
            assert_eq!(told.len(), expected.len(), "{told:?}");
            for (told, expected) in told.iter().zip(expected) {
                assert!(told.contains(expected), "{told}");
            }
        }
    }
}
