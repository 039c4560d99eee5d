//! Expressions, inner half: names, literals, attributes, subscripts and calls.

use super::ast::{Expression, Kind, Literal, Word};
use super::depth::{Parsed, make};
use super::expressions::Cursor;
use super::token::{Operator, Token};

impl Cursor<'_> {
    pub(super) fn call(&mut self, callee: Expression) -> Parsed<Expression> {
        let arguments = self.arguments()?;
        let span = callee.span.to(self.previous_span());
        make(Kind::Call(Box::new(callee), Box::new(arguments)), span)
    }

    pub(super) fn postfix(&mut self, mut node: Expression) -> Parsed<Expression> {
        loop {
            node = match self.peek() {
                Some(Token::Operator(Operator::Dot)) => self.attribute(node)?,
                Some(Token::Operator(Operator::LeftBracket)) => self.subscript(node)?,
                Some(Token::Operator(Operator::LeftParenthesis)) => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    pub(super) fn attribute(&mut self, object: Expression) -> Parsed<Expression> {
        self.position += 1;
        let span = self.span();
        match self.advance() {
            Some(Token::Name(name)) => {
                let whole = object.span.to(span);
                let word = Word {
                    text: name.clone(),
                    span,
                };
                make(Kind::Attribute(Box::new(object), word), whole)
            }
            Some(Token::Integer(index)) => {
                let whole = object.span.to(span);
                let index = make(Kind::Literal(Literal::Integer(*index)), span)?;
                make(Kind::Item(Box::new(object), Box::new(index)), whole)
            }
            _ => {
                self.position -= 1;
                Err(self.unexpected("a name or a number after the dot"))
            }
        }
    }

    pub(super) fn subscript(&mut self, object: Expression) -> Parsed<Expression> {
        self.position += 1;
        let start = self.span();
        if let Some(bounds) = self.slice_bounds()? {
            self.expect_operator(Operator::RightBracket)?;
            let span = object.span.to(self.previous_span());
            return make(Kind::Slice(Box::new(object), Box::new(bounds)), span);
        }
        let mut keys = vec![self.expression(true)?];
        if self.is_operator(Operator::Colon) {
            let first = keys.pop();
            let bounds = self.slice_rest(first)?;
            self.expect_operator(Operator::RightBracket)?;
            let span = object.span.to(self.previous_span());
            return make(Kind::Slice(Box::new(object), Box::new(bounds)), span);
        }
        while self.skip_operator(Operator::Comma) {
            keys.push(self.expression(true)?);
        }
        self.expect_operator(Operator::RightBracket)?;
        let key = match keys.pop() {
            Some(only) if keys.is_empty() => only,
            last => {
                keys.extend(last);
                make(Kind::Tuple(keys), start.to(self.previous_span()))?
            }
        };
        let span = object.span.to(self.previous_span());
        make(Kind::Item(Box::new(object), Box::new(key)), span)
    }

    /// A slice that begins with its colon.
    pub(super) fn slice_bounds(&mut self) -> Parsed<Option<[Option<Expression>; 3]>> {
        if self.is_operator(Operator::Colon) {
            return self.slice_rest(None).map(Some);
        }
        Ok(None)
    }

    pub(super) fn slice_rest(
        &mut self,
        start: Option<Expression>,
    ) -> Parsed<[Option<Expression>; 3]> {
        let mut bounds = [start, None, None];
        for bound in &mut bounds[1..] {
            if !self.skip_operator(Operator::Colon) {
                break;
            }
            if !self.is_operator(Operator::Colon) && !self.is_operator(Operator::RightBracket) {
                *bound = Some(self.expression(true)?);
            }
        }
        Ok(bounds)
    }

    pub(super) fn primary(&mut self) -> Parsed<Expression> {
        let span = self.span();
        let Some(token) = self.peek() else {
            return Err(self.unexpected("an expression"));
        };
        let literal = match token {
            Token::Name(name) => {
                self.position += 1;
                match name.as_str() {
                    "true" | "True" => Literal::Bool(true),
                    "false" | "False" => Literal::Bool(false),
                    "none" | "None" => Literal::None,
                    _ => return make(Kind::Name(name.clone()), span),
                }
            }
            Token::Text(_) => {
                let mut whole = String::new();
                while let Some(Token::Text(text)) = self.peek() {
                    whole.push_str(text);
                    self.position += 1;
                }
                let span = span.to(self.previous_span());
                return make(Kind::Literal(Literal::Text(whole)), span);
            }
            Token::Integer(value) => {
                self.position += 1;
                Literal::Integer(*value)
            }
            Token::Float(value) => {
                self.position += 1;
                Literal::Float(*value)
            }
            Token::Operator(Operator::LeftParenthesis) => {
                self.position += 1;
                let mut inner = self.tuple(true, None, true)?;
                self.expect_operator(Operator::RightParenthesis)?;
                inner.span = span.to(self.previous_span());
                return Ok(inner);
            }
            Token::Operator(Operator::LeftBracket) => return self.list(),
            Token::Operator(Operator::LeftBrace) => return self.dict(),
            _ => return Err(self.unexpected("an expression")),
        };
        make(Kind::Literal(literal), span)
    }

    pub(super) fn list(&mut self) -> Parsed<Expression> {
        let start = self.span();
        self.position += 1;
        let mut items = Vec::new();
        while !self.is_operator(Operator::RightBracket) {
            if !items.is_empty() {
                self.expect_operator(Operator::Comma)?;
                if self.is_operator(Operator::RightBracket) {
                    break;
                }
            }
            items.push(self.expression(true)?);
        }
        self.position += 1;
        make(Kind::List(items), start.to(self.previous_span()))
    }

    pub(super) fn dict(&mut self) -> Parsed<Expression> {
        let start = self.span();
        self.position += 1;
        let mut items = Vec::new();
        while !self.is_operator(Operator::RightBrace) {
            if !items.is_empty() {
                self.expect_operator(Operator::Comma)?;
                if self.is_operator(Operator::RightBrace) {
                    break;
                }
            }
            let key = self.expression(true)?;
            self.expect_operator(Operator::Colon)?;
            items.push((key, self.expression(true)?));
        }
        self.position += 1;
        make(Kind::Dict(items), start.to(self.previous_span()))
    }
}
