//! What the cluster would get of what was rendered, before it is written: put together as Flux
//! does it, against the schemas of Kubernetes, and as a whole.

use std::collections::BTreeSet;

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
    // What a build lacks, and what is no YAML, is told by the checks of those, and whatever comes
    // of it is no problem of its own.
    if subject.lacking(tree).iter().any(Diagnostic::is_error) {
        return Diagnostics::new();
    }
    let settings = Settings {
        top: Some(top(tree)),
        parsed: Some(&subject.parsed),
        ..Settings::of(model)
    };
    let chosen = settings.chosen();
    let over = inputs.view.under(tree);
    let parts: Vec<&[u8]> = { tree.iter() }
        .filter(|(path, _)| !path.starts_with("talos"))
        .flat_map(|(path, entry)| [path.as_str().as_bytes(), entry.content.as_bytes()])
        .chain([chosen.as_bytes()])
        .collect();
    let found = cache.unless_seen(Manifests.name(), &parts, &over, |over| {
        let assembled = manifests::assemble(over, &settings);
        if assembled.kustomizations.is_empty() {
            // Who renders no cluster for Flux has none to be wrong.
            return Diagnostics::new();
        }
        manifests::check(over, &assembled, &settings).problems
    });
    let mut problems: Diagnostics = { found.into_iter() }
        .filter(|problem| !of_yaml(problem))
        .map(|problem| match is_rendered(&problem, tree) {
            true if inputs.own.is_none() => problem,
            false if subject.whole && inputs.own.is_none() => problem,
            _ => as_it_runs(problem),
        })
        .map(|problem| at_template(problem, tree))
        .collect();
    problems.sort();
    problems
}

/// What stands at the top of the repository and may matter to a cluster: whatever else lies there
/// changes nothing.
fn top(tree: &Tree<Rendered>) -> Vec<String> {
    let names: BTreeSet<String> = { tree.iter() }
        .map(|(path, _)| match path.as_str().split_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => path.to_string(),
        })
        .collect();
    names.into_iter().collect()
}

/// Whether it is about the text, which the check of YAML tells.
fn of_yaml(problem: &Diagnostic) -> bool {
    let tables = yaml::rules::RULES.iter();
    tables.copied().flatten().any(|rule| problem.is(rule))
}

/// Whether it stands in a file that is rendered; of one without a place nobody else knows.
fn is_rendered(problem: &Diagnostic, tree: &Tree<Rendered>) -> bool {
    let Some(place) = &problem.location else {
        return true;
    };
    tree.get(&place.file).is_some()
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
    for related in &mut problem.related {
        if let Some(entry) = tree.get(&related.location.file) {
            let is_secret = names::is_secret(&related.location.file);
            let place = entry.trace(&related.location).place();
            related.location = if is_secret {
                place.without_excerpt()
            } else {
                place
            };
        }
    }
    let Some(place) = problem.location.as_ref() else {
        return problem;
    };
    let Some(entry) = tree.get(&place.file) else {
        return problem;
    };
    if names::is_secret(&place.file) {
        return hidden_in_template(entry, problem);
    }
    let place = entry.trace(place).place();
    problem.at(place)
}
