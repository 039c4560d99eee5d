//! Documents as YAML: block style, keys in the order of the tree, no comments.
//!
//! The notation is that of talosctl and talhelper, so that a configuration can be compared line
//! by line with theirs; every text reads back as the same text in YAML 1.1 and 1.2 alike.

use serde_json::Value;

use crate::scalar::{go_float, go_text, is_plain_word};

/// Several documents, with `---` between them.
pub fn documents(documents: &[Value], indent: usize) -> String {
    // Text that is moved leaves a copy of secrets behind, and of a thousand configs none may
    // take more room than it needs.
    let room: usize = documents.iter().map(|value| 4 + room(value, 0)).sum();
    let mut out = String::with_capacity(room);
    for (index, value) in documents.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        write(&mut out, value, indent);
    }
    out
}

/// One document, ending in a line break.
pub fn document(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write(&mut out, value, indent);
    out
}

/// About how many bytes a value takes that stands at a column: enough, unless much of its text
/// has to be escaped.
fn room(value: &Value, column: usize) -> usize {
    let lead = column + 4;
    match value {
        Value::Object(map) => {
            let entries = map.iter();
            let entries = entries.map(|(key, value)| lead + key.len() + room(value, column + 2));
            entries.sum()
        }
        Value::Array(items) => items.iter().map(|item| lead + room(item, column + 2)).sum(),
        Value::String(text) => {
            let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
            text.len() + lines * lead + 4
        }
        Value::Null | Value::Bool(_) => 6,
        Value::Number(_) => 20,
    }
}

/// One document behind others.
fn write(out: &mut String, value: &Value, indent: usize) {
    let writer = Writer { indent };
    match value {
        Value::Object(map) if !map.is_empty() => writer.map(out, map, 0, false),
        Value::Array(items) if !items.is_empty() => writer.list(out, items, 0, false),
        scalar => {
            writer.scalar(out, scalar, 0);
            out.push('\n');
        }
    }
}

/// The number of spaces of one level.
struct Writer {
    indent: usize,
}

impl Writer {
    /// Every entry on its own line; the first continues the line if `open` says so.
    fn map(
        &self,
        out: &mut String,
        map: &serde_json::Map<String, Value>,
        column: usize,
        open: bool,
    ) {
        for (index, (key, value)) in map.iter().enumerate() {
            if index > 0 || !open {
                spaces(out, column);
            }
            if is_plain_word(key) {
                out.push_str(key);
            } else {
                out.push_str(&plain_or_quoted(key));
            }
            out.push(':');
            match value {
                Value::Object(inner) if !inner.is_empty() => {
                    out.push('\n');
                    self.map(out, inner, column + self.indent, false);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    out.push('\n');
                    self.list(out, inner, column + self.indent, false);
                }
                // Rights are read in base 8: of a file of a machine config, and of an EtcFileConfig.
                Value::Number(rights) if key == "permissions" || (key == "mode" && column == 0) => {
                    match rights.as_u64() {
                        Some(rights) => out.push_str(&format!(" 0o{rights:o}\n")),
                        None => out.push_str(&format!(" {rights}\n")),
                    }
                }
                scalar => {
                    out.push(' ');
                    self.scalar(out, scalar, column);
                    out.push('\n');
                }
            }
        }
    }

    /// Every element on its own line; the first continues the line if `open` says so.
    fn list(&self, out: &mut String, items: &[Value], column: usize, open: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !open {
                spaces(out, column);
            }
            match item {
                Value::Object(inner) if !inner.is_empty() => {
                    out.push_str("- ");
                    self.map(out, inner, column + 2, true);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    out.push_str("- ");
                    self.list(out, inner, column + 2, true);
                }
                scalar => {
                    out.push_str("- ");
                    self.scalar(out, scalar, column);
                    out.push('\n');
                }
            }
        }
    }

    /// A value that stands on the line of its key.
    fn scalar(&self, out: &mut String, value: &Value, column: usize) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() => out.push_str(&go_float(float)),
                _ => out.push_str(&number.to_string()),
            },
            Value::String(text) if is_plain_word(text) => out.push_str(text),
            Value::String(text) => out.push_str(&go_text(text, self.indent, column + self.indent)),
            Value::Array(_) => out.push_str("[]"),
            Value::Object(_) => out.push_str("{}"),
        }
    }
}

/// Text on one line.
pub fn plain_or_quoted(text: &str) -> String {
    if text.contains('\n') {
        return yaml::double_quoted(text);
    }
    go_text(text, 2, 0)
}

/// Blanks up to a column.
fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use super::document;
    use serde_json::json;

    #[test]
    fn keys_keep_their_order_and_texts_their_meaning() {
        let value = json!({
            "type": "worker", "auto": "off", "empty": "", "none": {}, "list": [],
            "nested": {"items": [{"a": 1, "b": "x: y"}, ["z"]]},
            "script": "one\n\n  two\n", "tail": "one\ntwo ",
        });
        insta::assert_snapshot!(document(&value, 2), @r#"
        type: worker
        auto: 'off'
        empty: ""
        none: {}
        list: []
        nested:
          items:
            - a: 1
              b: 'x: y'
            - - z
        script: |
          one

            two
        tail: "one\ntwo "
        "#);
    }
}
