//! The fields in which two states of an object differ.

use documents::path;
use serde::Serialize;
use serde_json::Value as Json;

use crate::value::{Map, Value};

/// A field that differs, as it may be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its path, such as `spec.template.spec.containers[app].image`: items of lists by their
    /// name where all of them have one, else by number.
    pub path: String,
    /// Before; none where it was not there.
    pub before: Option<Json>,
    /// After; none where it is not there.
    pub after: Option<Json>,
}

/// A value, and how it may be shown.
type Side<'a> = (&'a Value, &'a Json);

/// The fields that differ. What differs is decided by the values, not by what is shown of them.
pub(super) fn differing(before: Side<'_>, after: Side<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    compare(Some(before), Some(after), String::new(), &mut fields);
    fields
}

fn compare(before: Option<Side<'_>>, after: Option<Side<'_>>, at: String, fields: &mut Vec<Field>) {
    if let (Some((old, shown_old)), Some((new, shown_new))) = (before, after) {
        if old == new {
            return;
        }
        if let (Some(old), Some(new)) = (old.as_map(), new.as_map()) {
            maps((old, shown_old), (new, shown_new), &at, fields);
            return;
        }
        if let (Some(old), Some(new)) = (old.as_list(), new.as_list()) {
            lists((old, shown_old), (new, shown_new), &at, fields);
            return;
        }
    }
    fields.push(Field {
        path: at,
        before: before.map(|(_, shown)| shown.clone()),
        after: after.map(|(_, shown)| shown.clone()),
    });
}

/// What is shown has the same keys in the same order.
fn maps(before: (&Map, &Json), after: (&Map, &Json), at: &str, fields: &mut Vec<Field>) {
    let side = |(map, shown): (&'_ Map, &'_ Json), key: &str| {
        let index = map.get_index_of(key)?;
        let (name, shown) = shown.as_object()?.iter().nth(index)?;
        Some((name.clone(), shown.clone()))
    };
    let new_keys = after.0.keys().filter(|key| !before.0.contains_key(*key));
    for key in before.0.keys().chain(new_keys) {
        let (old, new) = (side(before, key), side(after, key));
        let name = { new.as_ref().or(old.as_ref()) }.map_or("", |(name, _)| name);
        let path = path::join(at, name);
        let old = { old.as_ref() }.and_then(|(_, shown)| Some((&before.0.get(key)?.value, shown)));
        let new = { new.as_ref() }.and_then(|(_, shown)| Some((&after.0.get(key)?.value, shown)));
        compare(old, new, path, fields);
    }
}

fn lists(before: (&[Value], &Json), after: (&[Value], &Json), at: &str, fields: &mut Vec<Field>) {
    fn sides<'a>((items, shown): (&'a [Value], &'a Json)) -> Vec<Side<'a>> {
        let shown = shown.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().zip(shown).collect()
    }
    let (old, new) = (sides(before), sides(after));
    if let (Some(old_names), Some(new_names)) = (names(before.0), names(after.0)) {
        let count = fields.len();
        for (name, side) in old_names.iter().zip(&old) {
            let index = new_names.iter().position(|other| other == name);
            let other = index.and_then(|index| new.get(index)).copied();
            compare(Some(*side), other, item(at, *side), fields);
        }
        for (name, side) in new_names.iter().zip(&new) {
            if !old_names.contains(name) {
                compare(None, Some(*side), item(at, *side), fields);
            }
        }
        if fields.len() == count {
            // Only their order differs.
            fields.push(Field {
                path: at.to_owned(),
                before: Some(before.1.clone()),
                after: Some(after.1.clone()),
            });
        }
        return;
    }
    for index in 0..old.len().max(new.len()) {
        let (old, new) = (old.get(index).copied(), new.get(index).copied());
        compare(old, new, format!("{at}[{index}]"), fields);
    }
}

/// The path of an item by its name, as far as the name may be shown.
fn item(at: &str, (_, shown): Side<'_>) -> String {
    let name = shown.get("name").and_then(Json::as_str);
    format!("{at}[{}]", name.unwrap_or_default())
}

/// The names of all items, if each has its own.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        let name = item.get("name")?.as_text()?;
        if names.contains(&name) {
            return None;
        }
        names.push(name);
    }
    Some(names)
}
