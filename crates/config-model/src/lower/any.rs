//! Values of which nothing is known: read as makejinja reads its data files.

use serde_json::{Map, Number, Value};
use yaml::{Dialect, Node, Resolved, Style};

use super::number::named;
use super::reading::Reading;
use crate::raw::merged;
use crate::rules;

/// Reads a value as Python's YAML does, and warns where YAML 1.2 reads another one.
pub(super) fn any(reading: &mut Reading<'_>, node: &Node) -> Option<Value> {
    match node.value() {
        yaml::Value::Scalar(scalar) => {
            let old = scalar.read(Dialect::Python);
            let new = scalar.read(Dialect::Yaml12);
            let both_text =
                |value: &Resolved| matches!(value, Resolved::Text(_) | Resolved::Timestamp(_));
            if scalar.style() == Style::Plain && old != new && !(both_text(&old) && both_text(&new))
            {
                let problem = rules::VALUE_READ_DIFFERENTLY
                    .report(format!(
                        "{} is read as {}, but is {} in YAML 1.2",
                        reading.subject(node),
                        described(reading, &old),
                        described(reading, &new),
                    ))
                    .hint("put text in quotes, and write `true`, `false` and decimal numbers");
                reading.report(node, problem);
            }
            Some(value_of(old, scalar.text()))
        }
        yaml::Value::Sequence(items) => {
            let values: Vec<_> = items.iter().map(|item| any(reading, item)).collect();
            values.into_iter().collect::<Option<_>>().map(Value::Array)
        }
        yaml::Value::Mapping(mapping) => {
            let mut map = Map::new();
            let mut good = true;
            let entries = merged(mapping, reading.source, reading.diagnostics);
            for entry in entries.iter() {
                let Some(name) = entry.key.text() else {
                    let problem = rules::KEY_NOT_TEXT.report(format!(
                        "{} stands where the name of a key is expected",
                        entry.key.kind_name()
                    ));
                    reading.report(&entry.key, problem);
                    good = false;
                    continue;
                };
                match any(reading, &entry.value) {
                    Some(value) => drop(map.insert(name.to_owned(), value)),
                    None => good = false,
                }
            }
            good.then_some(Value::Object(map))
        }
    }
}

fn described(reading: &Reading<'_>, value: &Resolved) -> String {
    if reading.secret {
        value.kind_name().to_owned()
    } else {
        named(value)
    }
}

fn value_of(resolved: Resolved, written: &str) -> Value {
    match resolved {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Integer(number) => match (i64::try_from(number), u64::try_from(number)) {
            (Ok(number), _) => Value::from(number),
            (_, Ok(number)) => Value::from(number),
            _ => Value::from(number.to_string()),
        },
        Resolved::Float(number) => {
            Number::from_f64(number).map_or_else(|| Value::from(written), Value::Number)
        }
        Resolved::BigInteger(text)
        | Resolved::Text(text)
        | Resolved::Timestamp(text)
        | Resolved::Binary(text) => Value::String(text),
        Resolved::Refused(_) => Value::from(written),
    }
}
