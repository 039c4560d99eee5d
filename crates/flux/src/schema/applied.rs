//! What Flux makes of an object before the API server sees it.
//!
//! kustomize-controller takes each object whose kind Kubernetes' client library knows into that
//! library's type and back, which keeps the fields that the type has, and removes the status
//! (fluxcd/pkg `ssa/normalize`; seen with kustomize-controller 1.9.6 and Kubernetes 1.36.3).

use std::borrow::Cow;

use diagnostics::{Diagnostics, Severity};

use super::store::Schemas;
use crate::object::Object;
use crate::rules;
use crate::value::{Data, Value};

/// The one kind whose status stays.
const DEFINITION: &str = "CustomResourceDefinition";

/// Kinds of Kubernetes' own that are left as they are.
const KEPT: &[(&str, &str)] = &[
    ("apiextensions.k8s.io", DEFINITION),
    ("apiregistration.k8s.io", "APIService"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "Role"),
];

/// The object without its status, its name as text.
pub(super) fn as_applied(object: &Object) -> Cow<'_, Object> {
    let has_status = object.0.get("status").is_some() && object.kind() != DEFINITION;
    let name = object.0.at(&["metadata", "name"]).and_then(scalar);
    if !has_status && name.is_none() {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    if let (true, Data::Map(entries)) = (has_status, &mut object.0.data) {
        entries.shift_remove("status");
    }
    let metadata = object.0.get_mut("metadata");
    let written = metadata.and_then(|metadata| metadata.get_mut("name"));
    if let (Some(name), Some(written)) = (name, written) {
        written.data = Data::Text(name);
    }
    Cow::Owned(object)
}

/// A number or truth value as text.
fn scalar(value: &Value) -> Option<String> {
    match &value.data {
        Data::Number(_) | Data::Bool(_) => Some(value.to_json().to_string()),
        _ => None,
    }
}

/// The problems of an object whose unknown fields never reach the server, if they do not: what
/// does not fit the type at all is sent as it is written.
pub(super) fn as_dropped(object: &Object, schemas: &Schemas, problems: Diagnostics) -> Diagnostics {
    let id = object.id();
    let kept = KEPT.contains(&(id.group.as_str(), id.kind.as_str()));
    let known = schemas.find(&id.group, &id.version, &id.kind);
    let is_typed = !kept && known.is_ok_and(|known| known.builtin);
    if !is_typed || problems.has(&rules::SCHEMA_WRONG_TYPE) {
        return problems;
    }
    let dropped = problems.into_iter().map(|mut problem| {
        if problem.is(&rules::SCHEMA_UNKNOWN_FIELD) {
            problem.severity = Severity::Warning;
            problem.message += ", and Flux drops it without a word";
        }
        problem
    });
    dropped.collect()
}
