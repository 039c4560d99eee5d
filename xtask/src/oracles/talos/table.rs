//! The table of the fields of a machine config, as something to make patches from.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::super::seed::Seed;
use super::values;
use crate::files;

/// What a field holds, in the words of the table.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A word of the table for a scalar, and the form of a text.
    Scalar(String, String),
    /// A type of the table.
    Type(String),
    /// A list, whose items one of these keys tells apart, if any.
    List(Box<Shape>, Vec<String>),
    /// A map with free keys.
    Map(Box<Shape>),
}

/// One field of a type.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its key.
    pub(super) name: String,
    /// What it holds.
    pub(super) shape: Shape,
    /// Whether an empty value is another than none.
    pub(super) optional: bool,
}

/// Types and their fields, as a minor release of Talos has them.
pub(super) struct Table {
    /// The kinds of document and their types.
    pub(super) documents: Vec<(String, String)>,
    types: BTreeMap<String, Vec<Field>>,
    choices: BTreeMap<String, Vec<String>>,
}

const SCALARS: [&str; 9] = [
    "text", "int", "uint", "float", "bool", "duration", "any", "args", "forced",
];

impl Table {
    /// The table as the crate `talos` has it.
    pub(super) fn read(minor: u32) -> Result<Self> {
        let text = files::text(&files::root().join("crates/talos/src/fields/machine.schema"))?;
        let mut table = Self {
            documents: Vec::new(),
            types: BTreeMap::new(),
            choices: BTreeMap::new(),
        };
        let later = |words: &[&str]| {
            let mut since = words.iter().filter_map(|word| word.strip_prefix("1."));
            since.any(|since| since.parse::<u32>().is_ok_and(|since| since > minor))
        };
        let mut current = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split_whitespace().collect();
            if later(&words) {
                continue;
            }
            match words.as_slice() {
                ["document", kind, name, ..] => {
                    let entry = ((*kind).to_owned(), (*name).to_owned());
                    table.documents.push(entry);
                }
                ["values", format, values @ ..] => {
                    let values = values.iter().map(|value| (*value).to_owned());
                    table.choices.insert((*format).to_owned(), values.collect());
                }
                [name] if !line.starts_with(' ') => {
                    (*name).clone_into(&mut current);
                    table.types.entry(current.clone()).or_default();
                }
                [field, shape, ..] => {
                    let fields = table.types.get_mut(&current);
                    fields.context("a field without a type")?.push(Field {
                        name: (*field).to_owned(),
                        shape: shape_of(shape),
                        optional: shape.starts_with('*'),
                    });
                }
                _ => {}
            }
        }
        Ok(table)
    }

    /// The fields of a type.
    pub(super) fn fields(&self, name: &str) -> &[Field] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// One field of a type.
    pub(super) fn field(&self, name: &str, field: &str) -> Option<&Field> {
        self.fields(name).iter().find(|known| known.name == field)
    }

    /// The type of a kind of document.
    pub(super) fn document(&self, kind: &str) -> Option<&str> {
        let mut all = self.documents.iter();
        Some(&all.find(|(known, _)| known == kind)?.1)
    }

    /// What a choice is where nobody made it: the first of its values, except where the first
    /// has a number of its own.
    pub(super) fn unchosen(&self, format: &str) -> Option<&str> {
        match format {
            "protocol" => Some("Protocol(0)"),
            "routing-table" => Some("unspec"),
            "disk-size" => Some("0 B"),
            _ => self.choices.get(format)?.first().map(String::as_str),
        }
    }

    /// A value of a type with a few of its fields.
    pub(super) fn value_of(&self, name: &str, seed: &mut Seed, depth: usize) -> Value {
        let fields = self.fields(name);
        let mut map = serde_json::Map::new();
        if fields.is_empty() {
            return map.into();
        }
        for _ in 0..=seed.below(if depth == 0 { 3 } else { 2 }) {
            let field = seed.of(fields);
            if matches!(field.name.as_str(), "apiVersion" | "kind") {
                continue;
            }
            let value = self.value(name, &field.name, &field.shape, seed, depth + 1);
            map.insert(field.name.clone(), value);
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
            Shape::Scalar(word, format) => match self.choices.get(format) {
                Some(choices) => json!(seed.of(choices)),
                None => scalar(owner, field, (word, format), seed),
            },
        }
    }
}

fn scalar(owner: &str, field: &str, shape: (&str, &str), seed: &mut Seed) -> Value {
    let (word, format) = shape;
    match word {
        "int" => json!(*seed.of(&[0, 1, 2, 1500, -1])),
        "uint" if format == "8" => json!(*seed.of(&[0, 1, 2, 250])),
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
        _ => values::text(owner, field, format, seed),
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
    let (word, format) = text.split_once(':').unwrap_or((text, ""));
    if SCALARS.contains(&word) {
        return Shape::Scalar(word.to_owned(), format.to_owned());
    }
    Shape::Type(text.to_owned())
}
