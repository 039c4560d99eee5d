//! Walking a template's tree.

use crate::syntax::ast::{Arguments, Expression, Kind, Statement, StatementKind};

/// Calls `see` with every expression directly below an expression.
pub(crate) fn children<'a>(expression: &'a Expression, see: &mut dyn FnMut(&'a Expression)) {
    match &expression.kind {
        Kind::Literal(_) | Kind::Name(_) => {}
        Kind::Tuple(items) | Kind::List(items) | Kind::Concatenation(items) => {
            items.iter().for_each(see);
        }
        Kind::Dict(pairs) => {
            for (key, value) in pairs {
                see(key);
                see(value);
            }
        }
        Kind::Attribute(object, _)
        | Kind::Not(object)
        | Kind::Negative(object)
        | Kind::Positive(object) => see(object),
        Kind::Slice(object, bounds) => {
            see(object);
            bounds.iter().flatten().for_each(see);
        }
        Kind::Call(subject, arguments) | Kind::Test(subject, _, arguments) => {
            see(subject);
            of_arguments(arguments, see);
        }
        Kind::Filter(subject, _, arguments) => {
            if let Some(subject) = subject {
                see(subject);
            }
            of_arguments(arguments, see);
        }
        Kind::Item(left, right)
        | Kind::Binary(_, left, right)
        | Kind::And(left, right)
        | Kind::Or(left, right) => {
            see(left);
            see(right);
        }
        Kind::Comparison(first, others) => {
            see(first);
            for (_, other) in others {
                see(other);
            }
        }
        Kind::Conditional {
            test,
            then,
            otherwise,
        } => {
            see(test);
            see(then);
            if let Some(otherwise) = otherwise {
                see(otherwise);
            }
        }
    }
}

/// The expressions that stand in a statement itself, and the bodies in it.
pub(crate) fn parts(statement: &Statement) -> (Vec<&Expression>, Vec<&[Statement]>) {
    match &statement.kind {
        StatementKind::Data(_) | StatementKind::Break | StatementKind::Continue => {
            (Vec::new(), Vec::new())
        }
        StatementKind::Print(value)
        | StatementKind::Set(_, value)
        | StatementKind::Extends(value)
        | StatementKind::Do(value)
        | StatementKind::Include {
            template: value, ..
        }
        | StatementKind::Import {
            template: value, ..
        }
        | StatementKind::FromImport {
            template: value, ..
        } => (vec![value], Vec::new()),
        StatementKind::For(parts) => (
            std::iter::once(&parts.items)
                .chain(&parts.condition)
                .collect(),
            vec![&parts.body, &parts.otherwise],
        ),
        StatementKind::If(branches, otherwise) => (
            branches.iter().map(|(test, _)| test).collect(),
            branches
                .iter()
                .map(|(_, body)| body.as_slice())
                .chain([otherwise.as_slice()])
                .collect(),
        ),
        StatementKind::With(assignments, body) => (
            assignments.iter().map(|(_, value)| value).collect(),
            vec![body],
        ),
        StatementKind::SetBlock(_, filter, body) => (filter.iter().collect(), vec![body]),
        StatementKind::FilterBlock(value, body) | StatementKind::Autoescape(value, body) => {
            (vec![value], vec![body])
        }
        StatementKind::Macro(_, parameters, body) => (
            parameters
                .iter()
                .filter_map(|parameter| parameter.default.as_ref())
                .collect(),
            vec![body],
        ),
        StatementKind::CallBlock(parameters, call, body) => (
            parameters
                .iter()
                .filter_map(|parameter| parameter.default.as_ref())
                .chain([call])
                .collect(),
            vec![body],
        ),
        StatementKind::Block { body, .. } => (Vec::new(), vec![body]),
    }
}

/// Whether a variable is mentioned anywhere in statements.
pub(crate) fn mentions(statements: &[Statement], name: &str) -> bool {
    statements.iter().any(|statement| {
        let (expressions, bodies) = parts(statement);
        expressions
            .into_iter()
            .any(|expression| mentions_in(expression, name))
            || bodies.into_iter().any(|body| mentions(body, name))
    })
}

fn mentions_in(expression: &Expression, name: &str) -> bool {
    if matches!(&expression.kind, Kind::Name(found) if found == name) {
        return true;
    }
    let mut found = false;
    children(expression, &mut |child| {
        found = found || mentions_in(child, name);
    });
    found
}

fn of_arguments<'a>(arguments: &'a Arguments, see: &mut dyn FnMut(&'a Expression)) {
    arguments.expressions().for_each(see);
}
