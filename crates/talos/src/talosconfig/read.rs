//! `talosconfig` out of text.

use diagnostics::{Diagnostics, Source};
use serde_json::{Map, Number, Value};
use yaml::{Dialect, Limits, Node, Resolved};

use super::{Context, Talosconfig};
use crate::certificates::{Certificate, ReadKey};
use crate::rules;
use crate::secret_text::SecretText;

/// Reads the file, or tells everything that is wrong with it. What is not an error may still be
/// a warning, such as a key that belongs to another certificate.
///
/// Every value is masked in every excerpt, whatever it is.
pub fn read(source: &Source) -> (Option<Talosconfig>, Diagnostics) {
    let source = &source
        .clone()
        .with_secrets(yaml::mask::values(source.text()));
    let parsed = yaml::parse(source, &Limits::default());
    let mut problems = parsed.diagnostics.clone();
    if problems.has_errors() {
        return (None, problems);
    }
    let mut reader = Reader {
        source,
        problems: Diagnostics::new(),
    };
    // An empty file is one without contexts.
    let config = match parsed.root() {
        Some(root) if !root.is_null() => reader.config(root),
        _ => Talosconfig::default(),
    };
    problems.extend(reader.problems);
    let config = (!problems.has_errors()).then_some(config);
    (config, problems)
}

/// Collects the problems of one text.
struct Reader<'a> {
    source: &'a Source,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn config(&mut self, root: &Node) -> Talosconfig {
        let mut out = Talosconfig::default();
        for (key, node) in self.entries(root, "the file") {
            match key.as_str() {
                "context" => out.context = self.text(node, "context").unwrap_or_default(),
                "contexts" => {
                    for (name, node) in self.entries(node, "`contexts`") {
                        let context = self.context(node);
                        out.contexts.push((name, context));
                    }
                }
                _ => drop(out.other.0.insert(key, self.value(node))),
            }
        }
        if !out.context.is_empty() && out.current().is_none() {
            let place = root.get("context").unwrap_or(root);
            let message = "the current `context` is none of the `contexts`";
            let names = out.contexts.iter().map(|(name, _)| name.as_str());
            let mut problem = rules::TALOSCONFIG_NO_SUCH_CONTEXT
                .report(message)
                .at(self.source.location(place.range()));
            if let Some(closest) = diagnostics::closest(&out.context, names) {
                problem = problem.hint(format!("did you mean `{closest}`?"));
            }
            self.problems.push(problem);
        }
        out
    }

    /// One context.
    fn context(&mut self, node: &Node) -> Context {
        let mut out = Context::default();
        for (key, node) in self.entries(node, "a context") {
            match key.as_str() {
                "target" => out.target = self.text(node, "target"),
                "endpoints" => out.endpoints = self.list(node, "endpoints"),
                "nodes" => out.nodes = self.list(node, "nodes"),
                "ca" => out.authority = self.secret(node, "ca"),
                "crt" => out.certificate = self.secret(node, "crt"),
                "key" => out.key = self.secret(node, "key"),
                "cluster" => out.cluster = self.text(node, "cluster"),
                "proxy-url" => out.proxy_url = self.text(node, "proxy-url"),
                _ => drop(out.other.0.insert(key, self.value(node))),
            }
        }
        self.credentials(node, &out);
        out
    }

    /// Whether certificate and key are what they should be.
    fn credentials(&mut self, node: &Node, context: &Context) {
        let place = |key: &str| {
            let place = node.get(key).unwrap_or(node);
            self.source.location(place.range())
        };
        let mut found = Vec::new();
        let mut certificate = |key: &str, text: &Option<SecretText>| {
            let read = Certificate::read(text.as_ref()?.expose());
            let read = read.map_err(|fault| {
                let message = format!("`{key}` {fault}");
                found.push(rules::TALOSCONFIG_BROKEN.report(message).at(place(key)));
            });
            read.ok()
        };
        certificate("ca", &context.authority);
        let own = certificate("crt", &context.certificate);
        if let Some(text) = &context.key {
            match (ReadKey::read(text.expose()), own) {
                (Ok(key), Some(own)) if !key.belongs_to(&own) => found.push(
                    rules::TALOSCONFIG_WRONG_KEY
                        .report("`key` is not the key of `crt`")
                        .at(place("key"))
                        .related(place("crt"), "the certificate"),
                ),
                (Ok(_), _) => {}
                (Err(fault), _) => {
                    let message = format!("`key` {fault}");
                    found.push(rules::TALOSCONFIG_BROKEN.report(message).at(place("key")));
                }
            }
        }
        self.problems.extend(found);
    }

    /// The entries of a map; none, and a problem, if it is something else.
    fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(String, &'n Node)> {
        if let Some(map) = node.as_mapping() {
            let mut named = |entry: &'n yaml::Entry| {
                let Some(key) = entry.key.text() else {
                    self.problem(&entry.key, "a key", "text");
                    return None;
                };
                Some((key.to_owned(), &entry.value))
            };
            return map.iter().filter_map(&mut named).collect();
        }
        if !node.is_null() {
            self.problem(node, what, "a map");
        }
        Vec::new()
    }

    /// A text; none if it is empty, as Go leaves it out then.
    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        if node.is_null() {
            return None;
        }
        let text = node.text();
        if text.is_none() {
            self.problem(node, &format!("`{what}`"), "text");
        }
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A text that nobody prints.
    fn secret(&mut self, node: &Node, what: &str) -> Option<SecretText> {
        self.text(node, what).map(SecretText::from)
    }

    /// A list of texts.
    fn list(&mut self, node: &Node, what: &str) -> Vec<String> {
        let Some(items) = node.as_sequence() else {
            if !node.is_null() {
                self.problem(node, &format!("`{what}`"), "a list");
            }
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.text(item, what))
            .collect()
    }

    /// Anything, as Go reads it.
    fn value(&mut self, node: &Node) -> Value {
        match node.value() {
            yaml::Value::Scalar(scalar) => match scalar.read(Dialect::Go) {
                Resolved::Null => Value::Null,
                Resolved::Bool(flag) => flag.into(),
                Resolved::Integer(number) => i64::try_from(number).map_or_else(
                    |_| scalar.text().into(),
                    |number| Number::from(number).into(),
                ),
                _ => scalar.text().into(),
            },
            yaml::Value::Sequence(items) => items.iter().map(|item| self.value(item)).collect(),
            yaml::Value::Mapping(_) => {
                let entries = self.entries(node, "a value");
                let entries = entries.into_iter();
                let entries = entries.map(|(key, node)| (key, self.value(node)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    fn problem(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} is {}, not {wanted}", node.kind_name());
        self.problems.push(
            rules::TALOSCONFIG_TYPE
                .report(message)
                .at(self.source.location(node.range())),
        );
    }
}
