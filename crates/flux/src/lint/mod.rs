//! What would break in the cluster, or looks wrong, though each object by itself is right.
//!
//! What charts and controllers make is not known here. Whether something is absent is said only
//! where nothing known could make it, and as a warning; an error is what is certain to fail.

mod addresses;
mod bootstrap;
mod context;
mod dependencies;
mod hosts;
mod images;
mod lists;
mod namespaces;
mod producers;
mod range;
mod references;
mod routes;
mod secrets;
mod sops;
mod sources;
mod unlisted;
mod variables;

use diagnostics::{Diagnostic, Diagnostics, Severity};

use crate::assembled::Assembled;
use crate::inventory::Inventory;
use crate::redact::Redaction;
use crate::rules;
use crate::value::Value;

pub use addresses::Address;
pub(crate) use addresses::all as addresses_of;
pub use bootstrap::drift;
pub use context::{Context, Defaults, Elsewhere};
pub use range::{Range, ranges};
pub use routes::Route;
pub(crate) use routes::all as routes_of;

/// Every problem, in the order of files and lines.
pub fn check(assembled: &Assembled, context: &Context<'_>) -> Diagnostics {
    let elsewhere = Elsewhere::new(context.files, assembled);
    let mut problems = Diagnostics::new();
    match assembled.clusters() {
        Some(clusters) => {
            for cluster in &clusters {
                let mut found = Diagnostics::new();
                in_cluster(cluster, context, &elsewhere, &mut found);
                let by_hand = is_by_hand(cluster);
                let told = |problem| {
                    if by_hand {
                        as_by_hand(problem)
                    } else {
                        problem
                    }
                };
                problems.extend(found.into_iter().map(told));
            }
        }
        None => in_cluster(assembled, context, &elsewhere, &mut problems),
    }
    unlisted::check(&elsewhere, &mut problems);
    // A name may have come from a Secret by substitution.
    let redaction = Redaction::new(assembled, &context.domains);
    let mut cleaned: Diagnostics = problems
        .into_iter()
        .map(|problem| redaction.clean(problem))
        .collect();
    cleaned.sort();
    cleaned
}

/// Whether nothing says that a cluster begins where it was taken to: its Kustomization is none
/// that `flux bootstrap` or a `FluxInstance` makes. Where there are several, they may be parts of
/// one cluster, applied one by one.
fn is_by_hand(cluster: &Assembled) -> bool {
    let roots = cluster
        .kustomizations
        .iter()
        .filter(|one| one.parent.is_none());
    let mut ids = roots.map(|one| (one.id.namespace.as_str(), one.id.name.as_str()));
    ids.all(|id| id != ("flux-system", "flux-system"))
}

/// What another part may bring is missing only perhaps.
fn as_by_hand(mut problem: Diagnostic) -> Diagnostic {
    let rules = [&rules::FLUX_DEPENDENCY_MISSING, &rules::FLUX_SOURCE_MISSING];
    if rules.iter().any(|rule| problem.is(rule)) {
        problem.severity = Severity::Warning;
    }
    problem
}

fn in_cluster(
    cluster: &Assembled,
    context: &Context<'_>,
    elsewhere: &Elsewhere,
    problems: &mut Diagnostics,
) {
    let inventory = Inventory::new(cluster);
    let producers = producers::Producers::new(&inventory, elsewhere);
    dependencies::check(&inventory, problems);
    sources::check(&inventory, elsewhere, problems);
    references::check(&inventory, &producers, problems);
    routes::check(&inventory, problems);
    hosts::check(&inventory, context, problems);
    addresses::check(&inventory, context, problems);
    images::check(&inventory, problems);
    lists::check(&inventory, context, problems);
    secrets::check(&inventory, problems);
    namespaces::check(&inventory, elsewhere, problems);
    bootstrap::check(&inventory, elsewhere, problems);
    variables::check(&inventory, context, problems);
    sops::check(&inventory, context, elsewhere, problems);
}

/// Whether a text says nothing yet: a chart's template, a variable that stayed, or what only the
/// cluster knows.
fn is_open(text: &str) -> bool {
    text.contains("{{") || text.contains("${") || crate::unknown::is(text)
}

/// A problem at a value's place, if that has one.
fn at(problem: Diagnostic, value: &Value) -> Diagnostic {
    at_place(problem, &value.place)
}

/// A problem at a place, if there is one.
fn at_place(problem: Diagnostic, place: &crate::value::Place) -> Diagnostic {
    problem.at(place.location())
}

/// A problem with a second place, if there is one.
fn related(problem: Diagnostic, place: &crate::value::Place, message: &str) -> Diagnostic {
    match place.location() {
        Some(location) => problem.related(location, message),
        None => problem,
    }
}
