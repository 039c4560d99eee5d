//! A value with the way to it, and what is found wrong there.

use diagnostics::{MASK, Rule, Severity};
use serde_json::Value;

use super::way::Trail;
use crate::contract::Release;
use crate::rules;

static NOTHING: Value = Value::Null;

/// One thing that Talos would refuse, or warn about.
///
/// No message holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The document, such as `v1alpha1` or `UserVolumeConfig/data`.
    pub document: String,
    /// The path in it, as in [`Change`](documents::change::Change); empty for the document itself.
    pub path: String,
    /// What is wrong, as a clause.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether Talos refuses it, or only warns; strict callers take both as errors.
    pub severity: Severity,
    /// The rule that is broken.
    pub rule: &'static Rule,
}

/// A value of a document, or the place where it would be.
#[derive(Clone)]
pub(super) struct Place<'a> {
    document: &'a str,
    trail: Trail<'a>,
    value: &'a Value,
}

impl<'a> Place<'a> {
    /// Where a document would be that is not there.
    pub(super) fn absent(document: &'a str) -> Self {
        Self::new(document, &NOTHING)
    }

    /// A document as a whole.
    pub(super) fn new(document: &'a str, value: &'a Value) -> Self {
        Self::with_path(document, String::new(), value)
    }

    /// What stands at a path.
    pub(super) fn with_path(document: &'a str, path: String, value: &'a Value) -> Self {
        Self {
            document,
            trail: Trail::from(path),
            value,
        }
    }

    /// What stands under a key.
    pub(super) fn key(&self, key: &'a str) -> Self {
        let value = self.value.get(key).unwrap_or(&NOTHING);
        self.at(self.trail.key(key), value)
    }

    /// What stands under several keys below each other.
    pub(super) fn keys(&self, keys: &[&'a str]) -> Self {
        keys.iter().fold(self.clone(), |place, &key| place.key(key))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map_or(&[][..], Vec::as_slice);
        items
            .iter()
            .enumerate()
            .map(|(index, item)| self.at(self.trail.item(index), item))
            .collect()
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        self.value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), self.at(self.trail.key(key), value)))
            .collect()
    }

    fn at(&self, trail: Trail<'a>, value: &'a Value) -> Self {
        Self {
            document: self.document,
            trail,
            value,
        }
    }

    /// The value as it is.
    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// The text; empty if there is none.
    pub(super) fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    /// The whole number; 0 if there is none.
    pub(super) fn number(&self) -> i128 {
        let value = self.value;
        value
            .as_i64()
            .map(i128::from)
            .or_else(|| value.as_u64().map(i128::from))
            .unwrap_or_default()
    }

    /// Whether it is `false`, not only absent.
    pub(super) fn is_false(&self) -> bool {
        self.value == &Value::Bool(false)
    }

    /// The scalar as text.
    pub(super) fn shown(&self) -> String {
        match self.value {
            Value::String(text) => shown(text).to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether it is `true`.
    pub(super) fn is_true(&self) -> bool {
        self.value == &Value::Bool(true)
    }

    /// Whether there is something, be it empty.
    pub(super) fn is_there(&self) -> bool {
        !self.value.is_null()
    }

    /// Whether Go would see nothing but empty values.
    pub(super) fn is_empty(&self) -> bool {
        match self.value {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
        }
    }
}

/// What was found.
pub(super) struct Report {
    pub(super) violations: Vec<Violation>,
    /// Who is asked.
    pub(super) release: Release,
    /// Whether that is the release of the node, not only the oldest one of a contract.
    pub(super) exact: bool,
}

impl Report {
    /// Nothing yet.
    pub(super) fn new(release: Release) -> Self {
        Self {
            violations: Vec::new(),
            release,
            exact: false,
        }
    }

    /// Whether Talos 1.14 or newer is asked, which has documents for nearly everything.
    pub(super) fn has_documents(&self) -> bool {
        self.release.minor() >= 14
    }

    /// Something that Talos refuses, or warns about, as the rule says.
    pub(super) fn add(
        &mut self,
        place: &Place<'_>,
        rule: &'static Rule,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add_as(rule.severity(), place, rule, message, hint);
    }

    /// The same, where Talos only warns about what it elsewhere refuses.
    pub(super) fn add_as(
        &mut self,
        severity: Severity,
        place: &Place<'_>,
        rule: &'static Rule,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(place, severity, rule, message.into(), hint.into());
    }

    /// A value that must be there and is not.
    pub(super) fn missing(&mut self, place: &Place<'_>, hint: impl Into<String>) {
        let path = place.trail.written();
        let key = last_key(&path);
        self.add(
            place,
            &rules::MACHINE_CONFIG_MISSING,
            format!("`{key}` is missing"),
            hint,
        );
    }

    /// Two keys of which only one may be set; the place is that of the one to take out.
    pub(super) fn exclusive(&mut self, place: &Place<'_>, other: &str) {
        let path = place.trail.written();
        let key = last_key(&path);
        self.add(
            place,
            &rules::MACHINE_CONFIG_EXCLUSIVE,
            format!("`{key}` and `{other}` exclude each other"),
            format!("keep one of `{key}` and `{other}`"),
        );
    }

    /// A value that is not allowed here. It must not be a secret.
    pub(super) fn bad(&mut self, place: &Place<'_>, wanted: &str, hint: impl Into<String>) {
        self.add(
            place,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            format!("`{}` is not {wanted}", shown(place.text())),
            hint,
        );
    }

    fn push(
        &mut self,
        place: &Place<'_>,
        severity: Severity,
        rule: &'static Rule,
        message: String,
        hint: String,
    ) {
        self.violations.push(Violation {
            document: place.document.to_owned(),
            path: place.trail.written(),
            message,
            hint: (!hint.is_empty()).then_some(hint),
            severity,
            rule,
        });
    }
}

/// A value in a message: not if it is a URL with a password.
pub(super) fn shown(text: &str) -> &str {
    if text.contains("://") && text.contains('@') {
        return MASK;
    }
    text
}

/// The last key of a path, with the index of an item.
fn last_key(path: &str) -> &str {
    let bytes = path.as_bytes();
    let dot = (1..bytes.len())
        .rev()
        .find(|&at| bytes.get(at) == Some(&b'.') && bytes.get(at - 1) != Some(&b'\\'));
    dot.and_then(|at| path.get(at + 1..)).unwrap_or(path)
}
