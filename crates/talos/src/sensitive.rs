//! Which values of a configuration nobody may see, by the table of fields.

use serde_json::Value;

use crate::patch::document_name;
use crate::patch::schema::{Kind, Schema, Spec, any};

/// Shorter values would be found in ordinary words.
const SHORTEST: usize = 6;

/// Whether a path of a document, as in [`Change`](crate::patch::Change), holds what may be a
/// secret.
///
/// ```
/// use talos::sensitive::is_secret;
///
/// assert!(is_secret("v1alpha1", "machine.ca.key"));
/// assert!(is_secret("v1alpha1", "cluster.inlineManifests[0].contents"));
/// assert!(!is_secret("v1alpha1", "machine.ca.crt"));
/// assert!(!is_secret("v1alpha1", r"machine.sysctls.net\.core\.rmem_max"));
/// ```
pub fn is_secret(document: &str, path: &str) -> bool {
    Schema::get().is_secret(document, path)
}

/// The texts of a configuration that may be secret, for those who must not show them.
pub fn secret_texts(documents: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for document in documents {
        let name = document_name(document);
        let kind = name.split('/').next().unwrap_or_default();
        if let Some(spec) = Schema::get().document(kind) {
            collect(document, spec, false, &mut found);
        }
    }
    found
}

fn collect(value: &Value, spec: &Spec, secret: bool, found: &mut Vec<String>) {
    let secret = secret || spec.secret;
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, below(spec, key), secret, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, item_of(spec), secret, found);
            }
        }
        Value::String(text) if secret && text.len() >= SHORTEST => found.push(text.clone()),
        _ => {}
    }
}

/// What stands behind a key; an index of a list stands for its items.
fn below<'a>(spec: &'a Spec, key: &str) -> &'a Spec {
    match &spec.kind {
        Kind::Struct(name) => Schema::get().field(name, key).unwrap_or(any()),
        Kind::Map(item) => item,
        _ => any(),
    }
}

fn item_of(spec: &Spec) -> &Spec {
    match &spec.kind {
        Kind::List(item) => item,
        Kind::Keyed(keyed) => &keyed.item,
        _ => any(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found_wherever_they_stand() {
        let documents = [
            json!({
                "machine": {
                    "type": "controlplane",
                    "ca": {"crt": "certificate", "key": "secret-1"},
                    "network": {"interfaces": [{"wireguard": {"privateKey": "secret-2"}}]},
                },
                "cluster": {"inlineManifests": [{"name": "a-name", "contents": "secret-3"}]},
            }),
            json!({"apiVersion": "v1alpha1", "kind": "WireguardConfig", "name": "wg0", "privateKey": "secret-4"}),
        ];
        assert_eq!(
            secret_texts(&documents),
            ["secret-1", "secret-2", "secret-3", "secret-4"]
        );
        assert!(is_secret(
            "v1alpha1",
            "machine.network.interfaces[0].wireguard.privateKey"
        ));
        assert!(is_secret("WireguardConfig/wg0", "privateKey"));
        // Where nothing is known, everything may be.
        assert!(is_secret("NoSuchKind", "privateKey"));
    }
}
