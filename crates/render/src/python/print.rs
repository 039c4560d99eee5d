//! `str(value)` and `repr(value)`.

use std::fmt::Write;

use minijinja::Value;

use super::fault::{Fault, Outcome};
use super::float;
use super::items::check_text;
use super::quote::write_quoted;
use super::view::View;

/// How deep containers may hold each other when printed.
const DEPTH_LIMIT: usize = 100;

/// What `{{ value }}`, `~` and the `string` filter make of a value.
pub(crate) fn text(value: &Value) -> Outcome<String> {
    let mut out = String::new();
    write_text(&mut out, value)?;
    Ok(out)
}

/// Adds `str(value)`.
pub(crate) fn write_text(out: &mut String, value: &Value) -> Outcome<()> {
    match View::of(value) {
        View::Text(text) => out.push_str(text),
        View::Undefined(None) => {}
        View::Undefined(Some(undefined)) => out.push_str(&undefined.print()?),
        View::Opaque(opaque) => out.push_str(&opaque.text),
        View::Remote(remote) => {
            out.push_str(&printed(remote.text.as_ref(), &remote.kind)?);
        }
        View::Other => {
            // Functions, macros, modules and loops print what the engine says of them.
            let _infallible = write!(out, "{value}");
        }
        _ => write_repr(out, value, 0)?,
    }
    check_text(out.len())
}

/// What a value looks like inside of a printed list.
pub(crate) fn repr(value: &Value) -> Outcome<String> {
    let mut out = String::new();
    write_repr(&mut out, value, 0)?;
    Ok(out)
}

fn write_repr(out: &mut String, value: &Value, depth: usize) -> Outcome<()> {
    if depth > DEPTH_LIMIT {
        return Err(Fault::limit(
            "this value is nested too deeply to be printed",
        ));
    }
    check_text(out.len())?;
    match View::of(value) {
        View::None => out.push_str("None"),
        View::Bool(true) => out.push_str("True"),
        View::Bool(false) => out.push_str("False"),
        View::Integer(number) => {
            let _infallible = write!(out, "{number}");
        }
        View::Float(number) => out.push_str(&float::repr(number)),
        View::Text(text) if value.is_safe() => {
            out.push_str("Markup(");
            write_quoted(out, text);
            out.push(')');
        }
        View::Text(text) => write_quoted(out, text),
        View::Bytes(bytes) => write_bytes(out, bytes),
        View::List(list) => {
            let items = list.read().clone();
            write_items(out, "[", &items, "]", depth)?;
        }
        View::Tuple(tuple) => {
            let close = if tuple.items.len() == 1 { ",)" } else { ")" };
            write_items(out, "(", &tuple.items, close, depth)?;
        }
        View::Dict(dict) => {
            out.push('{');
            for (index, (key, value)) in dict.pairs().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_repr(out, key, depth + 1)?;
                out.push_str(": ");
                write_repr(out, value, depth + 1)?;
            }
            out.push('}');
        }
        View::DictItems(view) => {
            let _infallible = write!(out, "{}(", view.kind);
            write_items(out, "[", &view.items, "])", depth)?;
        }
        View::Range(range) => {
            let _infallible = if range.step == 1 {
                write!(out, "range({}, {})", range.start, range.stop)
            } else {
                write!(
                    out,
                    "range({}, {}, {})",
                    range.start, range.stop, range.step
                )
            };
        }
        View::Namespace(namespace) => {
            out.push_str("<Namespace {");
            for (index, (name, value)) in namespace.entries().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_quoted(out, name);
                out.push_str(": ");
                write_repr(out, value, depth + 1)?;
            }
            out.push_str("}>");
        }
        View::Undefined(_) => out.push_str("Undefined"),
        View::Stream(stream) => {
            return Err(Fault::type_error(format!(
                "a {} prints the address it has in memory, which no run gives twice",
                stream.kind
            ))
            .hint("make a list of it with `| list`"));
        }
        View::Opaque(opaque) => out.push_str(&opaque.repr),
        View::Remote(remote) => {
            out.push_str(&printed(remote.repr.as_ref(), &remote.kind)?);
        }
        View::Other => {
            let _infallible = write!(out, "{value}");
        }
    }
    Ok(())
}

fn write_items(
    out: &mut String,
    open: &str,
    items: &[Value],
    close: &str,
    depth: usize,
) -> Outcome<()> {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_repr(out, item, depth + 1)?;
    }
    out.push_str(close);
    Ok(())
}

fn write_bytes(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    out.push('b');
    out.push(quote);
    for &byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            _ if char::from(byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(byte)),
            _ => {
                let _infallible = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}

/// What is printed of an object of the plugin, or why nothing can be.
fn printed(text: Option<&String>, kind: &str) -> Outcome<String> {
    text.cloned().ok_or_else(|| {
        Fault::type_error(format!(
            "a {kind} prints the address it has in memory, which no run gives twice"
        ))
        .hint("use what it holds: go through it, or take an attribute")
    })
}
