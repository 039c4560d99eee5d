//! JSON as values of CEL, typed by a schema as Kubernetes types them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, NaiveTime};
use kube_cel::cel::Value;
use kube_cel::cel::objects::{Key, Map};
use serde_json::Value as Json;

use crate::schema::model::{Schema, Type};

/// Words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// A value of a schema.
pub(super) fn value(schema: &Schema, json: &Json) -> Value {
    match json {
        Json::Array(items) => {
            let each = |item: &Json| match &schema.items {
                Some(schema) => value(schema, item),
                None => untyped(item),
            };
            Value::List(Arc::new(items.iter().map(each).collect()))
        }
        Json::Object(entries) => {
            let map = schema.is_map() && schema.properties.is_empty();
            let each = |(name, entry): (&String, &Json)| {
                let converted = match schema.field(name) {
                    Some(schema) => value(schema, entry),
                    None => untyped(entry),
                };
                let name = if map {
                    name.clone()
                } else {
                    escaped(name).into_owned()
                };
                (Key::String(Arc::new(name)), converted)
            };
            // A null that stays in a field is as if the field were absent (`apiserver/pkg/cel`).
            let there = entries.iter().filter(|(_, entry)| map || !entry.is_null());
            let entries: HashMap<Key, Value> = there.map(each).collect();
            Value::Map(Map {
                map: Arc::new(entries),
            })
        }
        Json::String(text) if !schema.is_int_or_string() => typed(&schema.format, text),
        Json::Number(number) if schema.types.kind == Some(Type::Number) => {
            Value::Float(number.as_f64().unwrap_or_default())
        }
        Json::Number(number) if schema.types.kind == Some(Type::Integer) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the schema was checked before"
            )]
            let whole = || number.as_f64().unwrap_or_default() as i64;
            Value::Int(number.as_i64().unwrap_or_else(whole))
        }
        _ => untyped(json),
    }
}

fn untyped(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Bool(*is),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            _ => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(untyped).collect())),
        Json::Object(entries) => {
            let each = |(name, entry): (&String, &Json)| {
                let name = escaped(name).into_owned();
                (Key::String(Arc::new(name)), untyped(entry))
            };
            Value::Map(Map {
                map: Arc::new(entries.iter().map(each).collect()),
            })
        }
    }
}

/// A text of a format; one that cannot be read stays a text, and was told of before.
fn typed(format: &str, text: &str) -> Value {
    let read = match format {
        "byte" => BASE64_STANDARD
            .decode(text)
            .ok()
            .map(|bytes| Value::Bytes(Arc::new(bytes))),
        "date-time" => DateTime::parse_from_rfc3339(text)
            .ok()
            .map(Value::Timestamp),
        "date" => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(|date| {
                let time = date.and_time(NaiveTime::MIN).and_utc();
                Value::Timestamp(time.fixed_offset())
            }),
        "duration" => {
            nanoseconds(text).map(|amount| Value::Duration(chrono::Duration::nanoseconds(amount)))
        }
        _ => None,
    };
    read.unwrap_or_else(|| Value::String(Arc::new(text.to_owned())))
}

/// A duration as Go writes it, in nanoseconds.
fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0.0_f64;
    while !rest.is_empty() && rest != "0" {
        let number = |character: char| character.is_ascii_digit() || character == '.';
        let end = rest.find(|character| !number(character))?;
        let (amount, after) = rest.split_at(end);
        let end = after.find(number).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "d" => 86_400e9,
            _ => return None,
        };
        total += amount.parse::<f64>().ok()? * factor;
        rest = after;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Go's are no longer than 292 years"
    )]
    (total < 9e18).then_some((total * sign) as i64)
}

/// The name of a field as rules write it.
pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    if RESERVED.contains(&name) {
        return Cow::Owned(format!("__{name}__"));
    }
    if name.contains("__") || name.contains(['.', '-', '/']) {
        let name = name.replace("__", "__underscores__");
        let name = name.replace('.', "__dot__").replace('-', "__dash__");
        return Cow::Owned(name.replace('/', "__slash__"));
    }
    Cow::Borrowed(name)
}

#[cfg(test)]
mod tests {
    use super::{escaped, nanoseconds};

    #[test]
    fn names_are_written_as_rules_have_them() {
        for (name, written) in [
            ("namespace", "__namespace__"),
            ("a-b", "a__dash__b"),
            ("a.b/c", "a__dot__b__slash__c"),
            ("a__b", "a__underscores__b"),
            ("a_b", "a_b"),
        ] {
            assert_eq!(escaped(name), written);
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(nanoseconds("1h30m"), Some(5_400_000_000_000));
        assert_eq!(nanoseconds("-1.5s"), Some(-1_500_000_000));
        assert_eq!(nanoseconds("0"), Some(0));
        assert_eq!(nanoseconds("1x"), None);
    }
}
