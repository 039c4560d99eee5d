//! Functions, filters and tests of the plugin as those of the engine.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};
use serde_json::{Value as Json, json};

use super::wire;
use crate::python::call::{Arguments, Call};
use crate::python::fault::{Fault, Outcome};
use crate::remote::Plugin;

/// One question; what the plugin raises is a fault at its line.
pub(super) fn ask(plugin: &Arc<dyn Plugin>, question: &Json) -> Outcome<Json> {
    plugin.ask(question).map_err(Fault::of_plugin)
}

/// A question that calls something.
pub(super) fn call(
    plugin: &Arc<dyn Plugin>,
    mut question: Json,
    arguments: &Arguments,
) -> Outcome<Value> {
    let positional: Outcome<Vec<Json>> = arguments.positional.iter().map(wire::of_value).collect();
    let named: Outcome<serde_json::Map<String, Json>> = arguments
        .named
        .iter()
        .map(|(name, value)| Ok((name.clone(), wire::of_value(value)?)))
        .collect();
    question["arguments"] = Json::Array(positional?);
    question["named"] = Json::Object(named?);
    wire::to_value(&ask(plugin, &question)?, plugin)
}

fn apply(kind: &str, call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let Some(plugin) = call.settings.words.plugin() else {
        return Err(Fault::unknown(format!("there is no {kind} `{}`", call.name)).into());
    };
    let question = json!({"ask": "call", "kind": kind, "name": call.name});
    Ok(self::call(plugin, question, &call.arguments)?)
}

/// A filter of the plugin.
pub(crate) fn filter(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    apply("filter", call)
}

/// A test of the plugin.
pub(crate) fn test(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    apply("test", call)
}

/// The plugin's function of that name as a value.
pub(crate) fn find_function(name: &str, plugin: &Arc<dyn Plugin>) -> Option<Value> {
    plugin.names().functions.contains(name).then(|| {
        Value::from_object(Function {
            name: name.to_owned(),
            plugin: plugin.clone(),
        })
    })
}

struct Function {
    name: String,
    plugin: Arc<dyn Plugin>,
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {}>", self.name)
    }
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        let question = json!({"ask": "call", "kind": "function", "name": self.name});
        Ok(call(&self.plugin, question, &Arguments::split(values))?)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {}>", self.name)
    }
}
