//! Expressions read and typed in one pass.

use diagnostics::closest;

use super::functions;
use super::lex::{Token, words};
use super::names::{Names, field};
use super::types::Type;

/// How deep expressions may nest: theirs is 250, and ours must not run out of stack.
const DEPTH: usize = 100;

/// Reads one expression.
pub(super) struct Checker {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    pub(super) names: Names,
    /// Variables of `exists` and its like, innermost last.
    bound: Vec<(String, Type)>,
    /// Whether the last value is that of a field.
    selected: bool,
}

impl Checker {
    /// The type that an expression yields.
    pub(super) fn read(text: &str, names: Names) -> Result<Type, String> {
        let mut checker = Self {
            tokens: words(text)?,
            at: 0,
            depth: 0,
            names,
            bound: Vec::new(),
            selected: false,
        };
        let found = checker.expression()?;
        match checker.peek() {
            Token::End => Ok(found),
            token => Err(format!("{} stands where it should end", show(&token))),
        }
    }

    fn peek(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if found == sign);
        self.at += usize::from(found);
        found
    }

    fn wants(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) {
            return Ok(());
        }
        Err(format!("`{sign}` is wanted before {}", show(&self.peek())))
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        if self.depth >= DEPTH {
            return Err("it nests too deeply".to_owned());
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn expression(&mut self) -> Result<Type, String> {
        self.deeper(|checker| {
            let condition = checker.binary(0)?;
            if !checker.takes("?") {
                return Ok(condition);
            }
            condition.truth()?;
            let yes = checker.binary(0)?;
            checker.wants(":")?;
            let no = checker.expression()?;
            if !yes.fits(&no) {
                return Err(format!("it yields {} or {}", yes.name(), no.name()));
            }
            Ok(if yes == Type::Dynamic { yes } else { no })
        })
    }

    /// Operators by how strongly they bind.
    fn binary(&mut self, level: usize) -> Result<Type, String> {
        const LEVELS: [&[&str]; 5] = [
            &["||"],
            &["&&"],
            &["<", "<=", ">=", ">", "==", "!=", "in"],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        let Some(signs) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        while let Some(sign) = signs.iter().find(|sign| self.takes(sign)) {
            let right = self.binary(level + 1)?;
            left = functions::operator(sign, &left, &right)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Type, String> {
        let mut found = None;
        let mut count = 0_usize;
        for sign in ["!", "-"] {
            while self.takes(sign) {
                found = Some(sign);
                count += 1;
            }
            if count > 0 {
                break;
            }
        }
        let operand = self.member()?;
        match (found, &operand) {
            (None, _) | (_, Type::Dynamic) => {}
            (Some("!"), _) => operand.truth()?,
            (Some(_), Type::Int | Type::Double) => {}
            (Some(_), _) => return Err(format!("{} has no negative", operand.name())),
        }
        Ok(operand)
    }

    fn member(&mut self) -> Result<Type, String> {
        let mut value = self.primary()?;
        self.selected = false;
        loop {
            if self.takes(".") {
                let Token::Name(name) = self.next() else {
                    return Err("a name is wanted behind the dot".to_owned());
                };
                value = if self.takes("(") {
                    let found = self.method(&value, &name)?;
                    self.selected = false;
                    found
                } else {
                    self.selected = true;
                    select(&value, &name)?
                };
            } else if self.names.has_optionals() && self.takes(".?") {
                let Token::Name(name) = self.next() else {
                    return Err("a name is wanted behind the dot".to_owned());
                };
                value = Type::Optional(Box::new(select(&value, &name)?));
            } else if self.names.has_optionals() && self.takes("[?") {
                let index = self.expression()?;
                self.wants("]")?;
                value = Type::Optional(Box::new(item(&value, &index)?));
            } else if self.takes("[") {
                let index = self.expression()?;
                self.wants("]")?;
                value = item(&value, &index)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Result<Type, String> {
        match self.next() {
            Token::Int => Ok(Type::Int),
            Token::Uint => Ok(Type::Uint),
            Token::Double => Ok(Type::Double),
            Token::Text => Ok(Type::Text),
            Token::Bytes => Ok(Type::Bytes),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.wants(")")?;
                Ok(inner)
            }
            Token::Sign("[") => {
                let items = self.until("]")?;
                Ok(Type::List(Box::new(common(&items))))
            }
            Token::Sign("{") => self.map(),
            Token::Sign(".") => self.primary(),
            Token::Name(name) => self.name(&name),
            token => Err(format!("a value is wanted before {}", show(&token))),
        }
    }

    fn map(&mut self) -> Result<Type, String> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        while !self.takes("}") {
            keys.push(self.expression()?);
            self.wants(":")?;
            values.push(self.expression()?);
            if !self.takes(",") {
                self.wants("}")?;
                break;
            }
        }
        Ok(Type::Map(
            Box::new(common(&keys)),
            Box::new(common(&values)),
        ))
    }

    /// Expressions with commas, up to a bracket.
    fn until(&mut self, end: &'static str) -> Result<Vec<Type>, String> {
        let mut all = Vec::new();
        while !self.takes(end) {
            all.push(self.expression()?);
            if !self.takes(",") {
                self.wants(end)?;
                break;
            }
        }
        Ok(all)
    }

    fn name(&mut self, name: &str) -> Result<Type, String> {
        match name {
            "true" | "false" => return Ok(Type::Bool),
            "null" => return Ok(Type::Null),
            _ => {}
        }
        if self.takes("(") {
            if name == "has" {
                self.selected = false;
                let found = self.until(")")?;
                return if found.len() == 1 && self.selected {
                    Ok(Type::Bool)
                } else {
                    Err("`has` takes one field".to_owned())
                };
            }
            let arguments = self.until(")")?;
            return functions::call(self.names, name, &arguments);
        }
        let bound = self.bound.iter().rev().find(|(known, _)| known == name);
        if let Some((_, found)) = bound {
            return Ok(found.clone());
        }
        if let Some(found) = self.names.variable(name) {
            return Ok(found);
        }
        if matches!(
            name,
            "int"
                | "uint"
                | "double"
                | "bool"
                | "string"
                | "bytes"
                | "list"
                | "map"
                | "type"
                | "null_type"
        ) {
            return Ok(Type::Kind);
        }
        let hint = closest(name, self.names.all())
            .map(|close| format!(", did you mean `{close}`?"))
            .unwrap_or_default();
        Err(format!("there is no `{name}`{hint}"))
    }

    fn method(&mut self, value: &Type, name: &str) -> Result<Type, String> {
        if matches!(
            name,
            "all" | "exists" | "exists_one" | "existsOne" | "map" | "filter" | "optMap"
        ) {
            return self.comprehension(value, name);
        }
        let arguments = self.until(")")?;
        functions::method(value, name, &arguments)
    }

    /// `list.exists(name, expression)` and its like.
    fn comprehension(&mut self, value: &Type, name: &str) -> Result<Type, String> {
        let item = match value {
            Type::List(item) | Type::Optional(item) => (**item).clone(),
            Type::Map(key, _) => (**key).clone(),
            Type::Dynamic => Type::Dynamic,
            _ => return Err(format!("`{name}` does not work on {}", value.name())),
        };
        let Token::Name(variable) = self.next() else {
            return Err(format!("`{name}` takes the name of a variable first"));
        };
        self.wants(",")?;
        self.bound.push((variable, item));
        let inner = self.expression();
        let more = inner.is_ok() && self.takes(",");
        let inner = if more { self.expression() } else { inner };
        self.bound.pop();
        let inner = inner?;
        self.wants(")")?;
        Ok(match name {
            "map" => Type::List(Box::new(inner)),
            "optMap" => Type::Optional(Box::new(inner)),
            _ => {
                inner.truth()?;
                match (name, value) {
                    ("filter", Type::Map(key, _)) => Type::List(key.clone()),
                    ("filter", _) => value.clone(),
                    _ => Type::Bool,
                }
            }
        })
    }
}

/// The type of an item.
fn item(value: &Type, index: &Type) -> Result<Type, String> {
    match value {
        Type::List(item) if index.fits(&Type::Int) => Ok((**item).clone()),
        Type::Map(key, item) if index.fits(key) => Ok((**item).clone()),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => Err(format!(
            "{} has no item under {}",
            value.name(),
            index.name()
        )),
    }
}

/// The type of a field.
fn select(value: &Type, name: &str) -> Result<Type, String> {
    match value {
        Type::Message(fields) => field(fields, name).ok_or_else(|| {
            let hint = closest(name, fields.iter().map(|(field, _)| *field))
                .map(|close| format!(", did you mean `{close}`?"))
                .unwrap_or_default();
            format!("there is no field `{name}`{hint}")
        }),
        Type::Map(_, item) => Ok((**item).clone()),
        Type::Optional(inner) => Ok(Type::Optional(Box::new(select(inner, name)?))),
        Type::Dynamic => Ok(Type::Dynamic),
        _ => Err(format!("{} has no field `{name}`", value.name())),
    }
}

/// One type for all, if they are alike.
fn common(types: &[Type]) -> Type {
    match types.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
        _ => Type::Dynamic,
    }
}

fn show(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("`{name}`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
        Token::Text | Token::Bytes => "a text".to_owned(),
        _ => "a number".to_owned(),
    }
}
