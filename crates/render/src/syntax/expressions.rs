//! Tokens to expressions, with the precedence of Jinja2's `parser.py`.

use super::ast::{Arguments, BinaryOperator, Comparator, Expression, Kind, Target, Word};
use super::depth::{DEPTH_LIMIT, Parsed, make, too_deep};
use super::token::{Operator, Placed, Span, SyntaxError, Token};

/// A cursor over tokens that reads expressions.
pub(super) struct Cursor<'a> {
    tokens: &'a [Placed],
    pub(super) position: usize,
    end: usize,
    depth: u16,
}

/// The words at which a name cannot be the argument of a test.
const NOT_A_TEST_ARGUMENT: [&str; 3] = ["else", "or", "and"];

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Placed], end: usize) -> Self {
        Self {
            tokens,
            position: 0,
            end,
            depth: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.position).map(|placed| &placed.token)
    }

    pub(super) fn span(&self) -> Span {
        self.tokens
            .get(self.position)
            .map_or(Span::new(self.end, self.end), |placed| placed.span)
    }

    pub(super) fn previous_span(&self) -> Span {
        self.position
            .checked_sub(1)
            .map_or(Span::default(), |index| self.tokens[index].span)
    }

    pub(super) fn advance(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        self.position += usize::from(token.is_some());
        token
    }

    pub(super) fn is_operator(&self, operator: Operator) -> bool {
        self.peek() == Some(&Token::Operator(operator))
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        self.is_name_at(0, name)
    }

    pub(super) fn is_name_at(&self, ahead: usize, name: &str) -> bool {
        matches!(
            self.tokens.get(self.position + ahead),
            Some(Placed { token: Token::Name(found), .. }) if found == name
        )
    }

    pub(super) fn skip_operator(&mut self, operator: Operator) -> bool {
        let found = self.is_operator(operator);
        self.position += usize::from(found);
        found
    }

    pub(super) fn skip_name(&mut self, name: &str) -> bool {
        let found = self.is_name(name);
        self.position += usize::from(found);
        found
    }

    pub(super) fn expect_operator(&mut self, operator: Operator) -> Parsed<()> {
        if self.skip_operator(operator) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", operator.text())))
    }

    pub(super) fn expect_name(&mut self, name: &str) -> Parsed<()> {
        if self.skip_name(name) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{name}`")))
    }

    /// Any name.
    pub(super) fn word(&mut self, what: &str) -> Parsed<Word> {
        let span = self.span();
        match self.peek() {
            Some(Token::Name(text)) => {
                self.position += 1;
                Ok(Word {
                    text: text.clone(),
                    span,
                })
            }
            _ => Err(self.unexpected(what)),
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> SyntaxError {
        let found = match self.peek() {
            Some(token) => token.to_string(),
            None => "the end of the template".to_owned(),
        };
        SyntaxError::new(self.span(), format!("expected {expected}, found {found}"))
    }

    /// An expression with, at its top level, a conditional if `conditional`.
    pub(super) fn expression(&mut self, conditional: bool) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(too_deep(self.span()));
        }
        let parsed = if conditional {
            self.conditional()
        } else {
            self.or()
        };
        self.depth -= 1;
        parsed
    }

    /// An expression, or several with commas that make a tuple.
    pub(super) fn tuple(
        &mut self,
        conditional: bool,
        end_name: Option<&str>,
        in_parentheses: bool,
    ) -> Parsed<Expression> {
        let start = self.span();
        let mut items = Vec::new();
        let mut is_tuple = false;
        loop {
            if !items.is_empty() {
                self.expect_operator(Operator::Comma)?;
            }
            if self.is_tuple_end(end_name) {
                break;
            }
            items.push(self.expression(conditional)?);
            if !self.is_operator(Operator::Comma) {
                break;
            }
            is_tuple = true;
        }
        if !is_tuple {
            if let Some(only) = items.pop() {
                return Ok(only);
            }
            if !in_parentheses {
                return Err(self.unexpected("an expression"));
            }
        }
        let span = if items.is_empty() {
            start
        } else {
            start.to(self.previous_span())
        };
        make(Kind::Tuple(items), span)
    }

    /// What stands between `(` and `)` of a call.
    pub(super) fn arguments(&mut self) -> Parsed<Arguments> {
        let start = self.span();
        self.expect_operator(Operator::LeftParenthesis)?;
        let mut arguments = Arguments::default();
        let wrong = |message: &str| SyntaxError::new(start, message.to_owned());
        let mut first = true;
        while !self.is_operator(Operator::RightParenthesis) {
            if !first {
                self.expect_operator(Operator::Comma)?;
                if self.is_operator(Operator::RightParenthesis) {
                    break;
                }
            }
            first = false;
            if self.skip_operator(Operator::Multiply) {
                if arguments.list.is_some() || arguments.dict.is_some() {
                    return Err(wrong("`*` may stand once in a call, before `**`"));
                }
                arguments.list = Some(self.expression(true)?);
            } else if self.skip_operator(Operator::Power) {
                if arguments.dict.is_some() {
                    return Err(wrong("`**` may stand once in a call"));
                }
                arguments.dict = Some(self.expression(true)?);
            } else if let Some(name) = self.argument_name() {
                if arguments.dict.is_some() {
                    return Err(wrong("named arguments stand before `**`"));
                }
                let value = self.expression(true)?;
                arguments.named.push((name, value));
            } else {
                if arguments.list.is_some()
                    || arguments.dict.is_some()
                    || !arguments.named.is_empty()
                {
                    return Err(wrong(
                        "arguments without a name stand before those with one",
                    ));
                }
                arguments.positional.push(self.expression(true)?);
            }
        }
        self.expect_operator(Operator::RightParenthesis)?;
        Ok(arguments)
    }

    /// Filters, each with its `|`; `inline` where the first one stands without.
    pub(super) fn filters(
        &mut self,
        subject: Option<Expression>,
        mut inline: bool,
    ) -> Parsed<Option<Expression>> {
        let mut node = subject;
        while inline || self.is_operator(Operator::Pipe) {
            if !inline {
                self.position += 1;
            }
            inline = false;
            let name = self.dotted_word("the name of a filter")?;
            let arguments = if self.is_operator(Operator::LeftParenthesis) {
                self.arguments()?
            } else {
                Arguments::default()
            };
            let start = node.as_ref().map_or(name.span, |node| node.span);
            let span = start.to(self.previous_span());
            let kind = Kind::Filter(node.map(Box::new), name, Box::new(arguments));
            node = Some(make(kind, span)?);
        }
        Ok(node)
    }

    /// What `set`, `for` and `with` assign to.
    pub(super) fn target(&mut self, end_name: Option<&str>, attributes: bool) -> Parsed<Target> {
        let start = self.span();
        let mut targets = Vec::new();
        let mut is_tuple = false;
        loop {
            if !targets.is_empty() {
                self.expect_operator(Operator::Comma)?;
            }
            if self.is_tuple_end(end_name) || self.is_operator(Operator::Assign) {
                break;
            }
            targets.push(self.single_target(attributes)?);
            if !self.is_operator(Operator::Comma) {
                break;
            }
            is_tuple = true;
        }
        match targets.pop() {
            Some(only) if !is_tuple => Ok(only),
            Some(last) => {
                targets.push(last);
                Ok(Target::Tuple(targets, start.to(self.previous_span())))
            }
            None => Err(self.unexpected("a name to assign to")),
        }
    }

    pub(super) fn single_target(&mut self, attributes: bool) -> Parsed<Target> {
        if self.skip_operator(Operator::LeftParenthesis) {
            self.depth += 1;
            if self.depth > DEPTH_LIMIT {
                return Err(too_deep(self.span()));
            }
            let target = self.target(None, attributes)?;
            self.depth -= 1;
            self.expect_operator(Operator::RightParenthesis)?;
            return Ok(target);
        }
        let name = self.word("a name to assign to")?;
        if matches!(
            name.text.as_str(),
            "true" | "false" | "none" | "True" | "False" | "None"
        ) {
            return Err(SyntaxError::new(
                name.span,
                format!("`{}` cannot be assigned to", name.text),
            ));
        }
        if attributes && self.skip_operator(Operator::Dot) {
            let attribute = self.word("the name of an attribute")?;
            return Ok(Target::Attribute(name, attribute));
        }
        Ok(Target::Name(name))
    }

    pub(super) fn is_tuple_end(&self, end_name: Option<&str>) -> bool {
        match self.peek() {
            None | Some(Token::VariableEnd | Token::BlockEnd) => true,
            Some(Token::Operator(Operator::RightParenthesis)) => true,
            Some(Token::Name(name)) => end_name == Some(name),
            _ => false,
        }
    }

    pub(super) fn argument_name(&mut self) -> Option<Word> {
        let assigns = self
            .tokens
            .get(self.position + 1)
            .is_some_and(|placed| placed.token == Token::Operator(Operator::Assign));
        if !assigns || !matches!(self.peek(), Some(Token::Name(_))) {
            return None;
        }
        let word = self.word("a name").ok();
        self.position += 1;
        word
    }

    pub(super) fn dotted_word(&mut self, what: &str) -> Parsed<Word> {
        let mut word = self.word(what)?;
        while self.skip_operator(Operator::Dot) {
            let next = self.word(what)?;
            word.text = format!("{}.{}", word.text, next.text);
            word.span = word.span.to(next.span);
        }
        Ok(word)
    }

    pub(super) fn conditional(&mut self) -> Parsed<Expression> {
        let mut node = self.or()?;
        while self.skip_name("if") {
            let test = self.or()?;
            let otherwise = if self.skip_name("else") {
                Some(Box::new(self.expression(true)?))
            } else {
                None
            };
            let span = node.span.to(self.previous_span());
            let kind = Kind::Conditional {
                test: Box::new(test),
                then: Box::new(node),
                otherwise,
            };
            node = make(kind, span)?;
        }
        Ok(node)
    }

    pub(super) fn or(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while self.skip_name("or") {
            let right = self.and()?;
            let span = left.span.to(right.span);
            left = make(Kind::Or(Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    pub(super) fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.not()?;
        while self.skip_name("and") {
            let right = self.not()?;
            let span = left.span.to(right.span);
            left = make(Kind::And(Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    pub(super) fn not(&mut self) -> Parsed<Expression> {
        let mut signs = Vec::new();
        while self.is_name("not") {
            signs.push(self.span());
            self.position += 1;
        }
        let mut node = self.comparison()?;
        for sign in signs.into_iter().rev() {
            let span = sign.to(node.span);
            node = make(Kind::Not(Box::new(node)), span)?;
        }
        Ok(node)
    }

    pub(super) fn comparison(&mut self) -> Parsed<Expression> {
        let first = self.sum()?;
        let mut others = Vec::new();
        loop {
            let comparator = match self.peek() {
                Some(Token::Operator(operator)) => match operator {
                    Operator::Equal => Comparator::Equal,
                    Operator::NotEqual => Comparator::NotEqual,
                    Operator::Less => Comparator::Less,
                    Operator::LessEqual => Comparator::LessEqual,
                    Operator::Greater => Comparator::Greater,
                    Operator::GreaterEqual => Comparator::GreaterEqual,
                    _ => break,
                },
                Some(Token::Name(name)) if name == "in" => Comparator::In,
                Some(Token::Name(name)) if name == "not" && self.is_name_at(1, "in") => {
                    self.position += 1;
                    Comparator::NotIn
                }
                _ => break,
            };
            self.position += 1;
            others.push((comparator, self.sum()?));
        }
        if others.is_empty() {
            return Ok(first);
        }
        let span = first.span.to(self.previous_span());
        make(Kind::Comparison(Box::new(first), others), span)
    }

    pub(super) fn sum(&mut self) -> Parsed<Expression> {
        self.chain(Self::concatenation, |operator| match operator {
            Operator::Add => Some(BinaryOperator::Add),
            Operator::Subtract => Some(BinaryOperator::Subtract),
            _ => None,
        })
    }

    pub(super) fn concatenation(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.product()?];
        while self.skip_operator(Operator::Tilde) {
            parts.push(self.product()?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                let span = parts[0].span.to(self.previous_span());
                make(Kind::Concatenation(parts), span)
            }
        }
    }

    pub(super) fn product(&mut self) -> Parsed<Expression> {
        self.chain(Self::power, |operator| match operator {
            Operator::Multiply => Some(BinaryOperator::Multiply),
            Operator::Divide => Some(BinaryOperator::Divide),
            Operator::FloorDivide => Some(BinaryOperator::FloorDivide),
            Operator::Modulo => Some(BinaryOperator::Modulo),
            _ => None,
        })
    }

    /// Left to right, unlike Python's own.
    pub(super) fn power(&mut self) -> Parsed<Expression> {
        self.chain(
            |cursor| cursor.unary(true),
            |operator| (operator == Operator::Power).then_some(BinaryOperator::Power),
        )
    }

    pub(super) fn chain(
        &mut self,
        next: impl Fn(&mut Self) -> Parsed<Expression>,
        read: impl Fn(Operator) -> Option<BinaryOperator>,
    ) -> Parsed<Expression> {
        let mut left = next(self)?;
        while let Some(&Token::Operator(operator)) = self.peek()
            && let Some(operator) = read(operator)
        {
            self.position += 1;
            let right = next(self)?;
            let span = left.span.to(right.span);
            left = make(
                Kind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            )?;
        }
        Ok(left)
    }

    /// A sign binds tighter than a filter, looser than a subscript.
    pub(super) fn unary(&mut self, with_filters: bool) -> Parsed<Expression> {
        let start = self.span();
        let negative = self.is_operator(Operator::Subtract);
        let mut node = if negative || self.is_operator(Operator::Add) {
            self.position += 1;
            self.depth += 1;
            if self.depth > DEPTH_LIMIT {
                return Err(too_deep(start));
            }
            let operand = Box::new(self.unary(false)?);
            self.depth -= 1;
            let span = start.to(operand.span);
            make(
                if negative {
                    Kind::Negative(operand)
                } else {
                    Kind::Positive(operand)
                },
                span,
            )?
        } else {
            self.primary()?
        };
        node = self.postfix(node)?;
        if !with_filters {
            return Ok(node);
        }
        loop {
            if self.is_operator(Operator::Pipe) {
                let Some(filtered) = self.filters(Some(node), false)? else {
                    return Err(self.unexpected("a filter"));
                };
                node = filtered;
            } else if self.is_name("is") {
                node = self.test(node)?;
            } else if self.is_operator(Operator::LeftParenthesis) {
                node = self.call(node)?;
            } else {
                return Ok(node);
            }
        }
    }

    pub(super) fn test(&mut self, subject: Expression) -> Parsed<Expression> {
        self.position += 1;
        let negated = self.skip_name("not");
        let name = self.dotted_word("the name of a test")?;
        let mut arguments = Arguments::default();
        match self.peek() {
            Some(Token::Operator(Operator::LeftParenthesis)) => arguments = self.arguments()?,
            Some(Token::Name(next)) if NOT_A_TEST_ARGUMENT.contains(&next.as_str()) => {}
            Some(Token::Name(next)) if next == "is" => {
                return Err(SyntaxError::new(
                    self.span(),
                    "a second `is` may not follow the first",
                ));
            }
            Some(
                Token::Name(_)
                | Token::Text(_)
                | Token::Integer(_)
                | Token::Float(_)
                | Token::Operator(Operator::LeftBracket | Operator::LeftBrace),
            ) => {
                let argument = self.primary()?;
                arguments.positional.push(self.postfix(argument)?);
            }
            _ => {}
        }
        let span = subject.span.to(self.previous_span());
        let mut node = make(
            Kind::Test(Box::new(subject), name, Box::new(arguments)),
            span,
        )?;
        if negated {
            node = make(Kind::Not(Box::new(node)), span)?;
        }
        Ok(node)
    }
}
