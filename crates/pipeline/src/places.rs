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

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum()
}
