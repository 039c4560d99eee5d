//! As much of JSON Schema as tells which keys an object may have. Whether the values fit is helm's
//! to say; here it only matters what the schema lists.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;
use serde_json::Value;

/// A schema, with the document that it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'chart> {
    documents: &'chart BTreeMap<Utf8PathBuf, Value>,
    document: &'chart Utf8Path,
    value: &'chart Value,
}

/// What a schema says of one key.
pub(super) enum Verdict<'chart> {
    /// It lists the key, with this schema for its value.
    Listed(Schema<'chart>),
    /// It lets any key through, on purpose.
    Open,
    /// It does not mention the key.
    Unlisted,
}

impl<'chart> Schema<'chart> {
    /// The whole document at `path`, which must be one of `documents`.
    pub(super) fn root(
        documents: &'chart BTreeMap<Utf8PathBuf, Value>,
        path: &'chart Utf8Path,
    ) -> Self {
        Self {
            documents,
            document: path,
            value: &documents[path],
        }
    }

    /// The schema and all that it is put together from: references followed, alternatives and
    /// conjunctions flattened.
    pub(super) fn parts(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        self.collect(&mut parts);
        parts
    }

    /// Whether it says anything of an object's keys.
    pub(super) fn speaks(&self) -> bool {
        ["properties", "patternProperties", "additionalProperties"]
            .iter()
            .any(|word| self.value.get(word).is_some())
    }

    /// What this part says of `key`.
    pub(super) fn key(&self, key: &str) -> Verdict<'chart> {
        if let Some(value) = self.value["properties"].get(key) {
            return Verdict::Listed(self.with(value));
        }
        for (pattern, value) in self.value["patternProperties"]
            .as_object()
            .into_iter()
            .flatten()
        {
            if Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(key)) {
                return Verdict::Listed(self.with(value));
            }
        }
        match self.value.get("additionalProperties") {
            Some(Value::Bool(true)) => Verdict::Open,
            Some(value @ Value::Object(_)) => Verdict::Listed(self.with(value)),
            _ => Verdict::Unlisted,
        }
    }

    fn with(&self, value: &'chart Value) -> Self {
        Self { value, ..*self }
    }

    fn collect(&self, parts: &mut Vec<Self>) {
        // References may be circular.
        if parts
            .iter()
            .any(|part| std::ptr::eq(part.value, self.value))
        {
            return;
        }
        parts.push(*self);
        if let Some(reference) = self.value["$ref"].as_str()
            && let Some(target) = self.resolve(reference)
        {
            target.collect(parts);
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            for value in self.value[word].as_array().into_iter().flatten() {
                self.with(value).collect(parts);
            }
        }
        for word in ["if", "then", "else"] {
            if let Some(value) = self.value.get(word) {
                self.with(value).collect(parts);
            }
        }
    }

    /// The schema that a `$ref` names: in this document, in a file beside it, or, for an address, in
    /// the file of the chart whose path ends most like it, so that nothing is asked of the web.
    fn resolve(&self, reference: &str) -> Option<Self> {
        let (address, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if address.is_empty() {
            self.document
        } else {
            self.file(address)?
        };
        let value = self.documents.get(document)?.pointer(pointer)?;
        Some(Self {
            documents: self.documents,
            document,
            value,
        })
    }

    fn file(&self, address: &str) -> Option<&'chart Utf8Path> {
        let beside = self.document.parent().map(|folder| folder.join(address));
        if let Some((path, _)) = beside.and_then(|path| self.documents.get_key_value(&path)) {
            return Some(path);
        }
        let alike = |path: &Utf8Path| {
            let both = path.as_str().rsplit('/').zip(address.rsplit('/'));
            both.take_while(|(mine, theirs)| mine == theirs).count()
        };
        let others = self
            .documents
            .keys()
            .filter(|path| path.as_path() != self.document);
        let (count, path) = others.map(|path| (alike(path), path)).max()?;
        (count > 0).then_some(path.as_path())
    }
}
