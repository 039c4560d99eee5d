//! What stands for macros, imports and includes in a translated template.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::root::{MISSING_TEMPLATE, ROOT, Root};
use crate::options::UndefinedMode;
use crate::python::attributes::attribute;
use crate::python::call::{Arguments, Call, Function};
use crate::python::dict::Dict;
use crate::python::fault::{Fault, Outcome};
use crate::python::items;
use crate::python::objects::{Missing, Tuple};
use crate::python::undefined::{Origin, Undefined};
use crate::python::view::View;
use crate::translate::internal;

/// All of them, by their name in the engine.
pub(super) const ALL: &[(&str, Function)] = &[
    (internal::MACRO, make_macro),
    (internal::IS_MISSING, |mut call| {
        let value = call.subject()?;
        Ok(Value::from(
            value.downcast_object_ref::<Missing>().is_some(),
        ))
    }),
    (internal::TEMPLATE, template),
    (internal::GLOBALS_ONLY, |mut call| {
        let (_, on) = (call.subject()?, call.subject()?);
        let root = root(call.state)?;
        root.globals_only(on.is_true());
        Ok(Value::from(()))
    }),
    (internal::STASH, |mut call| {
        let (module, key) = (call.subject()?, call.subject()?);
        call.state
            .set_temp(key.as_str().unwrap_or_default(), module);
        Ok(Value::from(()))
    }),
    (internal::UNSTASH, |mut call| {
        let key = call.subject()?;
        let module = call.state.get_temp(key.as_str().unwrap_or_default());
        Ok(module.unwrap_or_default())
    }),
    (internal::IMPORTED, imported),
];

/// What the root of every run of a template is.
fn root(state: &State<'_, '_>) -> Outcome<Arc<Root>> {
    state
        .lookup(ROOT)
        .and_then(|root| root.downcast_object::<Root>())
        .ok_or_else(|| Fault::unknown("the variables of the template are gone"))
}

/// The name of the template that a value names, or of the first that exists.
fn template(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let (value, ignore_missing) = (call.subject()?, call.subject()?.is_true());
    let choices = match View::of(&value) {
        View::Text(_) => vec![value.clone()],
        View::Undefined(Some(undefined)) => return Err(undefined.fault().into()),
        View::List(_) | View::Tuple(_) => items::items(&value)?,
        view => {
            return Err(Fault::type_error(format!(
                "a template is named by a str, not {}",
                view.kind()
            ))
            .into());
        }
    };
    let root = root(call.state)?;
    let mut first = None;
    for choice in &choices {
        let View::Text(name) = View::of(choice) else {
            return Err(Fault::type_error("a template is named by a str").into());
        };
        if let Some(found) = root.names().resolve(name) {
            return Ok(Value::from(found));
        }
        first = first.or(Some(name));
    }
    if ignore_missing {
        return Ok(Value::from(MISSING_TEMPLATE));
    }
    let Some(name) = first else {
        return Err(Fault::missing_template("the list of templates is empty").into());
    };
    let fault = Fault::missing_template(format!("there is no template `{name}`"));
    Err(if name.split('/').any(|part| part == "..") {
        fault.hint("name it by its path below the template folder, without `..`")
    } else if let Some(known) = root.names().closest(name) {
        fault.hint(format!("did you mean `{known}`?"))
    } else {
        fault.hint("name it by its whole path below the template folder, suffix included")
    }
    .into())
}

fn imported(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let (module, name) = (call.subject()?, call.subject()?);
    let name = name.as_str().unwrap_or_default();
    let found = attribute(&module, name, call.settings.undefined)?;
    if let View::Undefined(_) = View::of(&found) {
        let clause = format!("the template does not export the requested name '{name}'");
        return Ok(call.undefined(&clause));
    }
    Ok(found)
}

