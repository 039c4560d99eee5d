//! `==`, `<` and `in`.

use std::cmp::Ordering;

use minijinja::Value;

use super::fault::{Fault, Outcome};
use super::float::from_integer;
use super::items;
use super::view::View;
use crate::plugin;

/// How deep containers may hold each other when compared.
const DEPTH_LIMIT: usize = 100;

/// `left == right`.
pub(crate) fn equal(left: &Value, right: &Value) -> Outcome<bool> {
    equal_at(left, right, 0)
}

/// `left < right` and the like; an error where Python has no order.
pub(crate) fn order(left: &Value, right: &Value, operator: &str) -> Outcome<Option<Ordering>> {
    order_at(left, right, operator, 0)
}

/// `needle in haystack`.
pub(crate) fn contains(haystack: &Value, needle: &Value) -> Outcome<bool> {
    if let Some(result) = plugin::contains(haystack, needle) {
        return result;
    }
    match View::of(haystack) {
        View::Text(text) => match View::of(needle) {
            View::Text(part) => Ok(text.contains(part)),
            View::Undefined(Some(undefined)) if undefined.is_strict() => Err(undefined.fault()),
            view => Err(Fault::type_error(format!(
                "only a str can be looked for in a str, not {}",
                view.kind()
            ))),
        },
        View::Dict(dict) => Ok(dict.get(needle)?.is_some()),
        View::Range(range) => {
            let View::Integer(number) = View::of(needle) else {
                return Ok(false);
            };
            let offset = number - range.start;
            Ok(offset % range.step == 0
                && usize::try_from(offset / range.step).is_ok_and(|index| index < range.len()))
        }
        view @ (View::None | View::Bool(_) | View::Integer(_) | View::Float(_)) => Err(
            Fault::type_error(format!("nothing can be looked for in {}", view.kind())),
        ),
        _ => {
            for item in items::items(haystack)? {
                if equal(&item, needle)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

fn equal_at(left: &Value, right: &Value, depth: usize) -> Outcome<bool> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit(
            "these values are nested too deeply to be compared",
        ));
    }
    if let Some(result) = plugin::operate("==", left, right) {
        return result.map(|value| value.is_true());
    }
    let (left_view, right_view) = (View::of(left), View::of(right));
    for view in [&left_view, &right_view] {
        if let View::Undefined(Some(undefined)) = view {
            undefined.allow()?;
        }
    }
    if let Some(ordering) = numbers(&left_view, &right_view) {
        return Ok(ordering == Some(Ordering::Equal));
    }
    Ok(match (left_view, right_view) {
        (View::None, View::None) | (View::Undefined(_), View::Undefined(_)) => true,
        (View::Text(left), View::Text(right)) => left == right,
        (View::Bytes(left), View::Bytes(right)) => left == right,
        (View::List(left), View::List(right)) => {
            std::ptr::eq(left, right)
                || all_equal(&left.read().clone(), &right.read().clone(), depth)?
        }
        (View::Tuple(left), View::Tuple(right)) => all_equal(&left.items, &right.items, depth)?,
        (View::DictItems(left), View::DictItems(right)) => {
            left.kind == right.kind && all_equal(&left.items, &right.items, depth)?
        }
        (View::Range(left), View::Range(right)) => {
            left.len() == right.len()
                && (left.len() == 0
                    || left.start == right.start && (left.len() == 1 || left.step == right.step))
        }
        (View::Dict(left), View::Dict(right)) => {
            if std::ptr::eq(left, right) {
                return Ok(true);
            }
            let (left, right) = (left.read().clone(), right.read().clone());
            if left.len() != right.len() {
                return Ok(false);
            }
            for (key, (_, value)) in &left {
                match right.get(key) {
                    Some((_, other)) if equal_at(value, other, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (View::Opaque(left), View::Opaque(right)) => left.repr == right.repr,
        (View::Stream(left), View::Stream(right)) => std::ptr::eq(left, right),
        (View::Namespace(left), View::Namespace(right)) => std::ptr::eq(left, right),
        (View::Other, View::Other) => left == right,
        _ => false,
    })
}

fn all_equal(left: &[Value], right: &[Value], depth: usize) -> Outcome<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if !equal_at(left, right, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The order of two numbers, `Some(None)` with a NaN, `None` if one is no number.
#[expect(
    clippy::option_option,
    reason = "no number and no order are two things"
)]
fn numbers(left: &View<'_>, right: &View<'_>) -> Option<Option<Ordering>> {
    if let (Some(left), Some(right)) = (left.as_integer(), right.as_integer()) {
        return Some(Some(left.cmp(&right)));
    }
    let number = |view: &View<'_>| match view {
        View::Float(number) => Some(*number),
        _ => view.as_integer().map(from_integer),
    };
    Some(number(left)?.partial_cmp(&number(right)?))
}

fn order_at(
    left: &Value,
    right: &Value,
    operator: &str,
    depth: usize,
) -> Outcome<Option<Ordering>> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit(
            "these values are nested too deeply to be compared",
        ));
    }
    if let Some(result) = plugin::compare(left, right) {
        return result;
    }
    let (left_view, right_view) = (View::of(left), View::of(right));
    if let Some(ordering) = numbers(&left_view, &right_view) {
        return Ok(ordering);
    }
    for (view, other) in [(&left_view, &right_view), (&right_view, &left_view)] {
        if let View::Undefined(undefined) = view {
            return Err(undefined.map_or_else(
                || {
                    Fault::undefined(format!(
                        "an undefined value cannot be compared with {}",
                        other.kind()
                    ))
                },
                super::undefined::Undefined::fault,
            ));
        }
    }
    match (left_view, right_view) {
        (View::Text(left), View::Text(right)) => Ok(Some(left.cmp(right))),
        (View::Bytes(left), View::Bytes(right)) => Ok(Some(left.cmp(right))),
        (View::List(left), View::List(right)) => {
            let (left, right) = (left.read().clone(), right.read().clone());
            order_items(&left, &right, operator, depth)
        }
        (View::Tuple(left), View::Tuple(right)) => {
            order_items(&left.items, &right.items, operator, depth)
        }
        (View::Opaque(left), View::Opaque(right)) if left.kind == right.kind => {
            Ok(Some(left.text.cmp(&right.text)))
        }
        (left, right) => Err(Fault::type_error(format!(
            "{} and {} have no order for `{operator}`",
            left.kind(),
            right.kind()
        ))),
    }
}

fn order_items(
    left: &[Value],
    right: &[Value],
    operator: &str,
    depth: usize,
) -> Outcome<Option<Ordering>> {
    for (left, right) in left.iter().zip(right) {
        if !equal_at(left, right, depth + 1)? {
            return order_at(left, right, operator, depth + 1);
        }
    }
    Ok(Some(left.len().cmp(&right.len())))
}

/// Sorts with Python's order, keeping equal items in their places.
pub(crate) fn sort<T>(items: &mut [T], reverse: bool, key: impl Fn(&T) -> &Value) -> Outcome<()> {
    let mut fault = None;
    items.sort_by(|left, right| {
        if fault.is_some() {
            return Ordering::Equal;
        }
        match order(key(left), key(right), "<") {
            Ok(ordering) => {
                let ordering = ordering.unwrap_or(Ordering::Equal);
                if reverse {
                    ordering.reverse()
                } else {
                    ordering
                }
            }
            Err(problem) => {
                fault = Some(problem);
                Ordering::Equal
            }
        }
    });
    fault.map_or(Ok(()), Err)
}
