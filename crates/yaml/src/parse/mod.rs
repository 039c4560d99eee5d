//! Text in, node trees and problems out.

mod builder;
mod place;

use diagnostics::{Diagnostic, Source};
use granit_parser::{ErrorKind, Options, Parser, ScanError, StrInput};

use self::builder::{Builder, Stop};
use crate::limits::{Limits, too_large};
use crate::parsed::Parsed;

/// Reads a text, of one document or several.
///
/// A syntax error loses the document that has it; reading goes on with the next. What breaks
/// a limit ends the reading. Never panics, and needs memory in proportion to the text only.
pub fn parse(source: &Source, limits: &Limits) -> Parsed {
    let text = source.text();
    if text.len() > limits.bytes {
        return Parsed {
            diagnostics: too_large(source.name(), text.len(), limits.bytes).into(),
            ..Parsed::default()
        };
    }
    let mut parser = Parser::new_from_str_with_options(text, options(limits, text.len()));
    let mut builder = Builder::new(source, limits);
    while let Some(event) = parser.next_event() {
        let stop = match event {
            Ok((event, span)) => builder.event(event, &span).err(),
            Err(error) => {
                let problem = syntax_problem(source, limits, &error);
                Some(builder.problem(problem, recoverable(error.kind())))
            }
        };
        let go_on = match stop {
            None => true,
            Some(Stop::Document) => next_document(&mut parser, &mut builder, source, limits),
            Some(Stop::Text) => false,
        };
        if !go_on {
            break;
        }
    }
    builder.finish()
}

fn options(limits: &Limits, length: usize) -> Options {
    granit_parser::options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        // As libyaml and all that descends from it: Go, Python.
        block_scalar_eof_without_line_feed: true,
        // The parser keeps comments in memory until it knows what they precede. The text's
        // size is bounded already; 97 lines of comment are nothing unusual.
        max_buffered_comment_events: length,
        flow_nesting_limit: limits.effective_depth(),
        block_nesting_limit: limits.effective_depth(),
    }
}

/// Whether the parser can go on with the next document.
fn recoverable(kind: &ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::RecursionLimitExceeded | ErrorKind::AnchorCountOverflow
    )
}

/// Moves on to the next document after an error; `false` if there is none.
fn next_document<'input>(
    parser: &mut Parser<'input, StrInput<'input>>,
    builder: &mut Builder<'_>,
    source: &Source,
    limits: &Limits,
) -> bool {
    match parser.proceed_next_document() {
        Ok(more) => more,
        Err(error) => {
            let problem = syntax_problem(source, limits, &error);
            builder.problem(problem, false);
            false
        }
    }
}

fn syntax_problem(source: &Source, limits: &Limits, error: &ScanError) -> Diagnostic {
    let text = source.text();
    let start = place::floor(text, error.marker().byte_offset().unwrap_or(text.len()));
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    let location = source.location(start..start + length);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return builder::too_deep(limits).at(location);
    }
    let problem = Diagnostic::error("yaml/syntax", message(error)).at(location);
    match hint(error.kind()) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// What is wrong: in our words for what people meet, else in the parser's.
fn message(error: &ScanError) -> String {
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => "a tab cannot indent".to_owned(),
        ErrorKind::ExpectedBlockMappingKey => "no key of the map can start here".to_owned(),
        ErrorKind::ExpectedBlockSequenceEntry => "an entry of the list needs a `-`".to_owned(),
        ErrorKind::SimpleKeyExpected => "the `:` behind the key is missing".to_owned(),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "a `:` cannot stand here".to_owned()
        }
        ErrorKind::UnclosedQuotedScalar => "the quote is never closed".to_owned(),
        ErrorKind::UnclosedFlowCollection { open } => {
            format!("the bracket `{open}` is never closed")
        }
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            format!(
                "the character U+{:04X} cannot stand here",
                u32::from(*character)
            )
        }
        ErrorKind::UnexpectedCharacter { character } => {
            format!("`{character}` cannot stand here")
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "the text has a backslash before a character that takes none".to_owned()
        }
        ErrorKind::UndeclaredTagHandle => "no `%TAG` line declares the handle".to_owned(),
        ErrorKind::UnsupportedYamlMajorVersion => {
            "the `%YAML` line asks for an unknown version".to_owned()
        }
        _ => error.info(),
    }
}

fn hint(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => "indent with spaces: YAML takes no tabs there",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "put the value in quotes if the `:` belongs to it, or check the indentation"
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation => "check the indentation of this line",
        ErrorKind::UnclosedQuotedScalar => "add the closing quote",
        ErrorKind::UnclosedFlowCollection { .. } => "add the closing bracket",
        ErrorKind::UnexpectedCharacter { character } if "@`%".contains(*character) => {
            "put the value in quotes"
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "write `\\\\` for a backslash, or use single quotes"
        }
        ErrorKind::UnsupportedYamlMajorVersion => "remove the `%YAML` line",
        _ => return None,
    })
}
