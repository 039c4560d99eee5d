//! Whether each Kustomization and HelmRelease would work, by what is wrong with the cluster.

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostics::{Diagnostics, Severity};

use crate::assembled::{Assembled, Kustomization, Outcome};
use crate::object::{Id, Object};
use crate::redact::Redaction;
use crate::value::{Data, Place, Value};

/// How something fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing says that it would not work.
    Passed,
    /// An error is its own.
    Failed,
    /// Nothing can be said: it is suspended, or its source lies elsewhere.
    Skipped,
}

/// The verdict on each, with its kind and its name: first the Kustomizations, then the releases.
/// Where there are several clusters, the path of each stands before the names.
///
/// An error is a Kustomization's own where it lies in an object that it applies, in a file that
/// no other one reads, or in the Kustomization itself. What is wrong with a Kustomization that
/// another one applies, is not the other's.
pub fn of(assembled: &Assembled, problems: &Diagnostics) -> Vec<(&'static str, String, Verdict)> {
    let redaction = Redaction::new(assembled, &[]);
    let all = &assembled.kustomizations;
    // Who fails to build is known; what is written alike in another cluster need not.
    let builds: Vec<_> = { assembled.problems.iter() }
        .map(|problem| (problem.rule.id(), &problem.location))
        .collect();
    let (mut errors, mut is_of_build) = (Vec::<Spot>::new(), Vec::new());
    let found = problems.iter();
    for problem in found.filter(|problem| problem.severity == Severity::Error) {
        if let Some(place) = &problem.location {
            errors.push((place.file.as_str(), place.range.clone()));
            is_of_build.push(builds.contains(&(problem.rule.id(), &problem.location)));
        }
    }
    let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
    for file in all.iter().flat_map(|one| &one.files) {
        *readers.entry(file).or_default() += 1;
    }
    // What lies in a Kustomization is its own alone.
    let (mut own, mut others) = (vec![Vec::new(); all.len()], Vec::new());
    for (error, is_of_build) in errors.iter().zip(is_of_build) {
        let mut whose: Vec<usize> = { all.iter().enumerate() }
            .filter(|(_, one)| lies_in(error, &one.object.0))
            .map(|(index, _)| index)
            .collect();
        let fails = |index: &usize| {
            let one = all.get(*index);
            one.is_some_and(|one| one.outcome == Outcome::Failed)
        };
        if whose.is_empty() {
            others.push(error);
        }
        if is_of_build && whose.iter().any(fails) {
            whose.retain(fails);
        }
        for index in whose {
            if let Some(own) = own.get_mut(index) {
                own.push(error);
            }
        }
    }
    let has_several = all.iter().filter(|one| one.parent.is_none()).count() > 1;
    let named = |index: usize, object: &Object| {
        let name = title(&redaction.id(object));
        let root = has_several.then(|| root(all, index)).flatten();
        let path = root.and_then(|root| root.path.as_deref());
        path.map_or_else(|| name.clone(), |path| format!("{path}: {name}"))
    };
    let mut out = Vec::new();
    for (index, (one, own)) in all.iter().zip(&own).enumerate() {
        let fails = || {
            !own.is_empty()
                || others.iter().any(|error| {
                    let (file, _) = error;
                    let alone = readers.get(file) == Some(&1);
                    (alone && one.files.iter().any(|it| it == file))
                        || one.objects.iter().any(|object| lies_in(error, &object.0))
                })
        };
        let verdict = match one.outcome {
            Outcome::Failed => Verdict::Failed,
            Outcome::Elsewhere => Verdict::Skipped,
            Outcome::Built if fails() => Verdict::Failed,
            Outcome::Built => Verdict::Passed,
        };
        out.push(("Kustomization", named(index, &one.object), verdict));
    }
    for release in &assembled.releases {
        let owner = all.get(release.owner).map(|owner| owner.outcome);
        let fails = owner == Some(Outcome::Failed)
            || errors.iter().any(|error| {
                let values = release.values.as_ref();
                lies_in(error, &release.object.0)
                    || values.is_some_and(|values| lies_in(error, values))
            });
        let verdict = if fails {
            Verdict::Failed
        } else {
            Verdict::Passed
        };
        out.push((
            "HelmRelease",
            named(release.owner, &release.object),
            verdict,
        ));
    }
    out
}

/// A file, and bytes of it; none for the file as a whole.
type Spot<'a> = (&'a str, Option<Range<usize>>);

/// Whether an error lies in a value, wherever parts of it are written.
fn lies_in(error: &Spot<'_>, value: &Value) -> bool {
    is_at(error, &value.place)
        || match &value.data {
            Data::List(items) => items.iter().any(|item| lies_in(error, item)),
            Data::Map(map) => { map.values() }
                .any(|field| is_at(error, &field.key) || lies_in(error, &field.value)),
            _ => false,
        }
}

fn is_at((file, range): &Spot<'_>, place: &Place) -> bool {
    let (Some(source), Some(range)) = (place.source(), range) else {
        return false;
    };
    if source.name() != *file {
        return false;
    }
    let whole = if source.is_made() {
        place.location().and_then(|location| location.range)
    } else {
        Some(place.range())
    };
    whole.is_some_and(|whole| whole.start <= range.start && range.end <= whole.end)
}

/// The Kustomization at which the cluster begins.
fn root(all: &[Kustomization], index: usize) -> Option<&Kustomization> {
    let mut one = all.get(index)?;
    // No more steps than there are Kustomizations.
    for _ in all {
        match one.parent.and_then(|parent| all.get(parent)) {
            Some(parent) => one = parent,
            None => break,
        }
    }
    Some(one)
}

fn title(id: &Id) -> String {
    if id.namespace.is_empty() {
        id.name.clone()
    } else {
        format!("{}/{}", id.namespace, id.name)
    }
}
