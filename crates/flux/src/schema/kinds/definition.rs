//! `CustomResourceDefinitions`.
//!
//! Source of the behaviour: `pkg/apis/apiextensions/validation` and `pkg/apiserver/schema` of
//! `k8s.io/apiextensions-apiserver` 0.36.3.

use super::{report, text};
use crate::rules;
use crate::schema::check::Checker;
use crate::unknown;
use crate::value::Value;

/// How deep schemas are looked into.
const DEEPEST: usize = 64;

/// A definition is named after what it defines, and stores one of its versions.
pub(super) fn check(checker: &mut Checker<'_>, root: &Value) {
    let name = root.at(&["metadata", "name"]);
    let spec = root.get("spec");
    let group = spec.and_then(|spec| text(spec, "group"));
    let plural = spec.and_then(|spec| spec.get("names"));
    let plural = plural.and_then(|names| text(names, "plural"));
    if let (Some(name), Some(group), Some(plural)) = (name, group, plural)
        && name.as_text() != Some(&format!("{plural}.{group}"))
        && !unknown::within(name)
    {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            Some(name),
            "`metadata.name` is not `spec.names.plural`, a dot and `spec.group`",
        );
    }
    let Some(versions) = spec.and_then(|spec| spec.get("versions")) else {
        return;
    };
    let storage = |version: &&Value| version.get("storage").and_then(Value::as_bool) == Some(true);
    let is_one = versions.items().iter().filter(storage).count() == 1;
    if !is_one && !versions.items().is_empty() && !unknown::within(versions) {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            Some(versions),
            "exactly one of `spec.versions` has `storage: true`",
        );
    }
    for (index, version) in versions.items().iter().enumerate() {
        if let Some(schema) = version.at(&["schema", "openAPIV3Schema"]) {
            let path = format!("spec.versions[{index}].schema.openAPIV3Schema");
            typed(checker, schema, &path, 0);
        }
    }
}

/// Every schema of a value says its type, unless it says that there are several.
fn typed(checker: &mut Checker<'_>, schema: &Value, path: &str, depth: usize) {
    let is_schema = schema.as_map().is_some() || schema.is_null();
    if depth > DEEPEST || !is_schema || unknown::is_open(schema) {
        return;
    }
    let is_on = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
    let kind = schema.get("type");
    let is_free = depth > 0
        && (is_on("x-kubernetes-int-or-string") || is_on("x-kubernetes-preserve-unknown-fields"));
    let is_empty = kind.is_none_or(|kind| kind.is_null() || kind.as_text() == Some(""));
    if is_empty && !is_free {
        report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            kind.or(Some(schema)),
            format!("`{path}.type` is missing"),
        );
    }
    let fields = schema.get("properties").and_then(Value::as_map);
    for (name, field) in fields.into_iter().flatten() {
        let path = format!("{path}.properties[{name}]");
        typed(checker, &field.value, &path, depth + 1);
    }
    for part in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(part).filter(|inner| !inner.is_null()) {
            typed(checker, inner, &format!("{path}.{part}"), depth + 1);
        }
    }
}
