//! Tokens to statements, as Jinja2's `parser.py` reads them.

use super::ast::{Expression, For, Kind, Parameter, Statement, StatementKind, Target, Word};
use super::expressions::Cursor;
use super::token::{Operator, Placed, Span, SyntaxError, Token};
use crate::options::Extensions;

/// How deep statements may be nested in each other.
const DEPTH_LIMIT: usize = 60;

/// How many `elif` an `if` may have: the engine goes one level deeper for each.
const BRANCH_LIMIT: usize = 500;

/// Every statement that exists, for “did you mean”.
const STATEMENTS: [&str; 19] = [
    "for",
    "if",
    "elif",
    "else",
    "set",
    "with",
    "macro",
    "call",
    "filter",
    "block",
    "extends",
    "include",
    "import",
    "from",
    "print",
    "autoescape",
    "raw",
    "do",
    "endraw",
];

type Parsed<T> = Result<T, SyntaxError>;

/// Reads a whole template.
pub(super) fn parse(
    tokens: &[Placed],
    end: usize,
    extensions: Extensions,
) -> Parsed<Vec<Statement>> {
    let mut parser = Parser {
        cursor: Cursor::new(tokens, end),
        extensions,
        open: Vec::new(),
        loops: 0,
    };
    parser.body(&[])
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    extensions: Extensions,
    /// The blocks that are open, with what may end each.
    open: Vec<(String, Span, &'static [&'static str])>,
    loops: usize,
}

