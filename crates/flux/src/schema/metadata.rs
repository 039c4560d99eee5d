//! What every object has: a name, a namespace, labels, annotations.

use super::check::Checker;
use super::names::{Name, is_label, is_label_value, is_qualified_name};
use super::path::Step;
use super::store::Known;
use crate::object::{Id, Object};
use crate::rules;
use crate::unknown;
use crate::value::Value;

/// All annotations together, keys and values, in bytes.
const ANNOTATIONS: usize = 256 * 1024;

/// Checks the metadata of an object whose kind is known.
pub(super) fn check<'a>(checker: &mut Checker<'a>, object: &'a Object, known: &Known<'a>, id: &Id) {
    name(checker, object, kind_of_name(known, id));
    rest(checker, object);
}

/// Checks the metadata of an object of whose kind nothing is known.
pub(super) fn names<'a>(checker: &mut Checker<'a>, object: &'a Object) {
    name(checker, object, Some(Name::Subdomain));
    rest(checker, object);
}

/// What names a kind takes; none where any will do.
fn kind_of_name(known: &Known<'_>, id: &Id) -> Option<Name> {
    Some(match (known.builtin, id.group.as_str(), id.kind.as_str()) {
        (true, "policy", "PodDisruptionBudget") => return None,
        (true, "rbac.authorization.k8s.io", _) => Name::Segment,
        (true, "", "Namespace" | "Service") => Name::Label,
        (true, "apiregistration.k8s.io" | "flowcontrol.apiserver.k8s.io", _) => Name::Segment,
        (true, "certificates.k8s.io", "ClusterTrustBundle") => Name::Segment,
        _ => Name::Subdomain,
    })
}

fn name<'a>(checker: &mut Checker<'a>, object: &'a Object, kind: Option<Name>) {
    let metadata = object.0.get("metadata");
    if metadata.is_some_and(unknown::is_open) {
        return;
    }
    let written = metadata.and_then(|metadata| metadata.get("name"));
    let generated = metadata.and_then(|metadata| metadata.get("generateName"));
    match written.and_then(Value::as_text) {
        // Of a value that is no text, its type is a problem of its own.
        Some("") | None
            if generated.is_none()
                && written.is_none_or(|value| value.is_null() || value.as_text().is_some()) =>
        {
            let place = metadata.map_or(&object.0.place, |metadata| &metadata.place);
            checker.report(
                &rules::SCHEMA_NO_KIND,
                &place.clone(),
                "the object has no `metadata.name`".to_owned(),
            );
        }
        Some(text) if !text.is_empty() && !unknown::is(text) => {
            let wrong = kind.and_then(|kind| kind.wrong(text));
            if let (Some(what), Some(value)) = (wrong, written) {
                checker.report(
                    &rules::SCHEMA_WRONG_NAME,
                    &value.place,
                    format!("`metadata.name` is not {what}"),
                );
            }
        }
        _ => {}
    }
}

fn rest<'a>(checker: &mut Checker<'a>, object: &'a Object) {
    let Some(metadata) = object.0.get("metadata") else {
        return;
    };
    checker.below(Step::Key("metadata"), |checker| {
        if let Some(value) = metadata.get("namespace")
            && let Some(text) = value.as_text()
            && !(text.is_empty() || unknown::is(text) || is_label(text))
        {
            checker.report(
                &rules::SCHEMA_WRONG_NAME,
                &value.place,
                "`metadata.namespace` is not a name of lower-case letters, digits and `-`"
                    .to_owned(),
            );
        }
        labels(checker, metadata);
        annotations(checker, metadata);
    });
}

/// Checks the labels below some metadata.
pub(super) fn labels<'a>(checker: &mut Checker<'a>, metadata: &'a Value) {
    let Some(labels) = metadata.get("labels").and_then(Value::as_map) else {
        return;
    };
    checker.below(Step::Key("labels"), |checker| {
        for (key, field) in labels {
            if !(is_qualified_name(key) || unknown::is(key)) {
                key_problem(checker, key, &field.key, "label");
            }
            let text = field.value.as_text().unwrap_or_default();
            if !(is_label_value(text) || unknown::is(text)) {
                let path = checker.path.with(key);
                checker.report(
                    &rules::SCHEMA_WRONG_NAME,
                    &field.value.place,
                    format!(
                        "`{path}` is not the value of a label: at most 63 letters, digits, `-`, `_` and `.`, a letter or digit first and last"
                    ),
                );
            }
        }
    });
}

fn annotations<'a>(checker: &mut Checker<'a>, metadata: &'a Value) {
    let Some(annotations) = metadata.get("annotations").and_then(Value::as_map) else {
        return;
    };
    checker.below(Step::Key("annotations"), |checker| {
        let mut size = 0;
        for (key, field) in annotations {
            // Letters may be of either case before the slash, too.
            if !(is_qualified_name(&lower_prefix(key)) || unknown::is(key)) {
                key_problem(checker, key, &field.key, "annotation");
            }
            size += key.len() + field.value.as_text().unwrap_or_default().len();
        }
        if size > ANNOTATIONS
            && let Some(value) = metadata.get("annotations")
        {
            checker.report(
                &rules::SCHEMA_WRONG_LENGTH,
                &value.place,
                format!("the annotations have {size} bytes, and may have {ANNOTATIONS}"),
            );
        }
    });
}

fn lower_prefix(key: &str) -> String {
    match key.split_once('/') {
        Some((prefix, name)) => format!("{}/{name}", prefix.to_lowercase()),
        None => key.to_owned(),
    }
}

fn key_problem(checker: &mut Checker<'_>, key: &str, place: &crate::value::Place, what: &str) {
    checker.report(
        &rules::SCHEMA_WRONG_NAME,
        place,
        format!(
            "`{key}` is not the key of {} {what}: at most 63 letters, digits, `-`, `_` and `.`, after a domain and `/` if any",
            if what == "annotation" { "an" } else { "a" }
        ),
    );
}
