//! Schemas without what no check reads: shapes only.

use serde_json::{Map, Value};

/// What of a schema counts.
const KEPT: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

/// The schema with what counts.
pub(super) fn schema(schema: &Value) -> Value {
    let Value::Object(entries) = schema else {
        return schema.clone();
    };
    let mut slim = Map::new();
    for (key, value) in entries {
        if !KEPT.contains(&key.as_str()) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => Value::Object(
                { properties.iter() }
                    .map(|(name, property)| (name.clone(), self::schema(property)))
                    .collect(),
            ),
            ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => {
                all.iter().map(self::schema).collect()
            }
            ("additionalProperties" | "items" | "not", _) => self::schema(value),
            ("x-kubernetes-validations", Value::Array(rules)) => rules.iter().map(rule).collect(),
            // Any list whose type is not said is atomic.
            ("x-kubernetes-list-type", Value::String(kind)) if kind == "atomic" => continue,
            _ => value.clone(),
        };
        slim.insert(key.clone(), value);
    }
    Value::Object(slim)
}

/// A rule without what only clients of the API read, and parsed.
fn rule(rule: &Value) -> Value {
    let mut rule = rule.clone();
    if let Value::Object(entries) = &mut rule {
        entries.retain(|key, _| key != "reason");
        for (text, stored) in [
            ("rule", "x-ichor-rule"),
            ("messageExpression", "x-ichor-message"),
        ] {
            let text = entries.get(text).and_then(Value::as_str);
            let parsed = text.and_then(flux::schema::stored_rule);
            if let Some(parsed) = parsed.and_then(|parsed| serde_json::from_str(&parsed).ok()) {
                entries.insert(stored.to_owned(), parsed);
            }
        }
    }
    rule
}
