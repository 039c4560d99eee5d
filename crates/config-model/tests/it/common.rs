//! The fixtures as the tests read them.

#![expect(clippy::disallowed_methods, reason = "fixtures are files")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use config_model::{Input, Parsed, Templates, parse};
use diagnostics::{Diagnostics, Source};

/// The valid configurations.
pub(crate) const VALID: &[&str] = &[
    "public",
    "private",
    "minimal",
    "single-node",
    "bgp",
    "multi-domain",
    "vlan-secureboot-encrypted",
    "workers-only-scheduling",
];

/// The folder of all fixtures.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// A file, if it is there.
pub(crate) fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The folders of the negative fixtures, sorted.
pub(crate) fn invalid() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("invalid")).expect("the negative fixtures");
    let mut folders: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The two files of a valid configuration.
pub(crate) fn valid(case: &str) -> (String, String) {
    let file = |name: &str| read(&root().join(case).join(name)).expect("a file of the fixture");
    (file("cluster.yaml"), file("nodes.yaml"))
}

/// Parses two texts with the built-in templates.
pub(crate) fn built_in(cluster: &str, nodes: &str) -> Parsed {
    with(cluster, nodes, None, Templates::BuiltIn)
}

/// Parses texts.
pub(crate) fn with(
    cluster: &str,
    nodes: &str,
    variables: Option<&str>,
    templates: Templates,
) -> Parsed {
    let variables = variables.map(|text| Source::new("templates/variables.yaml", text));
    parse(&Input {
        cluster: &Source::new("cluster.yaml", cluster),
        nodes: &Source::new("nodes.yaml", nodes),
        variables: variables.as_ref(),
        templates,
        used: None,
    })
}

/// Problems in full, as a terminal would show them.
pub(crate) fn shown(diagnostics: &Diagnostics) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(text, "{diagnostic}");
        if let Some(excerpt) = diagnostic
            .location
            .as_ref()
            .and_then(|at| at.excerpt.as_ref())
        {
            let caret = " ".repeat(excerpt.start) + &"^".repeat(excerpt.end - excerpt.start);
            let _ = writeln!(text, "  | {}\n  | {caret}", excerpt.text);
        }
        for related in &diagnostic.related {
            let _ = writeln!(text, "  {}: {}", related.location, related.message);
            if let Some(excerpt) = &related.location.excerpt {
                let _ = writeln!(text, "  | {}", excerpt.text);
            }
        }
        if let Some(hint) = &diagnostic.hint {
            let _ = writeln!(text, "  = {hint}");
        }
    }
    text
}
