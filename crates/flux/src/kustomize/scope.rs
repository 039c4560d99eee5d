//! Kinds that kustomize takes for cluster-wide: those of Kubernetes 1.21. It takes every other
//! kind for one of a namespace, custom resources included.

/// Whether kustomize knows the kind as cluster-wide.
pub(super) fn is_cluster_wide(api_version: &str, kind: &str) -> bool {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let beta = version == "v1" || version == "v1beta1";
    match group {
        "" => {
            version == "v1"
                && matches!(
                    kind,
                    "ComponentStatus"
                        | "Namespace"
                        | "Node"
                        | "NodeProxyOptions"
                        | "PersistentVolume"
                )
        }
        "admissionregistration.k8s.io" => match kind {
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => beta,
            "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => version == "v1",
            _ => false,
        },
        "apiextensions.k8s.io" => beta && kind == "CustomResourceDefinition",
        "apiregistration.k8s.io" => beta && kind == "APIService",
        "certificates.k8s.io" => beta && kind == "CertificateSigningRequest",
        "flowcontrol.apiserver.k8s.io" => {
            version == "v1beta1" && matches!(kind, "FlowSchema" | "PriorityLevelConfiguration")
        }
        "networking.k8s.io" => beta && kind == "IngressClass",
        "node.k8s.io" => beta && kind == "RuntimeClass",
        "policy" => version == "v1beta1" && kind == "PodSecurityPolicy",
        "rbac.authorization.k8s.io" => beta && matches!(kind, "ClusterRole" | "ClusterRoleBinding"),
        "scheduling.k8s.io" => beta && kind == "PriorityClass",
        "storage.k8s.io" => {
            beta && matches!(
                kind,
                "CSIDriver" | "CSINode" | "StorageClass" | "VolumeAttachment"
            )
        }
        _ => false,
    }
}
