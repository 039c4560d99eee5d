//! `value[start:stop:step]` and positions from the end.

use minijinja::Value;

use super::fault::{Fault, Outcome};
use super::objects::{List, Range, Tuple};
use super::view::View;

/// `value[start:stop:step]`.
pub(crate) fn slice(value: &Value, bounds: [&Value; 3]) -> Outcome<Value> {
    let [start, stop, step] = bounds;
    let (start, stop, step) = (bound(start)?, bound(stop)?, bound(step)?.unwrap_or(1));
    if step == 0 {
        return Err(Fault::value_error("the step of a slice cannot be 0"));
    }
    let pick = |length: usize| positions(length, start, stop, step);
    Ok(match View::of(value) {
        View::Text(text) => {
            let sliced: String = if text.is_ascii() {
                let bytes = text.as_bytes();
                pick(bytes.len())
                    .map(|index| char::from(bytes[index]))
                    .collect()
            } else {
                let characters: Vec<char> = text.chars().collect();
                pick(characters.len())
                    .map(|index| characters[index])
                    .collect()
            };
            if value.is_safe() {
                Value::from_safe_string(sliced)
            } else {
                Value::from(sliced)
            }
        }
        View::Bytes(bytes) => {
            Value::from_bytes(pick(bytes.len()).map(|index| bytes[index]).collect())
        }
        View::List(list) => {
            let items = list.read();
            List::value(
                pick(items.len())
                    .map(|index| items[index].clone())
                    .collect(),
            )
        }
        View::Tuple(tuple) => {
            let items = &tuple.items;
            Tuple::value(
                pick(items.len())
                    .map(|index| items[index].clone())
                    .collect(),
            )
        }
        View::Range(range) => slice_range(*range, start, stop, step),
        View::Undefined(Some(undefined)) if undefined.is_chainable() => value.clone(),
        View::Undefined(Some(undefined)) => return Err(undefined.fault()),
        // Jinja2 asks for an item, which these do not have, and gives undefined.
        view => {
            return Err(Fault::type_error(format!(
                "{} cannot be sliced",
                view.kind()
            )));
        }
    })
}

/// The position that an index, negative from the end, means.
pub(crate) fn position(index: i128, length: usize) -> Option<usize> {
    let length_signed = i128::try_from(length).ok()?;
    let index = if index < 0 {
        index + length_signed
    } else {
        index
    };
    usize::try_from(index).ok().filter(|&index| index < length)
}

fn bound(value: &Value) -> Outcome<Option<i128>> {
    match View::of(value) {
        View::None => Ok(None),
        View::Undefined(Some(undefined)) => Err(undefined.fault()),
        view => view.as_integer().map(Some).ok_or_else(|| {
            Fault::type_error(format!("a slice is bounded by ints, not {}", view.kind()))
        }),
    }
}

/// The first position and how many there are.
fn window(length: usize, start: Option<i128>, stop: Option<i128>, step: i128) -> (i128, usize) {
    let length = i128::try_from(length).unwrap_or(i128::MAX);
    let (lowest, highest) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let clamp = |index: i128| {
        let index = if index < 0 {
            index.saturating_add(length)
        } else {
            index
        };
        index.clamp(lowest, highest)
    };
    let (start, stop) = if step > 0 {
        (start.map_or(lowest, clamp), stop.map_or(highest, clamp))
    } else {
        (start.map_or(highest, clamp), stop.map_or(lowest, clamp))
    };
    let count = Range { start, stop, step }.len();
    (start, count)
}

fn positions(
    length: usize,
    start: Option<i128>,
    stop: Option<i128>,
    step: i128,
) -> impl Iterator<Item = usize> {
    let (first, count) = window(length, start, stop, step);
    (0..count).filter_map(move |index| {
        let offset = i128::try_from(index).ok()?.checked_mul(step)?;
        usize::try_from(first + offset).ok()
    })
}

fn slice_range(range: Range, start: Option<i128>, stop: Option<i128>, step: i128) -> Value {
    let (first, count) = window(range.len(), start, stop, step);
    let count = i128::try_from(count).unwrap_or(i128::MAX);
    let new_step = range.step.saturating_mul(step);
    let new_start = range.start.saturating_add(first.saturating_mul(range.step));
    Value::from_object(Range {
        start: new_start,
        stop: new_start.saturating_add(count.saturating_mul(new_step)),
        step: new_step,
    })
}
