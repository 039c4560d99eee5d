//! A problem as people read it: heading, place, the line with a caret, related places, hint.

use std::borrow::Cow;

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
        .primary_title(visible(&problem.message))
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
            Level::HELP.with_name("hint").secondary_title(visible(hint)),
        ));
    }
    Renderer::styled().render(&groups)
}

/// A text with control characters shown as pictures: a file's name may hold whatever would
/// command the terminal.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|character| match u32::from(character) {
            code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
            0x7f => '\u{2421}',
            0x80..0xa0 => '\u{fffd}',
            _ => character,
        })
        .collect()
}

fn place<'a>(
    group: Group<'a>,
    location: &'a Location,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let Some(excerpt) = &location.excerpt else {
        let place = annotate_snippets::Origin::path(visible(&location.file));
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
            .path(visible(&location.file))
            .annotation(annotation),
    )
}
