//! Python's tokens and logical lines, as far as literals and calls need them.

use std::ops::Range;

/// A token. Texts are not decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// A string literal, prefix and quotes included.
    Text,
    /// Anything else, one character.
    Sign,
}

/// A token and its place.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
}

/// A line of Python's grammar: brackets, `\` and long strings join physical lines.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// Columns before its first token; a tab goes to the next multiple of 8.
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token<'a>>,
}

impl Line<'_> {
    /// From its first to its last token.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.tokens.first().map_or(0, |token| token.range.start);
        let end = self.tokens.last().map_or(start, |token| token.range.end);
        start..end
    }

    /// Whether it starts with these tokens.
    pub(super) fn starts_with(&self, texts: &[&str]) -> bool {
        self.tokens.len() >= texts.len()
            && self
                .tokens
                .iter()
                .zip(texts)
                .all(|(token, text)| token.text == *text)
    }
}

/// Splits a file into logical lines. Never fails: what is no Python becomes signs.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut scanner = Scanner {
        text,
        at: 0,
        depth: 0,
    };
    let mut lines = Vec::new();
    while scanner.at < text.len() {
        let indent = scanner.indent();
        let tokens = scanner.line();
        if !tokens.is_empty() {
            lines.push(Line { indent, tokens });
        }
    }
    lines
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn indent(&mut self) -> usize {
        let mut columns = 0;
        for character in self.rest().chars() {
            columns = match character {
                ' ' => columns + 1,
                '\t' => columns / 8 * 8 + 8,
                _ => break,
            };
            self.at += 1;
        }
        columns
    }

    /// Reads up to and including the line break that ends a logical line.
    fn line(&mut self) -> Vec<Token<'a>> {
        let mut tokens = Vec::new();
        self.depth = 0;
        while let Some(character) = self.rest().chars().next() {
            match character {
                '\n' | '\r' => {
                    self.at += 1;
                    if self.depth == 0 && character == '\n' {
                        break;
                    }
                }
                '#' => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += end;
                }
                '\\' => {
                    self.at += 1;
                    for line_break in ["\r\n", "\n"] {
                        if self.rest().starts_with(line_break) {
                            self.at += line_break.len();
                            break;
                        }
                    }
                }
                _ if character.is_whitespace() => self.at += character.len_utf8(),
                _ => tokens.push(self.token(character)),
            }
        }
        tokens
    }

    fn token(&mut self, first: char) -> Token<'a> {
        let start = self.at;
        let (kind, length) = if let Some(length) = string_length(self.rest()) {
            (Kind::Text, length)
        } else if first.is_ascii_digit()
            || (first == '.' && self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()))
        {
            (Kind::Number, number_length(self.rest()))
        } else if is_name(first) {
            let length = self
                .rest()
                .find(|character: char| !is_name(character))
                .unwrap_or(self.rest().len());
            (Kind::Name, length)
        } else {
            match first {
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            (Kind::Sign, first.len_utf8())
        };
        self.at += length;
        Token {
            kind,
            text: &self.text[start..self.at],
            range: start..self.at,
        }
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn number_length(text: &str) -> usize {
    let mut exponent = false;
    text.find(|character: char| {
        let sign = matches!(character, '+' | '-') && exponent;
        exponent = matches!(character, 'e' | 'E') && !text.starts_with("0x");
        !(character.is_ascii_alphanumeric() || matches!(character, '_' | '.') || sign)
    })
    .unwrap_or(text.len())
}

/// The length of the string literal that a text starts with, if it is closed.
fn string_length(text: &str) -> Option<usize> {
    let prefix = text
        .find(|character: char| !character.is_ascii_alphabetic())
        .filter(|length| *length <= 2)?;
    if !text[..prefix]
        .chars()
        .all(|letter| "rRbBuUfF".contains(letter))
    {
        return None;
    }
    let body = &text[prefix..];
    let quote = body
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let triple = quote.to_string().repeat(3);
    let (close, multi_line) = if body.starts_with(&triple) {
        (triple, true)
    } else {
        (quote.to_string(), false)
    };
    let mut at = prefix + close.len();
    while let Some(character) = text[at..].chars().next() {
        if text[at..].starts_with(&close) {
            return Some(at + close.len());
        }
        at += character.len_utf8();
        match character {
            '\\' => at += text[at..].chars().next().map_or(0, char::len_utf8),
            '\n' if !multi_line => return None,
            _ => {}
        }
    }
    None
}
