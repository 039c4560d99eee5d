//! `tojson`: Python's `json.dumps` with sorted keys, made safe for HTML.

use std::fmt::Write;

use minijinja::{Error, Value};

use crate::python::call::Call;
use crate::python::compare;
use crate::python::fault::{Fault, Outcome};
use crate::python::float;
use crate::python::items::check_text;
use crate::python::view::View;

/// How deep containers may hold each other.
const DEPTH_LIMIT: usize = 100;

pub(super) fn tojson(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, indent] = call.bind(["value", "indent"], 1)?;
    let margin = match indent.as_ref().map(View::of) {
        None | Some(View::None) => None,
        Some(View::Text(margin)) => Some(margin.to_owned()),
        Some(view) => {
            let width = view
                .as_integer()
                .ok_or_else(|| Fault::type_error("`tojson` needs an int or a str for `indent`"))?;
            let width = usize::try_from(width).unwrap_or(0);
            check_text(width)?;
            Some(" ".repeat(width))
        }
    };
    let mut out = String::new();
    write(&mut out, &value.unwrap_or_default(), margin.as_deref(), 0)?;
    for (character, escape) in [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\'', "\\u0027"),
    ] {
        if out.contains(character) {
            out = out.replace(character, escape);
        }
    }
    Ok(Value::from_safe_string(out))
}

fn write(out: &mut String, value: &Value, margin: Option<&str>, depth: usize) -> Outcome<()> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit("this value is nested too deeply for JSON"));
    }
    check_text(out.len())?;
    match View::of(value) {
        View::None => out.push_str("null"),
        View::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        View::Integer(number) => {
            let _infallible = write!(out, "{number}");
        }
        View::Float(number) => out.push_str(&json_float(number)),
        View::Text(text) => write_text(out, text),
        View::List(list) => {
            let items = list.read().clone();
            write_items(out, &items, margin, depth)?;
        }
        View::Tuple(tuple) => write_items(out, &tuple.items, margin, depth)?,
        View::Dict(dict) => {
            let mut pairs = dict.pairs();
            compare::sort(&mut pairs, false, |(key, _)| key)?;
            write_entries(out, &pairs, margin, depth)?;
        }
        View::Undefined(Some(undefined)) => return Err(undefined.fault()),
        view => {
            return Err(Fault::type_error(format!(
                "JSON cannot hold {}",
                view.kind()
            )));
        }
    }
    Ok(())
}

fn write_items(
    out: &mut String,
    items: &[Value],
    margin: Option<&str>,
    depth: usize,
) -> Outcome<()> {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        separate(out, index, margin, depth + 1);
        write(out, item, margin, depth + 1)?;
    }
    if !items.is_empty() {
        new_line(out, margin, depth);
    }
    out.push(']');
    Ok(())
}

fn write_entries(
    out: &mut String,
    pairs: &[(Value, Value)],
    margin: Option<&str>,
    depth: usize,
) -> Outcome<()> {
    out.push('{');
    for (index, (key, value)) in pairs.iter().enumerate() {
        separate(out, index, margin, depth + 1);
        match View::of(key) {
            View::Text(text) => write_text(out, text),
            View::None => out.push_str("\"null\""),
            View::Bool(truth) => out.push_str(if truth { "\"true\"" } else { "\"false\"" }),
            View::Integer(number) => {
                let _infallible = write!(out, "\"{number}\"");
            }
            View::Float(number) => {
                let _infallible = write!(out, "\"{}\"", json_float(number));
            }
            view => {
                return Err(Fault::type_error(format!(
                    "a key of JSON cannot be {}",
                    view.kind()
                )));
            }
        }
        out.push_str(": ");
        write(out, value, margin, depth + 1)?;
    }
    if !pairs.is_empty() {
        new_line(out, margin, depth);
    }
    out.push('}');
    Ok(())
}

fn separate(out: &mut String, index: usize, margin: Option<&str>, depth: usize) {
    if index > 0 {
        out.push_str(if margin.is_some() { "," } else { ", " });
    }
    new_line(out, margin, depth);
}

fn new_line(out: &mut String, margin: Option<&str>, depth: usize) {
    if let Some(margin) = margin {
        out.push('\n');
        for _ in 0..depth {
            out.push_str(margin);
        }
    }
}

fn json_float(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else {
        float::repr(number)
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                let mut buffer = [0; 2];
                for unit in character.encode_utf16(&mut buffer) {
                    let _infallible = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
