//! What all of the module share: releases, and names of documents.

use serde_json::Value;

/// Whose behaviour is followed where releases of Talos differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Machinery {
    /// Up to 1.13: a patch has each document once, and deletes documents that are there.
    V1_13,
    /// From 1.14, and talhelper: neither is wrong.
    #[default]
    V1_14,
}

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
