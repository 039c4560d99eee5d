//! Messages of Protocol Buffers without their definitions.

use std::collections::{BTreeMap, BTreeSet};

/// How deep messages are looked into.
const DEEPEST: usize = 12;

/// What messages say: at each path of field numbers the values that are there, in no order.
pub(super) fn meaning(messages: &[Vec<u8>]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for message in messages {
        if let Some(fields) = fields(message) {
            note(&fields, "", 0, &mut found);
        }
    }
    found
}

/// What a field of a message holds, one after the other.
pub(super) fn bytes(message: &[u8], number: u64) -> Vec<u8> {
    let fields = fields(message).unwrap_or_default();
    let held = fields.into_iter().filter_map(|(found, value)| match value {
        Value::Bytes(bytes) if found == number => Some(bytes),
        _ => None,
    });
    held.collect::<Vec<_>>().concat()
}

/// A value as it is on the wire.
enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

fn note(
    fields: &[(u64, Value<'_>)],
    path: &str,
    depth: usize,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    for (number, value) in fields {
        let path = format!("{path}.{number}");
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::Bytes(bytes) => match text(bytes) {
                Some(text) => text,
                None => match self::fields(bytes).filter(|_| depth < DEEPEST) {
                    Some(inner) => {
                        note(&inner, &path, depth + 1, found);
                        continue;
                    }
                    None => format!("{bytes:02x?}"),
                },
            },
        };
        found.entry(path).or_default().insert(text);
    }
}

/// Bytes that are a text, and nothing that could be a message: no control characters.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t' | '\r');
    let is_text = text.chars().all(is_plain) && bytes.first() != Some(&b'\n');
    is_text.then(|| text.to_owned())
}

/// The fields of a message, or nothing where it is none.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let number = key >> 3;
        if number == 0 {
            return None;
        }
        let value = match key & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => Value::Bytes(take(&mut bytes, 8)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                Value::Bytes(take(&mut bytes, length)?)
            }
            5 => Value::Bytes(take(&mut bytes, 4)?),
            _ => return None,
        };
        found.push((number, value));
    }
    Some(found)
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (first, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(first)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
