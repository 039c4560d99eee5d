//! What runs left in the cluster that were killed.

use std::collections::BTreeMap;

use diagnostics::Diagnostics;
use kubernetes_client::{Client, Node};
use pipeline::doctor::Check;
use serde_json::Value;

use super::untold;
use crate::rules;
use crate::upgrade::MARK;

/// Which Secrets are those of releases that somebody works on.
const PENDING: &str = "owner=helm,status in (pending-install,pending-upgrade,pending-rollback)";

/// Nodes that an upgrade has cordoned, and not let go.
pub(super) fn cordons(nodes: &[Node]) -> Check {
    let marked = nodes
        .iter()
        .filter(|node| node.annotations.contains_key(MARK));
    let problems: Diagnostics =
        marked
            .map(|node| {
                let name = &node.name;
                rules::CLUSTER_CORDON_LEFT
                .report(format!("an upgrade keeps pods from `{name}`, or was killed while it did"))
                .hint(format!(
                    "`ichor talos upgrade-node {name}` goes on; `kubectl uncordon {name}` ends it"
                ))
            })
            .collect();
    let what = if problems.is_empty() {
        "no upgrade keeps pods from any"
    } else {
        "not all of them take pods"
    };
    Check::of("nodes", what, problems)
}

/// Releases of Helm that wait for a run which is over.
pub(super) fn releases(client: &Client) -> Check {
    const NAME: &str = "Helm";
    let found = client.definition("v1", "Secret");
    match found.and_then(|kind| client.labelled(&kind, None, PENDING)) {
        Ok(found) => {
            let problems = pending(&found);
            let what = if problems.is_empty() {
                "no release waits for a run that is over"
            } else {
                "releases that nobody else may change"
            };
            Check::of(NAME, what, problems)
        }
        Err(fault) => untold(NAME, &fault),
    }
}

/// One problem for each release, by the labels of its newest revision.
pub(super) fn pending(secrets: &[Value]) -> Diagnostics {
    let mut newest: BTreeMap<(&str, &str), (u64, &str)> = BTreeMap::new();
    for secret in secrets {
        let text = |pointer: &str| secret.pointer(pointer).and_then(Value::as_str);
        let label = |name: &str| text(&format!("/metadata/labels/{name}")).unwrap_or_default();
        let namespace = text("/metadata/namespace").unwrap_or_default();
        let revision = label("version").parse().unwrap_or(0);
        let slot = newest.entry((namespace, label("name"))).or_default();
        *slot = (*slot).max((revision, label("status")));
    }
    let told = newest.into_iter().map(|((namespace, name), (revision, status))| {
        rules::CLUSTER_RELEASE_PENDING
            .report(format!(
                "release `{namespace}/{name}` is `{status}` in revision {revision}: a run of Helm goes on, or was killed"
            ))
            .hint("`ichor bootstrap apps` mends it where nobody works on it; so does Flux where it owns the release")
    });
    told.collect()
}
