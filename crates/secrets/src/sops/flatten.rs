//! Metadata as flat keys: `age__list_0__map_enc`, as dotenv and ini files hold it.
//!
//! Facts from `stores/flatten.go` of sops 3.13.

use serde_json::{Map, Value as Json};

const INTO_MAP: &str = "__map_";
const INTO_LIST: &str = "__list_";
/// More items than any file has; a larger index is damage.
const MOST: usize = 10_000;

/// Flat keys and values, in the order of the tree; sops sorts its tree beforehand.
pub(crate) fn flatten(tree: &Map<String, Json>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (key, value) in tree {
        descend(value, key.clone(), &mut out);
    }
    out
}

/// The tree of flat keys. `None` if they contradict each other or a list has gaps.
pub(crate) fn unflatten(
    flat: impl IntoIterator<Item = (String, String)>,
) -> Option<Map<String, Json>> {
    let mut root = Json::Object(Map::new());
    for (key, value) in flat {
        place(&mut root, &key, Json::String(value))?;
    }
    let complete = complete(&root);
    match root {
        Json::Object(map) if complete => Some(map),
        _ => None,
    }
}

fn descend(value: &Json, key: String, out: &mut Vec<(String, String)>) {
    match value {
        Json::Object(map) => {
            for (name, value) in map {
                descend(value, format!("{key}{INTO_MAP}{name}"), out);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                descend(value, format!("{key}{INTO_LIST}{index}"), out);
            }
        }
        Json::String(text) => out.push((key, text.clone())),
        Json::Null => out.push((key, String::new())),
        Json::Bool(_) | Json::Number(_) => out.push((key, value.to_string())),
    }
}

fn place(root: &mut Json, key: &str, value: Json) -> Option<()> {
    let mut node = root;
    let mut rest = key;
    let mut list = false;
    loop {
        let end = [INTO_MAP, INTO_LIST]
            .iter()
            .filter_map(|step| rest.find(step))
            .min()
            .unwrap_or(rest.len());
        let name = &rest[..end];
        node = if list {
            let index: usize = name.parse().ok().filter(|&index| index < MOST)?;
            if node.is_null() {
                *node = Json::Array(Vec::new());
            }
            let items = node.as_array_mut()?;
            if items.len() <= index {
                items.resize(index + 1, Json::Null);
            }
            &mut items[index]
        } else {
            if node.is_null() {
                *node = Json::Object(Map::new());
            }
            node.as_object_mut()?.entry(name).or_insert(Json::Null)
        };
        rest = &rest[end..];
        if rest.is_empty() {
            break;
        }
        list = rest.starts_with(INTO_LIST);
        rest = &rest[if list {
            INTO_LIST.len()
        } else {
            INTO_MAP.len()
        }..];
    }
    if !node.is_null() {
        return None;
    }
    *node = value;
    Some(())
}

/// Whether no item of a list was left out.
fn complete(value: &Json) -> bool {
    match value {
        Json::Object(map) => map.values().all(complete),
        Json::Array(items) => items.iter().all(complete),
        Json::Null => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_flattens_and_comes_back() {
        let tree = serde_json::json!({
            "age": [{"enc": "x\ny", "recipient": "age1"}, {"enc": "z", "recipient": "age2"}],
            "mac": "ENC[]"
        });
        let Json::Object(tree) = tree else {
            panic!("an object")
        };
        let flat = flatten(&tree);
        assert_eq!(flat[0].0, "age__list_0__map_enc");
        assert_eq!(unflatten(flat), Some(tree));
    }

    #[test]
    fn contradictions_and_gaps_are_refused() {
        let read =
            |keys: &[&str]| unflatten(keys.iter().map(|key| ((*key).to_owned(), "x".to_owned())));
        assert!(read(&["a", "a__map_b"]).is_none());
        assert!(read(&["a__list_1"]).is_none());
        assert!(read(&["a__list_0", "a__map_b"]).is_none());
        assert!(read(&["a", "a"]).is_none());
        assert!(read(&["a__list_999999999"]).is_none());
    }
}
