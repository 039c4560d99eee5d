//! `value.name` and `value[key]`, as Jinja2 looks them up.

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::call::Arguments;
use super::dict::Dict;
use super::fault::{Fault, Outcome};
use super::methods;
use super::objects::Tuple;
use super::slice::position;
use super::undefined::{Origin, Undefined};
use super::view::View;
use crate::options::UndefinedMode;
use crate::plugin;

/// What template variables are called in the engine, so that none meets a word of its own.
pub(crate) const VARIABLE_PREFIX: &str = "v_";

/// `value.name`: an attribute or method, else an item; an error where a configuration declares
/// the keys and this is none of them.
pub(crate) fn attribute(value: &Value, name: &str, mode: UndefinedMode) -> Outcome<Value> {
    let found = looked_up(value, name, mode)?;
    if let (View::Dict(dict), View::Undefined(_)) = (View::of(value), View::of(&found)) {
        declared(dict, name, mode)?;
    }
    Ok(found)
}

/// The same, whatever is declared.
fn looked_up(value: &Value, name: &str, mode: UndefinedMode) -> Outcome<Value> {
    if let View::Undefined(undefined) = View::of(value) {
        return of_undefined(value, undefined, mode);
    }
    if let View::Remote(remote) = View::of(value) {
        return remote.attribute(name);
    }
    if methods::exists(value, name) {
        return Ok(BoundMethod::value(value, name));
    }
    if let Some(found) = own_attribute(value, name) {
        if found.is_undefined() {
            let which = if name == "previtem" {
                "previous"
            } else {
                "next"
            };
            let origin = Origin::Other(format!("there is no {which} item"));
            return Ok(Undefined::value(mode, origin));
        }
        return Ok(found);
    }
    let View::Dict(dict) = View::of(value) else {
        return missing(value, Value::from(name), mode);
    };
    if let Some(found) = dict.get_text(name) {
        return Ok(found);
    }
    missing(value, Value::from(name), mode)
}

/// That a configuration declares a key, where it declares any.
fn declared(dict: &Dict, name: &str, mode: UndefinedMode) -> Outcome<()> {
    if let Some(declared) = &dict.declared
        && mode == UndefinedMode::Declared
        && !declared.contains(name)
    {
        let fault = Fault::undeclared(format!("nothing declares the key `{name}`"));
        let known = declared.iter().map(String::as_str);
        return Err(match diagnostics::closest(name, known) {
            Some(known) => fault.hint(format!("did you mean `{known}`?")),
            None => fault.hint(
                "declare keys of nodes in `templates/variables.yaml`, add pins to `versions.yaml`",
            ),
        });
    }
    Ok(())
}

