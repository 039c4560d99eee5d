//! Filters that pick: attributes, items that pass a test, a default.

use minijinja::{Error, Value};

use crate::options::UndefinedMode;
use crate::python::attributes;
use crate::python::call::{Arguments, Call, Function};
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{self, is_true};
use crate::python::objects::Stream;
use crate::python::view::{View, integer};

/// Which attribute of an item to take: `metadata.labels.0`, or none.
pub(super) struct Path(Vec<Value>);

impl Path {
    pub(super) fn get(
        &self,
        mut item: Value,
        mode: UndefinedMode,
        default: Option<&Value>,
    ) -> Outcome<Value> {
        for key in &self.0 {
            item = attributes::item(&item, key, mode)?;
            if let (Some(default), View::Undefined(_)) = (default, View::of(&item)) {
                item = default.clone();
            }
        }
        Ok(item)
    }
}

/// Reads the `attribute` argument of a filter.
pub(super) fn attribute_path(attribute: Option<&Value>) -> Outcome<Path> {
    Ok(Path(match attribute.map(View::of) {
        None | Some(View::None) => Vec::new(),
        Some(View::Text(text)) => text.split('.').map(key).collect(),
        Some(View::Integer(index)) => vec![integer(index)],
        Some(View::Undefined(Some(undefined))) => return Err(undefined.fault()),
        Some(view) => {
            return Err(Fault::type_error(format!(
                "an attribute is named by a str or an int, not {}",
                view.kind()
            )));
        }
    }))
}

/// As [`attribute_path`], for several with commas between.
pub(super) fn attribute_paths(attribute: Option<&Value>) -> Outcome<Vec<Path>> {
    match attribute.map(View::of) {
        Some(View::Text(text)) => Ok(text
            .split(',')
            .map(|path| Path(path.split('.').map(key).collect()))
            .collect()),
        _ => Ok(vec![attribute_path(attribute)?]),
    }
}

pub(super) fn default(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, default, boolean] = call.bind(["value", "default_value", "boolean"], 1)?;
    let value = value.unwrap_or_default();
    let boolean = boolean.as_ref().map_or(Ok(false), is_true)?;
    let replaced = matches!(View::of(&value), View::Undefined(_)) || boolean && !is_true(&value)?;
    Ok(if replaced {
        default.unwrap_or_else(|| Value::from(""))
    } else {
        value
    })
}

pub(super) fn attr(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, name] = call.bind(["obj", "name"], 2)?;
    let (value, name) = (value.unwrap_or_default(), name.unwrap_or_default());
    let View::Text(name) = View::of(&name) else {
        return Err(Fault::type_error("`attr` needs a str for `name`").into());
    };
    // Attributes only, never items.
    if let View::Dict(_) = View::of(&value)
        && !crate::python::methods::exists(&value, name)
    {
        return Ok(call.undefined("a dict has no such attribute"));
    }
    Ok(attributes::attribute(
        &value,
        name,
        call.settings.undefined,
    )?)
}

pub(super) fn map(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let subject = call.subject()?;
    let mode = call.settings.undefined;
    let mut arguments = std::mem::take(&mut call.arguments);
    let by_attribute = arguments.positional.is_empty()
        && arguments.named.iter().any(|(name, _)| name == "attribute");
    if by_attribute {
        let [attribute, default] = arguments.bind("map", ["attribute", "default"], 1)?;
        let path = attribute_path(attribute.as_ref())?;
        let default = default.filter(|default| !default.is_none());
        let mapped = items::items(&subject)?
            .into_iter()
            .map(|item| path.get(item, mode, default.as_ref()))
            .collect::<Outcome<_>>()?;
        return Ok(Stream::value("generator", mapped));
    }
    let Some(name) = arguments.shift() else {
        return Err(Fault::arguments("`map` needs the name of a filter, or `attribute`").into());
    };
    let (name, filter) = named(&name, "filter", |name| call.settings.words.filter(name))?;
    let mut mapped = Vec::new();
    for item in items::items(&subject)? {
        mapped.push(call.apply(filter, &name, prefixed(item, &arguments))?);
    }
    Ok(Stream::value("generator", mapped))
}

pub(super) fn select(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    choose(call, false, true)
}

pub(super) fn reject(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    choose(call, false, false)
}

pub(super) fn selectattr(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    choose(call, true, true)
}

pub(super) fn rejectattr(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    choose(call, true, false)
}

fn choose(mut call: Call<'_, '_, '_>, by_attribute: bool, wanted: bool) -> Result<Value, Error> {
    let subject = call.subject()?;
    let mode = call.settings.undefined;
    let mut arguments = std::mem::take(&mut call.arguments);
    let path = if by_attribute {
        let Some(attribute) = arguments.shift() else {
            return Err(Fault::arguments(format!("`{}` needs an attribute", call.name)).into());
        };
        attribute_path(Some(&attribute))?
    } else {
        Path(Vec::new())
    };
    let test = match arguments.shift() {
        Some(name) => Some(named(&name, "test", |name| call.settings.words.test(name))?),
        None => None,
    };
    let mut chosen = Vec::new();
    for item in items::items(&subject)? {
        let value = path.get(item.clone(), mode, None)?;
        let passes = match &test {
            Some((name, test)) => {
                is_true(&call.apply(*test, name, prefixed(value, &arguments))?)?
            }
            None => is_true(&value)?,
        };
        if passes == wanted {
            chosen.push(item);
        }
    }
    Ok(Stream::value("generator", chosen))
}

fn prefixed(first: Value, rest: &Arguments) -> Arguments {
    let mut arguments = rest.clone();
    arguments.positional.insert(0, first);
    arguments
}

fn named(
    name: &Value,
    what: &str,
    find: impl FnOnce(&str) -> Option<Function>,
) -> Outcome<(String, Function)> {
    let View::Text(text) = View::of(name) else {
        return Err(Fault::type_error(format!("the name of a {what} is a str")));
    };
    find(text)
        .map(|function| (text.to_owned(), function))
        .ok_or_else(|| Fault::unknown(format!("there is no {what} `{text}`")))
}

fn key(part: &str) -> Value {
    if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
        return part
            .parse::<i64>()
            .map_or_else(|_| Value::from(part), Value::from);
    }
    Value::from(part)
}
