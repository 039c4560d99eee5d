//! What `configure` has rendered, made into machine configurations before it is written: a
//! broken patch must fail there, and not on a node.

use config_model::versions::CONTRACT;
use diagnostics::{Diagnostic, Diagnostics, Severity};
use repository::names;
use tree::{Rendered, Tree};

use super::{Check, Over, Subject};
use crate::places::hidden_in_template;

/// What Talos would refuse.
pub(super) struct Machines;

impl Check for Machines {
    fn name(&self) -> &'static str {
        "machines"
    }

    fn over(&self) -> &'static [Over] {
        &[Over::Rendered, Over::Tracked]
    }

    fn run(&self, subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
        check(subject, tree)
    }
}

/// Everything that is wrong with the machine configurations of what was rendered, at its place
/// in the templates. Nothing where no talconfig was rendered.
fn check(subject: &Subject<'_>, tree: &Tree<Rendered>) -> Diagnostics {
    let Subject {
        inputs,
        model,
        cache,
        ..
    } = subject;
    let explicit = model
        .versions
        .iter()
        .find(|(name, _)| *name == CONTRACT)
        .map(|(_, pin)| (pin.version.clone(), pin.location.clone()));
    // Of what was rendered, what is there and what is read counts; places in templates come
    // later.
    let chosen = format!("{explicit:?}");
    let outputs: Vec<_> = tree.iter().map(|(path, _)| path.as_str()).collect();
    let outputs = outputs.join("\n");
    let parts = [chosen.as_bytes(), outputs.as_bytes()];
    let over = inputs.view.under(tree);
    let found = cache.unless_seen(Machines.name(), &parts, &over, |over| {
        let now = repository::clock::system_time();
        machines::check::rendered(over, tree, &model.identities, explicit, now)
    });
    let mut problems = at_templates(found, tree);
    if inputs.own.is_some() {
        problems = problems.into_iter().map(as_it_runs).collect();
    }
    problems
}

/// In a repository with its own templates a patch may have been broken since the cluster was
/// made, and its other files must not wait for that. `talos generate-config`, which reads them
/// next, refuses it all the same.
fn as_it_runs(mut problem: Diagnostic) -> Diagnostic {
    if problem.is_error() {
        problem.severity = Severity::Warning;
    }
    problem
}

/// Problems in what was rendered, at their places in the templates.
fn at_templates(problems: Diagnostics, tree: &Tree<Rendered>) -> Diagnostics {
    let mut placed: Diagnostics = problems
        .into_iter()
        .map(|problem| at_template(problem, tree))
        .collect();
    placed.sort();
    placed
}

fn at_template(problem: Diagnostic, tree: &Tree<Rendered>) -> Diagnostic {
    let Some(place) = problem.location.as_ref() else {
        return problem;
    };
    let Some((path, entry)) = { tree.iter() }.find(|(path, _)| path.as_str() == place.file) else {
        return problem;
    };
    if names::is_secret(path.as_str()) {
        return hidden_in_template(entry, problem);
    }
    let place = entry.trace(place).place();
    problem.at(place)
}
