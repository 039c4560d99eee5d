//! Keys and values as go-yaml reads them, and so sops.

use crate::rules;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use yaml::{Dialect, Node, Resolved, Scalar, Style};

use super::Reader;
use crate::sops::value::Value;

impl Reader<'_> {
    /// A key, which has to be text.
    pub(super) fn key(&mut self, key: &Node) -> Option<Box<str>> {
        if yaml::is_merge_key(key, Dialect::Go) {
            return Some("<<".into());
        }
        let scalar = key.as_scalar();
        let resolved = scalar.map(|scalar| scalar.read(Dialect::Go));
        if let (Some(scalar), Some(Resolved::Text(_))) = (scalar, &resolved) {
            return Some(scalar.text().into());
        }
        let kind = resolved.map_or_else(|| key.kind_name(), |value| value.kind_name());
        self.problems.push(
            rules::SOPS_KEY_NOT_TEXT
                .report(format!("this key is {kind}, where SOPS needs text"))
                .at(self.source.location(key.range()))
                .hint("put the key in quotes"),
        );
        None
    }

    /// A scalar as go-yaml reads it.
    pub(super) fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Value {
        if scalar.style() == Style::DoubleQuoted && !node.is_alias() {
            let written = self.source.text().get(node.range()).unwrap_or_default();
            // An escaped backslash before a slash is none.
            if written.replace("\\\\", "").contains("\\/") {
                self.problem(
                    node.range(),
                    &rules::SOPS_GO_YAML,
                    "Go's YAML reader refuses the escape `\\/`, and so sops and Flux do".to_owned(),
                );
            }
        }
        match scalar.read(Dialect::Go) {
            Resolved::Null => Value::nothing(),
            Resolved::Bool(truth) => Value::bool(truth),
            Resolved::Float(number) => Value::float(number),
            Resolved::Text(text) => Value::text(text),
            Resolved::Integer(number) => match i64::try_from(number) {
                Ok(number) => Value::integer(number),
                Err(_) => self.too_large(node),
            },
            Resolved::BigInteger(_) => self.too_large(node),
            Resolved::Timestamp(text) => Value::time(&text).unwrap_or_else(|| Value::text(text)),
            Resolved::Binary(text) => {
                let text: String = text.split_whitespace().collect();
                BASE64_STANDARD.decode(&text).map_or_else(
                    |_| {
                        self.problem(
                            node.range(),
                            &rules::SOPS_GO_YAML,
                            "this `!!binary` value is not base64".to_owned(),
                        );
                        Value::nothing()
                    },
                    Value::text,
                )
            }
            Resolved::Refused(reason) => {
                self.problem(
                    node.range(),
                    &rules::SOPS_GO_YAML,
                    format!("Go's YAML reader, and so sops and Flux, refuse this value: {reason}"),
                );
                Value::nothing()
            }
        }
    }

    fn too_large(&mut self, node: &Node) -> Value {
        self.problems.push(
            rules::SOPS_INTEGER_TOO_LARGE
                .report("this whole number has more than 64 bits, which sops cannot keep")
                .at(self.source.location(node.range()))
                .hint("put it in quotes"),
        );
        Value::nothing()
    }
}
