//! Fields of kinds of objects, and the walk to them.

use crate::value::{Data, Map, Value};

use super::resource::Resource;

/// A field of a kind; what is empty of group, version and kind counts for any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FieldSpec {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    /// The keys to it; lists on the way stand for each of their items.
    pub(super) path: String,
    /// Whether it is made where it is missing.
    pub(super) create: bool,
}

/// What a missing field is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    /// Not at all.
    Nothing,
    /// A scalar.
    Scalar,
    /// A map.
    Map,
}

impl FieldSpec {
    /// Whether the object is of its kind.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (group, version) = resource.group_version();
        self.selects_kind(group, version, resource.kind())
    }

    /// Whether it is for the kind.
    pub(super) fn selects_kind(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.kind.is_empty() || self.kind == kind)
            && (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
    }

    /// Calls a function with the field, as often as there are items on the way.
    ///
    /// # Errors
    ///
    /// There is a scalar on the way, or the function fails.
    pub(super) fn visit(
        &self,
        value: &mut Value,
        make: Make,
        set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
    ) -> Result<(), String> {
        let path = steps(&self.path, '/');
        let make = if self.create { make } else { Make::Nothing };
        walk(value, &path, make, set)
    }
}

fn walk(
    value: &mut Value,
    path: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    let Some((step, rest)) = path.split_first() else {
        return set(value);
    };
    match &mut value.data {
        Data::Null => Ok(()),
        Data::List(items) => { items.iter_mut() }.try_for_each(|item| walk(item, path, make, set)),
        Data::Map(map) => {
            let (key, listed) = match step.strip_suffix("[]") {
                Some(key) => (key, true),
                None => (step.as_str(), false),
            };
            if !map.contains_key(key) {
                if listed || make == Make::Nothing {
                    return Ok(());
                }
                map.insert(key.to_owned(), crate::value::Field::default());
            }
            let Some(field) = map.get_mut(key) else {
                return Ok(());
            };
            if field.value.is_null() {
                match make {
                    _ if listed => field.value.data = Data::List(Vec::new()),
                    Make::Map | Make::Scalar if !rest.is_empty() => {
                        field.value.data = Data::Map(Map::default());
                    }
                    Make::Map => field.value.data = Data::Map(Map::default()),
                    Make::Scalar | Make::Nothing => {}
                }
            }
            walk(&mut field.value, rest, make, set)
        }
        _ => Err(format!(
            "`{step}` is looked for in what is neither a list nor a map"
        )),
    }
}

/// A path in its steps; `\` before a separator makes it part of a step.
pub(super) fn steps(path: &str, separator: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(separator).collect();
    if parts.len() > 1 && parts.first() == Some(&"") {
        parts.remove(0);
    }
    let mut steps: Vec<String> = Vec::new();
    for part in parts {
        match steps.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(separator);
                last.push_str(part);
            }
            _ => steps.push(part.to_owned()),
        }
    }
    steps
}
