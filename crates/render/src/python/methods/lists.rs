//! Methods of `list`, and of `tuple` where they are the same.

use minijinja::Value;

use crate::python::call::Arguments;
use crate::python::compare;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{check_count, is_true, items};
use crate::python::objects::List;
use crate::python::slice::position;
use crate::python::view::{View, length};

pub(super) const NAMES: &[&str] = &[
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
];

pub(super) fn call(list: &List, name: &str, arguments: Arguments) -> Outcome<Value> {
    match name {
        "append" => {
            let mut arguments = arguments.positional(name, 1, 1)?;
            check_count(list.read().len() + 1)?;
            list.write().append(&mut arguments);
        }
        "clear" => {
            arguments.positional(name, 0, 0)?;
            list.write().clear();
        }
        "copy" => {
            arguments.positional(name, 0, 0)?;
            let copy = list.read().clone();
            return Ok(List::value(copy));
        }
        "extend" => {
            let arguments = arguments.positional(name, 1, 1)?;
            let more = items(&arguments[0])?;
            check_count(list.read().len() + more.len())?;
            list.write().extend(more);
        }
        "insert" => {
            let arguments = arguments.positional(name, 2, 2)?;
            let mut items = list.write();
            check_count(items.len() + 1)?;
            let at = index_argument(&arguments[0])?;
            let at = if at < 0 {
                at.saturating_add(i128::try_from(items.len()).unwrap_or(i128::MAX))
                    .max(0)
            } else {
                at
            };
            let at = usize::try_from(at).unwrap_or(usize::MAX).min(items.len());
            items.insert(at, arguments[1].clone());
        }
        "pop" => {
            let arguments = arguments.positional(name, 0, 1)?;
            let index = arguments.first().map_or(Ok(-1), index_argument)?;
            let mut items = list.write();
            return match position(index, items.len()) {
                Some(index) => Ok(items.remove(index)),
                None => Err(Fault::value_error("the list has no such item to take")),
            };
        }
        "remove" => {
            let arguments = arguments.positional(name, 1, 1)?;
            let found = find(&list.read().clone(), &arguments[0], 0)?;
            let index = found.ok_or_else(absent)?;
            list.write().remove(index);
        }
        "reverse" => {
            arguments.positional(name, 0, 0)?;
            list.write().reverse();
        }
        "sort" => {
            let [key, reverse] = arguments.bind(name, ["key", "reverse"], 0)?;
            if key.is_some_and(|key| !key.is_none()) {
                return Err(Fault::unknown("sorting by a function is not supported")
                    .hint("use the filter `sort` with `attribute`"));
            }
            let reverse = reverse.as_ref().map_or(Ok(false), is_true)?;
            let mut items = list.read().clone();
            compare::sort(&mut items, reverse, |item| item)?;
            *list.write() = items;
        }
        _ => {
            let items = list.read().clone();
            return call_sequence(&items, name, arguments);
        }
    }
    Ok(Value::from(()))
}

/// `count` and `index`.
pub(super) fn call_sequence(items: &[Value], name: &str, arguments: Arguments) -> Outcome<Value> {
    if name == "count" {
        let arguments = arguments.positional(name, 1, 1)?;
        let mut count = 0;
        for item in items {
            count += usize::from(compare::equal(item, &arguments[0])?);
        }
        return Ok(length(count));
    }
    let arguments = arguments.positional(name, 1, 2)?;
    let start = arguments.get(1).map_or(Ok(0), index_argument)?;
    let start = if start < 0 {
        position(start, items.len()).unwrap_or(0)
    } else {
        usize::try_from(start).unwrap_or(usize::MAX)
    };
    find(items, &arguments[0], start)?
        .map(length)
        .ok_or_else(absent)
}

fn find(items: &[Value], wanted: &Value, start: usize) -> Outcome<Option<usize>> {
    for (index, item) in items.iter().enumerate().skip(start) {
        if compare::equal(item, wanted)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn absent() -> Fault {
    Fault::value_error("the list does not hold this value")
}

fn index_argument(value: &Value) -> Outcome<i128> {
    let view = View::of(value);
    view.as_integer()
        .ok_or_else(|| Fault::type_error(format!("a position is an int, not {}", view.kind())))
}
