//! How deep expressions may go, and making them no deeper.

use super::ast::{Arguments, Expression, Kind};
use super::token::{Span, SyntaxError};

/// How deep brackets and the tree of an expression may go. Jinja2 itself gives up near 70.
pub(super) const DEPTH_LIMIT: u16 = 90;

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// A node, unless the tree becomes too deep to walk.
pub(super) fn make(kind: Kind, span: Span) -> Parsed<Expression> {
    let depth = 1 + deepest_child(&kind);
    if depth > DEPTH_LIMIT {
        return Err(too_deep(span));
    }
    Ok(Expression { kind, span, depth })
}

pub(super) fn too_deep(span: Span) -> SyntaxError {
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
