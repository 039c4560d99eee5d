//! What stands in configurations of every contract, wherever it stands there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Input;
use crate::bundle::SecretText;

/// A kind of document, its keys behind the two that each has.
macro_rules! document {
    ($kind:literal, {$($body:tt)*}) => {
        json!({"apiVersion": "v1alpha1", "kind": $kind, $($body)*})
    };
}
pub(super) use document;

/// An image of Kubernetes at the cluster's version.
pub(super) fn image(name: &str, input: &Input<'_>) -> String {
    let version = input.kubernetes_version;
    format!("{name}:v{}", version.strip_prefix('v').unwrap_or(version))
}

/// What the admission plugin `PodSecurity` is configured with.
pub(super) fn pod_security() -> Value {
    json!({
        "apiVersion": "pod-security.admission.config.k8s.io/v1alpha1",
        "defaults": {
            "audit": "restricted",
            "audit-version": "latest",
            "enforce": "baseline",
            "enforce-version": "latest",
            "warn": "restricted",
            "warn-version": "latest",
        },
        "exemptions": {"namespaces": ["kube-system"], "runtimeClasses": [], "usernames": []},
        "kind": "PodSecurityConfiguration",
    })
}

/// Which requests the API server writes down.
pub(super) fn audit_policy() -> Value {
    json!({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]})
}

/// The PEM of what a bundle has as base64 of it. What is no base64 stays as it is: Talos shows
/// keys that it took out with a word.
pub(super) fn pem(text: &SecretText) -> Value {
    let decoded = STANDARD.decode(text.expose()).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or_else(|| text.expose().into(), Value::from)
}

/// The host of a URL, without brackets, port and path.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if let Some(inner) = authority.strip_prefix('[') {
        return inner.split(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}
