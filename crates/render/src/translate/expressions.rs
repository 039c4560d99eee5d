//! Expressions.

use super::internal;
use super::writer::Writer;
use crate::options::UndefinedMode;
use crate::python::call::Find as _;
use crate::python::float;
use crate::syntax::Span;
use crate::syntax::ast::{Arguments, BinaryOperator, Comparator, Expression, Kind, Literal, Word};

/// Writes an expression so that a filter may follow.
pub(super) fn write(writer: &mut Writer, expression: &Expression) {
    writer.marked(expression.span, |writer| {
        write_kind(writer, expression, None);
    });
}

/// Writes a call with a named argument more, whose value is written by `extra`.
pub(super) fn write_call_with(
    writer: &mut Writer,
    expression: &Expression,
    extra: &dyn Fn(&mut Writer),
) {
    writer.marked(expression.span, |writer| {
        write_kind(writer, expression, Some(extra));
    });
}

/// Writes an expression that is asked for its truth.
pub(super) fn write_truth(writer: &mut Writer, expression: &Expression) {
    write(writer, expression);
    if writer.dialect.undefined == UndefinedMode::Strict {
        writer.marked(expression.span, |writer| {
            writer.push("|");
            writer.push(internal::TRUTH);
        });
    }
}

/// Writes filters that are applied to what `subject` writes.
pub(super) fn write_filters(
    writer: &mut Writer,
    filters: &Expression,
    subject: &dyn Fn(&mut Writer),
) {
    let Kind::Filter(inner, name, arguments) = &filters.kind else {
        return write(writer, filters);
    };
    writer.marked(filters.span, |writer| {
        match inner {
            Some(inner) => write_filters(writer, inner, subject),
            None => subject(writer),
        }
        filter_call(writer, name, arguments);
    });
}

fn write_kind(writer: &mut Writer, expression: &Expression, extra: Option<&dyn Fn(&mut Writer)>) {
    match &expression.kind {
        Kind::Literal(literal) => write_literal(writer, literal),
        Kind::Name(name) => write_name(writer, name),
        Kind::Tuple(items) => sequence(writer, items, internal::TUPLE),
        Kind::List(items) => sequence(writer, items, internal::LIST),
        Kind::Dict(pairs) => {
            writer.push("[");
            for (key, value) in pairs {
                write(writer, key);
                writer.push(",");
                write(writer, value);
                writer.push(",");
            }
            writer.push("]|");
            writer.push(internal::DICT);
        }
        Kind::Attribute(object, name) => {
            write(writer, object);
            writer.filter(internal::ATTRIBUTE);
            writer.text(&name.text);
            writer.push(")");
        }
        Kind::Item(object, key) => binary(writer, object, internal::ITEM, key),
        Kind::Slice(object, bounds) => {
            write(writer, object);
            writer.filter(internal::SLICE);
            for bound in bounds.iter() {
                match bound {
                    Some(bound) => write(writer, bound),
                    None => writer.push("none"),
                }
                writer.push(",");
            }
            writer.push(")");
        }
        Kind::Call(callee, arguments) => call(writer, callee, arguments, expression.span, extra),
        Kind::Filter(subject, name, arguments) => {
            if let Some(subject) = subject {
                write(writer, subject);
            }
            filter_call(writer, name, arguments);
        }
        Kind::Test(subject, name, arguments) => {
            write(writer, subject);
            let exists = writer.dialect.words.test(&name.text).is_some();
            writer.named_filter(internal::TEST_PREFIX, &name.text, exists);
            passed(writer, arguments, None);
            writer.push(")");
        }
        Kind::Not(operand) => {
            writer.push("(not ");
            write_truth(writer, operand);
            writer.push(")");
        }
        Kind::Negative(operand) => unary(writer, operand, internal::NEGATIVE),
        Kind::Positive(operand) => unary(writer, operand, internal::POSITIVE),
        Kind::Binary(operator, left, right) => {
            let name = match operator {
                BinaryOperator::Add => internal::ADD,
                BinaryOperator::Subtract => internal::SUBTRACT,
                BinaryOperator::Multiply => internal::MULTIPLY,
                BinaryOperator::Divide => internal::DIVIDE,
                BinaryOperator::FloorDivide => internal::FLOOR_DIVIDE,
                BinaryOperator::Modulo => internal::MODULO,
                BinaryOperator::Power => internal::POWER,
            };
            binary(writer, left, name, right);
        }
        Kind::And(left, right) => connect(writer, left, " and ", right),
        Kind::Or(left, right) => connect(writer, left, " or ", right),
        Kind::Concatenation(parts) => {
            writer.push("[");
            for part in parts {
                write(writer, part);
                writer.push(",");
            }
            writer.push("]|");
            writer.push(internal::CONCATENATE);
        }
        Kind::Comparison(first, others) => {
            write(writer, first);
            writer.filter(internal::COMPARE);
            for (comparator, other) in others {
                writer.text(comparator_name(*comparator));
                writer.push(",");
                write(writer, other);
                writer.push(",");
            }
            writer.push(")");
        }
        Kind::Conditional {
            test,
            then,
            otherwise,
        } => {
            writer.push("(");
            write(writer, then);
            writer.push(" if ");
            write_truth(writer, test);
            writer.push(" else ");
            match otherwise {
                Some(otherwise) => write(writer, otherwise),
                None => {
                    writer.push("none|");
                    writer.push(internal::NO_ELSE);
                }
            }
            writer.push(")");
        }
    }
}

