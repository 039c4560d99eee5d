//! The schema of a kind as lines, of which the crate `flux` reads those that an object needs
//! without passing over the others.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The fields of a schema that hold others which only judge, or that every field has.
const INLINE: [&str; 5] = ["additionalProperties", "allOf", "anyOf", "not", "oneOf"];

/// Each schema of a field and of items once, on a line of its own; the kind's own is the last.
/// In its place stands the number of its line, `r` where a rule is in it, `d` where it has a
/// default.
pub(super) fn of(schema: &str) -> Result<String> {
    let mut schema: Value = serde_json::from_str(schema).context("a schema is no JSON")?;
    let mut lines = Lines::default();
    lines.inner(&mut schema);
    lines.add(schema.to_string());
    Ok(lines.text)
}

#[derive(Default)]
struct Lines {
    text: String,
    numbers: HashMap<String, usize>,
}

impl Lines {
    /// Moves the schemas of fields and items out of a schema.
    fn inner(&mut self, schema: &mut Value) {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for inner in properties.into_iter().flat_map(|all| all.values_mut()) {
            self.moved(inner);
        }
        if let Some(items) = schema.get_mut("items") {
            self.moved(items);
        }
        for key in INLINE {
            match schema.get_mut(key) {
                Some(Value::Array(all)) => all.iter_mut().for_each(|inner| self.inner(inner)),
                Some(inner) => self.inner(inner),
                None => {}
            }
        }
    }

    fn moved(&mut self, schema: &mut Value) {
        let rule = if has_rules(schema) { "r" } else { "" };
        let default = schema.get("default").map_or("", |_| "d");
        self.inner(schema);
        let number = self.add(schema.to_string());
        *schema = format!("{number}{rule}{default}").into();
    }

    fn add(&mut self, line: String) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(line).or_insert_with_key(|line| {
            if next > 0 {
                self.text.push('\n');
            }
            self.text.push_str(line);
            next
        })
    }
}

/// Whether a schema or one in it has a rule.
fn has_rules(schema: &Value) -> bool {
    match schema {
        Value::Object(entries) => {
            entries.contains_key("x-kubernetes-validations") || entries.values().any(has_rules)
        }
        Value::Array(items) => items.iter().any(has_rules),
        _ => false,
    }
}
