//! The objects that make Flux fetch, decrypt and apply.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::expected::Plain;

/// Where they are: apart from everything that arrives, which also has a Secret `sops-age`.
pub(super) const NAMESPACE: &str = "oracle";
/// The name of the source and of the kustomization.
pub(super) const NAME: &str = "public";

/// Namespaces first, then the key, the source and the kustomization.
pub(super) fn all(plain: &[Plain], key: &str, address: &str) -> Vec<Value> {
    let mut namespaces: BTreeSet<&str> = plain
        .iter()
        .map(|secret| secret.namespace.as_str())
        .collect();
    namespaces.insert(NAMESPACE);
    let mut objects: Vec<Value> = namespaces
        .iter()
        .map(
            |name| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
        )
        .collect();
    objects.extend([
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": { "name": "sops-age", "namespace": NAMESPACE },
            "stringData": { "age.agekey": key },
        }),
        json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "GitRepository",
            "metadata": { "name": NAME, "namespace": NAMESPACE },
            "spec": { "interval": "1h", "url": address, "ref": { "branch": "main" } },
        }),
        json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": { "name": NAME, "namespace": NAMESPACE },
            "spec": {
                "interval": "1h",
                "retryInterval": "5s",
                "prune": false,
                "path": "./",
                "sourceRef": { "kind": "GitRepository", "name": NAME },
                "decryption": { "provider": "sops", "secretRef": { "name": "sops-age" } },
            },
        }),
    ]);
    objects
}
