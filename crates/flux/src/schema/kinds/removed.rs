//! APIs that Kubernetes served once, from its deprecation guide, and those that it will not serve
//! for ever.

/// Group, version, kind (all where empty), and the last release that served it.
const REMOVED: &[(&str, &str, &str, &str)] = &[
    (
        "admissionregistration.k8s.io",
        "v1beta1",
        "MutatingWebhookConfiguration",
        "v1.21",
    ),
    (
        "admissionregistration.k8s.io",
        "v1beta1",
        "ValidatingWebhookConfiguration",
        "v1.21",
    ),
    ("apiextensions.k8s.io", "v1beta1", "", "v1.21"),
    ("apiregistration.k8s.io", "v1beta1", "", "v1.21"),
    ("apps", "v1beta1", "", "v1.15"),
    ("apps", "v1beta2", "", "v1.15"),
    ("authentication.k8s.io", "v1beta1", "TokenReview", "v1.21"),
    ("authorization.k8s.io", "v1beta1", "", "v1.21"),
    ("autoscaling", "v2beta1", "", "v1.24"),
    ("autoscaling", "v2beta2", "", "v1.25"),
    ("batch", "v1beta1", "", "v1.24"),
    ("batch", "v2alpha1", "", "v1.20"),
    (
        "certificates.k8s.io",
        "v1beta1",
        "CertificateSigningRequest",
        "v1.21",
    ),
    ("coordination.k8s.io", "v1beta1", "Lease", "v1.21"),
    ("discovery.k8s.io", "v1beta1", "", "v1.24"),
    ("events.k8s.io", "v1beta1", "", "v1.24"),
    ("extensions", "v1beta1", "Ingress", "v1.21"),
    ("extensions", "v1beta1", "", "v1.15"),
    ("flowcontrol.apiserver.k8s.io", "v1beta1", "", "v1.25"),
    ("flowcontrol.apiserver.k8s.io", "v1beta2", "", "v1.28"),
    ("flowcontrol.apiserver.k8s.io", "v1beta3", "", "v1.31"),
    ("networking.k8s.io", "v1beta1", "Ingress", "v1.21"),
    ("networking.k8s.io", "v1beta1", "IngressClass", "v1.21"),
    ("node.k8s.io", "v1beta1", "", "v1.24"),
    ("policy", "v1beta1", "", "v1.24"),
    ("rbac.authorization.k8s.io", "v1beta1", "", "v1.21"),
    ("scheduling.k8s.io", "v1beta1", "", "v1.21"),
    ("storage.k8s.io", "v1beta1", "CSIStorageCapacity", "v1.26"),
    ("storage.k8s.io", "v1beta1", "CSIDriver", "v1.21"),
    ("storage.k8s.io", "v1beta1", "CSINode", "v1.21"),
    ("storage.k8s.io", "v1beta1", "StorageClass", "v1.21"),
    ("storage.k8s.io", "v1beta1", "VolumeAttachment", "v1.21"),
];

/// APIs that are served, and what to use in their place.
const DEPRECATED: &[(&str, &str, &str, &str)] = &[
    (
        "",
        "v1",
        "ComponentStatus",
        "Kubernetes deprecated it in v1.19 without a successor",
    ),
    (
        "",
        "v1",
        "Endpoints",
        "Kubernetes deprecated it in v1.33: use `EndpointSlice` of `discovery.k8s.io/v1`",
    ),
];

fn find(
    table: &[(&str, &str, &str, &'static str)],
    group: &str,
    version: &str,
    kind: &str,
) -> Option<&'static str> {
    let found = table.iter().find(|entry| {
        entry.0 == group && entry.1 == version && (entry.2.is_empty() || entry.2 == kind)
    });
    found.map(|entry| entry.3)
}

/// The last release of Kubernetes that served an API which no supported one serves.
pub(in crate::schema) fn removed(group: &str, version: &str, kind: &str) -> Option<&'static str> {
    find(REMOVED, group, version, kind)
}

/// Why an API should not be used any more, though it is served.
pub(in crate::schema) fn deprecated(group: &str, version: &str, kind: &str) -> Option<String> {
    let instead = find(DEPRECATED, group, version, kind)?;
    let slash = if group.is_empty() { "" } else { "/" };
    Some(format!(
        "`{kind}` of `{group}{slash}{version}` is deprecated: {instead}"
    ))
}
