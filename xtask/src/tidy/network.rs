//! Whatever works offline links nothing that could do otherwise: no library of a network is
//! reached from its crate, by whatever way round.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, PackageId};

/// The crates of ours that may use a network, since that is their purpose, or that link such.
const ONLINE: &[&str] = &[
    "charts",
    "cli",
    "cluster",
    "kubernetes-client",
    "talos-client",
    "testkit",
    "xtask",
];

/// Libraries that open connections, or that such libraries stand on.
const LIBRARIES: &[&str] = &[
    "async-net",
    "attohttpc",
    "curl",
    "curl-sys",
    "git2",
    "h2",
    "hickory-resolver",
    "hyper",
    "isahc",
    "libgit2-sys",
    "minreq",
    "mio",
    "native-tls",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "ureq",
];

pub(super) fn check(metadata: &Metadata) -> Vec<String> {
    let names: BTreeMap<&PackageId, &str> = { metadata.packages.iter() }
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
        let linked = node.deps.iter().filter(|used| {
            let kinds = used.dep_kinds.iter();
            kinds.clone().any(|one| one.kind == DependencyKind::Normal)
        });
        let linked = linked.filter_map(|used| names.get(&used.pkg).copied());
        let name = names.get(&node.id).copied().unwrap_or_default();
        uses.entry(name).or_default().extend(linked);
    }
    let members = metadata.workspace_packages();
    let members: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    breaches(&members, &uses)
}

fn breaches(members: &[&str], uses: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let offline = members.iter().filter(|member| !ONLINE.contains(member));
    let mut faults = Vec::new();
    for member in offline {
        let mut seen = BTreeSet::from([*member]);
        let mut ways = vec![vec![*member]];
        while let Some(way) = ways.pop() {
            let last = way.last().copied().unwrap_or_default();
            for used in uses.get(last).into_iter().flatten() {
                if !seen.insert(*used) {
                    continue;
                }
                let way = [way.as_slice(), &[*used]].concat();
                if LIBRARIES.contains(used) {
                    faults.push(format!(
                        "{member}: works offline, and links `{used}` ({})",
                        way.join(" -> ")
                    ));
                }
                ways.push(way);
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::breaches;

    #[test]
    fn a_network_is_found_behind_other_crates() {
        let uses: BTreeMap<_, _> = [
            ("cli", vec!["pipeline", "hyper"]),
            ("pipeline", vec!["flux", "helper"]),
            ("flux", vec!["yaml"]),
            ("helper", vec!["ureq", "pipeline"]),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            breaches(&["cli", "flux", "pipeline"], &uses),
            ["pipeline: works offline, and links `ureq` (pipeline -> helper -> ureq)"]
        );
    }
}
