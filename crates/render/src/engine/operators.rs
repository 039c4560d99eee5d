//! What stands for Python's operators in a translated template.

use std::cmp::Ordering;

use minijinja::{Error, Value};

use crate::options::UndefinedMode;
use crate::plugin;
use crate::python::arithmetic;
use crate::python::attributes;
use crate::python::call::{Call, Function};
use crate::python::compare;
use crate::python::dict::Dict;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{self, check_text};
use crate::python::objects::{List, Namespace, Tuple};
use crate::python::percent;
use crate::python::print;
use crate::python::slice;
use crate::python::undefined::{Origin, Undefined};
use crate::python::view::View;
use crate::translate::internal;

/// All of them, by their name in the engine.
pub(super) const ALL: &[(&str, Function)] = &[
    (internal::ADD, |call| binary(call, "+", arithmetic::add)),
    (internal::SUBTRACT, |call| {
        binary(call, "-", arithmetic::subtract)
    }),
    (internal::MULTIPLY, |call| {
        binary(call, "*", arithmetic::multiply)
    }),
    (internal::DIVIDE, |call| {
        binary(call, "/", arithmetic::divide)
    }),
    (internal::FLOOR_DIVIDE, |call| {
        binary(call, "//", arithmetic::floor_divide)
    }),
    (internal::MODULO, |call| binary(call, "%", percent::modulo)),
    (internal::POWER, |call| {
        binary(call, "**", arithmetic::power)
    }),
    (internal::NEGATIVE, |call| {
        one(call, |value| {
            plugin::negative(value).unwrap_or_else(|| arithmetic::negative(value))
        })
    }),
    (internal::POSITIVE, |call| one(call, arithmetic::positive)),
    (internal::CONCATENATE, |call| one(call, concatenate)),
    (internal::COMPARE, compare_all),
    (internal::LIST, |call| {
        one(call, |items| engine_items(items).map(List::value))
    }),
    (internal::TUPLE, |call| {
        one(call, |items| engine_items(items).map(Tuple::value))
    }),
    (internal::DICT, |call| one(call, dict)),
    (internal::FLOAT, |call| one(call, float)),
    (internal::ATTRIBUTE, attribute),
    (internal::ITEM, item),
    (internal::SLICE, slice_of),
    (internal::CALL, call_value),
    (internal::METHOD, call_method),
    (internal::TRUTH, |call| {
        one(call, |value| items::is_true(value).map(|_| value.clone()))
    }),
    (internal::BOOL, |call| {
        one(call, |value| items::is_true(value).map(Value::from))
    }),
    (internal::NO_ELSE, |_| {
        // Jinja2's plain one in every mode.
        let clause = "the inline if-expression has no `else` and its condition is false";
        Ok(Undefined::value(
            UndefinedMode::Default,
            Origin::Other(clause.to_owned()),
        ))
    }),
    (internal::UNKNOWN, unknown),
    (internal::ITEMS, |call| {
        one(call, |value| items::items(value).map(Value::from_object))
    }),
    (internal::UNPACK_EACH, unpack_each),
    (internal::UNPACK, |mut call| {
        let [value, count] = arguments(&mut call)?;
        Ok(unpack(&value, &count)?)
    }),
    (internal::SET_ATTRIBUTE, set_attribute),
];

type Answer = Result<Value, Error>;

fn one(mut call: Call<'_, '_, '_>, calculate: impl FnOnce(&Value) -> Outcome<Value>) -> Answer {
    let [value] = arguments(&mut call)?;
    Ok(calculate(&value)?)
}

/// An operator between two values; one of a plugin's objects decides itself.
fn binary(
    mut call: Call<'_, '_, '_>,
    operator: &str,
    calculate: fn(&Value, &Value) -> Outcome<Value>,
) -> Answer {
    let [left, right] = arguments(&mut call)?;
    let foreign = match View::of(&left) {
        // `text % value` prints, whatever the value is.
        View::Text(_) if operator == "%" => None,
        _ => plugin::operate(operator, &left, &right),
    };
    Ok(foreign.unwrap_or_else(|| calculate(&left, &right))?)
}

/// Exactly so many positional arguments, as the translation writes them.
fn arguments<const N: usize>(call: &mut Call<'_, '_, '_>) -> Outcome<[Value; N]> {
    std::mem::take(&mut call.arguments)
        .positional
        .try_into()
        .map_err(|_| Fault::arguments("an operator has the wrong number of operands"))
}

/// The items of a list that the engine itself built.
fn engine_items(list: &Value) -> Outcome<Vec<Value>> {
    items::items(list)
}

fn concatenate(parts: &Value) -> Outcome<Value> {
    let mut out = String::new();
    for part in engine_items(parts)? {
        print::write_text(&mut out, &part)?;
        check_text(out.len())?;
    }
    Ok(Value::from(out))
}

