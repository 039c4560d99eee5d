//! Filters for HTML, XML and addresses.

use std::fmt::Write;

use minijinja::{Error, Value};

use crate::python::arithmetic;
use crate::python::call::Call;
use crate::python::fault::{Fault, Outcome};
use crate::python::items;
use crate::python::print;
use crate::python::view::View;

pub(super) fn escape(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["s"], 1)?;
    let value = value.unwrap_or_default();
    if value.is_safe() {
        return Ok(value);
    }
    let text = print::text(&value)?;
    Ok(Value::from_safe_string(arithmetic::escape(&text)))
}

pub(super) fn forceescape(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let text = print::text(&value.unwrap_or_default())?;
    Ok(Value::from_safe_string(arithmetic::escape(&text)))
}

pub(super) fn safe(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let text = print::text(&value.unwrap_or_default())?;
    Ok(Value::from_safe_string(text))
}

pub(super) fn striptags(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let mut text = print::text(&value.unwrap_or_default())?;
    for (open, close) in [("<!--", "-->"), ("<", ">")] {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find(open) {
            let Some(end) = rest[start..].find(close) else {
                break;
            };
            kept.push_str(&rest[..start]);
            rest = &rest[start + end + close.len()..];
        }
        kept.push_str(rest);
        text = kept;
    }
    let words: Vec<_> = text
        .split(crate::syntax::is_space)
        .filter(|word| !word.is_empty())
        .collect();
    Ok(Value::from(unescape(&words.join(" "))))
}

pub(super) fn xmlattr(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value, autospace] = call.bind(["d", "autospace"], 1)?;
    let autospace = autospace.as_ref().map_or(Ok(true), items::is_true)?;
    let value = value.unwrap_or_default();
    let View::Dict(dict) = View::of(&value) else {
        let view = View::of(&value);
        return Err(
            Fault::type_error(format!("`xmlattr` needs a dict, not {}", view.kind())).into(),
        );
    };
    let mut out = String::new();
    for (key, value) in dict.pairs() {
        if let View::None | View::Undefined(_) = View::of(&value) {
            continue;
        }
        let View::Text(name) = View::of(&key) else {
            return Err(Fault::type_error("the name of an attribute is a str").into());
        };
        if name
            .contains(|c: char| c.is_ascii_whitespace() || matches!(c, '\u{b}' | '/' | '>' | '='))
        {
            return Err(Fault::value_error(
                "the name of an attribute has a character that ends it",
            )
            .into());
        }
        if !out.is_empty() {
            out.push(' ');
        }
        let _infallible = write!(
            out,
            "{}=\"{}\"",
            arithmetic::escaped(&key),
            escaped(&value)?
        );
    }
    if autospace && !out.is_empty() {
        out.insert(0, ' ');
    }
    Ok(Value::from(out))
}

pub(super) fn urlencode(mut call: Call<'_, '_, '_>) -> Result<Value, Error> {
    let [value] = call.bind(["value"], 1)?;
    let value = value.unwrap_or_default();
    let pairs = match View::of(&value) {
        View::Dict(dict) => dict.pairs(),
        View::List(_) | View::Tuple(_) | View::Stream(_) | View::DictItems(_) => {
            let mut pairs = Vec::new();
            for pair in items::items(&value)? {
                let pair = items::items(&pair)?;
                let [key, value] = pair.as_slice() else {
                    return Err(Fault::value_error("`urlencode` needs pairs").into());
                };
                pairs.push((key.clone(), value.clone()));
            }
            pairs
        }
        _ => return Ok(Value::from(quote(&bytes(&value)?, false))),
    };
    let mut parts = Vec::new();
    for (key, value) in pairs {
        let (key, value) = (quote(&bytes(&key)?, true), quote(&bytes(&value)?, true));
        parts.push(format!("{key}={value}"));
    }
    Ok(Value::from(parts.join("&")))
}

/// Text for HTML: escaped unless it is safe.
fn escaped(value: &Value) -> Outcome<String> {
    if value.is_safe() {
        return print::text(value);
    }
    Ok(arithmetic::escape(&print::text(value)?))
}

fn bytes(value: &Value) -> Outcome<Vec<u8>> {
    match View::of(value) {
        View::Bytes(bytes) => Ok(bytes.to_vec()),
        _ => print::text(value).map(String::into_bytes),
    }
}

fn quote(bytes: &[u8], for_query: bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b' ' if for_query => out.push('+'),
            b'/' if !for_query => out.push('/'),
            _ if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The character references that text commonly holds.
fn unescape(text: &str) -> String {
    const NAMED: [(&str, char); 8] = [
        ("lt", '<'),
        ("gt", '>'),
        ("amp", '&'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("copy", '©'),
        ("hellip", '…'),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest[1..].split_once(';').map(|(reference, _)| reference);
        let character = reference.and_then(|reference| match reference.strip_prefix('#') {
            Some(code) => match code.strip_prefix(['x', 'X']) {
                Some(code) => u32::from_str_radix(code, 16).ok(),
                None => code.parse().ok(),
            }
            .and_then(char::from_u32),
            None => NAMED
                .iter()
                .find(|(name, _)| *name == reference)
                .map(|(_, c)| *c),
        });
        match (reference, character) {
            (Some(reference), Some(character)) => {
                out.push(character);
                rest = &rest[reference.len() + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
