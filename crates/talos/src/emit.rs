//! Documents as YAML: block style, keys in the order of the tree, no comments.
//!
//! Readers of a configuration compare by meaning, so the notation only has to be safe: every
//! text reads back as the same text in YAML 1.1 and 1.2 alike.

use serde_json::Value;

/// Several documents, with `---` between them.
pub fn documents(documents: &[Value], indent: usize) -> String {
    let mut out = String::new();
    for (index, value) in documents.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        out.push_str(&document(value, indent));
    }
    out
}

/// One document, ending in a line break.
pub fn document(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    let writer = Writer { indent };
    match value {
        Value::Object(map) if !map.is_empty() => writer.map(&mut out, map, 0, false),
        Value::Array(items) if !items.is_empty() => writer.list(&mut out, items, 0),
        scalar => {
            writer.scalar(&mut out, scalar, 0);
            out.push('\n');
        }
    }
    out
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
            out.push_str(&plain_or_quoted(key));
            out.push(':');
            match value {
                Value::Object(inner) if !inner.is_empty() => {
                    out.push('\n');
                    self.map(out, inner, column + self.indent, false);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    out.push('\n');
                    self.list(out, inner, column + self.indent);
                }
                scalar => {
                    out.push(' ');
                    self.scalar(out, scalar, column);
                    out.push('\n');
                }
            }
        }
    }

    /// Every element on its own line.
    fn list(&self, out: &mut String, items: &[Value], column: usize) {
        for item in items {
            spaces(out, column);
            match item {
                Value::Object(inner) if !inner.is_empty() => {
                    out.push_str("- ");
                    self.map(out, inner, column + 2, true);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    out.push_str("-\n");
                    self.list(out, inner, column + self.indent);
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
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::String(text) => self.text(out, text, column),
            Value::Array(_) => out.push_str("[]"),
            Value::Object(_) => out.push_str("{}"),
        }
    }

    /// Text of several lines as a literal block where that cannot change it.
    fn text(&self, out: &mut String, text: &str, column: usize) {
        if !fits_block(text) {
            out.push_str(&plain_or_quoted(text));
            return;
        }
        let body = text.strip_suffix('\n');
        out.push_str(if body.is_some() { "|" } else { "|-" });
        for line in body.unwrap_or(text).split('\n') {
            out.push('\n');
            if !line.is_empty() {
                spaces(out, column + self.indent);
                out.push_str(line);
            }
        }
    }
}

/// Text on one line: plain where Go's readers write it plain and every reader agrees.
///
/// The crate `yaml` quotes whatever has a character that is special in some place; base64
/// and URLs stand without quotes here, as talosctl and talhelper write them.
pub(crate) fn plain_or_quoted(text: &str) -> String {
    let quoted = yaml::quote(text);
    if quoted != text && is_ordinary(text) {
        return text.to_owned();
    }
    quoted
}

/// Words of letters with the few signs that base64 and URLs need, which no reader takes for
/// a number, a date or a truth value.
fn is_ordinary(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let long = text.len() > 12 && text.ends_with('=') || text.contains("://");
    first
        && long
        && !text.ends_with(':')
        && characters.all(|one| one.is_ascii_alphanumeric() || "+/=_-.:".contains(one))
}

/// Whether a literal block gives the text back byte for byte.
fn fits_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let printable = |one: char| one == '\n' || !(one.is_control() || is_break_or_mark(one));
    text.contains('\n')
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.split('\n').all(|line| !line.ends_with(' '))
        && body.chars().all(printable)
}

/// What YAML 1.1 takes for a line break, and the mark of byte order.
fn is_break_or_mark(one: char) -> bool {
    matches!(one, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
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
        empty: ''
        none: {}
        list: []
        nested:
          items:
            - a: 1
              b: 'x: y'
            -
              - z
        script: |
          one

            two
        tail: "one\ntwo "
        "#);
    }
}
