//! Python's values as JSON: what JSON lacks is an object with one key that starts with NUL.

use std::sync::Arc;

use minijinja::Value;
use serde_json::{Value as Json, json};

use crate::Data;
use crate::options::UndefinedMode;
use crate::python::dict::Dict;
use crate::python::fault::{Fault, Outcome};
use crate::python::items;
use crate::python::objects::{List, Tuple};
use crate::python::undefined::{Origin, Undefined};
use crate::python::view::{View, integer};
use crate::remote::{Plugin, Remote};

const INTEGER: &str = "\0int";
const FLOAT: &str = "\0float";
const TUPLE: &str = "\0tuple";
const DICT: &str = "\0dict";
const BYTES: &str = "\0bytes";
const SAFE: &str = "\0safe";
const MOMENT: &str = "\0moment";
const UNDEFINED: &str = "\0undefined";
const OBJECT: &str = "\0object";

/// How deep a value may be nested that is passed on.
const DEPTH_LIMIT: usize = 100;

fn tagged(tag: &str, value: Json) -> Json {
    Json::Object([(tag.to_owned(), value)].into_iter().collect())
}

/// The tag of an object that stands for something else, and what it holds.
fn tag(value: &Json) -> Option<(&str, &Json)> {
    let entries = value.as_object().filter(|entries| entries.len() == 1)?;
    let (tag, inner) = entries.iter().next()?;
    tag.starts_with('\0').then_some((tag.as_str(), inner))
}

fn of_integer(number: i128) -> Json {
    i64::try_from(number).map_or_else(
        |_| tagged(INTEGER, Json::from(number.to_string())),
        Json::from,
    )
}

fn of_float(number: f64) -> Json {
    tagged(FLOAT, Json::from(crate::python::float::repr(number)))
}

/// A date, a time, or a whole number that is too large for anything but printing.
fn of_opaque(kind: &str, text: &str) -> Json {
    if kind == "int" {
        tagged(INTEGER, Json::from(text))
    } else {
        tagged(MOMENT, json!([kind, text]))
    }
}

/// A dictionary; keys other than plain texts need another form.
fn of_pairs(pairs: Vec<(Json, Json)>) -> Json {
    let plain = |key: &Json| key.as_str().is_some_and(|key| !key.starts_with('\0'));
    if pairs.iter().all(|(key, _)| plain(key)) {
        let named = pairs.into_iter().filter_map(|(key, value)| match key {
            Json::String(key) => Some((key, value)),
            _ => None,
        });
        return Json::Object(named.collect());
    }
    let pairs = pairs.into_iter().map(|(key, value)| json!([key, value]));
    tagged(DICT, Json::Array(pairs.collect()))
}

/// A value that comes from a file.
pub(crate) fn of_data(data: &Data) -> Json {
    match data {
        Data::None => Json::Null,
        Data::Bool(truth) => Json::Bool(*truth),
        Data::Integer(number) => of_integer(*number),
        Data::Float(number) => of_float(*number),
        Data::Text(text) => Json::from(text.as_str()),
        Data::List(items) => Json::Array(items.iter().map(of_data).collect()),
        Data::Tuple(items) => tagged(TUPLE, Json::Array(items.iter().map(of_data).collect())),
        Data::Map(entries) => of_pairs(
            entries
                .iter()
                .map(|(key, value)| (of_data(key), of_data(value)))
                .collect(),
        ),
        Data::Opaque { kind, text, .. } => of_opaque(kind, text),
        Data::Remote(remote) => tagged(OBJECT, Json::from(remote.id)),
    }
}

/// A value of a template, as an argument.
pub(super) fn of_value(value: &Value) -> Outcome<Json> {
    of_value_at(value, 0)
}

