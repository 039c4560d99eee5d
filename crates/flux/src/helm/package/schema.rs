//! The schema that a chart brings along for its values.

use std::fmt;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value as Json;

/// The text of a schema; made ready when it is asked first.
pub struct Schema {
    text: String,
    compiled: OnceLock<Option<Compiled>>,
}

/// A schema that values can be held against.
pub(crate) struct Compiled {
    pub(crate) validator: Validator,
    /// What it was made of, without those parts.
    pub(crate) schema: Json,
    /// Whether parts of it lie elsewhere, on the web: those take everything.
    pub(crate) is_partial: bool,
}

impl Schema {
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    /// The schema as it is used; none where it is none.
    pub(crate) fn compiled(&self) -> Option<&Compiled> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schema of {} bytes", self.text.len())
    }
}

fn compile(text: &str) -> Option<Compiled> {
    let mut schema: Json = serde_json::from_str(text).ok()?;
    let mut names = Vec::new();
    own_names(&schema, &mut names);
    if leads_in_a_circle(&schema) {
        return None;
    }
    let mut is_partial = false;
    cut(&mut schema, &names, &mut is_partial);
    // What is cut needs nothing from elsewhere; whatever else asks for it is refused.
    let validator = jsonschema::options().offline().build(&schema).ok()?;
    Some(Compiled {
        validator,
        schema,
        is_partial,
    })
}

/// The names that parts of a schema give themselves.
fn own_names(schema: &Json, names: &mut Vec<String>) {
    match schema {
        Json::Object(map) => {
            if let Some(Json::String(name)) = map.get("$id").or_else(|| map.get("id")) {
                names.push(name.trim_end_matches('#').to_owned());
            }
            map.values().for_each(|value| own_names(value, names));
        }
        Json::Array(items) => items.iter().for_each(|item| own_names(item, names)),
        _ => {}
    }
}

/// Takes out references to what is not in the schema itself.
fn cut(schema: &mut Json, names: &[String], is_partial: &mut bool) {
    match schema {
        Json::Object(map) => {
            let is_elsewhere = map.get("$ref").and_then(Json::as_str).is_some_and(|name| {
                let name = name.split('#').next().unwrap_or_default();
                !name.is_empty()
                    && !names
                        .iter()
                        .any(|own| own == name || own.ends_with(&format!("/{name}")))
            });
            if is_elsewhere {
                map.shift_remove("$ref");
                *is_partial = true;
            }
            map.values_mut()
                .for_each(|value| cut(value, names, is_partial));
        }
        Json::Array(items) => items
            .iter_mut()
            .for_each(|item| cut(item, names, is_partial)),
        _ => {}
    }
}

/// Whether references lead to each other without anything between, which has no end.
fn leads_in_a_circle(schema: &Json) -> bool {
    let mut references = Vec::new();
    gather(schema, &mut references);
    references.iter().any(|start| {
        let mut at = *start;
        // No more steps than there are references.
        for _ in 0..=references.len() {
            let pointer = at.strip_prefix('#').unwrap_or("?");
            let next = schema
                .pointer(pointer)
                .and_then(|schema| schema.get("$ref")?.as_str());
            match next {
                Some(next) => at = next,
                None => return false,
            }
        }
        true
    })
}

fn gather<'a>(schema: &'a Json, references: &mut Vec<&'a str>) {
    match schema {
        Json::Object(map) => {
            if let Some(Json::String(name)) = map.get("$ref") {
                references.push(name);
            }
            map.values().for_each(|value| gather(value, references));
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, references)),
        _ => {}
    }
}
