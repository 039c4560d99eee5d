//! A problem as people read it: heading, place, the line with a caret, related places, hint.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use diagnostics::{Diagnostic, Location, Severity};

/// The text of a problem, with colour codes that the terminal's stream keeps or strips.
pub(crate) fn show(problem: &Diagnostic) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(problem.message.as_str())
        .id(problem.rule.as_str());
    let mut group = Group::with_title(title);
    if let Some(location) = &problem.location {
        group = place(group, location, AnnotationKind::Primary, None);
    }
    for related in &problem.related {
        group = place(
            group,
            &related.location,
            AnnotationKind::Context,
            Some(&related.message),
        );
    }
    let mut groups = vec![group];
    if let Some(hint) = &problem.hint {
        groups.push(Group::with_title(
            Level::HELP.with_name("hint").secondary_title(hint.as_str()),
        ));
    }
    Renderer::styled().render(&groups)
}

fn place<'a>(
    group: Group<'a>,
    location: &'a Location,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let Some(excerpt) = &location.excerpt else {
        let place = annotate_snippets::Origin::path(location.file.as_str());
        return if location.line > 0 {
            group.element(place.line(location.line).char_column(location.column))
        } else {
            group.element(place)
        };
    };
    let byte = |character: usize| {
        excerpt
            .text
            .char_indices()
            .nth(character)
            .map_or(excerpt.text.len(), |(index, _)| index)
    };
    let mut annotation = kind.span(byte(excerpt.start)..byte(excerpt.end));
    if let Some(label) = label {
        annotation = annotation.label(label);
    }
    group.element(
        Snippet::source(excerpt.text.as_str())
            .line_start(location.line)
            .path(location.file.as_str())
            .annotation(annotation),
    )
}
