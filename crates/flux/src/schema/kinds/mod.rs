//! What the API server knows of Kubernetes' own kinds beyond their schemas.

mod definition;
mod others;
mod pod;
mod removed;
mod scaler;
mod service;
mod workload;

pub(super) use removed::{deprecated, removed};

use diagnostics::Rule;

use super::check::Checker;
use super::names::Name;
use crate::object::{Id, Object};
use crate::rules;
use crate::unknown;
use crate::value::{Place, Value};

/// Checks an object of a kind of Kubernetes' own. A check that would read something unknown is
/// left out.
pub(super) fn check<'a>(checker: &mut Checker<'a>, object: &'a Object, id: &Id) {
    let root = &object.0;
    match (id.group.as_str(), id.kind.as_str()) {
        ("", "Service") => service::check(checker, root),
        ("", "Secret") => secret(checker, root),
        ("", "Pod") => match root.get("spec") {
            Some(spec) if spec.is_null() => report(
                checker,
                &rules::SCHEMA_MISSING_FIELD,
                Some(spec),
                "`spec.containers` is missing",
            ),
            Some(spec) => pod::check(checker, spec, "spec", &[]),
            None => {}
        },
        ("apps" | "batch", _) => workload::check(checker, root, &id.kind),
        ("autoscaling", "HorizontalPodAutoscaler") if id.version == "v2" => {
            scaler::check(checker, root);
        }
        ("", "PersistentVolume") => others::volume(checker, root),
        ("", "LimitRange") => others::limits(checker, root),
        ("networking.k8s.io", "Ingress") => others::ingress(checker, root),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => others::webhooks(checker, root),
        ("policy", "PodDisruptionBudget") => {
            let spec = root.get("spec");
            let there = |name| spec.is_some_and(|spec| has(spec, name));
            if there("minAvailable") && there("maxUnavailable") {
                report(
                    checker,
                    &rules::SCHEMA_CONTRADICTION,
                    root.at(&["spec", "maxUnavailable"]),
                    "`spec.minAvailable` and `spec.maxUnavailable` exclude each other",
                );
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition::check(checker, root),
        ("rbac.authorization.k8s.io", kind) => binding(checker, root, kind),
        _ => {}
    }
}

/// Adds a problem at a value.
fn report(
    checker: &mut Checker<'_>,
    rule: &'static Rule,
    at: Option<&Value>,
    message: impl Into<String>,
) {
    let place = at.map_or_else(Place::default, |value| value.place.clone());
    checker.report(rule, &place, message.into());
}

/// Whether a field is there and not null.
fn has(value: &Value, name: &str) -> bool {
    value.get(name).is_some_and(|field| !field.is_null())
}

/// The text of a field; none where it is not there, or not known.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let text = value.get(name)?.as_text()?;
    (!unknown::is(text)).then_some(text)
}

/// Whether a field has a text, known or not.
fn has_text(value: &Value, name: &str) -> bool {
    let text = value.get(name).and_then(Value::as_text);
    text.is_some_and(|text| !text.is_empty())
}

fn whole(value: &Value) -> Option<i128> {
    match value.data {
        crate::value::Data::Number(number) => super::check::whole(number),
        _ => None,
    }
}

/// A Secret's type says which keys it has.
fn secret(checker: &mut Checker<'_>, root: &Value) {
    let required: &[&str] = match text(root, "type") {
        Some("kubernetes.io/tls") => &["tls.crt", "tls.key"],
        Some("kubernetes.io/dockerconfigjson") => &[".dockerconfigjson"],
        Some("kubernetes.io/dockercfg") => &[".dockercfg"],
        Some("kubernetes.io/ssh-auth") => &["ssh-privatekey"],
        _ => &[],
    };
    for key in required {
        let there = |map| root.at(&[map, key]).is_some();
        let open = |map| root.get(map).is_some_and(unknown::is_open);
        if !there("data") && !there("stringData") && !open("data") && !open("stringData") {
            report(
                checker,
                &rules::SCHEMA_MISSING_FIELD,
                root.get("type"),
                format!("`data[{key}]` is missing, which Secrets of this type have"),
            );
        }
    }
}

/// Rules of roles, and whom they bind.
fn binding(checker: &mut Checker<'_>, root: &Value, kind: &str) {
    if kind == "ClusterRoleBinding"
        && let Some(role) = root.at(&["roleRef", "kind"])
        && role.as_text() == Some("Role")
    {
        report(
            checker,
            &rules::SCHEMA_NOT_ALLOWED,
            Some(role),
            "`roleRef.kind` of a `ClusterRoleBinding` is `ClusterRole`",
        );
    }
    for (index, subject) in root
        .get("subjects")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        if unknown::is_open(subject) || subject.get("kind").is_some_and(unknown::is_open) {
            continue;
        }
        let account = text(subject, "kind") == Some("ServiceAccount");
        if account && kind == "ClusterRoleBinding" && !has_text(subject, "namespace") {
            report(
                checker,
                &rules::SCHEMA_MISSING_FIELD,
                Some(subject),
                format!("`subjects[{index}].namespace` is missing"),
            );
        }
        if account
            && let Some(name) = text(subject, "name")
            && let Some(what) = Name::Subdomain.wrong(name)
        {
            report(
                checker,
                &rules::SCHEMA_WRONG_NAME,
                subject.get("name"),
                format!("`subjects[{index}].name` is not {what}"),
            );
        }
        if let Some(group) = subject.get("apiGroup")
            && let Some(written) = text(subject, "apiGroup")
        {
            let right = if account {
                ""
            } else {
                "rbac.authorization.k8s.io"
            };
            if written != right && (account || !written.is_empty()) {
                report(
                    checker,
                    &rules::SCHEMA_NOT_ALLOWED,
                    Some(group),
                    format!("`subjects[{index}].apiGroup` of such a subject is `{right}`"),
                );
            }
        }
    }
    for (index, rule) in root
        .get("rules")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        if unknown::is_open(rule) {
            continue;
        }
        let any = |name| {
            let list = rule.get(name);
            list.is_some_and(|list| !list.items().is_empty() || unknown::is_open(list))
        };
        let missing = if any("nonResourceURLs") {
            None
        } else if !any("apiGroups") {
            Some("apiGroups")
        } else if !any("resources") {
            Some("resources")
        } else {
            None
        };
        if let Some(name) = missing {
            report(
                checker,
                &rules::SCHEMA_MISSING_FIELD,
                Some(rule),
                format!("`rules[{index}].{name}` is missing"),
            );
        }
    }
}
