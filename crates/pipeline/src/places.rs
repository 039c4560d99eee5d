//! From places in what was rendered to places in the templates.

use diagnostics::{Diagnostic, Location};
use tree::Entry;

/// The place in the template for a place in the text that was rendered from it.
pub(crate) fn in_template(entry: &Entry, place: Option<&Location>) -> Location {
    match place {
        Some(place) => entry.trace(place).template,
        None => entry.origin.location(),
    }
}

/// A problem in a secret file, at its place in the template, without any line of either.
pub(crate) fn hidden_in_template(entry: &Entry, problem: Diagnostic) -> Diagnostic {
    let place = in_template(entry, problem.location.as_ref());
    let mut problem = problem.at(place.without_excerpt());
    for related in &mut problem.related {
        if related.location.line > 0 {
            let place = in_template(entry, Some(&related.location));
            related.location = place.without_excerpt();
        }
    }
    problem
}
