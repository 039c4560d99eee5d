//! Jinja2's syntax, as version 3.1 reads it: text to tokens to a tree with places.

pub(crate) mod ast;
mod depth;
mod expressions;
mod newlines;
mod operands;
mod scan;
mod statements;
mod strings;
mod token;
mod words;

pub(crate) use newlines::Normalized;
pub(crate) use token::{Span, SyntaxError, is_space};

use crate::options::{Delimiters, Extensions};

/// What of the options decides how a text is read.
#[derive(Debug, Clone)]
pub(crate) struct Grammar {
    pub(crate) delimiters: Delimiters,
    pub(crate) trim_blocks: bool,
    pub(crate) lstrip_blocks: bool,
    pub(crate) newline: &'static str,
    pub(crate) extensions: Extensions,
}

/// Reads a whole template. `text` has `\n` as its only line break (see [`Normalized`]).
pub(crate) fn parse(text: &str, grammar: &Grammar) -> Result<Vec<ast::Statement>, SyntaxError> {
    let tokens = scan::tokens(text, grammar)?;
    statements::parse(&tokens, text.len(), grammar.extensions)
}
