//! What the cluster would get of what was rendered, before it is written: put together as Flux
//! does it, against the schemas of Kubernetes, and as a whole.

use diagnostics::{Diagnostic, Diagnostics, Severity};
use repository::names;
use tree::{Rendered, Tree};

use super::{Check, Subject};
use crate::manifests::{self, Settings};
use crate::places::hidden_in_template;

/// What Flux or the API server would refuse, and what looks wrong.
pub(super) struct Manifests;

impl Check for Manifests {
    fn name(&self) -> &'static str {
        "manifests"
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        check(subject, tree)
    }
}

fn check(subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
    let Subject {
        inputs,
        model,
        cache,
        ..
    } = subject;
    let settings = Settings::of(model);
    let outputs: Vec<u8> = { tree.iter() }
        .filter(|(path, _)| !path.starts_with("talos"))
        .flat_map(|(path, entry)| [path.as_str().as_bytes(), b"\n", entry.content.as_bytes()])
        .flatten()
        .copied()
        .collect();
    let chosen = settings.chosen();
    let over = inputs.view.under(tree);
    let parts = [outputs.as_slice(), chosen.as_bytes()];
    let found = cache.unless_seen(Manifests.name(), &parts, &over, |over| {
        let assembled = manifests::assemble(over, &settings);
        if assembled.kustomizations.is_empty() {
            // Who renders no cluster for Flux has none to be wrong.
            return Diagnostics::new();
        }
        manifests::check(over, &assembled, &settings).problems
    });
    let mut problems: Diagnostics = { found.into_iter() }
        // What is not there is told of each entry by the check of kustomizations.
        .filter(|problem| !problem.is(&flux::rules::KUSTOMIZE_MISSING))
        .map(|problem| at_template(problem, tree))
        .collect();
    if inputs.own.is_some() {
        problems = problems.into_iter().map(as_it_runs).collect();
    }
    problems.sort();
    problems
}

/// A cluster that runs may have been so since it was made: a repository's own templates are its
/// owner's, and the rest must not wait for it.
fn as_it_runs(mut problem: Diagnostic) -> Diagnostic {
    if problem.is_error() {
        problem.severity = Severity::Warning;
    }
    problem
}

fn at_template(mut problem: Diagnostic, tree: &Tree<Rendered>) -> Diagnostic {
    let entry_of = |file: &str| tree.iter().find(|(path, _)| path.as_str() == file);
    for related in &mut problem.related {
        if let Some((path, entry)) = entry_of(&related.location.file) {
            let place = entry.trace(&related.location).place();
            related.location = if names::is_secret(path.as_str()) {
                place.without_excerpt()
            } else {
                place
            };
        }
    }
    let Some(place) = problem.location.as_ref() else {
        return problem;
    };
    let Some((path, entry)) = entry_of(&place.file) else {
        return problem;
    };
    if names::is_secret(path.as_str()) {
        return hidden_in_template(entry, problem);
    }
    let place = entry.trace(place).place();
    problem.at(place)
}
