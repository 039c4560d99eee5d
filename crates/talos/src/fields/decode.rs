//! A document of YAML as Talos decodes it: strictly, by the table of fields.

use std::collections::HashSet;

use diagnostics::{Diagnostics, Rule, Source, closest};
use serde_json::{Map, Number, Value};
use yaml::{Dialect, Node, Resolved};

use super::table::{Kind, Schema, Spec, any};
use crate::rules;
use documents::scalar::go_float;

/// Places of entries that a `$patch: delete` takes out of the tree.
pub type Removed = HashSet<(usize, usize)>;

/// The rules that a text breaks which is not as the table says.
#[derive(Debug)]
pub struct Faults {
    /// A field that the table does not have.
    pub unknown: &'static Rule,
    /// A value of another kind.
    pub wrong_type: &'static Rule,
    /// A text without quotes that is read as something else, where that is passed on as text.
    pub rewritten: Option<&'static Rule>,
}

/// Those of patches and machine configs.
pub static OF_PATCHES: Faults = Faults {
    unknown: &rules::PATCH_UNKNOWN_FIELD,
    wrong_type: &rules::PATCH_WRONG_TYPE,
    rewritten: None,
};

/// What decoding needs besides the value.
pub struct Decoder<'a> {
    /// The types.
    pub schema: &'static Schema,
    /// The rules of what is read.
    pub faults: &'static Faults,
    /// The text, for places.
    pub source: &'a Source,
    /// What is left out.
    pub removed: &'a Removed,
    /// What is wrong.
    pub problems: Diagnostics,
}

