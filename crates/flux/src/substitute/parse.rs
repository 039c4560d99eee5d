//! The grammar of expressions as Flux's `envsubst` 1.8.0 has it, its oddities included.
//!
//! Only `${…}` is syntax, and `$$` is a dollar; a NUL ends the text.

use std::sync::LazyLock;

use regex::Regex;

/// How deep expressions may lie within each other; beyond nobody means it.
const DEEPEST: usize = 200;

/// A piece of a text.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// As it stands.
    Text {
        /// The text.
        text: &'a str,
        /// Where it begins, in bytes.
        start: usize,
    },
    /// `${…}`.
    Expression(Expression<'a>),
}

/// `${…}`.
#[derive(Debug)]
pub(super) struct Expression<'a> {
    /// The variable.
    pub(super) name: &'a str,
    /// What is done with its value.
    pub(super) operator: Operator,
    /// What the operator is given.
    pub(super) arguments: Vec<Vec<Piece<'a>>>,
    /// Where the expression begins, in bytes.
    pub(super) start: usize,
}

/// What is done with the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `${A}`, and the mixtures `${A,^}` and `${A^,}`, which do nothing.
    Plain,
    /// `:=`, `:-`, `:+`, `:?`, `=`: all the same.
    Default,
    /// `${#A}`.
    Length,
    /// `#`, `##`.
    StripPrefix { longest: bool },
    /// `%`, `%%`.
    StripSuffix { longest: bool },
    /// `:offset`, `:offset:length`.
    Substring,
    /// `^`, `^^`.
    Upper { first: bool },
    /// `,`, `,,`.
    Lower { first: bool },
    /// `/`, `//`.
    Replace { all: bool },
    /// `/#`.
    ReplacePrefix,
    /// `/%`.
    ReplaceSuffix,
}

/// Where an expression is none, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// Where the expression begins, in bytes.
    pub(super) start: usize,
    /// Why, as a clause.
    pub(super) why: &'static str,
}

const NOT_CLOSED: &str = "it is not closed by `}`, or has an operator that there is not";
const NO_NAME: &str = "a name of letters, digits and `_` follows `${`";
const BAD: &str = "its operator lacks what it needs";
const TOO_DEEP: &str = "expressions lie too deep within each other";

/// The pieces of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Piece<'_>>, Broken> {
    let end = memchr::memchr(0, text.as_bytes()).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(dollar) = reader.find(b'$') {
        reader.at = dollar;
        if reader.rest().starts_with("$$") {
            // The first one stays, the second one goes.
            reader.push(&mut pieces, start..dollar + 1);
            reader.at = dollar + 2;
            start = reader.at;
        } else if reader.rest().starts_with("${") {
            reader.push(&mut pieces, start..dollar);
            reader.at = dollar + 2;
            pieces.push(Piece::Expression(reader.expression(dollar, 0)?));
            start = reader.at;
        } else {
            reader.at = dollar + 1;
        }
    }
    reader.push(&mut pieces, start..text.len());
    Ok(pieces)
}

/// Which characters end an argument, and whether `\/`, `\\` and `$$` are one in it.
#[derive(Clone, Copy)]
struct Argument {
    ends: &'static [char],
    escapes: bool,
}

