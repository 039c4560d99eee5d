//! From places in what was rendered to places in the templates.

use diagnostics::{Diagnostic, Location};
use tree::Entry;

/// The place in the template for a problem in the text that was rendered from it.
pub(crate) fn in_template(entry: &Entry, problem: &Diagnostic) -> Location {
    match (&problem.location, entry.content.as_text()) {
        (Some(place), Some(text)) if place.line > 0 => {
            let start = line_start(text, place.line);
            entry.locate(start..start)
        }
        _ => entry.origin.location(),
    }
}

/// The same place without the line itself, which may hold a secret that was written into the
/// template.
pub(crate) fn without_excerpt(location: Location) -> Location {
    Location {
        excerpt: None,
        ..location
    }
}

/// A problem in a secret file, at its place in the template, without any line of either.
pub(crate) fn hidden_in_template(entry: &Entry, problem: Diagnostic) -> Diagnostic {
    let place = without_excerpt(in_template(entry, &problem));
    let mut problem = problem.at(place);
    for related in &mut problem.related {
        let start = match entry.content.as_text() {
            Some(text) if related.location.line > 0 => line_start(text, related.location.line),
            _ => continue,
        };
        related.location = without_excerpt(entry.locate(start..start));
    }
    problem
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum()
}
