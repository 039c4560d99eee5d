//! The part of Go's templates that talconfigs and patches use: `if`, `with`, `range`, variables,
//! pipelines, Go's own functions and the usual ones of sprig. Everything else is told by name at
//! its place, and nothing is left standing.
//!
//! ```text
//! text ── split ─▶ text and actions ── lex, parse ─▶ tree ── run, on a value ─▶ text
//! ```

mod asked;
mod compare;
mod data;
mod format;
mod functions;
mod lex;
mod parse;
mod print;
mod reader;
mod run;
mod split;
mod sprig;
mod tree;
mod value;

use std::ops::Range;

use diagnostics::{Diagnostics, Piece, Source};
use serde_json::Value as Json;

use crate::rules;
pub use asked::asked;
use value::{Text, Value};

/// Something that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    range: Range<usize>,
    message: String,
    hint: Option<String>,
}

impl Fault {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, further on.
    fn moved(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }
}

/// What became of a template.
struct Filled {
    text: String,
    /// What became what.
    pieces: Vec<Piece>,
    /// What came of values that nobody may see.
    secrets: Vec<Range<usize>>,
    faults: Vec<Fault>,
}

/// Fills a template from a value.
fn filled(text: &str, root: &Value<'_>) -> Filled {
    let (tree, faults) = parse::parse(text);
    if faults.is_empty() {
        return run::run(text, &tree, root);
    }
    Filled {
        text: String::new(),
        pieces: Vec::new(),
        secrets: Vec::new(),
        faults,
    }
}

/// Fills a template from a configuration, as it is before the patches of its group: the fields
/// are those of its v1alpha1 document, by the names that they have in Go.
///
/// Places in what comes of it are those of the template.
pub fn fill(source: &Source, config: &[Json]) -> (Source, Diagnostics) {
    if !source.text().contains("{{") {
        return (source.clone(), Diagnostics::new());
    }
    let made = filled(source.text(), &data::config(config));
    let problems = made
        .faults
        .into_iter()
        .map(|fault| {
            let mut problem = rules::PATCH_TEMPLATE
                .report(fault.message)
                .at(source.location(fault.range));
            problem.hint = fault.hint;
            problem
        })
        .collect();
    let secrets = made.secrets.into_iter();
    let secrets: Vec<_> = secrets.chain(copied(&made.pieces, source)).collect();
    let filled = Source::new(source.name(), made.text)
        .made_from(source, made.pieces)
        .with_secrets(secrets);
    (filled, problems)
}

/// Where the secrets of a template are in what came of it.
fn copied(pieces: &[Piece], source: &Source) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.copied) {
        for secret in source.secrets() {
            let start = secret.start.max(piece.from.start);
            let end = secret.end.min(piece.from.end);
            if start < end {
                let at = |offset: usize| piece.start + offset - piece.from.start;
                out.push(at(start)..at(end));
            }
        }
    }
    out
}

/// What a template of one line can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// A text.
    Text(&'a str),
    /// A truth value.
    Flag(bool),
}

/// Fills a template of one line, such as the name of a file; the error is the first problem, as
/// a clause.
pub fn expand(template: &str, fields: &[(&'static str, Field<'_>)]) -> Result<String, String> {
    let values: Vec<_> = fields
        .iter()
        .map(|&(name, field)| match field {
            Field::Text(text) => (name, Value::Text(Text::Borrowed(text))),
            Field::Flag(flag) => (name, Value::Bool(flag)),
        })
        .collect();
    let made = filled(template, &Value::Record(&values));
    match made.faults.into_iter().next() {
        None => Ok(made.text),
        Some(fault) => Err(match fault.hint {
            Some(hint) => format!("{} ({hint})", fault.message),
            None => fault.message,
        }),
    }
}