impl Parser<'_> {
    /// Statements up to one of `ends`, whose name is left as the next token.
    fn body(&mut self, ends: &'static [&'static str]) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            let span = self.cursor.span();
            match self.cursor.advance() {
                None if ends.is_empty() => return Ok(statements),
                None => return Err(self.unclosed()),
                Some(Token::Data(text)) => statements.push(Statement {
                    kind: StatementKind::Data(text.clone()),
                    span,
                }),
                Some(Token::VariableBegin) => {
                    let expression = self.cursor.tuple(true, None, false)?;
                    self.expect_end(&Token::VariableEnd, "the end of the printed expression")?;
                    statements.push(Statement {
                        span: expression.span,
                        kind: StatementKind::Print(expression),
                    });
                }
                Some(Token::BlockBegin) => {
                    if let Some(Token::Name(name)) = self.cursor.peek()
                        && ends.contains(&name.as_str())
                    {
                        return Ok(statements);
                    }
                    self.statement(&mut statements)?;
                    self.expect_end(&Token::BlockEnd, "the end of the statement")?;
                }
                Some(other) => {
                    return Err(SyntaxError::new(
                        span,
                        format!("{other} does not belong here"),
                    ));
                }
            }
        }
    }

    fn expect_end(&mut self, end: &Token, what: &str) -> Parsed<()> {
        if self.cursor.peek() == Some(end) {
            self.cursor.advance();
            return Ok(());
        }
        Err(self.cursor.unexpected(what))
    }

    /// The body of a block tag: its end, then statements up to one of `ends`.
    fn block_body(
        &mut self,
        name: &str,
        span: Span,
        ends: &'static [&'static str],
    ) -> Parsed<Vec<Statement>> {
        self.cursor.skip_operator(Operator::Colon);
        self.expect_end(&Token::BlockEnd, "the end of the statement")?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(SyntaxError::new(span, "statements are nested too deeply"));
        }
        self.open.push((name.to_owned(), span, ends));
        let statements = self.body(ends)?;
        self.open.pop();
        Ok(statements)
    }

    /// As [`Self::block_body`], with its one end taken.
    fn closed_body(
        &mut self,
        name: &str,
        span: Span,
        ends: &'static [&'static str],
    ) -> Parsed<Vec<Statement>> {
        let statements = self.block_body(name, span, ends)?;
        self.cursor.advance();
        Ok(statements)
    }

    fn unclosed(&self) -> SyntaxError {
        let Some((name, span, ends)) = self.open.last() else {
            return self.cursor.unexpected("more of the template");
        };
        SyntaxError::new(*span, format!("this `{name}` is not closed"))
            .hint(format!("close it with {}", any_of(ends)))
    }

    fn statement(&mut self, into: &mut Vec<Statement>) -> Parsed<()> {
        let word = self.cursor.word("the name of a statement")?;
        let start = word.span;
        let kind = match word.text.as_str() {
            "for" => self.for_loop(start)?,
            "if" => self.if_branches(start)?,
            "with" => self.with(start)?,
            "set" => self.set(start)?,
            "print" => return self.print(into),
            "macro" => {
                let name = self.cursor.word("the name of the macro")?;
                let parameters = self.parameters()?;
                let body = self.unlooped(|this| this.closed_body("macro", start, &["endmacro"]))?;
                StatementKind::Macro(name, parameters, body)
            }
            "call" => self.call_block(start)?,
            "filter" => {
                let Some(filter) = self.cursor.filters(None, true)? else {
                    return Err(self.cursor.unexpected("a filter"));
                };
                let body = self.closed_body("filter", start, &["endfilter"])?;
                StatementKind::FilterBlock(filter, body)
            }
            "block" => self.block(start)?,
            "autoescape" => {
                let on = self.cursor.expression(true)?;
                let body = self.closed_body("autoescape", start, &["endautoescape"])?;
                StatementKind::Autoescape(on, body)
            }
            "extends" => StatementKind::Extends(self.cursor.expression(true)?),
            "include" => self.include()?,
            "import" => {
                let template = self.cursor.expression(true)?;
                self.cursor.expect_name("as")?;
                let target = self.cursor.word("a name for the imported template")?;
                let with_context = self.context()?.unwrap_or(false);
                StatementKind::Import {
                    template,
                    target,
                    with_context,
                }
            }
            "from" => self.names_from()?,
            "do" if self.extensions.expression_statement => {
                StatementKind::Do(self.cursor.tuple(true, None, false)?)
            }
            "break" | "continue" if self.extensions.loop_controls => {
                if self.loops == 0 {
                    return Err(SyntaxError::new(
                        start,
                        format!("`{}` stands outside of a loop", word.text),
                    ));
                }
                if word.text == "break" {
                    StatementKind::Break
                } else {
                    StatementKind::Continue
                }
            }
            _ => return Err(self.unknown(&word)),
        };
        // The place of a block is its tag, not its whole body.
        let span = match kind {
            StatementKind::Set(..)
            | StatementKind::Extends(_)
            | StatementKind::Include { .. }
            | StatementKind::Import { .. }
            | StatementKind::FromImport { .. }
            | StatementKind::Do(_) => start.to(self.cursor.previous_span()),
            _ => start,
        };
        into.push(Statement { kind, span });
        Ok(())
    }

    /// A body in which `break` and `continue` do not reach the loops around it.
    fn unlooped<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let loops = std::mem::take(&mut self.loops);
        let result = read(self);
        self.loops = loops;
        result
    }

    fn unknown(&self, word: &Word) -> SyntaxError {
        let name = &word.text;
        let error = SyntaxError::new(word.span, format!("there is no statement `{name}`"));
        match name.as_str() {
            "do" => error.hint("add `jinja2.ext.do` to `extensions`, or use `set _ = …`"),
            "break" | "continue" => error.hint("add `jinja2.ext.loopcontrols` to `extensions`"),
            "trans" => error.hint("translations are not supported"),
            "debug" => error.hint("the debug extension is not supported"),
            _ => match self.open.last() {
                Some((open, _, ends)) if name.starts_with("end") || name == "else" => {
                    SyntaxError::new(
                        word.span,
                        format!("`{name}` does not close the innermost open block, `{open}`"),
                    )
                    .hint(format!("it is closed by {}", any_of(ends)))
                }
                None if name.starts_with("end") => {
                    SyntaxError::new(word.span, format!("`{name}` closes nothing"))
                }
                _ => match diagnostics::closest(name, STATEMENTS) {
                    Some(known) => error.hint(format!("did you mean `{known}`?")),
                    None => error,
                },
            },
        }
    }

    fn for_loop(&mut self, start: Span) -> Parsed<StatementKind> {
        let target = self.cursor.target(Some("in"), false)?;
        self.cursor.expect_name("in")?;
        let items = self.cursor.tuple(false, Some("recursive"), false)?;
        let condition = if self.cursor.skip_name("if") {
            Some(self.cursor.expression(true)?)
        } else {
            None
        };
        let recursive = self.cursor.skip_name("recursive");
        self.loops += 1;
        let body = self.block_body("for", start, &["endfor", "else"]);
        self.loops -= 1;
        let body = body?;
        let otherwise = if self.cursor.skip_name("else") {
            self.closed_body("for", start, &["endfor"])?
        } else {
            self.cursor.advance();
            Vec::new()
        };
        Ok(StatementKind::For(Box::new(For {
            target,
            items,
            condition,
            recursive,
            body,
            otherwise,
        })))
    }

    fn if_branches(&mut self, start: Span) -> Parsed<StatementKind> {
        let mut branches = Vec::new();
        loop {
            let test = self.cursor.tuple(false, None, false)?;
            let body = self.block_body("if", start, &["elif", "else", "endif"])?;
            branches.push((test, body));
            if branches.len() > BRANCH_LIMIT {
                return Err(SyntaxError::new(start, "this `if` has too many branches"));
            }
            if self.cursor.skip_name("elif") {
                continue;
            }
            let otherwise = if self.cursor.skip_name("else") {
                self.closed_body("if", start, &["endif"])?
            } else {
                self.cursor.advance();
                Vec::new()
            };
            return Ok(StatementKind::If(branches, otherwise));
        }
    }

    fn with(&mut self, start: Span) -> Parsed<StatementKind> {
        let mut assignments: Vec<(Target, Expression)> = Vec::new();
        while self.cursor.peek() != Some(&Token::BlockEnd) {
            if !assignments.is_empty() {
                self.cursor.expect_operator(Operator::Comma)?;
            }
            let target = self.cursor.target(None, false)?;
            self.cursor.expect_operator(Operator::Assign)?;
            assignments.push((target, self.cursor.expression(true)?));
        }
        let body = self.closed_body("with", start, &["endwith"])?;
        Ok(StatementKind::With(assignments, body))
    }

    fn set(&mut self, start: Span) -> Parsed<StatementKind> {
        let target = self.cursor.target(None, true)?;
        if self.cursor.skip_operator(Operator::Assign) {
            let value = self.cursor.tuple(true, None, false)?;
            return Ok(StatementKind::Set(target, value));
        }
        if !matches!(target, Target::Tuple(..)) {
            let filter = self.cursor.filters(None, false)?;
            let body = self.closed_body("set", start, &["endset"])?;
            return Ok(StatementKind::SetBlock(target, filter, body));
        }
        Err(self.cursor.unexpected("`=`"))
    }

    fn print(&mut self, into: &mut Vec<Statement>) -> Parsed<()> {
        let mut first = true;
        while self.cursor.peek() != Some(&Token::BlockEnd) {
            if !first {
                self.cursor.expect_operator(Operator::Comma)?;
            }
            first = false;
            let expression = self.cursor.expression(true)?;
            into.push(Statement {
                span: expression.span,
                kind: StatementKind::Print(expression),
            });
        }
        Ok(())
    }

    fn parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.cursor.expect_operator(Operator::LeftParenthesis)?;
        let mut parameters: Vec<Parameter> = Vec::new();
        while !self.cursor.is_operator(Operator::RightParenthesis) {
            if !parameters.is_empty() {
                self.cursor.expect_operator(Operator::Comma)?;
            }
            let name = self.cursor.word("the name of a parameter")?;
            let default = if self.cursor.skip_operator(Operator::Assign) {
                Some(self.cursor.expression(true)?)
            } else {
                None
            };
            let after_default = parameters.last().is_some_and(|last| last.default.is_some());
            if default.is_none() && after_default {
                return Err(SyntaxError::new(
                    name.span,
                    format!(
                        "`{}` needs a default, as the one before it has one",
                        name.text
                    ),
                ));
            }
            if parameters.iter().any(|other| other.name.text == name.text) {
                return Err(SyntaxError::new(
                    name.span,
                    format!("there are two parameters `{}`", name.text),
                ));
            }
            parameters.push(Parameter { name, default });
        }
        self.cursor.expect_operator(Operator::RightParenthesis)?;
        Ok(parameters)
    }

    fn call_block(&mut self, start: Span) -> Parsed<StatementKind> {
        let parameters = if self.cursor.is_operator(Operator::LeftParenthesis) {
            self.parameters()?
        } else {
            Vec::new()
        };
        let call = self.cursor.expression(true)?;
        if !matches!(call.kind, Kind::Call(..)) {
            return Err(SyntaxError::new(
                call.span,
                "`call` needs the call of a macro",
            ));
        }
        let body = self.unlooped(|this| this.closed_body("call", start, &["endcall"]))?;
        Ok(StatementKind::CallBlock(parameters, call, body))
    }

    fn block(&mut self, start: Span) -> Parsed<StatementKind> {
        let name = self.cursor.word("the name of the block")?;
        let scoped = self.cursor.skip_name("scoped");
        let required = self.cursor.skip_name("required");
        if self.cursor.is_operator(Operator::Subtract) {
            return Err(SyntaxError::new(
                self.cursor.span(),
                "the name of a block may not contain `-`",
            )
            .hint("use `_`"));
        }
        let body = self.unlooped(|this| this.closed_body("block", start, &["endblock"]))?;
        let blank = |statement: &Statement| matches!(&statement.kind, StatementKind::Data(text) if text.trim().is_empty());
        if required && !body.iter().all(blank) {
            return Err(SyntaxError::new(
                name.span,
                "a required block may only hold comments and white space",
            ));
        }
        self.cursor.skip_name(&name.text);
        Ok(StatementKind::Block {
            name,
            scoped,
            required,
            body,
        })
    }

    fn include(&mut self) -> Parsed<StatementKind> {
        let template = self.cursor.expression(true)?;
        let ignore_missing = self.cursor.is_name("ignore") && self.cursor.is_name_at(1, "missing");
        if ignore_missing {
            self.cursor.advance();
            self.cursor.advance();
        }
        let with_context = self.context()?.unwrap_or(true);
        Ok(StatementKind::Include {
            template,
            ignore_missing,
            with_context,
        })
    }

    fn names_from(&mut self) -> Parsed<StatementKind> {
        let template = self.cursor.expression(true)?;
        self.cursor.expect_name("import")?;
        let mut names: Vec<(Word, Word)> = Vec::new();
        let with_context = loop {
            if !names.is_empty() {
                self.cursor.expect_operator(Operator::Comma)?;
            }
            if let Some(with_context) = self.context()? {
                break with_context;
            }
            let name = self.cursor.word("a name to import")?;
            if name.text.starts_with('_') {
                return Err(SyntaxError::new(
                    name.span,
                    "names that start with `_` cannot be imported",
                ));
            }
            let here = if self.cursor.skip_name("as") {
                self.cursor.word("a name for the import")?
            } else {
                name.clone()
            };
            names.push((name, here));
            if let Some(with_context) = self.context()? {
                break with_context;
            }
            if !self.cursor.is_operator(Operator::Comma) {
                break false;
            }
        };
        Ok(StatementKind::FromImport {
            template,
            names,
            with_context,
        })
    }

    /// `with context` or `without context`.
    fn context(&mut self) -> Parsed<Option<bool>> {
        let with = self.cursor.is_name("with");
        if (with || self.cursor.is_name("without")) && self.cursor.is_name_at(1, "context") {
            self.cursor.advance();
            self.cursor.expect_name("context")?;
            return Ok(Some(with));
        }
        Ok(None)
    }
}

fn any_of(ends: &[&str]) -> String {
    let quoted: Vec<_> = ends.iter().map(|end| format!("`{end}`")).collect();
    quoted.join(" or ")
}
