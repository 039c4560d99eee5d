//! Whether every node reads afterwards what it read before.

use std::time::SystemTime;

use diagnostics::{Diagnostic, Diagnostics, Severity};
use documents::change::Change;
use machines::{Machines, Places, Refusal, Secrets};
use rayon::prelude::*;
use repository::View;
use talhelper::nodes::{Generator, NodeConfig};
use talos::migrate::{Differences, Stay, Subsystem, configuration, read};
use talos::validate::{Violation, switched_on};
use vault::Keys;

use super::{Move, TARGET, is_rendered, keep};
use crate::load::{Environment, load};
use crate::{build, rules};

/// What one node reads differently.
pub struct Proof {
    /// Its name.
    pub hostname: String,
    /// Nothing, or what.
    pub differences: Differences,
}

/// Generates every node's configuration from the repository as it is and as it would be, from
/// the same secrets, and compares what Talos reads of the two. What would be wrong with a
/// configuration, what stays as it is, and what is switched on is told too.
///
/// # Errors
///
/// What keeps configurations from being made at all, before or after.
pub fn prove(
    view: &View<'static>,
    places: &Places,
    moving: &Move,
    today: &Machines<'_>,
    keys: &Keys,
    environment: &Environment,
    now: SystemTime,
) -> Result<(Vec<Proof>, Diagnostics), Diagnostics> {
    let after = moving.changes.over(view);
    let rendered = if is_rendered(view, places) {
        let (inputs, _) = load(&after, environment).map_err(|_| {
            Diagnostics::from(rules::MIGRATE_BY_HAND.report("the repository cannot be read"))
        })?;
        Some(build::render(&inputs)?)
    } else {
        None
    };
    let over = match &rendered {
        Some(rendered) => after.under(&rendered.tree),
        None => after,
    };
    let then = Machines::open(&over, places, keys, Secrets::Optional, now)?;
    let (before, _) = today.generator();
    let (generator, mut problems) = then.generator();
    if let Some(problem) = too_old(&then, &generator) {
        // All else would follow from that.
        return Err(problem.into());
    }
    let nodes: Vec<_> = (0..generator.len())
        .into_par_iter()
        .map(|index| {
            let (config, found) = generator.node(index);
            let Some(config) = config else {
                return Node {
                    found,
                    ..Node::default()
                };
            };
            let told = Refusal::all(&generator, index, &config, then.checked_by());
            let mut node = Node {
                found,
                told,
                ..Node::default()
            };
            let same = before.find(&config.hostname);
            let Some((old, at)) = same.and_then(|at| Some((before.node(at).0?, at))) else {
                return node;
            };
            node.stays = stays(&before, at, &old, &then.in_documents);
            let new = switched_on(&old.documents, &config.documents);
            node.told
                .extend(Refusal::of(&generator, index, &config, &new));
            node.proof = Some(Proof {
                differences: read(&old.documents).against(&read(&config.documents)),
                hostname: config.hostname,
            });
            node
        })
        .collect();
    let mut proofs = Vec::with_capacity(nodes.len());
    let (mut told, mut stays) = (Vec::new(), Vec::new());
    for node in nodes {
        problems.extend(node.found);
        told.extend(node.told);
        stays.extend(node.stays);
        proofs.extend(node.proof);
    }
    let name = then.talconfig.source().name();
    let stays = machines::told(stays, name);
    if stays.has_errors() {
        // What nodes would refuse follows from that.
        return Err(then.masked(stays));
    }
    problems.extend(stays);
    problems.extend(machines::told(told, name));
    let mut problems = then.masked(machines::unique(problems));
    let some = |of: fn(&Differences) -> &Vec<Change>| {
        proofs
            .iter()
            .any(|proof| !of(&proof.differences).is_empty())
    };
    for (is, told) in [
        (some(|found| &found.grown), GROWN),
        (some(|found| &found.sealed), SEALED),
    ] {
        if is {
            let caution = rules::MIGRATE_CAUTION.report(told);
            problems.push(caution.at(then.talconfig.source().whole()));
        }
    }
    problems.extend(another_cluster(&proofs));
    Ok((proofs, problems))
}

