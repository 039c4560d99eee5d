//! Methods of `dict`.

use minijinja::Value;

use crate::python::call::Arguments;
use crate::python::dict::{Dict, Entries, Key, insert};
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{check_count, items};
use crate::python::objects::{DictView, Tuple};
use crate::python::view::View;

/// Whether a name behind a dict means one of its methods, and no key.
pub fn is_dict_method(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) const NAMES: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];

pub(super) fn call(dict: &Dict, name: &str, arguments: Arguments) -> Outcome<Value> {
    let none = || Value::from(());
    match name {
        "clear" => {
            arguments.positional(name, 0, 0)?;
            dict.write().clear();
            Ok(none())
        }
        "copy" => {
            arguments.positional(name, 0, 0)?;
            let entries = dict.read().clone();
            Ok(match &dict.declared {
                Some(declared) => Dict::declared(entries, declared.clone()),
                None => Dict::value(entries),
            })
        }
        "fromkeys" => {
            let arguments = arguments.positional(name, 1, 2)?;
            let value = arguments.get(1).cloned().unwrap_or_else(none);
            let keys = items(&arguments[0])?;
            Dict::from_pairs(keys.into_iter().map(|key| (key, value.clone())))
        }
        "get" => {
            let arguments = arguments.positional(name, 1, 2)?;
            let found = dict.get(&arguments[0])?;
            Ok(found
                .or_else(|| arguments.get(1).cloned())
                .unwrap_or_else(none))
        }
        "items" | "keys" | "values" => {
            arguments.positional(name, 0, 0)?;
            Ok(view(dict, name))
        }
        "pop" => {
            let arguments = arguments.positional(name, 1, 2)?;
            let removed = dict.write().shift_remove(&Key::of(&arguments[0])?);
            removed
                .map(|(_, value)| value)
                .or_else(|| arguments.get(1).cloned())
                .ok_or_else(|| Fault::value_error("the dict has no such key to take"))
        }
        "popitem" => {
            arguments.positional(name, 0, 0)?;
            let removed = dict.write().pop();
            removed
                .map(|(_, (key, value))| Tuple::value(vec![key, value]))
                .ok_or_else(|| Fault::value_error("the dict is empty"))
        }
        "setdefault" => {
            let arguments = arguments.positional(name, 1, 2)?;
            if let Some(found) = dict.get(&arguments[0])? {
                return Ok(found);
            }
            let value = arguments.get(1).cloned().unwrap_or_else(none);
            insert(&mut dict.write(), arguments[0].clone(), value.clone())?;
            Ok(value)
        }
        _ => {
            update(dict, arguments)?;
            Ok(none())
        }
    }
}

/// Entries of what `dict()` and `update()` accept: a dict or pairs, and named arguments.
pub(crate) fn entries(arguments: Arguments, callee: &str) -> Outcome<Entries> {
    let mut entries = Entries::new();
    if arguments.positional.len() > 1 {
        return Err(Fault::arguments(format!("`{callee}` takes 1 argument")));
    }
    if let Some(source) = arguments.positional.first() {
        if let View::Dict(other) = View::of(source) {
            entries.clone_from(&other.read());
        } else {
            for pair in items(source)? {
                let pair = items(&pair)?;
                let [key, value] = pair.as_slice() else {
                    return Err(Fault::value_error("a dict is made from pairs"));
                };
                insert(&mut entries, key.clone(), value.clone())?;
            }
        }
    }
    for (name, value) in arguments.named {
        insert(&mut entries, Value::from(name), value)?;
    }
    Ok(entries)
}

fn update(dict: &Dict, arguments: Arguments) -> Outcome<()> {
    let new = entries(arguments, "update")?;
    let mut entries = dict.write();
    check_count(entries.len() + new.len())?;
    for (_, (key, value)) in new {
        insert(&mut entries, key, value)?;
    }
    Ok(())
}

fn view(dict: &Dict, name: &str) -> Value {
    let (kind, items) = match name {
        "keys" => ("dict_keys", dict.keys()),
        "values" => (
            "dict_values",
            dict.pairs().into_iter().map(|(_, value)| value).collect(),
        ),
        _ => (
            "dict_items",
            dict.pairs()
                .into_iter()
                .map(|(key, value)| Tuple::value(vec![key, value]))
                .collect(),
        ),
    };
    Value::from_object(DictView { kind, items })
}
