//! A tree with comments to text.

use documents::emit::plain_or_quoted;
use documents::scalar::go_text;
use serde_json::Value;

use crate::migrate::notes::{Comment, Notes};
use crate::migrate::tree::{Body, Key, Tree, Written};

/// Spaces of one level.
const INDENT: usize = 2;

/// A document, below the comments at its head.
pub(super) fn document(head: &[Comment], tree: &Tree) -> String {
    let mut out = String::new();
    comments(&mut out, head, 0);
    match &tree.body {
        Body::Map(entries) if !entries.is_empty() => map(&mut out, entries, 0, false),
        Body::List(items) if !items.is_empty() => list(&mut out, items, 0, false),
        _ => {
            value(&mut out, tree, 0, "");
            out.push('\n');
        }
    }
    out
}

pub(super) fn comments(out: &mut String, comments: &[Comment], column: usize) {
    for comment in comments {
        // To a template engine blanks before a statement may be output.
        let column = match comment.statement {
            Some(_) => comment.column,
            None => column,
        };
        spaces(out, column);
        out.push_str(&comment.text);
        out.push('\n');
    }
}

fn map(out: &mut String, entries: &[(Key, Tree)], column: usize, open: bool) {
    for (index, (key, tree)) in entries.iter().enumerate() {
        let first = open && index == 0;
        if !first {
            comments(out, &tree.notes.above, column);
            spaces(out, column);
        }
        match &key.written {
            Some(written) => out.push_str(written),
            None => out.push_str(&plain_or_quoted(&key.name)),
        }
        out.push(':');
        below(out, tree, column, &key.name);
        comments(out, &tree.notes.after, column);
    }
}

fn list(out: &mut String, items: &[Tree], column: usize, open: bool) {
    for (index, item) in items.iter().enumerate() {
        let first = open && index == 0;
        if !first {
            comments(out, &item.notes.above, column);
            // What stands above the first key of an item stands above the item.
            if let Some((_, tree)) = item.entries().first()
                && item.written.is_none()
            {
                comments(out, &tree.notes.above, column);
            }
            spaces(out, column);
        }
        out.push('-');
        match &item.body {
            Body::Map(entries) if !entries.is_empty() && item.written.is_none() => {
                out.push(' ');
                map(out, entries, column + INDENT, true);
            }
            Body::List(inner) if !inner.is_empty() && item.written.is_none() => {
                out.push(' ');
                list(out, inner, column + INDENT, true);
            }
            _ => {
                out.push(' ');
                value(out, item, column, "");
                beside(out, &item.notes);
                out.push('\n');
            }
        }
        comments(out, &item.notes.after, column);
    }
}

/// What stands behind a key.
fn below(out: &mut String, tree: &Tree, column: usize, key: &str) {
    match &tree.body {
        Body::Map(entries) if !entries.is_empty() && tree.written.is_none() => {
            beside(out, &tree.notes);
            out.push('\n');
            map(out, entries, column + INDENT, false);
        }
        Body::List(items) if !items.is_empty() && tree.written.is_none() => {
            beside(out, &tree.notes);
            out.push('\n');
            list(out, items, column + INDENT, false);
        }
        _ => {
            out.push(' ');
            value(out, tree, column, key);
            // The sign of a block has it already.
            if !matches!(tree.written, Some(Written::Block(..))) {
                beside(out, &tree.notes);
            }
            out.push('\n');
        }
    }
}

fn value(out: &mut String, tree: &Tree, column: usize, key: &str) {
    match (&tree.written, &tree.body) {
        (Some(Written::Inline(text)), _) => out.push_str(text),
        (Some(Written::Block(sign, lines)), _) => {
            out.push_str(sign);
            beside(out, &tree.notes);
            for line in lines {
                out.push('\n');
                if !line.is_empty() {
                    spaces(out, column + INDENT);
                    out.push_str(line);
                }
            }
        }
        (None, Body::Map(_)) => out.push_str("{}"),
        (None, Body::List(_)) => out.push_str("[]"),
        (None, Body::Scalar(scalar)) => match scalar {
            Value::String(text) => out.push_str(&go_text(text, INDENT, column + INDENT)),
            // Rights are read in base 8.
            Value::Number(rights) if key == "mode" && rights.is_u64() => {
                out.push_str(&format!("0o{:o}", rights.as_u64().unwrap_or_default()));
            }
            other => out.push_str(&other.to_string()),
        },
    }
}

/// The comment on the line of a key.
fn beside(out: &mut String, notes: &Notes) {
    if let Some(comment) = &notes.beside {
        spaces(out, comment.gap.max(1));
        out.push_str(&comment.text);
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
