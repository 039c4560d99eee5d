//! Objects with the defaults of their schema, as the API server has them before it runs rules.

use serde_json::{Map, Value as Json};

use crate::schema::model::{Additional, Schema};
use crate::value::{Data, Value};

/// How often defaults may nest in themselves.
const DEEPEST: usize = 64;

/// The object as JSON, with defaults.
pub(super) fn applied(schema: &Schema, value: &Value) -> Json {
    let mut json = value.to_json();
    if let (Json::Object(entries), Data::Map(_)) = (&mut json, &value.data) {
        entries.shift_remove("sops");
    }
    fill(schema, &mut json, 0);
    json
}

fn fill(schema: &Schema, json: &mut Json, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match json {
        Json::Object(entries) => fields(schema, entries, depth),
        Json::Array(items) => {
            if let Some(item) = &schema.items {
                for value in items {
                    fill(item, value, depth + 1);
                }
            }
        }
        _ => {}
    }
}

fn fields(schema: &Schema, entries: &mut Map<String, Json>, depth: usize) {
    for (name, field) in &schema.properties {
        let Some(default) = field.default_value() else {
            continue;
        };
        // Where null is a value of the field, it stays; else it is as if nothing were written.
        let absent = match entries.get(&**name) {
            None => true,
            Some(Json::Null) => !field.takes_null(),
            Some(_) => false,
        };
        if absent {
            entries.insert(name.to_string(), default.clone());
        }
    }
    for (name, value) in entries {
        let field = match (
            schema.properties.get(&**name),
            &schema.additional_properties,
        ) {
            (Some(field), _) => &**field,
            (None, Additional::Schema(field)) => &**field,
            _ => continue,
        };
        fill(field, value, depth + 1);
    }
}