/// `value[key]`: an item, else, for text, an attribute.
pub(crate) fn item(value: &Value, key: &Value, mode: UndefinedMode) -> Outcome<Value> {
    let found = match View::of(value) {
        View::Undefined(undefined) => return of_undefined(value, undefined, mode),
        View::Dict(dict) => dict.get(key).ok().flatten(),
        View::List(list) => {
            let items = list.read();
            index(key, items.len()).map(|index| items[index].clone())
        }
        View::Tuple(tuple) => index(key, tuple.items.len()).map(|index| tuple.items[index].clone()),
        View::Text(text) => {
            let length = if text.is_ascii() {
                text.len()
            } else {
                text.chars().count()
            };
            index(key, length)
                .and_then(|index| text.chars().nth(index))
                .map(|character| Value::from(character.to_string()))
        }
        View::Bytes(bytes) => {
            index(key, bytes.len()).map(|index| Value::from(i64::from(bytes[index])))
        }
        View::Range(range) => index(key, range.len()).and_then(|index| range.get(index)),
        View::Remote(remote) => return plugin::item_of(remote, key),
        _ => None,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if let Some(name) = key.as_str() {
        // A key that is computed may be any; the analysis knows those that are written out.
        return looked_up(value, name, mode);
    }
    if let View::Undefined(Some(undefined)) = View::of(key)
        && undefined.is_strict()
    {
        return Err(undefined.fault());
    }
    missing(value, key.clone(), mode)
}

/// Calls a method, or what an attribute holds.
pub(crate) fn call_method(
    state: &mut State<'_, '_>,
    value: &Value,
    name: &str,
    arguments: Arguments,
    mode: UndefinedMode,
) -> Result<Value, Error> {
    if methods::exists(value, name) {
        return Ok(methods::call(value, name, arguments)?);
    }
    if let View::Other = View::of(value)
        && own_attribute(value, name).is_none()
    {
        return call_engine_method(state, value, name, arguments);
    }
    if let View::Undefined(Some(undefined)) = View::of(value) {
        // It is the value that is missing, and no function of its name.
        return Err(undefined.fault().into());
    }
    let callee = attribute(value, name, mode)?;
    if let View::Undefined(_) | View::Other | View::Remote(_) = View::of(&callee) {
        return callee.call(state, &arguments.join());
    }
    Err(Fault::type_error(format!(
        "`{name}` of {} cannot be called",
        View::of(value).kind()
    ))
    .into())
}

/// Methods of the engine's own loop object.
fn call_engine_method(
    state: &mut State<'_, '_>,
    value: &Value,
    name: &str,
    arguments: Arguments,
) -> Result<Value, Error> {
    let mut positional = arguments.positional(name, usize::from(name == "cycle"), 64)?;
    if name == "changed" {
        // The engine would compare objects by their address.
        for argument in &mut positional {
            if argument.as_object().is_some() {
                *argument = Value::from(super::print::repr(argument)?);
            }
        }
    }
    value
        .call_method(state, name, &positional)
        .map_err(|error| {
            if error.kind() == minijinja::ErrorKind::UnknownMethod {
                Fault::unknown(format!("there is no method `{name}` here")).into()
            } else {
                error
            }
        })
}

fn of_undefined(
    value: &Value,
    undefined: Option<&Undefined>,
    mode: UndefinedMode,
) -> Outcome<Value> {
    match undefined {
        Some(undefined) if undefined.is_chainable() => Ok(value.clone()),
        Some(undefined) => Err(undefined.fault()),
        None if matches!(mode, UndefinedMode::Chainable | UndefinedMode::Declared) => {
            Ok(value.clone())
        }
        None => Err(Fault::undefined("an undefined value has no attributes")),
    }
}

/// Attributes that are no items: of namespaces, modules, loops, macros, groups.
fn own_attribute(value: &Value, name: &str) -> Option<Value> {
    match View::of(value) {
        View::Namespace(namespace) => namespace.get(name),
        View::Tuple(Tuple { items, names }) => names
            .iter()
            .position(|known| *known == name)
            .map(|index| items[index].clone()),
        View::Integer(_) | View::Bool(_) if matches!(name, "real" | "numerator") => {
            Some(value.clone())
        }
        View::Other => {
            let get = |key: &str| {
                value
                    .get_attr(key)
                    .ok()
                    .filter(|found| !found.is_undefined())
            };
            get(&format!("{VARIABLE_PREFIX}{name}"))
                .filter(|_| !name.starts_with('_'))
                .or_else(|| get(name))
                .or_else(|| {
                    // These exist, and are undefined at the ends of a loop.
                    matches!(name, "previtem" | "nextitem").then_some(Value::UNDEFINED)
                })
        }
        _ => None,
    }
}

fn missing(value: &Value, key: Value, mode: UndefinedMode) -> Outcome<Value> {
    let name = match key.as_str() {
        Some(name) => name.to_owned(),
        None => super::print::repr(&key)?,
    };
    let origin = Origin::Attribute {
        owner: View::of(value).kind(),
        name,
        is_text: key.as_str().is_some(),
    };
    Ok(Undefined::value(mode, origin))
}

fn index(key: &Value, length: usize) -> Option<usize> {
    position(View::of(key).as_integer()?, length)
}

/// A method that is passed on instead of being called at once.
struct BoundMethod {
    value: Value,
    name: String,
}

impl BoundMethod {
    fn value(value: &Value, name: &str) -> Value {
        Value::from_object(Self {
            value: value.clone(),
            name: name.to_owned(),
        })
    }
}

impl std::fmt::Debug for BoundMethod {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "<built-in method {}>", self.name)
    }
}

impl Object for BoundMethod {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::split(values);
        Ok(methods::call(&self.value, &self.name, arguments)?)
    }

    fn render(self: &Arc<Self>, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "<built-in method {}>", self.name)
    }
}
