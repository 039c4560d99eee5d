//! The table of the fields of a machine config, as something to make patches from.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::seed::Seed;
use super::values;
use crate::files;

/// What a field holds, in the words of the table.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A word of the table for a scalar.
    Scalar(String),
    /// A type of the table.
    Type(String),
    /// A list, whose items one of these keys tells apart, if any.
    List(Box<Shape>, Vec<String>),
    /// A map with free keys.
    Map(Box<Shape>),
}

/// Types and their fields.
pub(super) struct Table {
    /// The kinds of document and their types.
    pub(super) documents: Vec<(String, String)>,
    types: BTreeMap<String, Vec<(String, Shape)>>,
}

const SCALARS: [&str; 9] = [
    "text", "int", "uint", "float", "bool", "duration", "any", "args", "forced",
];

impl Table {
    /// The table as the crate `talos` has it.
    pub(super) fn read() -> Result<Self> {
        let text = files::text(&files::root().join("crates/talos/src/patch/machine.schema"))?;
        let mut table = Self {
            documents: Vec::new(),
            types: BTreeMap::new(),
        };
        let mut current = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split_whitespace().collect();
            match words.as_slice() {
                ["document", kind, name] => {
                    table
                        .documents
                        .push(((*kind).to_owned(), (*name).to_owned()));
                }
                [name] if !line.starts_with(' ') => {
                    (*name).clone_into(&mut current);
                    table.types.entry(current.clone()).or_default();
                }
                [field, shape, ..] => table
                    .types
                    .get_mut(&current)
                    .context("a field without a type")?
                    .push(((*field).to_owned(), shape_of(shape))),
                _ => {}
            }
        }
        Ok(table)
    }

    /// The fields of a type.
    pub(super) fn fields(&self, name: &str) -> &[(String, Shape)] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// One field of a type.
    pub(super) fn field(&self, name: &str, field: &str) -> Option<&Shape> {
        let mut fields = self.fields(name).iter();
        Some(&fields.find(|(known, _)| known == field)?.1)
    }

    /// A value of a type with a few of its fields.
    pub(super) fn value_of(&self, name: &str, seed: &mut Seed, depth: usize) -> Value {
        let fields = self.fields(name);
        let mut map = serde_json::Map::new();
        if fields.is_empty() {
            return map.into();
        }
        for _ in 0..=seed.below(if depth == 0 { 3 } else { 2 }) {
            let (field, shape) = seed.of(fields);
            if matches!(field.as_str(), "apiVersion" | "kind") {
                continue;
            }
            let value = self.value(name, field, shape, seed, depth + 1);
            map.insert(field.clone(), value);
        }
        map.into()
    }

    /// A value of a field; now and then an empty one.
    pub(super) fn value(
        &self,
        owner: &str,
        field: &str,
        shape: &Shape,
        seed: &mut Seed,
        depth: usize,
    ) -> Value {
        if let Some(value) = values::special(owner, field, seed) {
            return value;
        }
        match shape {
            Shape::Type(name) => self.value_of(name, seed, depth),
            Shape::List(item, keys) => {
                let count = *seed.of(&[0, 1, 1, 1, 2, 2, 3]);
                (0..count)
                    .map(|_| {
                        let mut value = self.value(owner, field, item, seed, depth + 1);
                        // Mostly with the key that tells items apart, so that some are alike.
                        if let (Some(map), Some(key)) = (value.as_object_mut(), keys.first())
                            && let Shape::Type(name) = item.as_ref()
                            && seed.percent(85)
                        {
                            let value = values::key(name, key, seed);
                            map.insert(key.clone(), value);
                        }
                        value
                    })
                    .collect()
            }
            Shape::Map(item) => {
                let count = *seed.of(&[0, 1, 1, 2]);
                (0..count)
                    .map(|_| {
                        let key = (*seed.of(&["a", "b", "c.d", "e/f"])).to_owned();
                        let value = self.value(owner, field, item, seed, depth + 1);
                        (key, value)
                    })
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            Shape::Scalar(word) => scalar(owner, field, word, seed),
        }
    }
}

fn scalar(owner: &str, field: &str, word: &str, seed: &mut Seed) -> Value {
    match word {
        "int" => json!(*seed.of(&[0, 1, 2, 1500, -1])),
        "uint" => json!(*seed.of(&[0, 1, 2, 1500])),
        "float" => json!(*seed.of(&[0.0, 0.5, 2.0])),
        "bool" => json!(seed.percent(50)),
        "duration" => json!(*seed.of(&["0s", "10s", "1m30s"])),
        "any" => values::any(seed, 0),
        "args" => {
            let count = seed.below(3);
            (0..count)
                .map(|_| {
                    let key = (*seed.of(&["v", "feature-gates", "bind-address"])).to_owned();
                    let value = seed
                        .of(&[json!("1"), json!(""), json!("A=true,B=false"), json!(4)])
                        .clone();
                    (key, value)
                })
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        _ => values::text(owner, field, seed),
    }
}

fn shape_of(text: &str) -> Shape {
    let text = text.strip_prefix('*').unwrap_or(text);
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(item) = inner('[', ']') {
        return Shape::List(Box::new(shape_of(item)), Vec::new());
    }
    if let Some(item) = inner('{', '}') {
        return Shape::Map(Box::new(shape_of(item)));
    }
    if let Some((keys, item)) = text
        .strip_prefix("keyed(")
        .and_then(|rest| rest.strip_suffix(']'))
        .and_then(|rest| rest.split_once(")["))
    {
        let keys = keys.trim_start_matches('=').split('|').map(str::to_owned);
        return Shape::List(Box::new(shape_of(item)), keys.collect());
    }
    if SCALARS.contains(&text) {
        return Shape::Scalar(text.to_owned());
    }
    Shape::Type(text.to_owned())
}
