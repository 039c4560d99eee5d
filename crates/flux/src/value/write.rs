//! Values to YAML, in the notation of `kustomize build`.
//!
//! kustomize writes objects with `sigs.k8s.io/yaml`, which is go-yaml 2: keys sorted, items of
//! lists not indented, long lines folded. Source: what kustomize 5.8.2 wrote for the values of
//! the tests.

use std::cmp::Ordering;
use std::fmt::Write as _;

use documents::scalar::{go_float, old_go_text};

use super::{Data, Map, Number, Value};

/// The longest key that stands on the line of its value, in bytes.
const LONGEST_SIMPLE_KEY: usize = 128;

impl Value {
    /// The value as `kustomize build` writes it, ending in a line break.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match &self.data {
            Data::Map(map) if !map.is_empty() => write_map(&mut out, map, 0, false),
            Data::List(items) if !items.is_empty() => write_list(&mut out, items, 0, false),
            _ => {
                write_scalar(&mut out, self, 2, 0);
                out.push('\n');
            }
        }
        out
    }
}

/// Every entry on its own line; the first continues the line if `open` says so.
fn write_map(out: &mut String, map: &Map, column: usize, open: bool) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by(|(left, _), (right, _)| order(left, right));
    for (index, (key, field)) in entries.into_iter().enumerate() {
        if index > 0 || !open {
            spaces(out, column);
        }
        let is_simple = key.len() <= LONGEST_SIMPLE_KEY && !key.contains('\n');
        if !is_simple {
            out.push_str("? ");
        }
        let start = out.len();
        let at = (!is_simple).then_some(column + 2);
        out.push_str(&old_go_text(key, column + 2, at));
        let written = out.get(start..).unwrap_or_default();
        let width = if is_simple {
            written.chars().count()
        } else {
            0
        };
        if !is_simple {
            out.push('\n');
            spaces(out, column);
        }
        out.push(':');
        match &field.value.data {
            // Behind a long key a map goes on in the same line.
            Data::Map(inner) if !inner.is_empty() && !is_simple => {
                out.push(' ');
                write_map(out, inner, column + 2, true);
            }
            Data::Map(inner) if !inner.is_empty() => {
                out.push('\n');
                write_map(out, inner, column + 2, false);
            }
            Data::List(inner) if !inner.is_empty() => {
                out.push('\n');
                write_list(out, inner, column, false);
            }
            _ => {
                out.push(' ');
                write_scalar(out, &field.value, column + 2, column + width + 2);
                out.push('\n');
            }
        }
    }
}

/// Every item on its own line; the first continues the line if `open` says so.
fn write_list(out: &mut String, items: &[Value], column: usize, open: bool) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 || !open {
            spaces(out, column);
        }
        out.push_str("- ");
        match &item.data {
            Data::Map(inner) if !inner.is_empty() => write_map(out, inner, column + 2, true),
            Data::List(inner) if !inner.is_empty() => write_list(out, inner, column + 2, true),
            _ => {
                write_scalar(out, item, column + 2, column + 2);
                out.push('\n');
            }
        }
    }
}

/// A value that starts on the line of its key; further lines of a text follow at the column.
fn write_scalar(out: &mut String, value: &Value, column: usize, start: usize) {
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
        Data::Number(Number::Integer(number)) => {
            // Writing to a text does not fail.
            let _ = write!(out, "{number}");
        }
        Data::Number(Number::Float(number)) => out.push_str(&go_float(*number)),
        Data::Text(text) => out.push_str(&old_go_text(text, column, Some(start))),
        Data::List(_) => out.push_str("[]"),
        Data::Map(_) => out.push_str("{}"),
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// The order in which go-yaml 2 writes keys: signs before letters, numbers in them by value.
fn order(left: &str, right: &str) -> Ordering {
    // Of most keys the first difference is that of two lower-case letters.
    let mut before = Vec::new();
    let mut lefts = left.chars().peekable();
    let mut rights = right.chars().peekable();
    loop {
        let (one, other) = match (lefts.peek(), rights.peek()) {
            (Some(&one), Some(&other)) if one == other => {
                before.push(one);
                lefts.next();
                rights.next();
                continue;
            }
            (Some(&one), Some(&other)) => (one, other),
            (one, other) => return one.is_some().cmp(&other.is_some()),
        };
        match (one.is_alphabetic(), other.is_alphabetic()) {
            (true, true) => return one.cmp(&other),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        // Digits before the difference count as long as they are not all zeros.
        let led = (one == '0' || other == '0') && { before.iter().rev() }
            .take_while(|one| one.is_ascii_digit())
            .any(|one| *one != '0');
        let number = |characters: &mut dyn Iterator<Item = char>| {
            let digits = characters.map_while(|one| one.to_digit(10));
            digits.fold((i64::from(led), 0_usize), |(value, count), digit| {
                let value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
                (value, count + 1)
            })
        };
        return number(&mut lefts)
            .cmp(&number(&mut rights))
            .then(one.cmp(&other));
    }
}
