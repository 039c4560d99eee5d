//! What runs left in the cluster that were killed.

use diagnostics::Diagnostics;
use kubernetes_client::{Client, Node};
use pipeline::doctor::Check;

use super::untold;
use crate::record::{self, Record};
use crate::rules;
use crate::upgrade::MARK;

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
    match record::newest(client, None, None) {
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

/// One problem for each release that somebody works on.
pub(super) fn pending(newest: &[Record]) -> Diagnostics {
    let told = newest.iter().filter(|one| one.is_pending()).map(|one| {
        let Record {
            namespace,
            release,
            revision,
            status,
            ..
        } = one;
        rules::CLUSTER_RELEASE_PENDING
            .report(format!(
                "release `{namespace}/{release}` is `{status}` in revision {revision}: a run of Helm goes on, or was killed"
            ))
            .hint("`ichor bootstrap apps` mends it where nobody works on it; so does Flux where it owns the release")
    });
    told.collect()
}
