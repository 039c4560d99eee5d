//! A problem as people read it: heading, place, the line with a caret, related places, hint.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use diagnostics::{Diagnostic, Location, Severity};

use super::behind;
use crate::caller::Caller;

/// The text of a problem, with colour codes that the terminal's stream keeps or strips.
/// Commands in it are spelt as the reader calls them; sentences are broken where the lines of
/// a terminal of `width` columns end.
pub(crate) fn show(problem: &Diagnostic, caller: &Caller, width: Option<usize>) -> String {
    let sentence = |text: &str, before: usize| {
        let text = caller.spell(text);
        behind(&visible(&text), before, width)
    };
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let label = problem.severity.to_string().len() + problem.rule.id().len() + "[]: ".len();
    let title = level
        .primary_title(sentence(&problem.message, label))
        .id(problem.rule.id());
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
            Level::HELP
                .with_name("hint")
                .secondary_title(sentence(hint, "hint: ".len())),
        ));
    }
    let renderer = match width {
        Some(width) => Renderer::styled().term_width(width),
        None => Renderer::styled(),
    };
    renderer.render(&groups)
}

/// A text with control characters shown as pictures: a file's name may hold whatever would
/// command the terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    diagnostics::rules! {
        WRONG: error "a/b", "It cannot work.";
    }

    #[test]
    fn sentences_are_broken_and_commands_spelt_but_files_are_shown_as_they_are() {
        let source = diagnostics::Source::new("a.yaml", "a: 1 # `ichor configure` reads this\n");
        let problem = WRONG
            .report("the value of a key is not what it should be")
            .at(source.location(3..4))
            .hint("run `ichor configure` again, after it was changed to another value");
        let text = show(&problem, &Caller::new("./ichor", "."), Some(44));
        insta::assert_snapshot!(anstream::adapter::strip_str(&text), @r"
        error[a/b]: the value of a key is not what
                    it should be
         --> a.yaml:1:4
          |
        1 | a: 1 # `ichor configure` reads this
          |    ^
          |
        hint: run `./ichor configure` again, after
              it was changed to another value
        ");
    }
}
