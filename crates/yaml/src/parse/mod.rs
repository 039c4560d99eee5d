//! Text in, node trees and problems out.

mod builder;
mod frame;
mod go;
mod place;
mod problems;
mod syntax;

use diagnostics::Source;
use granit_parser::{ErrorKind, Options, Parser, StrInput};

use self::builder::{Builder, Stop};
use self::go::{Respelled, Respelling};
use crate::limits::{Limits, too_large};
use crate::parsed::Parsed;

/// Reads a text, of one document or several.
///
/// A syntax error loses the document that has it; reading goes on with the next. What breaks
/// a limit ends the reading. Never panics, and needs memory in proportion to the text only.
/// What Go's reader takes beyond YAML 1.2 is taken, too, since kustomize and Flux read with it:
/// `*app: x`, a comment right behind a quote, tabs in brackets, `\'` in double quotes.
pub fn parse(source: &Source, limits: &Limits) -> Parsed {
    let text = source.text();
    if text.len() > limits.bytes {
        return Parsed {
            diagnostics: too_large(source.name(), text.len(), limits.bytes).into(),
            ..Parsed::default()
        };
    }
    let mut respelled = Respelled::new(text);
    loop {
        match read(source, &respelled, limits) {
            (parsed, None) => return parsed,
            (parsed, Some(change)) => {
                if !respelled.add(change) {
                    return parsed;
                }
            }
        }
    }
}

/// Reads a text as it was respelled so far. Also returns the first respelling more that would
/// help.
fn read(
    source: &Source,
    respelled: &Respelled<'_>,
    limits: &Limits,
) -> (Parsed, Option<Respelling>) {
    let text = respelled.text();
    let mut parser = Parser::new_from_str_with_options(&text, options(limits, text.len()));
    let mut builder = Builder::new(source, respelled, limits);
    while let Some(event) = parser.next_event() {
        let stop = match event {
            Ok((event, span)) => builder.event(event, &span).err(),
            Err(error) => Some(builder.syntax_error(&error, recoverable(error.kind()))),
        };
        let go_on = match stop {
            None => true,
            Some(Stop::Document) => next_document(&mut parser, &mut builder),
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
) -> bool {
    match parser.proceed_next_document() {
        Ok(more) => more,
        Err(error) => {
            builder.syntax_error(&error, false);
            false
        }
    }
}
