//! Objects against the schemas of their kinds, as strict as the API server is to Flux: server-side
//! apply with strict field validation.
//!
//! [`Schemas`] knows the kinds, [`check`] says what the API server would say of an object.

mod applied;
mod bundle;
mod cel;
mod check;
mod compiled;
mod formats;
mod kinds;
mod metadata;
mod model;
mod names;
mod origin;
mod path;
mod patterns;
mod quantity;
mod store;

use diagnostics::Diagnostics;

pub use store::Schemas;

use crate::object::{Id, Object};
use crate::rules;
use crate::value::Place;
use crate::version::{Served, Version};
use check::Checker;
use store::Unknown;

/// What is found of an object.
#[derive(Debug, Default)]
pub struct Found {
    /// What the API server would say, and refuse the object for where it is an error.
    pub problems: Diagnostics,
    /// Whether nothing is known of the kind, so that nothing but its name was checked.
    pub missing: bool,
}

/// Checks an object against the schema of its kind.
///
/// No message holds a value of the object; the places say where it is. Of what only the cluster
/// knows, see [`crate::unknown`], nothing is said.
pub fn check(object: &Object, schemas: &Schemas) -> Found {
    check_under(object, schemas, Version::default())
}

/// As [`check`], of an object as a Kustomization applies it, in a cluster with a version of Flux,
/// of which the kinds are that Flux defines.
///
/// A status is not judged, nor whether a name is written as text: Flux removes the one, and makes
/// text of the other. Fields that a kind of Kubernetes' own does not have are warnings, since Flux
/// drops them before the API server sees the object (kustomize-controller 1.9.6 before Kubernetes
/// 1.36.3; fluxcd/pkg `ssa/normalize`).
pub fn check_applied(object: &Object, schemas: &Schemas, flux: Version) -> Found {
    let object = applied::as_applied(object);
    let mut found = check_under(&object, schemas, flux);
    found.problems = applied::as_dropped(&object, schemas, found.problems);
    found
}

fn check_under(object: &Object, schemas: &Schemas, flux: Version) -> Found {
    let mut found = Found::default();
    let id = object.id();
    if id.group == "kustomize.config.k8s.io" {
        return found;
    }
    let mut checker = Checker::new(schemas, object);
    if id.kind.is_empty() || id.version.is_empty() {
        checker.report(&rules::SCHEMA_NO_KIND, &object.0.place, no_kind(&id.kind));
        found.problems = checker.problems;
        return found;
    }
    let version = object.0.get("apiVersion");
    let version = version.map_or_else(Place::default, |value| value.place.clone());
    let version = version.or(&object.0.place);
    let known = schemas.find(&id.group, &id.version, &id.kind);
    // What the repository itself defines is in the cluster, whichever Flux that has.
    let is_own = known.as_ref().is_ok_and(|known| known.is_own);
    if !is_own && is_no_api_of_flux(&mut checker, &version, &id, flux) {
        found.problems = checker.problems;
        return found;
    }
    match known {
        Ok(known) => {
            if let Some(removal) = kinds::deprecated(&id.group, &id.version, &id.kind) {
                checker.report(&rules::SCHEMA_API_DEPRECATED, &version, removal);
            }
            checker.object(&known, &object.0);
            metadata::check(&mut checker, object, &known, &id);
            if known.builtin {
                kinds::check(&mut checker, object, &id);
            } else if !checker.problems.has_errors() {
                cel::check(&mut checker, &object.0, known.schema);
            }
        }
        Err(unknown) => match removed(schemas, &unknown, &id) {
            Some(message) => {
                checker.report(&rules::SCHEMA_API_REMOVED, &version, message);
            }
            None => match schemas.meant(&id) {
                Some(hint) => {
                    let kind = object.0.get("kind").map(|value| value.place.clone());
                    let place = kind.unwrap_or_default().or(&version);
                    checker.add(&place, || {
                        let message = format!("there is no {}", named(&id));
                        rules::SCHEMA_UNKNOWN_KIND.report(message).hint(hint)
                    });
                }
                None => {
                    found.missing = true;
                    metadata::names(&mut checker, object);
                }
            },
        },
    }
    found.problems = checker.problems;
    found
}

/// A rule in CEL as the bundle of schemas has it beside its text, in JSON: parsed already. None
/// where it is not understood.
pub fn stored_rule(text: &str) -> Option<String> {
    cel::stored(text)
}

fn no_kind(kind: &str) -> String {
    let missing = if kind.is_empty() {
        "kind"
    } else {
        "apiVersion"
    };
    format!("the object has no `{missing}`")
}

/// `Kind` of `group/version`, as messages name it.
fn named(id: &Id) -> String {
    let slash = if id.group.is_empty() { "" } else { "/" };
    format!("`{}` of `{}{slash}{}`", id.kind, id.group, id.version)
}

/// Tells of an API of Flux that the cluster's Flux does not serve, or not for long; whether it
/// does not.
fn is_no_api_of_flux(checker: &mut Checker<'_>, place: &Place, id: &Id, flux: Version) -> bool {
    let refused = |end: String| {
        let message = format!("Flux {flux} does not serve {}; {end}", named(id));
        rules::SCHEMA_API_REMOVED.report(message)
    };
    let write = |newer: &str| format!("write `{}/{newer}`", id.group);
    match flux.serves(&id.group, &id.version, &id.kind) {
        None | Some(Served::Now) => false,
        Some(Served::Until(last, newer)) => {
            checker.add(place, || {
                let message = format!("Flux {last} is the last that serves {}", named(id));
                rules::SCHEMA_API_DEPRECATED
                    .report(message)
                    .hint(write(newer))
            });
            false
        }
        Some(Served::NoLonger(last, newer)) => {
            checker.add(place, || {
                let problem = refused(format!("{last} was the last that did"));
                match newer {
                    Some(newer) => problem.hint(write(newer)),
                    None => problem,
                }
            });
            true
        }
        Some(Served::NotYet(first)) => {
            checker.add(place, || refused(format!("{first} is the first that does")));
            true
        }
    }
}

/// Why an API is not served, where that is known.
fn removed(schemas: &Schemas, unknown: &Unknown, id: &Id) -> Option<String> {
    let here = schemas.kubernetes();
    match unknown {
        Unknown::Elsewhere { releases } => {
            let (first, last) = (releases.first()?, releases.last()?);
            let range = if first == last {
                (*first).to_owned()
            } else {
                format!("{first} to {last}")
            };
            Some(format!(
                "Kubernetes {here} does not serve {}; {range} does",
                named(id)
            ))
        }
        Unknown::Nowhere => {
            let last = kinds::removed(&id.group, &id.version, &id.kind)?;
            Some(format!(
                "Kubernetes {here} does not serve {}; {last} was the last that did",
                named(id)
            ))
        }
    }
}

#[cfg(test)]
mod tests;
