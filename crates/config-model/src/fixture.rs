//! The problems of a folder of configuration files, as the negative fixtures record them.

use std::fmt::Write as _;

use diagnostics::{Diagnostics, Source};

use crate::credentials;
use crate::input::{Input, Parsed};
use crate::keys::Section;
use crate::parse::parse;
use crate::templates::Templates;
use crate::used::UsedKeys;
use crate::versions;

/// The files that [`read`] asks for, besides `cluster.yaml` and `nodes.yaml`.
pub const OPTIONAL_FILES: &[&str] = &[
    "variables.yaml",
    "versions.yaml",
    "own-templates",
    "keys/age.key",
    "keys/cloudflare-tunnel.json",
    "keys/github-deploy.key",
    "keys/github-push-token.txt",
];

/// A pin for each case of the comparison with a repository's own `versions.yaml`.
const VERSIONS: &str = "talosVersion: \"v1.13.7\"\nflux: \"2.9.x\"\nspegel: \"0.7.4\"\n";

/// Reads a folder given by a function from file names to texts.
///
/// `cluster.yaml` and `nodes.yaml` count as empty if they are not there. Where the folder has
/// `own-templates`, it stands for a repository with its own templates, which name the keys
/// listed there, `mtu` of a node as `nodes.mtu`; without a list they name every key. Lines
/// that start with `#` are comments. `variables.yaml` is `templates/variables.yaml` there. The problems are those of
/// the configuration, of `versions.yaml` and of the files below `keys`.
pub fn read(file: impl Fn(&str) -> Option<String>) -> (Parsed, Diagnostics) {
    let source = |name: &str, path: &str| file(path).map(|text| Source::new(name, text));
    let required = |name: &str| Source::new(name, file(name).unwrap_or_default());
    let variables = source("templates/variables.yaml", "variables.yaml");
    let own = file("own-templates");
    let templates = match own {
        Some(_) => Templates::Own,
        None => Templates::BuiltIn,
    };
    let used = own.as_deref().and_then(used);
    let parsed = parse(&Input {
        cluster: &required("cluster.yaml"),
        nodes: &required("nodes.yaml"),
        variables: variables.as_ref(),
        templates,
        used: used.as_ref(),
    });
    let mut diagnostics = parsed.diagnostics.clone();
    if let Some(own) = source("versions.yaml", "versions.yaml") {
        let (built_in, _) = versions::read(&Source::new("built-in:versions.yaml", VERSIONS));
        let (own, problems) = versions::read(&own);
        diagnostics.extend(problems);
        diagnostics.extend(versions::Versions::new(built_in, Some(own)).1);
    }
    for path in OPTIONAL_FILES {
        let Some(name) = path.strip_prefix("keys/") else {
            continue;
        };
        if let Some(source) = source(name, path) {
            diagnostics.extend(credentials::check(&source));
        }
    }
    diagnostics.sort();
    (parsed, diagnostics)
}

/// The keys that a marker lists, if it lists any.
fn used(marker: &str) -> Option<UsedKeys> {
    let names: Vec<_> = marker
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| match line.trim().strip_prefix("nodes.") {
            Some(name) => (Section::Nodes, name.to_owned()),
            None => (Section::Cluster, line.trim().to_owned()),
        })
        .collect();
    (!names.is_empty()).then(|| UsedKeys::new(names))
}

/// The lines of `problems.txt`: one problem a line, sorted, without excerpts and hints.
pub fn lines(diagnostics: &Diagnostics) -> String {
    let mut lines = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(lines, "{diagnostic}");
    }
    lines
}
