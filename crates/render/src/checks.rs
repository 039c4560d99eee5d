//! Jinja2's tests, the words after `is`.

use std::cmp::Ordering;

use minijinja::{Error, Value};

use crate::python::arithmetic;
use crate::python::call::{Arguments, Call, Function};
use crate::python::compare;
use crate::python::fault::{Fault, Outcome};
use crate::python::items;
use crate::python::methods;
use crate::python::print;
use crate::python::view::View;

/// All tests of Jinja2 3.1, by name.
pub(crate) const BUILT_IN: &[(&str, Function)] = &[
    ("odd", odd),
    ("even", even),
    ("divisibleby", divisibleby),
    ("defined", defined),
    ("undefined", undefined),
    ("filter", filter),
    ("test", test),
    ("none", none),
    ("boolean", boolean),
    ("false", is_false),
    ("true", is_true),
    ("integer", integer),
    ("float", float),
    ("lower", lower),
    ("upper", upper),
    ("string", string),
    ("mapping", mapping),
    ("number", number),
    ("sequence", sequence),
    ("iterable", iterable),
    ("callable", callable),
    ("sameas", sameas),
    ("escaped", escaped),
    ("in", contained),
    ("==", equal),
    ("eq", equal),
    ("equalto", equal),
    ("!=", not_equal),
    ("ne", not_equal),
    (">", greater),
    ("gt", greater),
    ("greaterthan", greater),
    ("ge", greater_equal),
    (">=", greater_equal),
    ("<", less),
    ("lt", less),
    ("lessthan", less),
    ("<=", less_equal),
    ("le", less_equal),
];

/// The test of that name.
pub(crate) fn find(name: &str) -> Option<Function> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, test)| *test)
}

type Answer = Result<Value, Error>;

/// A test of one value by its type.
macro_rules! by_view {
    ($($name:ident $pattern:pat),* $(,)?) => {
        $(fn $name(mut call: Call<'_, '_, '_>) -> Answer {
            let [value] = call.bind(["value"], 1)?;
            Ok(Value::from(matches!(View::of(&value.unwrap_or_default()), $pattern)))
        })*
    };
}

by_view! {
    undefined View::Undefined(_),
    none View::None,
    boolean View::Bool(_),
    is_false View::Bool(false),
    is_true View::Bool(true),
    integer View::Integer(_),
    float View::Float(_),
    string View::Text(_),
    mapping View::Dict(_),
    number View::Bool(_) | View::Integer(_) | View::Float(_),
    callable View::Other | View::Remote(crate::remote::Remote { callable: true, .. }),
}

fn defined(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    Ok(Value::from(!matches!(
        View::of(&value.unwrap_or_default()),
        View::Undefined(_)
    )))
}

fn escaped(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    Ok(Value::from(value.unwrap_or_default().is_safe()))
}

fn sequence(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let indexed = match View::of(&value) {
        View::Undefined(Some(undefined)) => undefined.is_chainable(),
        View::DictItems(_) => false,
        _ => items::length(&value).is_ok(),
    };
    Ok(Value::from(indexed))
}

fn iterable(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    Ok(Value::from(match View::of(&value) {
        // Looking must not use it up.
        View::Stream(_) => true,
        _ => items::items(&value).is_ok(),
    }))
}

fn sameas(mut call: Call<'_, '_, '_>) -> Answer {
    let [left, right] = call.bind(["value", "other"], 2)?;
    let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
    let same = match (View::of(&left), View::of(&right)) {
        (View::List(left), View::List(right)) => std::ptr::eq(left, right),
        (View::Dict(left), View::Dict(right)) => std::ptr::eq(left, right),
        (View::Bool(_), View::Integer(_) | View::Float(_))
        | (View::Integer(_) | View::Float(_), View::Bool(_))
        | (View::Integer(_), View::Float(_))
        | (View::Float(_), View::Integer(_)) => false,
        _ => compare::equal(&left, &right)?,
    };
    Ok(Value::from(same))
}

fn odd(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    remainder_is(&value.unwrap_or_default(), &Value::from(2), 1)
}

fn even(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    remainder_is(&value.unwrap_or_default(), &Value::from(2), 0)
}

fn divisibleby(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, divisor] = call.bind(["value", "num"], 2)?;
    remainder_is(&value.unwrap_or_default(), &divisor.unwrap_or_default(), 0)
}

fn remainder_is(value: &Value, divisor: &Value, wanted: i64) -> Answer {
    let rest = arithmetic::modulo(value, divisor)?;
    Ok(Value::from(compare::equal(&rest, &Value::from(wanted))?))
}

fn lower(mut call: Call<'_, '_, '_>) -> Answer {
    ask(&mut call, "islower")
}

fn upper(mut call: Call<'_, '_, '_>) -> Answer {
    ask(&mut call, "isupper")
}

fn ask(call: &mut Call<'_, '_, '_>, method: &str) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    let text = Value::from(print::text(&value.unwrap_or_default())?);
    Ok(methods::call(&text, method, Arguments::default())?)
}

fn filter(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    Ok(known(&value.unwrap_or_default(), |name| {
        call.settings.words.filter(name)
    }))
}

fn test(mut call: Call<'_, '_, '_>) -> Answer {
    let [value] = call.bind(["value"], 1)?;
    Ok(known(&value.unwrap_or_default(), |name| {
        call.settings.words.test(name)
    }))
}

fn known(name: &Value, find: impl FnOnce(&str) -> Option<Function>) -> Value {
    Value::from(name.as_str().is_some_and(|name| find(name).is_some()))
}

fn contained(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, sequence] = call.bind(["value", "seq"], 2)?;
    let found = compare::contains(&sequence.unwrap_or_default(), &value.unwrap_or_default())?;
    Ok(Value::from(found))
}

fn equal(mut call: Call<'_, '_, '_>) -> Answer {
    let (left, right) = two(&mut call)?;
    Ok(Value::from(compare::equal(&left, &right)?))
}

fn not_equal(mut call: Call<'_, '_, '_>) -> Answer {
    let (left, right) = two(&mut call)?;
    Ok(Value::from(!compare::equal(&left, &right)?))
}

fn greater(call: Call<'_, '_, '_>) -> Answer {
    ordered(call, ">", |ordering| ordering == Ordering::Greater)
}

fn greater_equal(call: Call<'_, '_, '_>) -> Answer {
    ordered(call, ">=", |ordering| ordering != Ordering::Less)
}

fn less(call: Call<'_, '_, '_>) -> Answer {
    ordered(call, "<", |ordering| ordering == Ordering::Less)
}

fn less_equal(call: Call<'_, '_, '_>) -> Answer {
    ordered(call, "<=", |ordering| ordering != Ordering::Greater)
}

fn ordered(mut call: Call<'_, '_, '_>, operator: &str, holds: fn(Ordering) -> bool) -> Answer {
    let (left, right) = two(&mut call)?;
    let ordering = compare::order(&left, &right, operator)?;
    Ok(Value::from(ordering.is_some_and(holds)))
}

fn two(call: &mut Call<'_, '_, '_>) -> Outcome<(Value, Value)> {
    let [left, right] = call.bind(["a", "b"], 2)?;
    match (left, right) {
        (Some(left), Some(right)) => Ok((left, right)),
        _ => Err(Fault::arguments("a comparison needs two values")),
    }
}