/// The nodes that would belong to another cluster, or not read what theirs has stored. The
/// rules by which things move see to it that there are none.
fn another_cluster(proofs: &[Proof]) -> Diagnostics {
    let changes = |proof| {
        let Proof {
            hostname,
            differences,
        }: &Proof = proof;
        differences.identity.iter().map(move |change| {
            rules::MIGRATE_IDENTITY.report(format!(
                "`{hostname}` would have another `{}` in `{}`",
                change.path, change.document
            ))
        })
    };
    proofs.iter().flat_map(changes).collect()
}

/// What is to be known of what etcd has stored.
const GROWN: &str = "`KubeEtcdEncryptionConfig`: one more key decrypts what is stored; the first one, which encrypts, is the same";
const SEALED: &str = "`KubeEtcdEncryptionConfig`: secrets that were stored before anything encrypted them, and never since, cannot be read any more: `kubectl get secrets -A -o json | kubectl replace -f -` writes all anew, before the move";

/// What was found out about a node.
#[derive(Default)]
struct Node {
    proof: Option<Proof>,
    found: Diagnostics,
    told: Vec<Refusal>,
    stays: Vec<Refusal>,
}

/// What of a node's configuration stays in v1alpha1 though its part is to move: a note where
/// parts move, an error where the contract has no place for it.
fn stays(
    generator: &Generator<'_>,
    index: usize,
    config: &NodeConfig,
    parts: &[Subsystem],
) -> Vec<Refusal> {
    let network = [Subsystem::Network];
    // What patches say of the others was told, and generated is what documents take.
    let by_parts = !parts.is_empty();
    let all = if by_parts { parts } else { &network };
    let violation = |stay: Stay| {
        let (message, hint, severity, rule) = if by_parts {
            let message = format!("stays as it is: {}", stay.why);
            (message, None, Severity::Note, &rules::MIGRATE_STAYS)
        } else {
            let hint = Some(keep(stay.subsystem));
            (stay.why, hint, Severity::Error, &rules::MIGRATE_BY_HAND)
        };
        Violation {
            document: "v1alpha1".to_owned(),
            path: stay.path,
            message,
            hint,
            severity,
            rule,
        }
    };
    let stays = configuration(&config.documents, all).stays;
    let violations: Vec<_> = stays.into_iter().map(violation).collect();
    Refusal::of(generator, index, config, &violations)
}

/// That nodes run a Talos that refuses the documents.
fn too_old(then: &Machines<'_>, generator: &Generator<'_>) -> Option<Diagnostic> {
    let release = generator.release()?;
    (release.minor() < then.checked_by().minor()).then(|| {
        rules::MIGRATE_TALOS_TOO_OLD
            .report(format!(
                "nodes of Talos {release} refuse documents of {TARGET}"
            ))
            .at(then.talconfig.place_of("talosVersion"))
            .hint("install Talos 1.14 first; it reads the configurations that nodes have now")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_that_would_be_another_clusters_is_an_error_without_the_secret() {
        let with = |secret: &str| {
            let documents = [
                json!({"machine": {"type": "worker"}}),
                json!({"apiVersion": "v1alpha1", "kind": "DiscoveryIdentityConfig", "clusterSecret": secret}),
            ];
            read(&documents)
        };
        let proof = |secret: &str| Proof {
            hostname: "one".to_owned(),
            differences: with("b25l").against(&with(secret)),
        };
        assert!(another_cluster(&[proof("b25l")]).is_empty());
        let told = another_cluster(&[proof("dHdv")]);
        let told: Vec<_> = told.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "error[migrate/identity]: `one` would have another `clusterSecret` in `DiscoveryIdentityConfig`"
            ]
        );
    }
}
