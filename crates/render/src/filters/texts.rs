//! Filters on text.

use minijinja::{Error, Value};

use crate::python::call::{Arguments, Call};
use crate::python::dict::Dict;
use crate::python::fault::{Fault, Outcome};
use crate::python::methods::{self, texts};
use crate::python::objects::Tuple;
use crate::python::percent::percent;
use crate::python::print;
use crate::python::view::View;
use crate::python::view::length;

/// A value as text; what is marked as safe stays so.
pub(super) fn soft_text(value: &Value) -> Outcome<Value> {
    if let View::Text(_) = View::of(value) {
        return Ok(value.clone());
    }
    print::text(value).map(Value::from)
}

pub(super) fn capitalize(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    method(&mut call, "capitalize")
}

pub(super) fn lower(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    method(&mut call, "lower")
}

pub(super) fn upper(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    method(&mut call, "upper")
}

pub(super) fn string(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    Ok(soft_text(&value.unwrap_or_default())?)
}

pub(super) fn trim(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, chars] = call.bind(["value", "chars"], 1)?;
    let text = soft_text(&value.unwrap_or_default())?;
    let arguments = Arguments {
        positional: chars.into_iter().collect(),
        named: Vec::new(),
    };
    Ok(methods::call(&text, "strip", arguments)?)
}

pub(super) fn title(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["s"], 1)?;
    let value = soft_text(&value.unwrap_or_default())?;
    let text = value.as_str().unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut starts = true;
    for character in text.chars() {
        let separates =
            crate::syntax::is_space(character) || matches!(character, '-' | '(' | '{' | '[' | '<');
        if separates || !starts {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
        starts = separates;
    }
    Ok(Value::from(out))
}

pub(super) fn replace(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, old, new, count] = call.bind(["s", "old", "new", "count"], 3)?;
    let text = |value: Option<Value>| print::text(&value.unwrap_or_default());
    let (value, old, new) = (text(value)?, text(old)?, text(new)?);
    let count = match count.as_ref().map(View::of) {
        None | Some(View::None) => -1,
        Some(count) => count
            .as_integer()
            .ok_or_else(|| Fault::type_error("`replace` needs an int for `count`"))?,
    };
    Ok(texts::replace(&value, &old, &new, count).map(Value::from)?)
}

pub(super) fn format(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let value = soft_text(&call.subject()?)?;
    let arguments = std::mem::take(&mut call.arguments);
    if !arguments.positional.is_empty() && !arguments.named.is_empty() {
        return Err(
            Fault::arguments("`format` takes values with names or without, not both").into(),
        );
    }
    let values = if arguments.named.is_empty() {
        Tuple::value(arguments.positional)
    } else {
        Dict::from_names(arguments.named)
    };
    Ok(percent(&value, &values)?)
}

pub(super) fn wordcount(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["s"], 1)?;
    let text = print::text(&value.unwrap_or_default())?;
    let words = text
        .split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty());
    Ok(length(words.count()))
}

fn method(call: &mut Call<'_, '_, '_>, name: &str) -> Result<Value, Error> {
    let [value] = call.bind(["s"], 1)?;
    let text = soft_text(&value.unwrap_or_default())?;
    Ok(methods::call(&text, name, Arguments::default())?)
}
