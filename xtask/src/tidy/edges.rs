//! Which crate of the workspace may depend on which; ARCHITECTURE.md has the reasons.

use cargo_metadata::{DependencyKind, Metadata};

/// What each crate may use of the others in its own code. `None`: everything but `testkit`.
const ALLOWED: &[(&str, Option<&[&str]>)] = &[
    ("diagnostics", Some(&[])),
    ("yaml", Some(&["diagnostics"])),
    ("documents", Some(&["yaml", "diagnostics"])),
    ("tree", Some(&["diagnostics"])),
    ("config-model", Some(&["yaml", "diagnostics"])),
    (
        "render",
        Some(&["config-model", "tree", "yaml", "diagnostics"]),
    ),
    (
        "secrets",
        Some(&["documents", "tree", "yaml", "diagnostics"]),
    ),
    ("talos", Some(&["documents", "yaml", "diagnostics"])),
    (
        "talhelper",
        Some(&["talos", "documents", "yaml", "diagnostics"]),
    ),
    ("flux", Some(&["documents", "tree", "yaml", "diagnostics"])),
    ("repository", Some(&["tree", "yaml", "diagnostics"])),
    ("charts", Some(&["flux", "yaml", "diagnostics"])),
    ("helm", Some(&["repository"])),
    (
        "vault",
        Some(&[
            "repository",
            "secrets",
            "documents",
            "tree",
            "yaml",
            "diagnostics",
        ]),
    ),
    (
        "machines",
        Some(&[
            "config-model",
            "diagnostics",
            "documents",
            "repository",
            "secrets",
            "talhelper",
            "talos",
            "tree",
            "vault",
            "yaml",
        ]),
    ),
    (
        "pipeline",
        Some(&[
            "config-model",
            "diagnostics",
            "documents",
            "flux",
            "helm",
            "machines",
            "render",
            "repository",
            "secrets",
            "talhelper",
            "talos",
            "tree",
            "vault",
            "yaml",
        ]),
    ),
    ("talos-client", Some(&["talos", "diagnostics"])),
    ("kubernetes-client", Some(&["flux", "diagnostics"])),
    (
        "cluster",
        Some(&[
            "talos-client",
            "talos",
            "documents",
            "helm",
            "kubernetes-client",
            "pipeline",
            "flux",
            "yaml",
            "diagnostics",
        ]),
    ),
    ("cli", None),
    (
        "xtask",
        Some(&[
            "config-model",
            "diagnostics",
            "documents",
            "flux",
            "helm",
            "machines",
            "pipeline",
            "repository",
            "talhelper",
            "talos",
            "tree",
            "vault",
            "yaml",
        ]),
    ),
    ("testkit", Some(&[])),
];

/// The only crates that tests may use beside what the code itself may.
const FOR_TESTS: &[&str] = &["testkit"];

/// Whose tests may use more: the page of rules is made of the tables of all crates.
const OF_TESTS: &[(&str, &[&str])] = &[(
    "pipeline",
    &["cluster", "kubernetes-client", "talos-client"],
)];

pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let members = metadata.workspace_packages();
    let names: Vec<&str> = members
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut faults = Vec::new();
    for package in &members {
        let name = package.name.as_str();
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            faults.push(format!(
                "{name}: not in the table of crates in xtask/src/tidy/edges.rs"
            ));
            continue;
        };
        let ours = package
            .dependencies
            .iter()
            .filter(|used| names.contains(&used.name.as_str()));
        for used in ours {
            let target = used.name.as_str();
            let in_tests = used.kind == DependencyKind::Development;
            let fits = match allowed {
                _ if FOR_TESTS.contains(&target) => in_tests,
                _ if OF_TESTS
                    .iter()
                    .any(|(of, more)| *of == name && more.contains(&target)) =>
                {
                    in_tests
                }
                Some(allowed) => allowed.contains(&target) || (in_tests && target == name),
                None => true,
            };
            if !fits {
                faults.push(format!(
                    "{name}: may not depend on {target} ({:?})",
                    used.kind
                ));
            }
        }
    }
    faults
}
