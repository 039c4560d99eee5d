//! The engine's errors as diagnostics: kind, place, and nothing that a variable holds.

use diagnostics::{Diagnostic, Diagnostics, Secrets};
use minijinja::{Error, ErrorKind};

use super::{Names, Prepared};
use crate::python::fault::Fault;
use crate::rules;

/// The detail of an error that only says that another template has problems of its own.
const UNREADABLE: &str = "\u{1}unreadable ";

/// The text of the error that ends a too long output.
pub(super) const TOO_MUCH_OUTPUT: &str = "the output is too large";

/// The template of this name is needed, and has problems of its own.
pub(super) fn unreadable(name: &str) -> Error {
    Error::new(ErrorKind::BadInclude, format!("{UNREADABLE}{name}"))
}

/// What went wrong, at its place in the template that it is in.
pub(super) fn diagnose(
    error: &Error,
    rendered: &Prepared,
    names: &Names,
    prepared: &[Result<Prepared, Diagnostics>],
    secrets: &Secrets,
) -> Diagnostics {
    // The innermost error of the engine's own is the cause; the others only say through
    // which templates it came.
    let chain = chain(error);
    let cause = chain.last().copied().unwrap_or(error);
    let prepared_of = |error: &Error| {
        let name = error.name()?;
        if name == rendered.name {
            return Some(rendered);
        }
        names
            .position(name)
            .and_then(|index| prepared.get(index)?.as_ref().ok())
    };
    let located = chain
        .iter()
        .rev()
        .copied()
        .find(|error| error.range().is_some() && prepared_of(error).is_some())
        .unwrap_or(error);
    let template = prepared_of(located).unwrap_or(rendered);
    let unreadable = cause
        .detail()
        .and_then(|detail| detail.strip_prefix(UNREADABLE));
    if let Some(name) = unreadable {
        // This is the place that needs the other template. That tells its own problems where it
        // is rendered by itself; one that is only included has nobody else to tell them.
        let of_other = names
            .position(name)
            .and_then(|index| prepared.get(index)?.as_ref().err());
        let mut problems = at(
            rules::TEMPLATE_UNREADABLE.report("the template that is needed here has errors"),
            located,
            template,
        );
        problems.extend(of_other.into_iter().flatten().cloned());
        return problems;
    }
    let mut diagnostic = describe(cause, secrets);
    for through in chain.iter().filter(|error| error.name() != located.name()) {
        if let (Some(other), Some(range)) = (prepared_of(through), through.range())
            && let Some(span) = other.translated.origin(&range)
        {
            let place = other.source.location(other.places.in_file(span));
            diagnostic = diagnostic.related(place, "needed here");
        }
    }
    at(diagnostic, located, template)
}

fn at(diagnostic: Diagnostic, error: &Error, template: &Prepared) -> Diagnostics {
    let span = error
        .range()
        .and_then(|range| template.translated.origin(&range));
    let location = match span {
        Some(span) => template.source.location(template.places.in_file(span)),
        None => template.source.whole(),
    };
    match diagnostic.location {
        // What a plugin raised stands at its own line.
        Some(_) => diagnostic.related(location, "asked for here").into(),
        None => diagnostic.at(location).into(),
    }
}

/// The error and those it came from, outermost first.
fn chain(error: &Error) -> Vec<&Error> {
    let mut chain = vec![error];
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(current) = next {
        if let Some(inner) = current.downcast_ref::<Error>() {
            chain.push(inner);
        }
        next = current.source();
    }
    chain
}

fn describe(error: &Error, secrets: &Secrets) -> Diagnostic {
    if let Some(fault) = Fault::from_error(error) {
        let mut diagnostic = fault.rule.report(secrets.mask(&fault.message));
        diagnostic.hint = fault.hint.as_ref().map(|hint| secrets.mask(hint));
        diagnostic.location = fault.location.as_deref().cloned();
        return diagnostic;
    }
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel => rules::TEMPLATE_ENDLESS
            .report("rendering does not come to an end")
            .hint("look for a loop that grows what it goes through, or a macro that calls itself"),
        ErrorKind::WriteFailure => rules::TEMPLATE_LIMIT.report(TOO_MUCH_OUTPUT),
        ErrorKind::TemplateNotFound => {
            rules::TEMPLATE_MISSING.report("a template that is needed here does not exist")
        }
        ErrorKind::SyntaxError => rules::TEMPLATE_SYNTAX
            .report("this is too deeply nested, or too long")
            .hint("split it with `set` statements"),
        ErrorKind::InvalidOperation if detail.contains("recursion limit") => {
            rules::TEMPLATE_ENDLESS
                .report("templates include each other, or macros call themselves, without end")
        }
        ErrorKind::InvalidOperation if detail.contains("cycle in template inheritance") => {
            rules::TEMPLATE_ENDLESS.report("templates extend each other in a circle")
        }
        ErrorKind::InvalidOperation if detail.contains("extend a second time") => {
            rules::TEMPLATE_EXTENDS.report("a template can extend only one other")
        }
        ErrorKind::InvalidOperation if detail.contains("recurse") => {
            rules::TEMPLATE_LOOP.report("`loop(…)` works inside of a `recursive` loop only")
        }
        ErrorKind::InvalidOperation
            if detail.contains("super") || detail.contains("parent block") =>
        {
            rules::TEMPLATE_SUPER.report("there is no block that `super()` could mean")
        }
        ErrorKind::InvalidOperation if detail.contains("Required block") => {
            rules::TEMPLATE_BLOCK.report("a required block is not filled")
        }
        ErrorKind::UnknownBlock => rules::TEMPLATE_BLOCK.report("there is no block of this name"),
        // What the engine says of these may show values, so only their kind is said.
        kind => rules::TEMPLATE_FAILED.report(secrets.mask(&kind.to_string())),
    }
}
