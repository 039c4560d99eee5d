//! Where the values of a node's configuration come from.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Location, MASK, closest};
use serde_json::Value;

use crate::rules;
use documents::change::Change;
use documents::path::{Step, steps, touches, within, written};
use talos::fields::Schema;
use talos::validate::Violation;

/// What kind of step a stage is, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageKind {
    /// What Talos generates for the contract and the role.
    Generator,
    /// A key of the talconfig.
    Talconfig,
    /// A patch of the node's role.
    RolePatch,
    /// A patch of the node itself.
    NodePatch,
    /// A patch for all nodes.
    GlobalPatch,
}

/// One step of the making of a node's configuration.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What kind of step it is.
    pub kind: StageKind,
    /// Its name: the file of a patch, the key of the talconfig, `generator`.
    pub name: String,
    /// Where it is written, if it is.
    pub place: Option<Location>,
    /// What it set, changed or removed.
    pub changes: Vec<Change>,
}

/// One step of a value's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// What kind of stage it was.
    pub kind: StageKind,
    /// The stage's name.
    pub name: String,
    /// Where it is written, if it is.
    pub place: Option<Location>,
    /// The document, such as `v1alpha1`.
    pub document: String,
    /// The path of the value, which may lie below the one that was asked for.
    pub path: String,
    /// The value before, `<redacted>` for a secret.
    pub before: Option<Value>,
    /// The value after, `<redacted>` for a secret; `None` if it was removed.
    pub after: Option<Value>,
}

/// Who set a value, changed it or removed it, in order.
///
/// The path is written like `machine.sysctls.net\.core\.rmem_max` or
/// `machine.sysctls["net.core.rmem_max"]`; a section stands for all that is below it. Without a
/// document all of them are searched. A path that nobody set is a problem, which has no place.
pub fn explain(
    stages: &[Stage],
    document: Option<&str>,
    path: &str,
) -> Result<Vec<Origin>, Diagnostic> {
    let wanted = written(&steps(path));
    let of_document =
        |change: &&Change| document.is_none_or(|document| document == change.document);
    let all = || stages.iter().flat_map(|stage| &stage.changes);
    let origins: Vec<_> = stages
        .iter()
        .flat_map(|stage| {
            let changes = stage.changes.iter().filter(of_document);
            let changes = changes.filter(|change| touches(&change.path, &wanted));
            changes.map(|change| origin(stage, change))
        })
        .collect();
    if !origins.is_empty() {
        return Ok(origins);
    }
    let place = document.map_or_else(String::new, |document| format!(" of `{document}`"));
    let mut problem = rules::TALOS_UNKNOWN_PATH.report(format!("nothing sets `{wanted}`{place}"));
    let elsewhere = all().find(|change| touches(&change.path, &wanted));
    if let Some(change) = elsewhere {
        problem = problem.hint(format!("it is set in `{}`", change.document));
    } else {
        let known = all()
            .filter(of_document)
            .flat_map(|change| sections(&change.path));
        let known: BTreeSet<String> = known.collect();
        if let Some(close) = closest(&wanted, known.iter().map(String::as_str)) {
            problem = problem.hint(format!("did you mean `{close}`?"));
        }
    }
    Err(problem)
}

/// A path and all the sections that hold it.
fn sections(path: &str) -> Vec<String> {
    let steps = steps(path);
    (1..=steps.len())
        .filter_map(|length| steps.get(..length))
        .map(written)
        .collect()
}

fn origin(stage: &Stage, change: &Change) -> Origin {
    let secret = Schema::get().is_secret(&change.document, &change.path);
    let shown = |value: &Option<Value>| {
        value.as_ref().map(|value| {
            if secret {
                Value::from(MASK)
            } else {
                value.clone()
            }
        })
    };
    Origin {
        kind: stage.kind,
        name: stage.name.clone(),
        place: change.place.clone().or_else(|| stage.place.clone()),
        document: change.document.clone(),
        path: change.path.clone(),
        before: shown(&change.before),
        after: shown(&change.after),
    }
}

/// A violation of a node's configuration, at the place of whoever set the value last.
///
/// There is no place if that was the generator, or if nothing was set.
pub fn locate(violation: &Violation, stages: &[Stage]) -> Diagnostic {
    let way = match (violation.document.as_str(), violation.path.as_str()) {
        ("v1alpha1", path) => path.to_owned(),
        (document, "") => document.to_owned(),
        (document, path) => format!("{document} {path}"),
    };
    let message = format!("`{way}`: {}", violation.message);
    let mut problem = violation.rule.report_as(violation.severity, message);
    if let Some(hint) = &violation.hint {
        problem = problem.hint(hint.clone());
    }
    problem.at(writer(violation, stages))
}

/// Where the value of a violation was written last.
fn writer(violation: &Violation, stages: &[Stage]) -> Option<Location> {
    let main = violation.document == "v1alpha1";
    let mut way = steps(&violation.path);
    loop {
        let path = written(&way);
        let last = |wanted: &dyn Fn(&Change) -> bool| {
            stages.iter().rev().find_map(|stage| {
                let mut changes = stage.changes.iter().rev();
                let change = changes
                    .find(|change| change.document == violation.document && wanted(change))?;
                Some((stage, change))
            })
        };
        // What has the value itself says more than what has a part of it.
        let found = last(&|change| within(&path, &change.path) && sets(change, &way))
            .or_else(|| last(&|change| within(&change.path, &path)));
        if let Some((stage, change)) = found {
            return change.place.clone().or_else(|| stage.place.clone());
        }
        // What is missing is missing in its section, but not in all of `machine`.
        way.pop()?;
        if main && way.len() < 3 {
            return None;
        }
    }
}

/// Whether a change of what holds a value changed the value itself: an item of a list that grew
/// is as it was.
fn sets(change: &Change, way: &[Step]) -> bool {
    let Some(Step::Item(index)) = way.get(steps(&change.path).len()) else {
        return true;
    };
    let item = |list: &Option<Value>| list.as_ref().and_then(|list| list.get(*index)).cloned();
    item(&change.before) != item(&change.after)
}
