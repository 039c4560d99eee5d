//! The substitution of Flux's `postBuild`: variables put into objects.
//!
//! Flux prints an object as `kustomize build` does, puts variables into that text, and reads it
//! again as the API machinery reads YAML: a text whose value came from a variable may come back
//! as a number, a truth value, a list. Only `${…}` is syntax, and `$$` is a dollar wherever it
//! stands.
//!
//! Source of the behaviour: fluxcd/pkg `envsubst` 1.8.0 and `kustomize` 1.41.0, which Flux 2.9
//! has, held against the real ones by `cargo xtask oracles flux-libraries`.

mod bytes;
mod glob;
mod object;
mod operators;
mod parse;
mod secret;
mod variables;

use std::ops::Range;

use operators::{LONGEST, TooMuch};
use parse::{Broken, Expression, Operator, Piece};

use crate::unknown::{self, Known};
use crate::value::Secret;

pub(crate) use object::settle;
pub use object::{Substitution, is_disabled};
pub use variables::{Variable, Variables, is_name};

/// What becomes of a variable that is not set and has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It fails, as from Flux 2.9 on.
    #[default]
    Strict,
    /// It is empty, as up to Flux 2.8.
    Lenient,
}

/// Why variables cannot be put into a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// `${…}` that is no expression.
    #[error("{why}")]
    Syntax {
        /// Where the expression begins, in bytes.
        start: usize,
        /// Why, as a clause.
        why: &'static str,
    },
    /// A variable without a value and without a default.
    #[error("the variable `{name}` is not set")]
    Unset {
        /// Where the expression begins, in bytes.
        start: usize,
        /// The variable.
        name: String,
    },
    /// A value becomes endless, or takes endless steps.
    #[error("the value of `{name}` takes too long to work out")]
    TooMuch {
        /// Where the expression begins, in bytes.
        start: usize,
        /// The variable.
        name: String,
    },
    /// A substring cuts a character in two.
    #[error("a substring cuts a character in two")]
    NotUtf8 {
        /// Where in the text.
        start: usize,
    },
}

impl Failure {
    /// Where the expression begins, in bytes of the text.
    pub fn start(&self) -> usize {
        match self {
            Self::Syntax { start, .. }
            | Self::Unset { start, .. }
            | Self::TooMuch { start, .. }
            | Self::NotUtf8 { start } => *start,
        }
    }
}

/// Puts variables into a text.
///
/// A value that is not known becomes its [`unknown::marker`].
///
/// # Errors
///
/// Every variable that is not set, or the first expression that is none.
pub fn text(text: &str, variables: &Variables, mode: Mode) -> Result<String, Vec<Failure>> {
    filled(text, variables, mode).map(|filled| filled.text)
}

/// Whether a text matches a pattern of Go's `path.Match`; the text has no slash.
pub(crate) fn is_glob(pattern: &str, text: &str) -> bool {
    let mut fuel = glob::Fuel(100_000);
    glob::is_match(pattern.as_bytes(), text.as_bytes(), &mut fuel) == Ok(true)
}

/// A text with its variables filled in.
struct Filled {
    text: String,
    /// For each piece where it starts, and where it came from, in order.
    pieces: Vec<(usize, usize)>,
    /// The ranges that hold something of Secrets, in order.
    secrets: Vec<(Range<usize>, Secret)>,
}

impl Filled {
    /// Where something of the text came from, in bytes of the text before.
    fn origin(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|(start, _)| *start <= offset);
        let piece = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index));
        piece.map_or(0, |(_, origin)| *origin)
    }
}

fn filled(text: &str, variables: &Variables, mode: Mode) -> Result<Filled, Vec<Failure>> {
    let parsed = parse::parse(text);
    let parsed = parsed.map_err(|Broken { start, why }| vec![Failure::Syntax { start, why }])?;
    let mut evaluation = Evaluation {
        variables,
        mode,
        failures: Vec::new(),
        used: None,
    };
    let mut out = Vec::with_capacity(text.len());
    let mut secrets = Vec::new();
    let mut pieces = Vec::with_capacity(parsed.len());
    for piece in &parsed {
        let origin = match piece {
            Piece::Text { start, .. } => *start,
            Piece::Expression(expression) => expression.start,
        };
        let start = out.len();
        pieces.push((start, origin));
        evaluation.piece(piece, &mut out);
        if let Some(used) = evaluation.used.take() {
            secrets.push((start..out.len(), used));
        }
    }
    if !evaluation.failures.is_empty() {
        return Err(evaluation.failures);
    }
    let mut filled = Filled {
        text: String::new(),
        pieces,
        secrets,
    };
    match String::from_utf8(out) {
        Ok(text) => {
            filled.text = text;
            Ok(filled)
        }
        Err(error) => {
            let start = filled.origin(error.utf8_error().valid_up_to());
            Err(vec![Failure::NotUtf8 { start }])
        }
    }
}

struct Evaluation<'a> {
    variables: &'a Variables,
    mode: Mode,
    failures: Vec<Failure>,
    /// What of Secrets the present piece holds.
    used: Option<Secret>,
}

impl Evaluation<'_> {
    fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        match piece {
            Piece::Text { text, .. } => out.extend_from_slice(text.as_bytes()),
            Piece::Expression(expression) => self.expression(expression, out),
        }
        if out.len() > LONGEST {
            out.clear();
            if let Piece::Expression(expression) = piece {
                self.too_much(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<'_>, out: &mut Vec<u8>) {
        let before = self.used.clone();
        // The library looks at what an operator is given even where it is not used.
        let arguments: Vec<Vec<u8>> = { expression.arguments.iter() }
            .map(|pieces| {
                let mut argument = Vec::new();
                for piece in pieces {
                    self.piece(piece, &mut argument);
                }
                argument
            })
            .collect();
        let value = match self.variables.get(expression.name) {
            Some(Known::Value(value)) => value.as_str(),
            Some(Known::Unknown)
                if !self.variables.is_set(expression.name)
                    && expression.operator == Operator::Default =>
            {
                // Whether it is set at all is not known; what is written is as good a guess.
                ""
            }
            Some(Known::Unknown) => {
                out.extend_from_slice(unknown::marker(expression.name).as_bytes());
                return;
            }
            None => {
                if self.mode == Mode::Strict && expression.operator != Operator::Default {
                    self.failures.push(Failure::Unset {
                        start: expression.start,
                        name: expression.name.to_owned(),
                    });
                    return;
                }
                ""
            }
        };
        if expression.operator == Operator::Default && !value.is_empty() {
            // The arguments are not used.
            self.used = before;
        }
        if self.variables.is_secret(expression.name) {
            let used = self.used.get_or_insert_default();
            used.values.push(value.to_owned());
        }
        if !matches!(expression.operator, Operator::Plain | Operator::Default)
            && let Some(used) = &mut self.used
        {
            used.is_whole = false;
        }
        match operators::apply(expression.operator, value, &arguments) {
            Ok(value) => out.extend_from_slice(&value),
            Err(TooMuch) => self.too_much(expression),
        }
    }

    fn too_much(&mut self, expression: &Expression<'_>) {
        self.failures.push(Failure::TooMuch {
            start: expression.start,
            name: expression.name.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests;
