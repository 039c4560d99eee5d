//! Syntax errors in words.

use std::ops::Range;

use diagnostics::{Diagnostic, Source};
use granit_parser::{ErrorKind, ScanError};

use super::{place, problems};
use crate::limits::Limits;
use crate::rules;

/// The problem that a syntax error at an offset is.
pub(super) fn problem(
    source: &Source,
    limits: &Limits,
    error: &ScanError,
    at: usize,
) -> Diagnostic {
    let text = source.text();
    let start = place::floor(text, at);
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    let location = source.location(start..start + length);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return problems::too_deep(limits).at(location);
    }
    if let Some(marker) = conflict(text) {
        return rules::YAML_MERGE_CONFLICT
            .report("a merge of this file is not finished")
            .at(source.location(marker))
            .hint("keep what is right of both sides, and remove the lines of git");
    }
    let problem = rules::YAML_SYNTAX.report(message(error)).at(location);
    match hint(error.kind()) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The first line that git writes around what two sides changed. Both kinds must be there: one
/// alone may be anything.
fn conflict(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut first = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            first.get_or_insert(at..at + line.trim_end().len());
        } else if line.starts_with(">>>>>>> ") && first.is_some() {
            return first;
        }
        at += line.len();
    }
    None
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
