//! YAML to values.

use std::sync::Arc;

use diagnostics::{Diagnostics, Source};
use yaml::{Dialect, Limits, Node, Parsed, Resolved};

use super::{Data, Field, Map, Number, Place, Value};
use crate::rules;

/// Every document of a file that is not empty, as a reader of a dialect has it.
pub fn documents(source: &Arc<Source>, dialect: Dialect) -> (Vec<Value>, Diagnostics) {
    documents_of(&yaml::parse(source, &Limits::default()), source, dialect)
}

/// The same of a text that was parsed.
pub fn documents_of(
    parsed: &Parsed,
    source: &Arc<Source>,
    dialect: Dialect,
) -> (Vec<Value>, Diagnostics) {
    let mut problems = parsed.diagnostics.clone();
    let mut values = Vec::new();
    for node in &parsed.documents {
        let value = read(node, source, dialect, &mut problems);
        if !value.is_null() {
            values.push(value);
        }
    }
    (values, problems)
}

/// A node as a reader of a dialect has it: merge keys resolved, scalars typed, keys as text.
/// What such a reader refuses is a problem, and null in the value.
pub fn read(
    node: &Node,
    source: &Arc<Source>,
    dialect: Dialect,
    problems: &mut Diagnostics,
) -> Value {
    let place = Place::new(source, node.range());
    let data = match node.value() {
        yaml::Value::Scalar(scalar) => match scalar.read(dialect) {
            Resolved::Null => Data::Null,
            Resolved::Bool(is) => Data::Bool(is),
            Resolved::Integer(number) => Data::Number(Number::Integer(number)),
            Resolved::BigInteger(digits) => match digits.parse() {
                Ok(number) => Data::Number(Number::Float(number)),
                Err(_) => Data::Text(digits),
            },
            // What goes through JSON has no such number.
            Resolved::Float(number) if !number.is_finite() => {
                problems.push(
                    rules::FLUX_UNREADABLE_VALUE
                        .report("JSON has no such number")
                        .at(source.location(node.range())),
                );
                Data::Null
            }
            Resolved::Float(number) => Data::Number(whole(number)),
            Resolved::Text(text) => Data::Text(text),
            Resolved::Timestamp(text) => Data::Text(moment(&text).unwrap_or(text)),
            Resolved::Binary(text) => Data::Text(decoded(&text).unwrap_or(text)),
            Resolved::Refused(why) => {
                problems.push(
                    rules::FLUX_UNREADABLE_VALUE
                        .report(why)
                        .at(source.location(node.range())),
                );
                Data::Null
            }
        },
        yaml::Value::Sequence(items) => Data::List(
            { items.iter() }
                .map(|item| read(item, source, dialect, problems))
                .collect(),
        ),
        yaml::Value::Mapping(mapping) => match mapping.merged(dialect) {
            Ok(entries) => {
                let mut map = Map::with_capacity_and_hasher(
                    entries.len(),
                    foldhash::fast::RandomState::default(),
                );
                for entry in entries {
                    let Some(key) = key(&entry.key, source, dialect, problems) else {
                        continue;
                    };
                    let value = read(&entry.value, source, dialect, problems);
                    let key_place = Place::new(source, entry.key.range());
                    map.insert(
                        key,
                        Field {
                            key: key_place,
                            value,
                        },
                    );
                }
                Data::Map(map)
            }
            Err(bad) => {
                for range in &bad.places {
                    problems.push(
                        rules::FLUX_UNREADABLE_VALUE
                            .report(bad.to_string())
                            .at(source.location(range.clone())),
                    );
                }
                Data::Null
            }
        },
    };
    Value::new(data, place)
}

/// A key as text. To the readers of Kubernetes a truth value or number is one, too; kustomize
/// refuses it.
fn key(
    node: &Node,
    source: &Arc<Source>,
    dialect: Dialect,
    problems: &mut Diagnostics,
) -> Option<String> {
    let resolved = node.as_scalar().map(|scalar| scalar.read(dialect));
    match (resolved, dialect) {
        (Some(Resolved::Text(text)), _) => Some(text),
        (Some(Resolved::Bool(is)), Dialect::Kubernetes) => Some(is.to_string()),
        (Some(Resolved::Integer(number)), Dialect::Kubernetes) => Some(number.to_string()),
        (other, _) => {
            let kind = other.map_or("a list or a map", |resolved| resolved.kind_name());
            problems.push(
                rules::FLUX_UNREADABLE_VALUE
                    .report(format!("a key is text, not {kind}"))
                    .at(source.location(node.range()))
                    .hint("put the key in quotes"),
            );
            None
        }
    }
}

/// A number that has gone through JSON: whole ones of 64 bits are integers, however they were
/// written.
pub(crate) fn whole(number: f64) -> Number {
    const LIMIT: f64 = 18_446_744_073_709_551_616.0;
    if number.fract() == 0.0 && number > -LIMIT / 2.0 && number < LIMIT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and of 64 bits"
        )]
        return Number::Integer(number as i128);
    }
    Number::Float(number)
}

/// A date as Go writes it into JSON, such as `2020-01-01T00:00:00Z`.
fn moment(text: &str) -> Option<String> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim_start()),
        None => (text, ""),
    };
    let mut parts = date.split('-');
    let year: u16 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut numbers = clock.split(':').map(|part| part.parse().unwrap_or(0_u8));
    let [hour, minute, second] = [0; 3].map(|none| numbers.next().unwrap_or(none));
    // Go keeps nanoseconds, and no zero at their end.
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let fraction = match fraction.trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    };
    let zone = match zone {
        "" | "+00:00" | "-00:00" => "Z",
        zone => zone,
    };
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
    ))
}

/// The text that base64 stands for; bytes that are no text become replacement characters.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' | b'\n' | b'\r' => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
        bits &= (1 << count) - 1;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