fn make_macro(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let (inner, name) = (call.subject()?, call.subject()?);
    let (parameters, special) = (call.subject()?, call.subject()?);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = items::items(&parameters)?
        .chunks(2)
        .map(|pair| (text(&pair[0]), pair.get(1).is_some_and(Value::is_true)))
        .collect();
    let special = items::items(&special)?.iter().map(text).collect();
    Ok(Value::from_object(Macro {
        inner,
        name: text(&name),
        parameters,
        special,
        undefined: call.settings.undefined,
    }))
}

/// A macro, whose arguments are bound as Jinja2 does.
struct Macro {
    inner: Value,
    name: String,
    /// Names, and whether each has a default.
    parameters: Vec<(String, bool)>,
    /// Those of `caller`, `kwargs` and `varargs` that it uses.
    special: Vec<String>,
    undefined: UndefinedMode,
}

impl Macro {
    fn uses(&self, special: &str) -> bool {
        self.special.iter().any(|used| used == special)
    }

    fn bind(&self, arguments: Arguments) -> Outcome<Vec<Value>> {
        let name = &self.name;
        let Arguments {
            mut positional,
            mut named,
        } = arguments;
        let more = positional.split_off(self.parameters.len().min(positional.len()));
        if !more.is_empty() && !self.uses("varargs") {
            return Err(Fault::arguments(format!(
                "the macro `{name}` takes at most {}, not {}",
                match self.parameters.len() {
                    1 => "1 argument".to_owned(),
                    count => format!("{count} arguments"),
                },
                self.parameters.len() + more.len()
            )));
        }
        let mut take_named = |wanted: &str| {
            let index = named.iter().position(|(name, _)| name == wanted)?;
            Some(named.remove(index).1)
        };
        let given = positional.len();
        let mut bound = positional;
        for (parameter, has_default) in &self.parameters[given..] {
            bound.push(match take_named(parameter) {
                Some(value) => value,
                None if *has_default => Value::from_object(Missing),
                None => Undefined::value(
                    self.undefined,
                    Origin::Other(format!("parameter '{parameter}' was not provided")),
                ),
            });
        }
        let caller = self.uses("caller").then(|| {
            take_named("caller").unwrap_or_else(|| {
                Undefined::value(
                    self.undefined,
                    Origin::Other("No caller defined".to_owned()),
                )
            })
        });
        if let Some((unknown, _)) = named.first()
            && !self.uses("kwargs")
        {
            let declared = self
                .parameters
                .iter()
                .position(|(parameter, _)| parameter == unknown);
            if declared.is_some_and(|index| index < given) {
                return Err(Fault::arguments(format!(
                    "the macro `{name}` got two values for `{unknown}`"
                )));
            }
            let fault = Fault::arguments(if unknown == "caller" {
                format!("the macro `{name}` does not use `caller`, so `call` cannot call it")
            } else {
                format!("the macro `{name}` has no parameter `{unknown}`")
            });
            let known = self
                .parameters
                .iter()
                .map(|(parameter, _)| parameter.as_str());
            return Err(match diagnostics::closest(unknown, known) {
                Some(known) => fault.hint(format!("did you mean `{known}`?")),
                None => fault,
            });
        }
        bound.extend(caller);
        if self.uses("kwargs") {
            bound.push(Dict::from_names(named));
        }
        if self.uses("varargs") {
            bound.push(Tuple::value(more));
        }
        Ok(bound)
    }
}

impl fmt::Debug for Macro {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<Macro '{}'>", self.name)
    }
}

impl Object for Macro {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "name" => Value::from(self.name.as_str()),
            "arguments" => Tuple::value(
                self.parameters
                    .iter()
                    .map(|(name, _)| Value::from(name.as_str()))
                    .collect(),
            ),
            "catch_kwargs" => Value::from(self.uses("kwargs")),
            "catch_varargs" => Value::from(self.uses("varargs")),
            "caller" => Value::from(self.uses("caller")),
            _ => return None,
        })
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        let bound = self.bind(Arguments::split(values))?;
        self.inner.call(state, &bound)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<Macro '{}'>", self.name)
    }
}
