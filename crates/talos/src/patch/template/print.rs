//! How values print.

use super::value::Value;

/// How long a text, and how many items a list, may become.
pub(super) const LARGEST: usize = 1 << 20;

/// Prints what a function is given: Go would print the address of what may be absent.
pub(super) fn print_argument(value: &Value<'_>, out: &mut String) -> Result<(), String> {
    if let Value::Pointer(_) = value {
        return Err(
            "a value that may be absent cannot be given to a function that prints it".to_owned(),
        );
    }
    value.print(out, LARGEST)
}

/// A text in double quotes, as Go writes it.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            one if one < ' ' || one == '\u{7f}' => {
                out.push_str(&format!("\\x{:02x}", u32::from(one)));
            }
            one if one.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out.push('"');
    out
}
