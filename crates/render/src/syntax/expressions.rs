//! Tokens to expressions, with the precedence of Jinja2's `parser.py`.

use super::ast::{Arguments, BinaryOperator, Comparator, Expression, Kind, Literal, Target, Word};
use super::token::{Operator, Placed, Span, SyntaxError, Token};

/// How deep brackets and the tree of an expression may go. Jinja2 itself gives up near 70.
const DEPTH_LIMIT: u16 = 90;

type Parsed<T> = Result<T, SyntaxError>;

/// A cursor over tokens that reads expressions.
pub(super) struct Cursor<'a> {
    tokens: &'a [Placed],
    position: usize,
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

    fn single_target(&mut self, attributes: bool) -> Parsed<Target> {
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

    fn is_tuple_end(&self, end_name: Option<&str>) -> bool {
        match self.peek() {
            None | Some(Token::VariableEnd | Token::BlockEnd) => true,
            Some(Token::Operator(Operator::RightParenthesis)) => true,
            Some(Token::Name(name)) => end_name == Some(name),
            _ => false,
        }
    }

    fn argument_name(&mut self) -> Option<Word> {
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

    fn dotted_word(&mut self, what: &str) -> Parsed<Word> {
        let mut word = self.word(what)?;
        while self.skip_operator(Operator::Dot) {
            let next = self.word(what)?;
            word.text = format!("{}.{}", word.text, next.text);
            word.span = word.span.to(next.span);
        }
        Ok(word)
    }

    fn conditional(&mut self) -> Parsed<Expression> {
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

    fn or(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while self.skip_name("or") {
            let right = self.and()?;
            let span = left.span.to(right.span);
            left = make(Kind::Or(Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.not()?;
        while self.skip_name("and") {
            let right = self.not()?;
            let span = left.span.to(right.span);
            left = make(Kind::And(Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expression> {
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

    fn comparison(&mut self) -> Parsed<Expression> {
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

    fn sum(&mut self) -> Parsed<Expression> {
        self.chain(Self::concatenation, |operator| match operator {
            Operator::Add => Some(BinaryOperator::Add),
            Operator::Subtract => Some(BinaryOperator::Subtract),
            _ => None,
        })
    }

    fn concatenation(&mut self) -> Parsed<Expression> {
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

    fn product(&mut self) -> Parsed<Expression> {
        self.chain(Self::power, |operator| match operator {
            Operator::Multiply => Some(BinaryOperator::Multiply),
            Operator::Divide => Some(BinaryOperator::Divide),
            Operator::FloorDivide => Some(BinaryOperator::FloorDivide),
            Operator::Modulo => Some(BinaryOperator::Modulo),
            _ => None,
        })
    }

    /// Left to right, unlike Python's own.
    fn power(&mut self) -> Parsed<Expression> {
        self.chain(
            |cursor| cursor.unary(true),
            |operator| (operator == Operator::Power).then_some(BinaryOperator::Power),
        )
    }

    fn chain(
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
    fn unary(&mut self, with_filters: bool) -> Parsed<Expression> {
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

    fn test(&mut self, subject: Expression) -> Parsed<Expression> {
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

    fn call(&mut self, callee: Expression) -> Parsed<Expression> {
        let arguments = self.arguments()?;
        let span = callee.span.to(self.previous_span());
        make(Kind::Call(Box::new(callee), Box::new(arguments)), span)
    }

    fn postfix(&mut self, mut node: Expression) -> Parsed<Expression> {
        loop {
            node = match self.peek() {
                Some(Token::Operator(Operator::Dot)) => self.attribute(node)?,
                Some(Token::Operator(Operator::LeftBracket)) => self.subscript(node)?,
                Some(Token::Operator(Operator::LeftParenthesis)) => self.call(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn attribute(&mut self, object: Expression) -> Parsed<Expression> {
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

    fn subscript(&mut self, object: Expression) -> Parsed<Expression> {
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
    fn slice_bounds(&mut self) -> Parsed<Option<[Option<Expression>; 3]>> {
        if self.is_operator(Operator::Colon) {
            return self.slice_rest(None).map(Some);
        }
        Ok(None)
    }

    fn slice_rest(&mut self, start: Option<Expression>) -> Parsed<[Option<Expression>; 3]> {
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

    fn primary(&mut self) -> Parsed<Expression> {
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

    fn list(&mut self) -> Parsed<Expression> {
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

    fn dict(&mut self) -> Parsed<Expression> {
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

/// A node, unless the tree becomes too deep to walk.
fn make(kind: Kind, span: Span) -> Parsed<Expression> {
    let depth = 1 + deepest_child(&kind);
    if depth > DEPTH_LIMIT {
        return Err(too_deep(span));
    }
    Ok(Expression { kind, span, depth })
}

fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::new(span, "this expression is nested too deeply")
        .hint("split it with `set` statements")
}

fn deepest_child(kind: &Kind) -> u16 {
    let depth = |expression: &Expression| expression.depth;
    let arguments = |arguments: &Arguments| arguments.expressions().map(depth).max().unwrap_or(0);
    match kind {
        Kind::Literal(_) | Kind::Name(_) => 0,
        Kind::Tuple(items) | Kind::List(items) | Kind::Concatenation(items) => {
            items.iter().map(depth).max().unwrap_or(0)
        }
        Kind::Dict(items) => items
            .iter()
            .map(|(key, value)| key.depth.max(value.depth))
            .max()
            .unwrap_or(0),
        Kind::Attribute(object, _)
        | Kind::Not(object)
        | Kind::Negative(object)
        | Kind::Positive(object) => object.depth,
        Kind::Slice(object, bounds) => bounds
            .iter()
            .flatten()
            .map(depth)
            .max()
            .unwrap_or(0)
            .max(object.depth),
        Kind::Call(callee, passed) | Kind::Test(callee, _, passed) => {
            callee.depth.max(arguments(passed))
        }
        Kind::Filter(subject, _, passed) => {
            subject.as_deref().map_or(0, depth).max(arguments(passed))
        }
        Kind::Item(left, right)
        | Kind::Binary(_, left, right)
        | Kind::And(left, right)
        | Kind::Or(left, right) => left.depth.max(right.depth),
        Kind::Comparison(first, others) => others
            .iter()
            .map(|(_, other)| other.depth)
            .max()
            .unwrap_or(0)
            .max(first.depth),
        Kind::Conditional {
            test,
            then,
            otherwise,
        } => test
            .depth
            .max(then.depth)
            .max(otherwise.as_deref().map_or(0, depth)),
    }
}
