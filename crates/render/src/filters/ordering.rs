//! Filters that order, compare and group.

use minijinja::{Error, Value};

use super::choice::{Path, attribute_path, attribute_paths};
use crate::python::call::Call;
use crate::python::compare;
use crate::python::dict::Key;
use crate::python::fault::{Fault, Outcome};
use crate::python::items::{self, is_true};
use crate::python::objects::{List, Stream, Tuple};
use crate::python::view::View;

pub(super) fn sort(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, reverse, case_sensitive, attribute] =
        call.bind(["value", "reverse", "case_sensitive", "attribute"], 1)?;
    let mode = call.settings.undefined;
    let reverse = flag(reverse.as_ref())?;
    let case_sensitive = flag(case_sensitive.as_ref())?;
    let paths = attribute_paths(attribute.as_ref())?;
    let mut keyed = Vec::new();
    for item in items::items(&value.unwrap_or_default())? {
        let mut keys = Vec::with_capacity(paths.len());
        for path in &paths {
            keys.push(folded(path.get(item.clone(), mode, None)?, case_sensitive));
        }
        keyed.push((List::value(keys), item));
    }
    compare::sort(&mut keyed, reverse, |(key, _)| key)?;
    Ok(List::value(
        keyed.into_iter().map(|(_, item)| item).collect(),
    ))
}

pub(super) fn dictsort(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, case_sensitive, by, reverse] =
        call.bind(["value", "case_sensitive", "by", "reverse"], 1)?;
    let value = value.unwrap_or_default();
    let View::Dict(dict) = View::of(&value) else {
        let view = View::of(&value);
        return Err(
            Fault::type_error(format!("`dictsort` needs a dict, not {}", view.kind())).into(),
        );
    };
    let by_value = match by.as_ref().map(View::of) {
        None | Some(View::Text("key")) => false,
        Some(View::Text("value")) => true,
        Some(_) => return Err(Fault::value_error("`by` is `key` or `value`").into()),
    };
    let case_sensitive = flag(case_sensitive.as_ref())?;
    let mut keyed: Vec<_> = dict
        .pairs()
        .into_iter()
        .map(|(key, value)| {
            let by = if by_value { value.clone() } else { key.clone() };
            (folded(by, case_sensitive), Tuple::value(vec![key, value]))
        })
        .collect();
    compare::sort(&mut keyed, flag(reverse.as_ref())?, |(key, _)| key)?;
    Ok(List::value(
        keyed.into_iter().map(|(_, pair)| pair).collect(),
    ))
}

pub(super) fn unique(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, case_sensitive, attribute] =
        call.bind(["value", "case_sensitive", "attribute"], 1)?;
    let mode = call.settings.undefined;
    let case_sensitive = flag(case_sensitive.as_ref())?;
    let path = attribute_path(attribute.as_ref())?;
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for item in items::items(&value.unwrap_or_default())? {
        let key = folded(path.get(item.clone(), mode, None)?, case_sensitive);
        if seen.insert(Key::of(&key)?) {
            kept.push(item);
        }
    }
    Ok(Stream::value("generator", kept))
}

pub(super) fn min(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    extreme(call, false)
}

pub(super) fn max(call: Call<'_, '_, '_>) -> Result<Value, Error> {
    extreme(call, true)
}

pub(super) fn groupby(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, attribute, default, case_sensitive] =
        call.bind(["value", "attribute", "default", "case_sensitive"], 2)?;
    let mode = call.settings.undefined;
    let case_sensitive = flag(case_sensitive.as_ref())?;
    let path = attribute_path(attribute.as_ref())?;
    let default = default.filter(|default| !default.is_none());
    let mut keyed = Vec::new();
    for item in items::items(&value.unwrap_or_default())? {
        let key = path.get(item.clone(), mode, default.as_ref())?;
        keyed.push((folded(key.clone(), case_sensitive), key, item));
    }
    compare::sort(&mut keyed, false, |(folded, ..)| folded)?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (folded, key, item) in keyed {
        match groups.last_mut() {
            Some((last, _, items)) if compare::equal(last, &folded)? => items.push(item),
            _ => groups.push((folded, key, vec![item])),
        }
    }
    let groups = groups.into_iter().map(|(_, key, items)| {
        Value::from_object(Tuple {
            items: vec![key, List::value(items)],
            names: &["grouper", "list"],
        })
    });
    Ok(List::value(groups.collect()))
}

fn extreme(mut call: Call<'_, '_, '_>, largest: bool) -> Result<Value, Error> {
    let [value, case_sensitive, attribute] =
        call.bind(["value", "case_sensitive", "attribute"], 1)?;
    let mode = call.settings.undefined;
    let case_sensitive = flag(case_sensitive.as_ref())?;
    let path: Path = attribute_path(attribute.as_ref())?;
    let mut best: Option<(Value, Value)> = None;
    for item in items::items(&value.unwrap_or_default())? {
        let key = folded(path.get(item.clone(), mode, None)?, case_sensitive);
        let better = match &best {
            None => true,
            Some((best_key, _)) => {
                let (smaller, larger) = if largest {
                    (best_key, &key)
                } else {
                    (&key, best_key)
                };
                compare::order(smaller, larger, "<")? == Some(std::cmp::Ordering::Less)
            }
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(match best {
        Some((_, item)) => item,
        None => call.undefined("No aggregated item, sequence was empty."),
    })
}

fn flag(value: Option<&Value>) -> Outcome<bool> {
    value.map_or(Ok(false), is_true)
}

/// Text in lower case, unless case counts.
fn folded(value: Value, case_sensitive: bool) -> Value {
    match View::of(&value) {
        View::Text(text) if !case_sensitive => Value::from(text.to_lowercase()),
        _ => value,
    }
}