fn of_value_at(value: &Value, depth: usize) -> Outcome<Json> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit(
            "this value is nested too deeply to be passed on",
        ));
    }
    let all = |items: &[Value]| -> Outcome<Vec<Json>> {
        items
            .iter()
            .map(|item| of_value_at(item, depth + 1))
            .collect()
    };
    Ok(match View::of(value) {
        View::Undefined(_) => tagged(UNDEFINED, Json::from(1)),
        View::None => Json::Null,
        View::Bool(truth) => Json::Bool(truth),
        View::Integer(number) => of_integer(number),
        View::Float(number) => of_float(number),
        View::Text(text) if value.is_safe() => tagged(SAFE, Json::from(text)),
        View::Text(text) => Json::from(text),
        View::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            tagged(BYTES, Json::from(digits))
        }
        View::List(list) => Json::Array(all(&list.read().clone())?),
        View::Tuple(tuple) => tagged(TUPLE, Json::Array(all(&tuple.items)?)),
        View::Dict(dict) => {
            let mut pairs = Vec::new();
            for (key, value) in dict.pairs() {
                pairs.push((
                    of_value_at(&key, depth + 1)?,
                    of_value_at(&value, depth + 1)?,
                ));
            }
            of_pairs(pairs)
        }
        View::Stream(_) | View::DictItems(_) | View::Range(_) => {
            Json::Array(all(&items::items(value)?)?)
        }
        View::Opaque(opaque) => of_opaque(&opaque.kind, &opaque.text),
        View::Remote(remote) => tagged(OBJECT, Json::from(remote.id)),
        view @ (View::Namespace(_) | View::Other) => {
            return Err(Fault::type_error(format!(
                "{} of a template cannot be passed to the Python plugin",
                view.kind()
            )));
        }
    })
}

/// What the plugin gave for a template to keep.
pub(super) fn to_data(value: &Json, plugin: &Arc<dyn Plugin>) -> Data {
    match (value, tag(value)) {
        (_, Some((tag, inner))) => tagged_data(tag, inner, plugin),
        (Json::Array(items), _) => {
            Data::List(items.iter().map(|item| to_data(item, plugin)).collect())
        }
        (Json::Object(entries), _) => Data::Map(
            entries
                .iter()
                .map(|(key, value)| (Data::from(key.as_str()), to_data(value, plugin)))
                .collect(),
        ),
        _ => Data::from(value),
    }
}

fn tagged_data(tag: &str, inner: &Json, plugin: &Arc<dyn Plugin>) -> Data {
    let text = || inner.as_str().unwrap_or_default();
    match tag {
        INTEGER => text().parse().map_or(Data::None, Data::Integer),
        FLOAT => text().parse().map_or(Data::None, Data::Float),
        SAFE | BYTES => Data::from(text()),
        TUPLE => Data::Tuple(
            inner
                .as_array()
                .into_iter()
                .flatten()
                .map(|item| to_data(item, plugin))
                .collect(),
        ),
        DICT => Data::Map(
            pairs(inner)
                .map(|(key, value)| (to_data(key, plugin), to_data(value, plugin)))
                .collect(),
        ),
        OBJECT => Remote::read(inner, plugin).map_or(Data::None, Data::Remote),
        _ => Data::None,
    }
}

fn pairs(inner: &Json) -> impl Iterator<Item = (&Json, &Json)> {
    inner
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.get(0)?, pair.get(1)?)))
}

/// An answer as a value of a template.
pub(super) fn to_value(value: &Json, plugin: &Arc<dyn Plugin>) -> Outcome<Value> {
    let all = |items: &[Json]| -> Outcome<Vec<Value>> {
        items.iter().map(|item| to_value(item, plugin)).collect()
    };
    if let Some((tag, inner)) = tag(value) {
        let text = || inner.as_str().unwrap_or_default();
        return Ok(match tag {
            INTEGER => text().parse().map(integer).map_err(|_| {
                Fault::limit("whole numbers of more than 127 bits are not supported")
            })?,
            FLOAT => Value::from(text().parse::<f64>().unwrap_or(f64::NAN)),
            SAFE => Value::from_safe_string(text().to_owned()),
            BYTES => Value::from_bytes(bytes(text())),
            TUPLE => Tuple::value(all(inner.as_array().map_or(&[], Vec::as_slice))?),
            DICT => {
                let mut found = Vec::new();
                for (key, value) in pairs(inner) {
                    found.push((to_value(key, plugin)?, to_value(value, plugin)?));
                }
                Dict::from_pairs(found)?
            }
            OBJECT => Remote::read(inner, plugin).map_or(Value::from(()), Value::from_object),
            _ => Undefined::value(
                UndefinedMode::Chainable,
                Origin::Other("the plugin gives nothing here".to_owned()),
            ),
        });
    }
    Ok(match value {
        Json::Null => Value::from(()),
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || Value::from(number.as_f64().unwrap_or(f64::NAN)),
            Value::from,
        ),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => {
            items::check_count(items.len())?;
            List::value(all(items)?)
        }
        Json::Object(entries) => {
            let mut found = Vec::with_capacity(entries.len());
            for (name, value) in entries {
                found.push((name, to_value(value, plugin)?));
            }
            Dict::from_names(found)
        }
    })
}

fn bytes(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
