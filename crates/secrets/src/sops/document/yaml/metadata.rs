//! The `sops` block as YAML text.

use serde_json::{Map, Value as Json};

use super::scalar::{Block, literal, plain_or_quoted};

/// The block with its key, at a column, each line ended.
pub(super) fn block(
    tree: &Map<String, Json>,
    column: usize,
    indent: usize,
    line_break: &'static str,
) -> String {
    let mut out = Out {
        text: String::from("sops:"),
        indent,
        line_break,
    };
    out.entries(tree, column + indent, false);
    out.text.push_str(line_break);
    out.text
}

struct Out {
    text: String,
    indent: usize,
    line_break: &'static str,
}

impl Out {
    /// Entries, one a line. `inline`: the first goes behind the dash that stands there.
    fn entries(&mut self, tree: &Map<String, Json>, column: usize, inline: bool) {
        for (position, (key, value)) in tree.iter().enumerate() {
            if position > 0 || !inline {
                self.line(column);
            }
            self.text.push_str(&plain_or_quoted(key));
            self.text.push(':');
            self.value(key, value, column);
        }
    }

    fn value(&mut self, key: &str, value: &Json, column: usize) {
        match value {
            Json::Object(tree) if !tree.is_empty() => {
                self.entries(tree, column + self.indent, false);
            }
            Json::Array(items) if !items.is_empty() => {
                for item in items {
                    self.line(column + self.indent);
                    self.text.push_str("- ");
                    match item {
                        Json::Object(tree) if !tree.is_empty() => {
                            self.entries(tree, column + self.indent + 2, true);
                        }
                        Json::String(text) => self.text.push_str(&plain_or_quoted(text)),
                        // JSON is YAML.
                        other => self.text.push_str(&other.to_string()),
                    }
                }
            }
            Json::String(text) => {
                self.text.push(' ');
                let scalar = self.scalar(key, text, column);
                self.text.push_str(&scalar);
            }
            other => {
                self.text.push(' ');
                self.text.push_str(&other.to_string());
            }
        }
    }

    fn scalar(&self, key: &str, text: &str, column: usize) -> String {
        // Unquoted, sops 3.13 takes it for a time and refuses the file.
        if key == "lastmodified" {
            return format!("\"{text}\"");
        }
        if text.contains('\n') {
            // The next multiple of the indentation, as go-yaml has it.
            let content = self.indent * ((column + self.indent) / self.indent);
            let block = Block {
                outer: column,
                step: content - column,
                line_break: self.line_break,
            };
            if let Some(literal) = literal(text, &block) {
                return literal;
            }
        }
        plain_or_quoted(text)
    }

    fn line(&mut self, column: usize) {
        self.text.push_str(self.line_break);
        self.text.extend(std::iter::repeat_n(' ', column));
    }
}
