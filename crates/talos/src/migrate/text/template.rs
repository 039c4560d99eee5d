//! Patches that are templates: expressions become words of the same length, so that every place
//! stays where it is, and statements become comments.

use std::ops::Range;

use super::ByHand;
use crate::migrate::notes::Statement;

/// A text without expressions, and what they were.
#[derive(Clone)]
pub(super) struct Protected {
    pub(super) text: String,
    words: Vec<(String, String)>,
}

/// How expressions and statements begin and end: those of the template family, and Jinja's own.
const EXPRESSIONS: [(&str, &str); 2] = [("#{", "}#"), ("{{", "}}")];
const STATEMENTS: [(&str, &str); 2] = [("#%", "%#"), ("{%", "%}")];

/// Puts words in place of expressions.
pub(super) fn protect(text: &str) -> Result<Protected, ByHand> {
    let mut words: Vec<(String, String)> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, end)) = next(rest) {
        let (before, from) = rest.split_at(at);
        let start = text.len() - from.len();
        let fail = |why: &str, length: usize| Err(ByHand::at(start..start + length, why));
        let Some(length) = from.find(end).map(|found| found + end.len()) else {
            return fail("what begins here has no end", 2);
        };
        let (one, after) = from.split_at(length);
        if one.contains('\n') {
            return fail("the expression has more than one line", length);
        }
        out.push_str(before);
        if STATEMENTS.iter().any(|(_, other)| *other == end) {
            let line = out.rsplit('\n').next().unwrap_or_default();
            let alone = line.trim().is_empty()
                && after
                    .split('\n')
                    .next()
                    .is_some_and(|rest| rest.trim().is_empty());
            if !alone {
                return fail("the statement shares its line with something else", length);
            }
            let Some(word) = word(words.len(), length, "#") else {
                return fail("the statement is too short", length);
            };
            out.push_str(&word);
            words.push((word, one.to_owned()));
        } else {
            let Some(word) = word(words.len(), length, "") else {
                return fail("the expression is too short", length);
            };
            out.push_str(&word);
            words.push((word, one.to_owned()));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Protected { text: out, words })
}

/// The next beginning, and the end that belongs to it.
fn next(text: &str) -> Option<(usize, &'static str)> {
    let all = EXPRESSIONS.iter().chain(&STATEMENTS);
    all.filter_map(|(begin, end)| Some((text.find(begin)?, *end)))
        .min()
}

/// A word that stands nowhere else, of a length.
fn word(number: usize, length: usize, start: &str) -> Option<String> {
    let word = format!("{start}qz{number}z");
    let fill = length.checked_sub(word.len())?;
    Some(word + &"q".repeat(fill))
}

impl Protected {
    /// Whether it is a template at all.
    pub(super) fn is_template(&self) -> bool {
        !self.words.is_empty()
    }

    /// A text with its expressions.
    pub(super) fn restored(&self, text: &str) -> String {
        let restore = |text: String, (word, one): &(String, String)| text.replace(word, one);
        self.words.iter().fold(text.to_owned(), restore)
    }

    /// Whether a range of the text is an expression, in whole or in part.
    pub(super) fn statement(&self, comment: &str) -> Option<Statement> {
        let (_, one) = self
            .words
            .iter()
            .find(|(word, _)| comment.trim_end() == word)?;
        let (_, inner) = one.split_at_checked(2)?;
        let inner = inner.trim_start_matches(['-', '+', ' ']);
        let end = inner
            .find(|one: char| !one.is_ascii_alphabetic())
            .unwrap_or(inner.len());
        let word = inner.get(..end)?;
        Some(match word {
            "set" if !inner.contains('=') => Statement::Opens,
            "else" | "elif" | "set" | "do" | "import" | "from" | "include" | "extends" => {
                Statement::Within
            }
            word if word.starts_with("end") => Statement::Closes,
            _ => Statement::Opens,
        })
    }
}

impl ByHand {
    pub(super) fn at(range: Range<usize>, why: impl Into<String>) -> Self {
        Self {
            range,
            why: why.into(),
            path: String::new(),
        }
    }
}
