//! A Renovate configuration that knows the annotations of `versions.yaml`.

use serde_json::json;

/// The text of `.renovaterc.json`: Renovate's recommended set, and a manager that reads the
/// `# renovate:` line above each pin of `versions.yaml`, where versions are decided. The
/// rendered folders are left alone, since the next `configure` would undo a bump there.
pub(super) fn configuration() -> String {
    let configuration = json!({
        "$schema": "https://docs.renovatebot.com/renovate-schema.json",
        "extends": ["config:recommended", ":semanticCommits"],
        "ignorePaths": ["kubernetes/**", "talos/**", "bootstrap/**"],
        "customManagers": [{
            "customType": "regex",
            "description": "Pins of versions.yaml",
            "managerFilePatterns": ["/(^|/)versions\\.yaml$/"],
            "matchStrings": [
                "# renovate: datasource=(?<datasource>\\S+) depName=(?<depName>\\S+)( packageName=(?<packageName>\\S+))?( versioning=(?<versioning>\\S+))?\\n[A-Za-z0-9_]+: \"?(?<currentValue>[^\"\\s]+)\"?"
            ],
            "versioningTemplate": "{{#if versioning}}{{{versioning}}}{{else}}semver{{/if}}"
        }]
    });
    format!("{configuration:#}\n")
}