const TO_BRACE: Argument = Argument {
    ends: &['}'],
    escapes: false,
};
const TO_COLON: Argument = Argument {
    ends: &[':', '}'],
    escapes: false,
};
/// It runs past `}`, to the next slash anywhere.
const TO_SLASH: Argument = Argument {
    ends: &['/'],
    escapes: true,
};
const REPLACEMENT: Argument = Argument {
    ends: &['}'],
    escapes: true,
};

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn find(&self, byte: u8) -> Option<usize> {
        let found = memchr::memchr(byte, self.rest().as_bytes())?;
        Some(self.at + found)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes a text if it comes next.
    fn take(&mut self, text: &str) -> bool {
        let is = self.rest().starts_with(text);
        if is {
            self.at += text.len();
        }
        is
    }

    fn push(&self, pieces: &mut Vec<Piece<'a>>, range: std::ops::Range<usize>) {
        if let Some(text) = self.text.get(range.clone()).filter(|text| !text.is_empty()) {
            pieces.push(Piece::Text {
                text,
                start: range.start,
            });
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).filter(|name| !name.is_empty())
    }

    /// What follows `${`, with its `}`.
    fn expression(&mut self, start: usize, depth: usize) -> Result<Expression<'a>, Broken> {
        let broken = |why| Broken { start, why };
        if depth > DEEPEST {
            return Err(broken(TOO_DEEP));
        }
        if self.take("#") {
            let name = self.name().ok_or(broken(BAD))?;
            return self.close(start, name, Operator::Length, Vec::new(), BAD);
        }
        let name = self.name().ok_or(broken(NO_NAME))?;
        match self.peek() {
            Some('=') => self.default(start, depth, name),
            Some(':') => {
                let after = self.rest().get(1..).unwrap_or_default();
                if after.starts_with(['=', '-', '?', '+']) {
                    self.at += 1;
                    self.default(start, depth, name)
                } else {
                    self.substring(start, depth, name)
                }
            }
            Some(',' | '^') => {
                let operator = [
                    (",,", Operator::Lower { first: false }),
                    ("^^", Operator::Upper { first: false }),
                    (",^", Operator::Plain),
                    ("^,", Operator::Plain),
                    (",", Operator::Lower { first: true }),
                    ("^", Operator::Upper { first: true }),
                ];
                let operator = operator.into_iter().find(|(text, _)| self.take(text));
                let operator = operator.map_or(Operator::Plain, |(_, operator)| operator);
                // A mixture does nothing, but does not save an unset name either.
                self.close(start, name, operator, Vec::new(), BAD)
            }
            Some('/') => self.replace(start, depth, name),
            Some(sign @ ('#' | '%')) => {
                let sign = if sign == '#' { "#" } else { "%" };
                let longest = self.take(sign) && self.take(sign);
                let operator = if sign == "#" {
                    Operator::StripPrefix { longest }
                } else {
                    Operator::StripSuffix { longest }
                };
                let pattern = self.argument(start, depth, TO_BRACE)?;
                self.close(start, name, operator, vec![pattern], BAD)
            }
            _ => self.close(start, name, Operator::Plain, Vec::new(), NOT_CLOSED),
        }
    }

    /// The end of an expression.
    fn close(
        &mut self,
        start: usize,
        name: &'a str,
        operator: Operator,
        arguments: Vec<Vec<Piece<'a>>>,
        why: &'static str,
    ) -> Result<Expression<'a>, Broken> {
        if self.take("}") {
            Ok(Expression {
                name,
                operator,
                arguments,
                start,
            })
        } else {
            Err(Broken { start, why })
        }
    }

    /// From the last character of the operator on: everything up to `}`, with expressions in it.
    fn default(
        &mut self,
        start: usize,
        depth: usize,
        name: &'a str,
    ) -> Result<Expression<'a>, Broken> {
        self.at += 1;
        let mut all = Vec::new();
        while self.peek() != Some('}') {
            all.append(&mut self.argument(start, depth, TO_BRACE)?);
        }
        self.close(start, name, Operator::Default, vec![all], BAD)
    }

    fn substring(
        &mut self,
        start: usize,
        depth: usize,
        name: &'a str,
    ) -> Result<Expression<'a>, Broken> {
        let broken = Broken { start, why: BAD };
        self.at += 1;
        // The library loses its place before a character of several bytes.
        if !self.peek().is_some_and(|letter| letter.is_ascii()) {
            return Err(broken);
        }
        let mut arguments = vec![self.argument(start, depth, TO_COLON)?];
        if self.take(":") {
            while self.take(":") {}
            arguments.push(self.argument(start, depth, TO_BRACE)?);
        }
        self.close(start, name, Operator::Substring, arguments, BAD)
    }

    fn replace(
        &mut self,
        start: usize,
        depth: usize,
        name: &'a str,
    ) -> Result<Expression<'a>, Broken> {
        self.at += 1;
        let operator = match self.peek() {
            Some('/') => Operator::Replace { all: true },
            Some('#') => Operator::ReplacePrefix,
            Some('%') => Operator::ReplaceSuffix,
            _ => Operator::Replace { all: false },
        };
        if operator != (Operator::Replace { all: false }) {
            self.at += 1;
        }
        let mut arguments = vec![self.argument(start, depth, TO_SLASH)?];
        if !self.take("/") {
            return Err(Broken { start, why: BAD });
        }
        while self.take("/") {}
        if self.peek() != Some('}') {
            arguments.push(self.argument(start, depth, REPLACEMENT)?);
        }
        self.close(start, name, operator, arguments, BAD)
    }

    /// One argument: an expression, or text up to what ends it or an expression.
    fn argument(
        &mut self,
        start: usize,
        depth: usize,
        kind: Argument,
    ) -> Result<Vec<Piece<'a>>, Broken> {
        let from = self.at;
        if self.take("${") {
            return Ok(vec![Piece::Expression(self.expression(from, depth + 1)?)]);
        }
        let mut pieces = Vec::new();
        let mut since = from;
        loop {
            let rest = self.rest();
            let Some(letter) = rest.chars().next() else {
                break;
            };
            if rest.starts_with("${") {
                break;
            }
            let escaped = match letter {
                '$' => rest.starts_with("$$"),
                '\\' => rest.starts_with("\\/") || rest.starts_with("\\\\"),
                _ => false,
            };
            if kind.escapes && escaped {
                self.push(&mut pieces, since..self.at);
                since = self.at + 1;
                self.at += 2;
                continue;
            }
            if kind.ends.contains(&letter) {
                break;
            }
            self.at += letter.len_utf8();
        }
        self.push(&mut pieces, since..self.at);
        if pieces.is_empty() {
            return Err(Broken { start, why: BAD });
        }
        Ok(pieces)
    }
}

/// Letters and digits of any script, and `_`.
fn is_name(letter: char) -> bool {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nd}]$").ok());
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric() || letter == '_';
    }
    let mut bytes = [0; 4];
    NAME.as_ref()
        .is_some_and(|name| name.is_match(letter.encode_utf8(&mut bytes)))
}
