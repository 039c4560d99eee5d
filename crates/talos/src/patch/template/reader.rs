//! The words of one action to a pipeline.

use std::ops::Range;

use super::Fault;
use super::functions::Function;
use super::lex::{Token, Word};
use super::tree::{Command, Operand, Pipeline, Term};

/// How deep parentheses may be nested.
const DEEPEST: usize = 64;

/// Reads the words of one action.
pub(super) struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    known: &'a [String],
}

impl<'a> Reader<'a> {
    /// The words of an action, and the variables that there are.
    pub(super) fn new(words: &'a [Word], known: &'a [String]) -> Self {
        Self {
            words,
            at: 0,
            known,
        }
    }

    /// All words as one pipeline.
    pub(super) fn whole(mut self, range: bool) -> Result<Pipeline, Fault> {
        let pipeline = self.pipeline(range, 0)?;
        match self.next() {
            None => Ok(pipeline),
            Some(word) => Err(Fault::new(word.range.clone(), "`)` stands without `(`")),
        }
    }

    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.words.get(self.at + ahead).map(|word| &word.token)
    }

    fn next(&mut self) -> Option<&'a Word> {
        let word = self.words.get(self.at);
        self.at += 1;
        word
    }

    /// The place of what comes next, or of what came last.
    fn place(&self) -> Range<usize> {
        let word = self.words.get(self.at).or_else(|| self.words.last());
        word.map_or(0..0, |word| word.range.clone())
    }

    fn pipeline(&mut self, range: bool, depth: usize) -> Result<Pipeline, Fault> {
        if depth > DEEPEST {
            let message = format!("parentheses are nested more than {DEEPEST} deep");
            return Err(Fault::new(self.place(), message));
        }
        let start = self.place().start;
        let (variables, declares) = if depth == 0 {
            self.variables(range)?
        } else {
            (Vec::new(), false)
        };
        let mut commands = Vec::new();
        loop {
            let command = self.command(depth)?;
            // Only a function can take what comes before.
            let first = command.operands.first();
            let callable = first.is_some_and(|first| matches!(first.term, Term::Function(_)));
            if !commands.is_empty() && !callable {
                return Err(Fault::new(command.range, "behind `|` stands a function"));
            }
            commands.push(command);
            if self.peek(0) != Some(&Token::Pipe) {
                break;
            }
            self.at += 1;
        }
        let last = self.words.get(self.at.saturating_sub(1));
        Ok(Pipeline {
            variables,
            declares,
            commands,
            range: start..last.map_or(start, |word| word.range.end),
        })
    }

    /// `$i, $v :=`, `$v :=` or `$v =`.
    fn variables(&mut self, range: bool) -> Result<(Vec<String>, bool), Fault> {
        let Some(Token::Variable(first)) = self.peek(0) else {
            return Ok((Vec::new(), false));
        };
        let mut names = vec![first.clone()];
        let mut length = 1;
        if self.peek(1) == Some(&Token::Comma) {
            let Some(Token::Variable(second)) = self.peek(2) else {
                return Err(Fault::new(self.place(), "behind `,` stands a variable"));
            };
            if !range {
                return Err(Fault::new(self.place(), "only `range` sets two variables"));
            }
            names.push(second.clone());
            length = 3;
        }
        let declares = match self.peek(length) {
            Some(Token::Declare) => true,
            Some(Token::Assign) => {
                for name in &names {
                    self.is_known(name)?;
                }
                false
            }
            _ if length == 1 => return Ok((Vec::new(), false)),
            _ => {
                return Err(Fault::new(
                    self.place(),
                    "`:=` is missing behind the variables",
                ));
            }
        };
        if names.iter().any(String::is_empty) {
            return Err(Fault::new(self.place(), "`$` alone cannot be set"));
        }
        self.at += length + 1;
        Ok((names, declares))
    }

    fn is_known(&self, name: &str) -> Result<(), Fault> {
        if self.known.iter().any(|known| known == name) {
            return Ok(());
        }
        let fault = Fault::new(self.place(), format!("there is no variable `${name}` here"));
        Err(
            match diagnostics::closest(name, self.known.iter().map(String::as_str)) {
                Some(close) if !close.is_empty() => fault.hint(format!("did you mean `${close}`?")),
                _ => fault,
            },
        )
    }

    fn command(&mut self, depth: usize) -> Result<Command, Fault> {
        let place = self.place();
        let mut operands = Vec::new();
        while let Some(token) = self.peek(0) {
            if matches!(token, Token::Pipe | Token::Close) {
                break;
            }
            operands.push(self.operand(depth)?);
        }
        let Some(first) = operands.first() else {
            return Err(Fault::new(place, "a value or a function is missing here"));
        };
        if operands.len() > 1 && !matches!(first.term, Term::Function(_)) {
            return Err(Fault::new(
                first.range.clone(),
                "this is no function, so nothing can follow it",
            ));
        }
        if let Term::Nil = first.term {
            return Err(Fault::new(first.range.clone(), "`nil` is no command"));
        }
        let end = operands.last().map_or(place.end, |last| last.range.end);
        Ok(Command {
            range: place.start..end,
            operands,
        })
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, Fault> {
        let place = self.place();
        let Some(word) = self.next() else {
            return Err(Fault::new(place, "a value is missing here"));
        };
        let mut fields = Vec::new();
        let term = match &word.token {
            Token::Dot => Term::Dot,
            Token::Field(name) => {
                fields.push((name.clone(), word.range.clone()));
                Term::Dot
            }
            Token::Variable(name) => {
                self.at -= 1;
                self.is_known(name)?;
                self.at += 1;
                Term::Variable(name.clone())
            }
            Token::Name(name) => match name.as_str() {
                "true" => Term::Bool(true),
                "false" => Term::Bool(false),
                "nil" => Term::Nil,
                _ => Term::Function(
                    Function::named(name).map_err(|fault| fault.moved(word.range.start))?,
                ),
            },
            Token::Text(text) => Term::Text(text.clone()),
            Token::Integer(number) => Term::Integer(*number),
            Token::Float(number) => Term::Float(*number),
            Token::Open => {
                let inner = self.pipeline(false, depth + 1)?;
                match self.next() {
                    Some(word) if word.token == Token::Close => {}
                    _ => return Err(Fault::new(place, "`(` is not closed")),
                }
                Term::Group(Box::new(inner))
            }
            Token::Pipe | Token::Close | Token::Comma | Token::Declare | Token::Assign => {
                let written = word.range.clone();
                return Err(Fault::new(written, "a value is to stand here"));
            }
        };
        let takes_fields = matches!(term, Term::Dot | Term::Variable(_) | Term::Group(_));
        let bare_dot = fields.is_empty() && matches!(term, Term::Dot);
        while let Some(next) = self.words.get(self.at) {
            let Token::Field(name) = &next.token else {
                break;
            };
            if next.apart {
                break;
            }
            if !takes_fields || bare_dot {
                return Err(Fault::new(next.range.clone(), "no field can stand here"));
            }
            fields.push((name.clone(), next.range.clone()));
            self.at += 1;
        }
        let end = self
            .words
            .get(self.at.saturating_sub(1))
            .map_or(place.end, |last| last.range.end);
        Ok(Operand {
            term,
            fields,
            range: place.start..end,
        })
    }
}
