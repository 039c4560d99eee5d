//! Operations of JSON (RFC 6902) as a merge.

use serde_json::json;

use crate::migrate::notes::Comment;
use crate::migrate::tree::{Body, Key, Tree};

/// Why operations are left to a person.
const BY_HAND: &str =
    "operations of JSON name places of one document, and there are several from 1.14 on";

/// The merge that does what operations do. Where they put a map over another one, the entries
/// of that stay; that a node then reads something else is told by the comparison of nodes.
///
/// # Errors
///
/// Operations that no merge stands for.
pub(super) fn merge(operations: Tree) -> Result<Tree, String> {
    let mut merge = Tree::map();
    for mut operation in operations.into_items().unwrap_or_default() {
        let mut above = std::mem::take(&mut operation.notes.above);
        let verb = operation.take("op").ok_or(BY_HAND)?;
        let path = operation.take("path").ok_or(BY_HAND)?;
        let value = operation.take("value");
        for tree in [&verb, &path] {
            above.extend(tree.notes.above.iter().chain(&tree.notes.beside).cloned());
        }
        let mut keys = keys(path.text().ok_or(BY_HAND)?).ok_or(BY_HAND)?;
        let value = match (verb.text(), value) {
            (Some("remove"), _) => json!({"$patch": "delete"}).into(),
            // An empty list says nothing in a merge.
            (Some("replace"), Some(value)) if value.is_empty() => {
                json!({"$patch": "delete"}).into()
            }
            (Some("add"), Some(value)) if keys.last().is_some_and(|last| last == "-") => {
                keys.pop();
                Body::List(vec![value]).into()
            }
            (Some("add" | "replace"), Some(value)) if !value.is_empty() => value,
            _ => return Err(BY_HAND.into()),
        };
        if keys
            .iter()
            .any(|key| key == "-" || key.parse::<usize>().is_ok())
        {
            // An item of a list has no place in a merge.
            return Err(BY_HAND.into());
        }
        put(&mut merge, &keys, value, above).ok_or(BY_HAND)?;
    }
    Ok(merge)
}

/// The keys of a pointer; none where it points to everything.
fn keys(pointer: &str) -> Option<Vec<String>> {
    let unescaped = |key: &str| key.replace("~1", "/").replace("~0", "~");
    Some(
        pointer
            .strip_prefix('/')?
            .split('/')
            .map(unescaped)
            .collect(),
    )
}

/// Puts a value where nothing is yet; none where something is.
fn put(tree: &mut Tree, keys: &[String], mut value: Tree, mut above: Vec<Comment>) -> Option<()> {
    let (key, rest) = keys.split_first()?;
    let Body::Map(entries) = &mut tree.body else {
        return None;
    };
    tree.written = None;
    let there = entries.iter().position(|(one, _)| one.name == *key);
    if rest.is_empty() {
        if there.is_some() {
            return None;
        }
        above.append(&mut value.notes.above);
        value.notes.above = above;
        entries.push((Key::from(key.as_str()), value));
        return Some(());
    }
    let index = there.unwrap_or_else(|| {
        entries.push((Key::from(key.as_str()), Tree::map()));
        entries.len() - 1
    });
    let (_, below) = entries.get_mut(index)?;
    if below.is_deletion() {
        return None;
    }
    put(below, rest, value, above)
}
