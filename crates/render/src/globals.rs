//! The functions that Jinja2 gives to every template.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use crate::python::call::{Arguments, Call, Function, Settings};
use crate::python::dict::Dict;
use crate::python::fault::Fault;
use crate::python::items::check_count;
use crate::python::methods::dicts::entries;
use crate::python::objects::{Namespace, Range};
use crate::python::print;
use crate::python::view::View;

/// Jinja2's functions, by name.
pub(crate) const BUILT_IN: &[(&str, Function)] = &[
    ("range", range),
    ("dict", dict),
    ("lipsum", lipsum),
    ("cycler", cycler),
    ("joiner", joiner),
    ("namespace", namespace),
];

/// The function of that name as a value.
pub(crate) fn find(name: &str, settings: &Arc<Settings>) -> Option<Value> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(name, function)| {
            Value::from_object(Builtin {
                name,
                function: *function,
                settings: settings.clone(),
            })
        })
}

struct Builtin {
    name: &'static str,
    function: Function,
    settings: Arc<Settings>,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {}>", self.name)
    }
}

impl Object for Builtin {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        (self.function)(Call {
            name: self.name,
            state,
            settings: &self.settings,
            arguments: Arguments::split(values),
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Python shows classes so.
        match self.name {
            "range" | "dict" => write!(formatter, "<class '{}'>", self.name),
            name => write!(formatter, "<function {name}>"),
        }
    }
}

fn range(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let arguments = std::mem::take(&mut call.arguments).positional("range", 1, 3)?;
    let mut bounds = Vec::with_capacity(3);
    for argument in &arguments {
        let view = View::of(argument);
        if let View::Undefined(Some(undefined)) = view {
            return Err(undefined.fault().into());
        }
        bounds.push(view.as_integer().ok_or_else(|| {
            Fault::type_error(format!("`range` needs ints, not {}", view.kind()))
        })?);
    }
    let range = match bounds.as_slice() {
        [stop] => Range {
            start: 0,
            stop: *stop,
            step: 1,
        },
        [start, stop] => Range {
            start: *start,
            stop: *stop,
            step: 1,
        },
        [_, _, 0] => return Err(Fault::value_error("the step of a range cannot be 0").into()),
        [start, stop, step, ..] => Range {
            start: *start,
            stop: *stop,
            step: *step,
        },
        [] => return Err(Fault::arguments("`range` needs an argument").into()),
    };
    check_count(range.len())?;
    Ok(Value::from_object(range))
}

fn dict(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let arguments = std::mem::take(&mut call.arguments);
    Ok(entries(arguments, "dict").map(Dict::value)?)
}

fn lipsum(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    Err(
        Fault::unknown(format!("`{}` gives something else at every run", call.name))
            .hint("the output must be the same every time: write the text yourself")
            .into(),
    )
}

fn namespace(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let entries = entries(std::mem::take(&mut call.arguments), "namespace")?;
    let mut named = indexmap::IndexMap::new();
    for (_, (key, value)) in entries {
        let View::Text(name) = View::of(&key) else {
            return Err(Fault::type_error("the names of a namespace are texts").into());
        };
        named.insert(name.to_owned(), value);
    }
    Ok(Value::from_object(Namespace::new(named)))
}

fn cycler(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let items = std::mem::take(&mut call.arguments).positional("cycler", 1, usize::MAX)?;
    Ok(Value::from_object(Cycler {
        items,
        position: AtomicUsize::new(0),
    }))
}

fn joiner(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [separator] = call.bind(["sep"], 0)?;
    let separator = separator.unwrap_or_else(|| Value::from(", "));
    Ok(Value::from_object(Joiner {
        separator: Mutex::new(separator),
        used: AtomicBool::new(false),
    }))
}

/// Gives its items in turn.
struct Cycler {
    items: Vec<Value>,
    position: AtomicUsize,
}

impl Cycler {
    fn current(&self) -> Value {
        let position = self.position.load(Ordering::Relaxed);
        self.items.get(position).cloned().unwrap_or_default()
    }
}

impl fmt::Debug for Cycler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<cycler>")
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.current())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, Error> {
        if !arguments.is_empty() {
            return Err(Fault::arguments(format!("`{method}` takes no arguments")).into());
        }
        match method {
            "next" => {
                let current = self.current();
                let next = self.position.load(Ordering::Relaxed) + 1;
                self.position
                    .store(next % self.items.len().max(1), Ordering::Relaxed);
                Ok(current)
            }
            "reset" => {
                self.position.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Fault::unknown(format!("a cycler has no method `{method}`")).into()),
        }
    }
}

/// Gives nothing the first time, its separator ever after.
struct Joiner {
    separator: Mutex<Value>,
    used: AtomicBool,
}

impl fmt::Debug for Joiner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<joiner>")
    }
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
        if !arguments.is_empty() {
            return Err(Fault::arguments("a joiner takes no arguments").into());
        }
        if !self.used.swap(true, Ordering::Relaxed) {
            return Ok(Value::from(""));
        }
        let separator = self
            .separator
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Value::from(print::text(&separator)?))
    }
}