impl Decoder<'_> {
    /// One document: its kind decides its type. `None` if the kind is not known.
    pub fn document(&mut self, root: &Node) -> Option<Value> {
        let schema = self.schema;
        let kind = kind_of(root);
        let Some(spec) = schema.document(&kind) else {
            let place = root.get("kind").unwrap_or(root).range();
            let (message, hint) = unknown_kind(&kind);
            let mut problem = rules::PATCH_UNKNOWN_KIND
                .report(message)
                .at(self.source.location(place));
            problem.hint = hint;
            self.problems.push(problem);
            return None;
        };
        if kind != "v1alpha1" && root.get("apiVersion").is_none() {
            self.problems.push(
                rules::PATCH_NO_API_VERSION
                    .report(format!("the document of kind `{kind}` has no `apiVersion`"))
                    .at(self.source.location(root.range()))
                    .hint("write `apiVersion: v1alpha1`"),
            );
        }
        let mut value = self.value(root, spec);
        if kind == "v1alpha1"
            && let Some(map) = value.as_object_mut()
        {
            map.shift_remove("kind");
            map.shift_remove("apiVersion");
        }
        Some(value)
    }

    /// One value of a known type.
    pub fn value(&mut self, node: &Node, spec: &Spec) -> Value {
        if node.is_null() {
            return Value::Null;
        }
        match &spec.kind {
            Kind::Any => self.any(node),
            Kind::Struct(name) => self.fields(node, name),
            Kind::Map(item) => self.map(node, item),
            Kind::Arguments => self.arguments(node),
            Kind::List(item) => self.list(node, item),
            Kind::Keyed(keyed) => self.list(node, &keyed.item),
            // Talos takes one port as a number only, and a range as text.
            Kind::Text if spec.format == "ports" => scalar(node, &Kind::Unsigned)
                .or_else(|| scalar(node, &Kind::Text))
                .unwrap_or_else(|| self.wrong(node, "a port")),
            // A version that reads as a number is told as what it is, and as it is written.
            Kind::Text if spec.format != "version" && self.faults.rewritten.is_some() => {
                self.rewritten(node)
            }
            Kind::Text | Kind::Integer | Kind::Unsigned | Kind::Float | Kind::Bool => {
                scalar(node, &spec.kind).unwrap_or_else(|| self.wrong(node, wanted(&spec.kind)))
            }
        }
    }

    fn fields(&mut self, node: &Node, name: &'static str) -> Value {
        let Ok(entries) = self.entries(node) else {
            return Value::Null;
        };
        let schema = self.schema;
        let mut map = Map::new();
        for (key, value) in entries {
            let text = key.text().unwrap_or_default();
            if let Some(spec) = schema.field(name, text) {
                let value = self.value(&value, spec);
                // A null is no value to Talos.
                if !value.is_null() {
                    map.insert(text.to_owned(), value);
                }
            } else if name == "V1Alpha1Config" && matches!(text, "kind" | "apiVersion") {
                // Talos reads both to tell the document's type, then finds no field for them.
                self.problems.push(
                    rules::PATCH_UNKNOWN_FIELD
                        .report(format!("the document without a kind takes no `{text}`"))
                        .at(self.source.location(key.range())),
                );
            } else {
                self.unknown(&key, &value, text, name);
            }
        }
        Value::Object(map)
    }

    fn unknown(&mut self, key: &Node, value: &Node, text: &str, name: &str) {
        // Nobody knows whether it is a secret.
        let source = self.source.clone().with_secrets([value.range()]);
        let fields = self.schema.fields(name).iter().map(|(field, _)| *field);
        let message = if self.faults.unknown == &rules::PATCH_UNKNOWN_FIELD {
            format!("Talos knows no field `{text}` here")
        } else {
            format!("`{text}` is not a key here")
        };
        let mut problem = self
            .faults
            .unknown
            .report(message)
            .at(source.location(key.range()));
        if text == "$$patch" {
            problem = problem.hint("the doubled dollar is for files that pass substitution");
        } else if let Some(close) = closest(text, fields) {
            problem = problem.hint(format!("did you mean `{close}`?"));
        }
        self.problems.push(problem);
    }

    /// A text of a talconfig. talhelper reads the file without knowing of texts and writes it
    /// again, so what looks like a number becomes one, and then its shortest form.
    fn rewritten(&mut self, node: &Node) -> Value {
        let Some(scalar) = node.as_scalar() else {
            return self.wrong(node, wanted(&Kind::Text));
        };
        let written = scalar.text();
        let text = match scalar.read(Dialect::Go) {
            Resolved::Bool(value) => value.to_string(),
            Resolved::Integer(value) if i64::try_from(value).is_ok() => value.to_string(),
            Resolved::Integer(value) if u64::try_from(value).is_ok() => value.to_string(),
            // More than a register holds is no whole number to Go.
            Resolved::Integer(_) | Resolved::BigInteger(_) => {
                let digits = written.replace('_', "");
                digits.parse().map_or_else(|_| written.to_owned(), go_float)
            }
            Resolved::Float(value) if value.is_finite() => go_float(value),
            Resolved::Timestamp(day) if day.len() == 10 => format!("{day}T00:00:00Z"),
            _ => written.to_owned(),
        };
        if text != written
            && let Some(rule) = self.faults.rewritten
        {
            let range = node.range();
            let secrets = self.source.secrets().iter();
            let message = if { secrets }.any(|one| one.start < range.end && range.start < one.end) {
                "the value is not read as text, and becomes another".to_owned()
            } else {
                format!("`{written}` is not read as text, and becomes `{text}`")
            };
            self.problems.push(
                rule.report(message)
                    .at(self.source.location(node.range()))
                    .hint("put it into quotes to keep it as it is"),
            );
        }
        Value::String(text)
    }

    fn map(&mut self, node: &Node, item: &Spec) -> Value {
        let Ok(entries) = self.entries(node) else {
            return Value::Null;
        };
        entries
            .into_iter()
            .map(|(key, value)| {
                let value = match self.value(&value, item) {
                    // A map of texts has no other way to hold nothing.
                    Value::Null if item.kind == Kind::Text => Value::String(String::new()),
                    value => value,
                };
                (key.text().unwrap_or_default().to_owned(), value)
            })
            .collect::<Map<_, _>>()
            .into()
    }

    fn arguments(&mut self, node: &Node) -> Value {
        let Ok(entries) = self.entries(node) else {
            return Value::Null;
        };
        let mut map = Map::new();
        for (key, value) in entries {
            let value = if let Some(items) = value.as_sequence() {
                items
                    .iter()
                    .map(|item| {
                        scalar(item, &Kind::Text).unwrap_or_else(|| self.wrong(item, "text"))
                    })
                    .collect()
            } else if value.is_null() {
                // A flag without a value, as Talos writes one.
                Value::String(String::new())
            } else {
                scalar(&value, &Kind::Text)
                    .unwrap_or_else(|| self.wrong(&value, "text or a list of texts"))
            };
            map.insert(key.text().unwrap_or_default().to_owned(), value);
        }
        Value::Object(map)
    }

    fn list(&mut self, node: &Node, item: &Spec) -> Value {
        let Some(items) = node.as_sequence() else {
            return self.wrong(node, "a list");
        };
        let mut out = Vec::with_capacity(items.len());
        for node in items {
            if !self.is_removed(node) {
                out.push(self.value(node, item));
            }
        }
        Value::Array(out)
    }

    fn any(&mut self, node: &Node) -> Value {
        if node.as_mapping().is_some() {
            return self.map(node, any());
        }
        if node.as_sequence().is_some() {
            return self.list(node, any());
        }
        match node.as_scalar().map(|scalar| scalar.read(Dialect::Go)) {
            None | Some(Resolved::Null) => Value::Null,
            Some(Resolved::Bool(value)) => Value::Bool(value),
            Some(Resolved::Integer(value)) => integer(value),
            Some(Resolved::Float(value)) => match Number::from_f64(value) {
                Some(number) => Value::Number(number),
                None => self.wrong(node, "a number with an end"),
            },
            // A day is a moment to Go.
            Some(Resolved::Timestamp(day)) if day.len() == 10 => {
                Value::String(format!("{day}T00:00:00Z"))
            }
            Some(_) => Value::String(node.text().unwrap_or_default().to_owned()),
        }
    }

    /// Keys and values of a map, merge keys resolved, without what is deleted.
    fn entries(&mut self, node: &Node) -> Result<Vec<(Node, Node)>, ()> {
        let Some(mapping) = node.as_mapping() else {
            self.wrong(node, "a map");
            return Err(());
        };
        let Ok(entries) = mapping.merged(Dialect::Go) else {
            self.wrong(node, "a merge key with a map");
            return Err(());
        };
        Ok(entries
            .into_iter()
            .filter(|entry| !self.is_removed(&entry.value))
            .map(|entry| (entry.key, entry.value))
            .collect())
    }

    fn is_removed(&self, node: &Node) -> bool {
        !self.removed.is_empty()
            && self
                .removed
                .contains(&(node.range().start, node.range().end))
    }

    fn wrong(&mut self, node: &Node, wanted: &str) -> Value {
        self.problems.push(
            self.faults
                .wrong_type
                .report(format!("{wanted} is wanted here, not {}", node.kind_name()))
                .at(self.source.location(node.range())),
        );
        Value::Null
    }
}

