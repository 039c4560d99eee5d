//! Which lists of built-in kinds a strategic merge patch merges, and by which keys.
//!
//! The table is made of the types that kustomize knows, those of Kubernetes 1.21: of each type
//! its fields that are types with such lists (`spec:PodSpec`) and its lists (`env[name]EnvVar`,
//! with the keys of an item and its type), then the kinds of each type.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What is known of a type.
pub(in super::super) type Type = &'static HashMap<&'static str, Field>;

/// A field of a type.
pub(in super::super) struct Field {
    /// The keys that tell items apart, if it is a list that is merged; none if items are
    /// scalars. Nothing if it is no such list.
    pub(in super::super) keys: Option<Vec<&'static str>>,
    /// The name of the type of the field, or of its items; empty if nothing in it is merged.
    of: &'static str,
}

struct Table {
    types: HashMap<&'static str, HashMap<&'static str, Field>>,
    /// By `apiVersion/kind`.
    kinds: HashMap<&'static str, &'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        types: HashMap::new(),
        kinds: HashMap::new(),
    };
    let mut in_kinds = false;
    for line in include_str!("merge_keys.txt").lines() {
        if line.starts_with('#') {
            in_kinds = line == "# kinds";
            continue;
        }
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        if in_kinds {
            table.kinds.extend(words.map(|kind| (kind, name)));
        } else {
            table.types.insert(name, words.filter_map(field).collect());
        }
    }
    table
});

/// `spec:PodSpec`, or `ports[containerPort,protocol]`.
fn field(word: &'static str) -> Option<(&'static str, Field)> {
    if let Some((name, rest)) = word.split_once('[') {
        let (keys, of) = rest.split_once(']')?;
        let keys = keys.split(',').filter(|key| !key.is_empty()).collect();
        let keys = Some(keys);
        return Some((name, Field { keys, of }));
    }
    let (name, of) = word.split_once(':')?;
    Some((name, Field { keys: None, of }))
}

impl Field {
    /// The type of the field, or of its items.
    pub(in super::super) fn of(&self) -> Option<Type> {
        TABLE.types.get(self.of)
    }
}

/// The type of a kind; none of one that kustomize does not know.
pub(in super::super) fn of_kind(api_version: &str, kind: &str) -> Option<Type> {
    let name = TABLE.kinds.get(&*format!("{api_version}/{kind}"))?;
    TABLE.types.get(name)
}
