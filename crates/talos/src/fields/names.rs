//! Kinds and names of documents.

use serde_json::Value;

/// How a document is named in messages: `v1alpha1`, `HostnameConfig`, `UserVolumeConfig/data`.
pub fn document_name(document: &Value) -> String {
    let text = |key: &str| {
        document
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match (text("kind"), text("name")) {
        ("", _) => "v1alpha1".to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, name) => format!("{kind}/{name}"),
    }
}

/// Whether that is how a document is named, without making the name.
pub fn is_named(document: &Value, name: &str) -> bool {
    let text = |key: &str| {
        document
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match (text("kind"), text("name")) {
        ("", _) => name == "v1alpha1",
        (kind, "") => name == kind,
        (kind, own) => name
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|rest| rest == own),
    }
}

/// A document's kind; `v1alpha1` for the one without.
pub fn kind_of_value(document: &Value) -> &str {
    match document.get("kind").and_then(Value::as_str) {
        None | Some("") => "v1alpha1",
        Some(kind) => kind,
    }
}
