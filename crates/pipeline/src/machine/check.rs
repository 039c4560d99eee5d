//! What `configure` has rendered, made into machine configurations before it is written: a
//! broken patch must fail there, and not on a node.

use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Location, Severity};
use tree::{Rendered, Tree};

use super::files::InMemory;
use super::open::Secrets;
use super::places::Places;
use super::{CONTRACT, Machines};
use crate::load::Inputs;
use crate::model::Model;
use crate::places::{hidden_in_template, in_template};
use crate::seal::is_secret;
use crate::vault::Keys;

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
    let machines = Machines::in_store(store, &places, &model.identities, explicit);
    let mut problems = at_templates(found(machines), tree);
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

/// Everything that is wrong with the machine configurations of what is on disk, as far as it
/// can be said without any key. Nothing where there is no talconfig.
pub fn check_committed(root: &Utf8Path) -> Diagnostics {
    let places = Places::find(root);
    if !root.join(&places.talconfig).is_file() {
        return Diagnostics::new();
    }
    let keys = Keys::new(root, Box::new(Default::default));
    found(Machines::open(root, &places, &keys, Secrets::Optional))
}

/// Everything that is wrong, if everything could be read: else what is missing would be taken
/// for wrong.
fn found(machines: Result<Machines<'_>, Diagnostics>) -> Diagnostics {
    let problems: Diagnostics = match machines {
        Ok(machines) => {
            let (Ok((_, made)) | Err(made)) = machines.make();
            machines.warnings.iter().cloned().chain(made).collect()
        }
        Err(problems) => problems,
    };
    let locked = problems
        .iter()
        .find(|problem| problem.rule.as_str() == "sops/no-identity")
        .and_then(|problem| problem.location.clone());
    let Some(place) = locked else {
        return problems;
    };
    Diagnostic::note(
        "talos/not-checked",
        format!(
            "machine configurations could not be checked: no identity here decrypts `{}`",
            place.file
        ),
    )
    .at(Location::file(place.file.as_str()))
    .into()
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
