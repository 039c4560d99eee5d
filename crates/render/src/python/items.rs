//! Going through a value, its length, its truth.

use minijinja::Value;

use super::ITEM_LIMIT;
use super::fault::{Fault, Outcome};
use super::view::{View, integer};
use crate::plugin;

/// What a loop over a value sees.
pub(crate) fn items(value: &Value) -> Outcome<Vec<Value>> {
    Ok(match View::of(value) {
        View::Text(text) => characters(text),
        View::Bytes(bytes) => bytes.iter().map(|&byte| integer(byte.into())).collect(),
        View::List(list) => list.read().clone(),
        View::Tuple(tuple) => tuple.items.clone(),
        View::Dict(dict) => dict.keys(),
        View::DictItems(view) => view.items.clone(),
        View::Stream(stream) => stream.drain(),
        View::Range(range) => {
            check_count(range.len())?;
            (0..range.len())
                .filter_map(|index| range.get(index))
                .collect()
        }
        View::Remote(remote) => plugin::items(remote)?,
        View::Undefined(None) => Vec::new(),
        View::Undefined(Some(undefined)) => {
            undefined.allow()?;
            Vec::new()
        }
        view @ (View::None
        | View::Bool(_)
        | View::Integer(_)
        | View::Float(_)
        | View::Namespace(_)
        | View::Opaque(_)) => return Err(not_iterable(&view)),
        view @ View::Other => value
            .try_iter()
            .map(Iterator::collect)
            .map_err(|_| not_iterable(&view))?,
    })
}

/// `len(value)`.
pub(crate) fn length(value: &Value) -> Outcome<usize> {
    Ok(match View::of(value) {
        View::Text(text) => text.chars().count(),
        View::Bytes(bytes) => bytes.len(),
        View::List(list) => list.read().len(),
        View::Tuple(tuple) => tuple.items.len(),
        View::Dict(dict) => dict.read().len(),
        View::DictItems(view) => view.items.len(),
        View::Range(range) => range.len(),
        View::Remote(remote) => plugin::length(remote)?,
        View::Undefined(None) => 0,
        View::Undefined(Some(undefined)) => {
            undefined.allow()?;
            0
        }
        view => return Err(Fault::type_error(format!("{} has no length", view.kind()))),
    })
}

/// `bool(value)`.
pub(crate) fn is_true(value: &Value) -> Outcome<bool> {
    Ok(match View::of(value) {
        View::Undefined(Some(undefined)) => {
            undefined.allow()?;
            false
        }
        View::Undefined(None) | View::None => false,
        View::Range(range) => range.len() > 0,
        View::List(list) => !list.read().is_empty(),
        View::Dict(dict) => !dict.read().is_empty(),
        View::Tuple(tuple) => !tuple.items.is_empty(),
        View::DictItems(view) => !view.items.is_empty(),
        View::Other => true,
        _ => value.is_true(),
    })
}

/// An error where a list would become larger than any template needs.
pub(crate) fn check_count(count: usize) -> Outcome<()> {
    if count > ITEM_LIMIT {
        return Err(Fault::limit(format!(
            "a list of more than {ITEM_LIMIT} items is not made"
        )));
    }
    Ok(())
}

/// An error where a text would become larger than any template needs.
pub(crate) fn check_text(bytes: usize) -> Outcome<()> {
    if bytes > super::TEXT_LIMIT {
        return Err(Fault::limit(format!(
            "a text of more than {} MiB is not made",
            super::TEXT_LIMIT >> 20
        )));
    }
    Ok(())
}

/// Each character as a text.
pub(crate) fn characters(text: &str) -> Vec<Value> {
    let mut buffer = [0; 4];
    text.chars()
        .map(|character| Value::from(&*character.encode_utf8(&mut buffer)))
        .collect()
}

fn not_iterable(view: &View<'_>) -> Fault {
    Fault::type_error(format!("{} cannot be gone through", view.kind()))
}
