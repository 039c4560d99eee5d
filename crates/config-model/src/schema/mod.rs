//! JSON Schemas (draft 07, which editors know best) made from the declarations.
//!
//! A schema never refuses what [`parse`](crate::parse) accepts. It cannot know the rules that
//! span keys and files.

mod kind;

use serde_json::{Map, Value, json};

use crate::keys::{Declaration, Declarations, Default, Kind, PluginUse, Presence, Section};
use kind::kind_schema;

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of `cluster.yaml`. A lenient one lets undeclared keys through.
///
/// ```
/// use config_model::{Declarations, schema};
/// let schema = schema::cluster(Declarations::built_in(), false);
/// assert_eq!(schema["additionalProperties"], false);
/// ```
pub fn cluster(declarations: &Declarations, lenient: bool) -> Value {
    let mut schema = object(declarations, Section::Cluster, lenient);
    schema.insert(
        "anyOf".to_owned(),
        json!([{ "required": ["cloudflare_domains"] }, { "required": ["cloudflare_domain"] }]),
    );
    document("cluster.yaml", schema)
}

/// The schema of `nodes.yaml`.
pub fn nodes(declarations: &Declarations, lenient: bool) -> Value {
    let node = object(declarations, Section::Nodes, lenient);
    let schema = json!({
        "type": "object",
        "properties": {
            "nodes": { "type": "array", "minItems": 1, "items": node },
        },
        "required": ["nodes"],
        "additionalProperties": lenient,
    });
    document("nodes.yaml", into_map(schema))
}

/// The schema of `templates/variables.yaml`.
pub fn variables() -> Value {
    let names: Vec<_> = Kind::names().collect();
    let attribute =
        |kind: &str, description: &str| json!({ "type": kind, "description": description });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let described = |schema: &Value, description: &str| {
        let mut schema = schema.clone();
        schema["description"] = description.into();
        schema
    };
    let schema = json!({
        "type": "object",
        "properties": {
            "cluster": { "$ref": "#/definitions/section", "description": "Keys of `cluster.yaml`." },
            "nodes": { "$ref": "#/definitions/section", "description": "Keys of each node." },
            "plugin": {
                "enum": PluginUse::WORDS,
                "description": "Whether the repository's Python plugin gives what is not built in (`missing`), goes before it (`all`), or never runs (`none`).",
            },
            "rules": {
                "type": ["array", "null"],
                "items": { "$ref": "#/definitions/rule" },
                "description": "What keys of `cluster.yaml` ask of each other.",
            },
            "silence": {
                "type": ["array", "null"],
                "items": { "type": "string", "pattern": "^[a-z0-9-]+/[a-z0-9-]+$" },
                "description": "Rules whose warnings are meant and not told.",
            },
        },
        "additionalProperties": false,
        "definitions": {
            "section": {
                "type": ["object", "null"],
                "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
                "additionalProperties": { "$ref": "#/definitions/declaration" },
            },
            "declaration": {
                "type": "object",
                "properties": {
                    "type": {
                        "description": "What values the key takes.",
                        "anyOf": [{ "enum": names }, { "type": "string", "pattern": "^(list|map) of " }],
                    },
                    "default": { "description": "What the key has when it is not set." },
                    "required": attribute("boolean", "Whether the key must be set."),
                    "required_with": attribute("string", "The key that makes this one required."),
                    "secret": attribute("boolean", "Whether the value is redacted in messages."),
                    "generate": attribute("boolean", "Whether `ichor secrets generate` makes a value where none is set."),
                    "description": attribute("string", "What the key is for, in one line."),
                    "choices": {
                        "type": "array",
                        "description": "The words that a text may be.",
                    },
                    "minimum": attribute("integer", "The least whole number."),
                    "maximum": attribute("integer", "The greatest whole number."),
                    "keys": {
                        "$ref": "#/definitions/section",
                        "description": "The keys of a map, each with a declaration.",
                    },
                },
                "anyOf": [{ "required": ["type"] }, { "required": ["keys"] }],
                "additionalProperties": false,
            },
            "rule": {
                "type": "object",
                "properties": {
                    "when": {
                        "anyOf": [{ "type": "string" }, list],
                        "description": "The keys with which the others must be set: switches that are on, others that are set.",
                    },
                    "requires": described(&list, "The keys that must be set then; switches must be on."),
                    "all_or_none": described(&list, "Keys that are set together, or not at all."),
                    "hint": attribute("string", "What to do about it, in place of the usual words."),
                },
                "oneOf": [{ "required": ["when", "requires"] }, { "required": ["all_or_none"] }],
                "additionalProperties": false,
            },
        },
    });
    document("templates/variables.yaml", into_map(schema))
}

/// The schema of `versions.yaml`.
pub fn versions() -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "talosContract": {
                "description": "The Talos minor version whose machine configuration format is generated.",
                "type": "string",
                "pattern": "^v?[0-9]+\\.[0-9]+",
            },
        },
        "additionalProperties": { "type": ["string", "integer"], "pattern": "^\\S+$" },
    });
    document("versions.yaml", into_map(schema))
}

fn document(title: &str, schema: Map<String, Value>) -> Value {
    let mut document = Map::new();
    document.insert("$schema".to_owned(), DRAFT.into());
    document.insert("title".to_owned(), title.into());
    document.extend(schema);
    Value::Object(document)
}

fn object(declarations: &Declarations, section: Section, lenient: bool) -> Map<String, Value> {
    let settable = || {
        declarations
            .section(section)
            .filter(|declaration| declaration.presence != Presence::Derived)
    };
    let properties: Map<_, _> = settable()
        .map(|declaration| (declaration.name.clone(), property(declaration)))
        .collect();
    let required: Vec<_> = settable()
        .filter(|declaration| declaration.presence == Presence::Required)
        .map(|declaration| declaration.name.as_str())
        .collect();
    into_map(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": lenient,
    }))
}

fn property(declaration: &Declaration) -> Value {
    let value = kind_schema(&declaration.kind);
    let mut property = if declaration.presence == Presence::Required {
        into_map(value)
    } else {
        // A null or an empty text means that the key is not set.
        into_map(json!({ "anyOf": [value, { "enum": [null, ""] }] }))
    };
    property.insert(
        "description".to_owned(),
        declaration.description.clone().into(),
    );
    if let Default::Value(value) = &declaration.default {
        property.insert("default".to_owned(), value.clone());
    }
    Value::Object(property)
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
