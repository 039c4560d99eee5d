//! The hash at the end of a generated name: over the object's data, as Go's JSON writes them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::value::{Data, Number, Value};

use super::resource::{Resource, scalar_text};

/// The ten letters of an object.
pub(super) fn suffix(resource: &Resource) -> String {
    let mut json = String::new();
    let value = &resource.value;
    json.push('{');
    if resource.kind() == "Secret" {
        write_part(&mut json, "data", value.get("data"));
        json.push_str(r#","kind":"Secret","name":"""#);
        if let Some(texts) = value
            .get("stringData")
            .filter(|texts| texts.as_map().is_some())
        {
            json.push(',');
            write_part(&mut json, "stringData", Some(texts));
        }
        json.push(',');
        write_part(&mut json, "type", value.get("type"));
    } else {
        if let Some(binary) = value
            .get("binaryData")
            .filter(|binary| binary.as_map().is_some())
        {
            write_part(&mut json, "binaryData", Some(binary));
            json.push(',');
        }
        write_part(&mut json, "data", value.get("data"));
        json.push_str(r#","kind":"ConfigMap","name":"""#);
    }
    json.push('}');
    let digest = Sha256::digest(json.as_bytes());
    let mut hex = String::new();
    for byte in digest.iter().take(5) {
        let _ = write!(hex, "{byte:02x}");
    }
    // No letters that make words.
    { hex.chars() }
        .map(|one| match one {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            one => one,
        })
        .collect()
}

fn write_part(json: &mut String, key: &str, value: Option<&Value>) {
    write_text(json, key);
    json.push(':');
    match value {
        None => json.push_str("\"\""),
        Some(value) => match scalar_text(value) {
            Some(text) => write_text(json, &text),
            None => write_value(json, value),
        },
    }
}

fn write_value(json: &mut String, value: &Value) {
    match &value.data {
        Data::Null => json.push_str("null"),
        Data::Bool(is) => json.push_str(if *is { "true" } else { "false" }),
        Data::Number(Number::Integer(number)) => {
            let _ = write!(json, "{number}");
        }
        Data::Number(Number::Float(number)) => {
            let _ = write!(json, "{number}");
        }
        Data::Text(text) => write_text(json, text),
        Data::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write_value(json, item);
            }
            json.push(']');
        }
        Data::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            json.push('{');
            for (index, (key, field)) in entries.into_iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write_text(json, key);
                json.push(':');
                write_value(json, &field.value);
            }
            json.push('}');
        }
    }
}

fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for one in text.chars() {
        match one {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            // Lest a browser takes it for a tag.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(one));
            }
            one => json.push(one),
        }
    }
    json.push('"');
}