/// What to say of a kind of document that is not in the table, and what to do about it.
pub fn unknown_kind(kind: &str) -> (String, Option<String>) {
    let mut kinds: Vec<_> = Schema::get().kinds().collect();
    kinds.sort_unstable();
    let close = closest(kind, kinds).map(|close| format!("did you mean `{close}`?"));
    (format!("Talos has no document of kind `{kind}`"), close)
}

/// A document's kind; `v1alpha1` for the one without.
pub fn kind_of(root: &Node) -> String {
    match root.get("kind").and_then(Node::text) {
        None | Some("") => "v1alpha1".to_owned(),
        Some(kind) => kind.to_owned(),
    }
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer | Kind::Unsigned => "a whole number",
        Kind::Float => "a number",
        Kind::Bool => "`true` or `false`",
        _ => "text",
    }
}

/// A scalar of a wanted type, as Go's typed decoding has it.
fn scalar(node: &Node, kind: &Kind) -> Option<Value> {
    let scalar = node.as_scalar()?;
    match (kind, scalar.read(Dialect::Go)) {
        // Text takes any scalar as it was written.
        (Kind::Text, _) => Some(Value::String(scalar.text().to_owned())),
        (Kind::Bool, Resolved::Bool(value)) => Some(Value::Bool(value)),
        (Kind::Bool, _) => match scalar.read(Dialect::Kubernetes) {
            Resolved::Bool(value) => Some(Value::Bool(value)),
            _ => None,
        },
        (Kind::Integer, Resolved::Integer(value)) => Some(integer(value)),
        (Kind::Unsigned, Resolved::Integer(value)) if value >= 0 => Some(integer(value)),
        (Kind::Float, Resolved::Integer(value)) => Some(integer(value)),
        (Kind::Float, Resolved::Float(value)) => Number::from_f64(value).map(Value::Number),
        _ => None,
    }
}

fn integer(value: i128) -> Value {
    i64::try_from(value)
        .map(Value::from)
        .or_else(|_| u64::try_from(value).map(Value::from))
        .unwrap_or_else(|_| Value::String(value.to_string()))
}