fn dict(entries: &Value) -> Outcome<Value> {
    let mut entries = engine_items(entries)?.into_iter();
    let mut pairs = Vec::with_capacity(entries.len() / 2);
    while let (Some(key), Some(value)) = (entries.next(), entries.next()) {
        pairs.push((key, value));
    }
    Dict::from_pairs(pairs)
}

fn float(text: &Value) -> Outcome<Value> {
    let number = text.as_str().and_then(|text| text.parse::<f64>().ok());
    number
        .map(Value::from)
        .ok_or_else(|| Fault::value_error("this is no number"))
}

fn compare_all(mut call: Call<'_, '_, '_>) -> Answer {
    let mut left = call.subject()?;
    let mut rest = std::mem::take(&mut call.arguments).positional.into_iter();
    while let (Some(operator), Some(right)) = (rest.next(), rest.next()) {
        let operator = operator.as_str().unwrap_or_default();
        let ordered = |holds: fn(Ordering) -> bool| {
            compare::order(&left, &right, operator).map(|ordering| ordering.is_some_and(holds))
        };
        let holds = match operator {
            "==" => compare::equal(&left, &right)?,
            "!=" => !compare::equal(&left, &right)?,
            "in" => compare::contains(&right, &left)?,
            "not in" => !compare::contains(&right, &left)?,
            "<" => ordered(|ordering| ordering == Ordering::Less)?,
            "<=" => ordered(|ordering| ordering != Ordering::Greater)?,
            ">" => ordered(|ordering| ordering == Ordering::Greater)?,
            _ => ordered(|ordering| ordering != Ordering::Less)?,
        };
        if !holds {
            return Ok(Value::from(false));
        }
        left = right;
    }
    Ok(Value::from(true))
}

fn attribute(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, name] = arguments(&mut call)?;
    let name = name.as_str().unwrap_or_default();
    Ok(attributes::attribute(
        &value,
        name,
        call.settings.undefined,
    )?)
}

fn item(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, key] = arguments(&mut call)?;
    Ok(attributes::item(&value, &key, call.settings.undefined)?)
}

fn slice_of(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, start, stop, step] = arguments(&mut call)?;
    Ok(slice::slice(&value, [&start, &stop, &step])?)
}

fn call_value(mut call: Call<'_, '_, '_>) -> Answer {
    let callee = call.subject()?;
    match View::of(&callee) {
        View::Other | View::Remote(_) | View::Undefined(Some(_)) => {
            callee.call(call.state, &std::mem::take(&mut call.arguments).join())
        }
        View::Undefined(None) => Err(Fault::undefined("what is called here is undefined").into()),
        view => Err(Fault::type_error(format!("{} cannot be called", view.kind())).into()),
    }
}

fn call_method(mut call: Call<'_, '_, '_>) -> Answer {
    let value = call.subject()?;
    let name = call.subject()?;
    let arguments = std::mem::take(&mut call.arguments);
    let name = name.as_str().unwrap_or_default();
    attributes::call_method(call.state, &value, name, arguments, call.settings.undefined)
}

fn unknown(mut call: Call<'_, '_, '_>) -> Answer {
    call.subject()?;
    let (kind, name) = (call.subject()?, call.subject()?);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Err(Fault::unknown(format!("there is no {} `{}`", text(&kind), text(&name))).into())
}

fn unpack_each(mut call: Call<'_, '_, '_>) -> Answer {
    let [value, count] = arguments(&mut call)?;
    let mut unpacked = Vec::new();
    for item in items::items(&value)? {
        unpacked.push(unpack(&item, &count)?);
    }
    Ok(Value::from_object(unpacked))
}

/// Exactly `count` items of a value.
fn unpack(value: &Value, count: &Value) -> Outcome<Value> {
    let wanted = count.as_usize().unwrap_or_default();
    let items = items::items(value).map_err(|fault| match View::of(value) {
        View::Undefined(_) => fault,
        view => Fault::type_error(format!("{} cannot be taken apart", view.kind())),
    })?;
    if items.len() != wanted {
        return Err(Fault::value_error(format!(
            "{} values cannot be taken apart into {wanted} names",
            items.len()
        )));
    }
    Ok(Value::from_object(items))
}

fn set_attribute(mut call: Call<'_, '_, '_>) -> Answer {
    let [object, name, value] = arguments(&mut call)?;
    let View::Namespace(namespace) = View::of(&object) else {
        return Err(
            Fault::type_error("attributes can only be set on a namespace")
                .hint("make one with `set name = namespace()`")
                .into(),
        );
    };
    Namespace::set(namespace, name.as_str().unwrap_or_default(), value);
    Ok(Value::from(()))
}
