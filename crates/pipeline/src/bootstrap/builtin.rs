//! The order of a bootstrap where a repository has no helmfile, as the family has it.

/// Releases by name, and which have to be there before, of those that the repository has.
pub(super) const RELEASES: &[(&str, &[&str])] = &[
    ("cilium", &[]),
    ("coredns", &["cilium"]),
    ("spegel", &["cilium", "coredns"]),
    ("cert-manager", &["cilium", "coredns"]),
    ("flux-operator", &["cilium", "coredns", "cert-manager"]),
    ("flux-instance", &["flux-operator"]),
];

/// Charts whose definitions are applied before anything else, by the release that has them.
pub(super) const CRDS: &[&str] = &[
    "cloudflare-dns",
    "envoy-gateway",
    "prometheus-operator-crds",
];