fn write_literal(writer: &mut Writer, literal: &Literal) {
    match literal {
        Literal::None => writer.push("none"),
        Literal::Bool(true) => writer.push("true"),
        Literal::Bool(false) => writer.push("false"),
        Literal::Integer(number) => writer.number(number),
        Literal::Float(number) => {
            writer.text(&float::repr(*number));
            writer.push("|");
            writer.push(internal::FLOAT);
        }
        Literal::Text(text) => writer.text(text),
    }
}

/// `loop` is the engine's own; everything else is a variable.
fn write_name(writer: &mut Writer, name: &str) {
    if name == "loop" {
        writer.push(name);
    } else {
        writer.variable(name);
    }
}

fn sequence(writer: &mut Writer, items: &[Expression], kind: &str) {
    writer.push("[");
    for item in items {
        write(writer, item);
        writer.push(",");
    }
    writer.push("]|");
    writer.push(kind);
}

fn unary(writer: &mut Writer, operand: &Expression, filter: &str) {
    write(writer, operand);
    writer.push("|");
    writer.push(filter);
}

fn binary(writer: &mut Writer, left: &Expression, filter: &str, right: &Expression) {
    write(writer, left);
    writer.filter(filter);
    write(writer, right);
    writer.push(")");
}

fn connect(writer: &mut Writer, left: &Expression, word: &str, right: &Expression) {
    writer.push("(");
    write_truth(writer, left);
    writer.push(word);
    write(writer, right);
    writer.push(")");
}

fn comparator_name(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::Equal => "==",
        Comparator::NotEqual => "!=",
        Comparator::Less => "<",
        Comparator::LessEqual => "<=",
        Comparator::Greater => ">",
        Comparator::GreaterEqual => ">=",
        Comparator::In => "in",
        Comparator::NotIn => "not in",
    }
}

fn filter_call(writer: &mut Writer, name: &Word, arguments: &Arguments) {
    let exists = writer.dialect.words.filter(&name.text).is_some();
    writer.named_filter(internal::FILTER_PREFIX, &name.text, exists);
    passed(writer, arguments, None);
    writer.push(")");
}

fn call(
    writer: &mut Writer,
    callee: &Expression,
    arguments: &Arguments,
    span: Span,
    extra: Option<&dyn Fn(&mut Writer)>,
) {
    match &callee.kind {
        Kind::Name(name) if name == "super" && arguments.is_empty() => writer.push("super()"),
        Kind::Name(name)
            if name == "loop"
                && !writer.loops.is_empty()
                && arguments.positional.len() == 1
                && arguments.expressions().count() == 1 =>
        {
            // The engine goes into the loop again; what it goes through is prepared as
            // where the loop was opened.
            let unpack = writer.loops.last().and_then(|open| open.unpack);
            writer.push("loop(");
            write(writer, &arguments.positional[0]);
            writer.marked(span, |writer| items(writer, unpack));
            writer.push(")");
        }
        Kind::Attribute(object, block) if matches!(&object.kind, Kind::Name(name) if name == "self") =>
        {
            writer.push("self.");
            let block = super::encode_name(&block.text).into_owned();
            writer.push(&block);
            writer.push("()");
        }
        Kind::Attribute(object, name) => {
            write(writer, object);
            writer.filter(internal::METHOD);
            writer.text(&name.text);
            writer.push(",");
            passed(writer, arguments, extra);
            writer.push(")");
        }
        _ => {
            write(writer, callee);
            writer.filter(internal::CALL);
            passed(writer, arguments, extra);
            writer.push(")");
        }
    }
}

/// The filter that prepares what a loop goes through.
pub(super) fn items(writer: &mut Writer, unpack: Option<usize>) {
    match unpack {
        Some(count) => {
            writer.filter(internal::UNPACK_EACH);
            writer.number(count);
            writer.push(")");
        }
        None => {
            writer.push("|");
            writer.push(internal::ITEMS);
        }
    }
}

fn passed(writer: &mut Writer, arguments: &Arguments, extra: Option<&dyn Fn(&mut Writer)>) {
    for argument in &arguments.positional {
        write(writer, argument);
        writer.push(",");
    }
    if let Some(list) = &arguments.list {
        writer.push("*");
        write(writer, list);
        writer.push("|");
        writer.push(internal::ITEMS);
        writer.push(",");
    }
    for (name, value) in &arguments.named {
        // The engine's names of arguments are ASCII.
        let name = super::encode_name(&name.text).into_owned();
        writer.push(&name);
        writer.push("=");
        write(writer, value);
        writer.push(",");
    }
    if let Some(extra) = extra {
        writer.push("caller=");
        extra(writer);
        writer.push(",");
    }
    if let Some(dict) = &arguments.dict {
        writer.push("**");
        write(writer, dict);
        writer.push(",");
    }
}
