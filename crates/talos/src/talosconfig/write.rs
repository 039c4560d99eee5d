//! `talosconfig` as text, byte for byte as talosctl and talhelper write it.

use zeroize::Zeroizing;

use super::{Context, Other, Talosconfig};
use documents::emit;

/// What a level is indented by.
const INDENT: usize = 4;

impl Talosconfig {
    /// The text of the file.
    pub fn to_yaml(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(4096));
        line(&mut out, 0, "context", &self.context);
        if self.contexts.is_empty() {
            out.push_str("contexts: {}\n");
        } else {
            out.push_str("contexts:\n");
        }
        for (name, context) in &self.contexts {
            spaces(&mut out, INDENT);
            out.push_str(&scalar(name));
            out.push_str(":\n");
            write_context(&mut out, context);
        }
        other(&mut out, 0, &self.other);
        out
    }
}

/// One context, below its name.
fn write_context(out: &mut String, context: &Context) {
    let column = 2 * INDENT;
    if let Some(target) = &context.target {
        line(out, column, "target", target);
    }
    if context.endpoints.is_empty() {
        spaces(out, column);
        out.push_str("endpoints: []\n");
    }
    for (key, items) in [("endpoints", &context.endpoints), ("nodes", &context.nodes)] {
        if items.is_empty() {
            continue;
        }
        spaces(out, column);
        out.push_str(key);
        out.push_str(":\n");
        for item in items {
            spaces(out, column + INDENT);
            out.push_str("- ");
            out.push_str(&scalar(item));
            out.push('\n');
        }
    }
    for (key, value) in [
        ("ca", &context.authority),
        ("crt", &context.certificate),
        ("key", &context.key),
    ] {
        if let Some(value) = value {
            line(out, column, key, value.expose());
        }
    }
    let (auth, rest): (Vec<_>, Vec<_>) = context
        .other
        .0
        .clone()
        .into_iter()
        .partition(|(key, _)| key == "auth");
    other(out, column, &Other(auth.into_iter().collect()));
    if let Some(cluster) = &context.cluster {
        line(out, column, "cluster", cluster);
    }
    if let Some(proxy) = &context.proxy_url {
        line(out, column, "proxy-url", proxy);
    }
    other(out, column, &Other(rest.into_iter().collect()));
}

/// What is kept as it is.
fn other(out: &mut String, column: usize, other: &Other) {
    if other.is_empty() {
        return;
    }
    let text = Zeroizing::new(emit::document(&other.0.clone().into(), INDENT));
    for line in text.lines() {
        if !line.is_empty() {
            spaces(out, column);
        }
        out.push_str(line);
        out.push('\n');
    }
}

/// One value.
fn line(out: &mut String, column: usize, key: &str, value: &str) {
    spaces(out, column);
    out.push_str(key);
    out.push_str(": ");
    out.push_str(&scalar(value));
    out.push('\n');
}

/// Text on one line, plain where Go would write it plain.
fn scalar(text: &str) -> Zeroizing<String> {
    if text.is_empty() {
        return Zeroizing::new("\"\"".to_owned());
    }
    Zeroizing::new(emit::plain_or_quoted(text))
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
