//! Values of a decoded map by their keys.

use serde_json::{Map, Value};

/// A decoded map.
pub(super) type Keys = Map<String, Value>;

/// A text, empty if it is not there.
pub(super) fn text<'a>(map: &'a Keys, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A truth value, false if it is not there.
pub(super) fn flag(map: &Keys, key: &str) -> bool {
    map.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// A number that is not negative, 0 if it is not there.
pub(super) fn number(map: &Keys, key: &str) -> u64 {
    map.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// The items of a list.
pub(super) fn items<'a>(map: &'a Keys, key: &str) -> &'a [Value] {
    map.get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The items of a list that are maps, with their places in it.
pub(super) fn maps<'a>(map: &'a Keys, key: &str) -> impl Iterator<Item = (usize, &'a Keys)> {
    items(map, key)
        .iter()
        .enumerate()
        .filter_map(|(index, item)| item.as_object().map(|item| (index, item)))
}

/// The items of a list of texts.
pub(super) fn texts(map: &Keys, key: &str) -> Vec<String> {
    items(map, key)
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// A section.
pub(super) fn section<'a>(map: &'a Keys, key: &str) -> Option<&'a Keys> {
    map.get(key).and_then(Value::as_object)
}
