//! Lists whose items are told apart by keys.
//!
//! Where an item lacks one of several keys, what kustomize does looks odd, and is done alike:
//! of ports without a protocol that a patch names with one, the patch's part is lost.

use crate::value::{Data, Value};

use super::super::resource::scalar_text;

/// The values of an item's keys; empty for one that is missing.
pub(super) type Values = Vec<String>;

/// The values of each item, as far as they are new.
pub(super) fn collect(list: Option<&Value>, keys: &[&str], all: &mut Vec<Values>) {
    for item in list.map(Value::items).unwrap_or_default() {
        let values: Values = { keys.iter() }
            .map(|key| {
                item.get(key)
                    .filter(|value| !is_hollow(value))
                    .and_then(scalar_text)
            })
            .map(Option::unwrap_or_default)
            .collect();
        if !all.contains(&values) {
            all.push(values);
        }
    }
}

/// Null, or an empty list or map.
fn is_hollow(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// Values that agree as far as they are given complete each other.
pub(super) fn complete(all: &mut [Values]) {
    for one in 0..all.len() {
        for other in 0..all.len() {
            let (Some(left), Some(right)) = (all.get(one), all.get(other)) else {
                continue;
            };
            let Some(values) = agreed(left, right) else {
                continue;
            };
            for at in [one, other] {
                if let Some(slot) = all.get_mut(at) {
                    slot.clone_from(&values);
                }
            }
        }
    }
}

fn agreed(left: &Values, right: &Values) -> Option<Values> {
    let mut common = false;
    let mut values = Values::new();
    for (one, other) in left.iter().zip(right) {
        if one == other {
            common = true;
        } else if !one.is_empty() && !other.is_empty() {
            return None;
        }
        values.push(if one.is_empty() { other } else { one }.clone());
    }
    common.then_some(values)
}

/// The keys that any item has a value for, and the values for them; all if none has.
pub(super) fn valid<'a>(
    all: &[Values],
    keys: &[&'a str],
    values: &[String],
) -> (Vec<&'a str>, Values) {
    let given = |at: usize| {
        all.iter()
            .any(|values| values.get(at).is_some_and(|value| !value.is_empty()))
    };
    let pairs: Vec<(&str, String)> = { keys.iter().zip(values).enumerate() }
        .filter(|(at, _)| given(*at))
        .map(|(_, (key, value))| (*key, value.clone()))
        .collect();
    if pairs.is_empty() {
        return (keys.to_vec(), values.to_vec());
    }
    pairs.into_iter().unzip()
}

/// Where the item with these values is.
pub(super) fn find(list: &[Value], keys: &[&str], values: &[String]) -> Option<usize> {
    // A key without a value is asked for only if no key has one.
    let all = [values.to_vec()];
    let (keys, values) = valid(&all, keys, values);
    list.iter().position(|item| {
        item.as_map().is_some()
            && keys.iter().zip(&values).all(|(key, value)| {
                { item.get(key).map(scalar_text) }
                    .is_some_and(|text| text.unwrap_or_default() == *value)
            })
    })
}

/// Puts an item in the place of those with these values, or at the end if there is none; with
/// no item, takes them away. Empty items go as well.
pub(super) fn set(list: &mut Vec<Value>, keys: &[&str], values: &[String], item: Option<&Value>) {
    let mut found = false;
    let for_maps = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::with_capacity(list.len() + 1);
    for old in list.drain(..) {
        if old.is_null() || old.as_map().is_some_and(indexmap::IndexMap::is_empty) {
            continue;
        }
        if old.as_map().is_none() {
            if for_maps || !values.is_empty() {
                kept.push(old);
            }
            continue;
        }
        let matches = |(at, key): (usize, &&str)| match values.get(at) {
            // What has no value asked for counts as the key before it.
            None => at > 0,
            Some(value) => old.get(key).is_some_and(|own| {
                value.is_empty() || scalar_text(own).unwrap_or_default() == *value
            }),
        };
        if keys.iter().enumerate().all(matches) {
            found = true;
            kept.extend(item.cloned());
        } else if !values.is_empty() {
            kept.push(old);
        }
    }
    *list = kept;
    if !found {
        list.extend(item.filter(|item| !item.is_null()).cloned());
    }
}

/// Adds the items of a list to those of another, where they take the place of their equals.
pub(super) fn append(list: &mut Vec<Value>, more: &[Value], keys: &[&str]) {
    for item in more {
        let mut values = Values::new();
        for key in keys {
            match item.get(key) {
                Some(value) => values.push(scalar_text(value).unwrap_or_default()),
                None => list.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set(list, keys, &values, None);
        }
        set(list, keys, &values, Some(item));
    }
}
