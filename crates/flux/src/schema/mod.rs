//! Objects against the schemas of their kinds, as strict as the API server is to Flux: server-side
//! apply with strict field validation.
//!
//! [`Schemas`] knows the kinds, [`check`] says what the API server would say of an object.

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

use crate::object::Object;
use crate::rules;
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
    match schemas.find(&id.group, &id.version, &id.kind) {
        Ok(known) => {
            if let Some(removal) = kinds::deprecated(&id.group, &id.version, &id.kind) {
                let place = object.0.get("apiVersion").map(|value| value.place.clone());
                checker.report(
                    &rules::SCHEMA_API_DEPRECATED,
                    &place.unwrap_or_default(),
                    removal,
                );
            }
            checker.object(&known, &object.0);
            metadata::check(&mut checker, object, &known, &id);
            if known.builtin {
                kinds::check(&mut checker, object, &id);
            } else if !checker.problems.has_errors() {
                cel::check(&mut checker, &object.0, known.schema);
            }
        }
        Err(unknown) => {
            let place = object.0.get("apiVersion").map(|value| value.place.clone());
            let place = place.unwrap_or_default().or(&object.0.place);
            match removed(schemas, &unknown, &id) {
                Some((message, instead)) => checker.add(&place, || {
                    let problem = rules::SCHEMA_API_REMOVED.report(message);
                    match instead {
                        Some(instead) => problem.hint(format!("write `{instead}`")),
                        None => problem,
                    }
                }),
                None => {
                    found.missing = true;
                    metadata::names(&mut checker, object);
                }
            }
        }
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

/// Why an API is not served, and which one is where that is known.
fn removed(
    schemas: &Schemas,
    unknown: &Unknown,
    id: &crate::object::Id,
) -> Option<(String, Option<String>)> {
    let named = || {
        let group = &id.group;
        let slash = if group.is_empty() { "" } else { "/" };
        format!("`{}` of `{group}{slash}{}`", id.kind, id.version)
    };
    let here = schemas.kubernetes();
    match unknown {
        Unknown::Elsewhere { releases } => {
            let (first, last) = (releases.first()?, releases.last()?);
            let range = if first == last {
                (*first).to_owned()
            } else {
                format!("{first} to {last}")
            };
            let message = format!("Kubernetes {here} does not serve {}; {range} does", named());
            Some((message, None))
        }
        Unknown::Nowhere if origin::is_flux(&id.group) => {
            let (package, release) = origin::of(&id.group)?;
            let served = schemas.served_instead(id)?;
            let message = format!("`{package}` {release} does not serve {}", named());
            Some((message, Some(format!("{}/{served}", id.group))))
        }
        Unknown::Nowhere => {
            let last = kinds::removed(&id.group, &id.version, &id.kind)?;
            let message = format!(
                "Kubernetes {here} does not serve {}; {last} was the last that did",
                named()
            );
            Some((message, None))
        }
    }
}

#[cfg(test)]
mod tests;
