//! What `configure` has rendered, made into machine configurations before it is written: a
//! broken patch must fail there, and not on a node.

use diagnostics::{Diagnostic, Diagnostics, Location};
use tree::{Rendered, Tree};

use super::files::InMemory;
use super::open::Origin;
use super::places::Places;
use super::{CONTRACT, Machines};
use crate::load::Inputs;
use crate::model::Model;
use crate::places::{hidden_in_template, in_template};
use crate::seal::is_secret;

/// Everything that is wrong with the machine configurations of what was rendered, at its place
/// in the templates. Nothing where no talconfig was rendered.
pub(crate) fn check(inputs: &Inputs, model: &Model, tree: &Tree<Rendered>) -> Diagnostics {
    let places = Places::find(&inputs.root);
    if tree.get(places.talconfig.as_str()).is_none() {
        return Diagnostics::new();
    }
    let store = Box::new(InMemory {
        root: &inputs.root,
        tree,
    });
    let explicit = model
        .versions
        .iter()
        .find(|(name, _)| *name == CONTRACT)
        .map(|(_, pin)| (pin.version.clone(), pin.location.clone()));
    let machines = match Machines::in_store(store, &places, &model.identities, explicit) {
        Ok(machines) => machines,
        Err(problems) => return at_templates(problems, tree),
    };
    let mut problems = machines.warnings.clone();
    match machines.make() {
        Ok((_, notes)) => problems.extend(notes),
        Err(found) => problems.extend(found),
    }
    let locked = machines.locked();
    if let Some(first) = locked.first() {
        // What cannot be read proves nothing.
        let because = |problem: &Diagnostic| problem.rule.as_str() == "sops/no-identity";
        let mut rest: Diagnostics = problems
            .into_iter()
            .filter(|problem| !because(problem))
            .collect();
        if !matches!(&machines.origin, Origin::Locked(path) if path.as_str() == first)
            || locked.len() > 1
        {
            rest.push(
                Diagnostic::note(
                    "talos/not-checked",
                    format!("machine configurations could not be checked: no identity here decrypts `{first}`"),
                )
                .at(Location::file(first.as_str())),
            );
        }
        problems = rest;
    }
    at_templates(problems, tree)
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
    let Some((path, entry)) = problem.location.as_ref().and_then(|place| {
        tree.iter()
            .find(|(path, _)| path.as_str() == place.file.as_str())
    }) else {
        return problem;
    };
    if is_secret(path) {
        return hidden_in_template(entry, problem);
    }
    let place = in_template(entry, &problem);
    // Where a template is the output letter for letter, the place within the line counts too.
    let place = match (&problem.location, &place) {
        (Some(exact), there) if exact.file == there.file => exact.clone(),
        _ => place,
    };
    problem.at(place)
}
