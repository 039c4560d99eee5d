//! Whether every node reads afterwards what it read before.

use std::time::SystemTime;

use diagnostics::{Diagnostic, Diagnostics};
use machines::{Machines, Places, Refusal, Secrets};
use rayon::prelude::*;
use repository::View;
use talhelper::nodes::Generator;
use talos::migrate::{Differences, read};
use vault::Keys;

use super::{Move, TARGET, is_rendered};
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
/// configuration, and what would be lost, is told too.
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
                return (None, found, Vec::new());
            };
            let refused = Refusal::all(&generator, index, &config, then.checked_by());
            let old = before
                .find(&config.hostname)
                .and_then(|index| before.node(index).0);
            let proof = old.map(|old| Proof {
                differences: read(&old.documents).against(&read(&config.documents)),
                hostname: config.hostname,
            });
            (proof, found, refused)
        })
        .collect();
    let mut proofs = Vec::with_capacity(nodes.len());
    let mut refusals = Vec::new();
    for (proof, found, refused) in nodes {
        problems.extend(found);
        refusals.extend(refused);
        proofs.extend(proof);
    }
    let name = then.talconfig.source().name();
    problems.extend(machines::told(refusals, name));
    let mut problems = then.masked(machines::unique(problems));
    for proof in &proofs {
        for change in &proof.differences.identity {
            problems.push(rules::MIGRATE_IDENTITY.report(format!(
                "`{}` would have another `{}` in `{}`",
                proof.hostname, change.path, change.document
            )));
        }
    }
    Ok((proofs, problems))
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
