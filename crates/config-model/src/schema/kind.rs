//! The schema of each kind of value.

use serde_json::{Map, Value, json};

use crate::keys::{Field, Kind};

const IPV4: &str = r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const LABEL: &str = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

/// The schema of a value that is set.
pub(super) fn kind_schema(kind: &Kind) -> Value {
    match kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer { minimum, maximum } => {
            let mut schema = Map::from_iter([("type".to_owned(), Value::from("integer"))]);
            if let Some(minimum) = minimum {
                schema.insert("minimum".to_owned(), (*minimum).into());
            }
            if let Some(maximum) = maximum {
                schema.insert("maximum".to_owned(), (*maximum).into());
            }
            Value::Object(schema)
        }
        Kind::Number => json!({ "type": "number" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::VlanTag => number_or_text(
            4094,
            "^([1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$",
        ),
        Kind::Asn => number_or_text(u32::MAX, "^[1-9][0-9]{0,9}$"),
        Kind::Labels => json!({ "type": "object", "additionalProperties": text() }),
        Kind::List { of, may_be_empty } => {
            json!({ "type": "array", "items": kind_schema(of), "minItems": i32::from(!may_be_empty) })
        }
        Kind::OneOrList(of) => {
            let of = kind_schema(of);
            json!({ "anyOf": [of, { "type": "array", "items": of, "minItems": 1 }] })
        }
        Kind::Map(of) => json!({ "type": "object", "additionalProperties": kind_schema(of) }),
        Kind::Record(fields) => record(fields),
        Kind::Any => json!({}),
        _ => match pattern(kind) {
            Some(pattern) => {
                let mut schema = text();
                schema["pattern"] = pattern.into();
                schema
            }
            None => text(),
        },
    }
}

/// A text may be written without quotes, which makes a number of some.
fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn number_or_text(maximum: u32, pattern: &str) -> Value {
    json!({
        "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": maximum },
            { "type": "string", "pattern": pattern },
        ],
    })
}

fn record(fields: &[Field]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| {
            let value = kind_schema(&field.kind);
            let schema = json!({
                "anyOf": [value, { "enum": [null, ""] }],
                "description": field.description,
            });
            (field.name.clone(), schema)
        })
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| &field.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn pattern(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Address => format!("^{IPV4}$"),
        Kind::Cidr => format!("^{IPV4}/([0-9]|[12][0-9]|3[0-2])$"),
        Kind::AddressOrHost => format!(r"^({IPV4}|{LABEL}(\.{LABEL})*)$"),
        Kind::Domain => format!(r"^{LABEL}(\.{LABEL})+$"),
        Kind::NodeName => format!("^{LABEL}$"),
        Kind::DnsLabel => "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$".to_owned(),
        Kind::Repository => "^[A-Za-z0-9_][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$".to_owned(),
        Kind::Branch => r"^[^\s~^:?*\[\\-][^\s~^:?*\[\\]*$".to_owned(),
        Kind::ProxmoxUrl => r"^https?://\S+/api2/json$".to_owned(),
        Kind::Url => r"^[A-Za-z][A-Za-z0-9+.-]*://\S+$".to_owned(),
        Kind::TokenId => r"^[^@\s]+@[^!\s]+![^!@=\s]+$".to_owned(),
        Kind::Line => r"^[^\u0000-\u001f\u007f-\u009f]*$".to_owned(),
        Kind::Token => r"^\S+$".to_owned(),
        Kind::Uuid => "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$".to_owned(),
        Kind::Quantity => {
            r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$".to_owned()
        }
        Kind::Duration => "^([0-9]{1,5}(h|m|s|ms)){1,4}$".to_owned(),
        Kind::Disk => r"^(/dev/\S+|(?!dev/|\.\.?/)\s*[^/\s].*)$".to_owned(),
        Kind::MacAddress => "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$".to_owned(),
        Kind::Schematic => "^[0-9a-f]{64}$".to_owned(),
        Kind::KernelModule => "^[A-Za-z0-9_-]+$".to_owned(),
        _ => return None,
    })
}
