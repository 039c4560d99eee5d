//! A Renovate configuration that knows the annotations of `versions.yaml`.

use serde_json::{Value, json};

use super::Existing;

/// Where `init` writes the configuration.
pub(super) const PATH: &str = ".renovaterc.json";

/// Where Renovate looks for one; with several it takes the first.
const PATHS: [&str; 13] = [
    "renovate.json",
    "renovate.jsonc",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.jsonc",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.jsonc",
    ".gitlab/renovate.json5",
    ".renovaterc",
    PATH,
    ".renovaterc.jsonc",
    ".renovaterc.json5",
];

/// Whether the repository has a configuration of Renovate under any of its names.
pub(super) fn is_configured(existing: &Existing<'_>) -> bool {
    let package: Option<Value> = serde_json::from_str(existing.package).ok();
    PATHS.iter().any(|path| (existing.has)(path))
        || package.is_some_and(|package| package.get("renovate").is_some())
}

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
                "# renovate: datasource=(?<datasource>\\S+) depName=(?<depName>\\S+)( packageName=(?<packageName>\\S+))?( registryUrl=(?<registryUrl>\\S+))?( versioning=(?<versioning>\\S+))?\\n[A-Za-z0-9_]+: \"?(?<currentValue>[^\"\\s]+)\"?"
            ],
            "versioningTemplate": "{{#if versioning}}{{{versioning}}}{{else}}semver{{/if}}"
        }]
    });
    format!("{configuration:#}\n")
}
