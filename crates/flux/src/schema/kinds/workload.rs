//! Deployments and their kin: a selector and a template of pods.

use super::{has, pod, report, text};
use crate::rules;
use crate::schema::check::Checker;
use crate::schema::metadata;
use crate::schema::names::Name;
use crate::schema::path::Step;
use crate::unknown;
use crate::value::Value;

/// Checks a workload of a kind.
pub(super) fn check<'a>(checker: &mut Checker<'a>, root: &'a Value, kind: &str) {
    let Some(spec) = root.get("spec") else { return };
    let restart: &[&str] = match kind {
        "Job" | "CronJob" => &["OnFailure", "Never"],
        _ => &["Always"],
    };
    match kind {
        "CronJob" => {
            if let Some(template) = spec.at(&["jobTemplate", "spec", "template"]) {
                let keys = ["spec", "jobTemplate", "spec", "template"];
                pods(checker, template, &keys, restart, &[]);
            }
        }
        _ => {
            let Some(template) = spec.get("template") else {
                return;
            };
            let claims = spec.get("volumeClaimTemplates").map(Value::items);
            let claims = claims.unwrap_or_default().iter();
            let claims: Vec<&str> = claims
                .filter_map(|claim| claim.at(&["metadata", "name"])?.as_text())
                .collect();
            pods(checker, template, &["spec", "template"], restart, &claims);
            if kind == "StatefulSet" {
                names(checker, spec, &claims);
            }
            selector(checker, spec, template);
        }
    }
    let strategy = spec.get("strategy");
    if let Some(strategy) = strategy
        && text(strategy, "type") == Some("Recreate")
        && has(strategy, "rollingUpdate")
    {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            strategy.get("rollingUpdate"),
            "`spec.strategy.rollingUpdate` is for the type `RollingUpdate`",
        );
    }
    if let Some(strategy) = spec.get("updateStrategy")
        && text(strategy, "type") == Some("OnDelete")
        && kind == "StatefulSet"
        && has(strategy, "rollingUpdate")
    {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            strategy.get("rollingUpdate"),
            "`spec.updateStrategy.rollingUpdate` is for the type `RollingUpdate`",
        );
    }
}

/// The Service of a `StatefulSet`, and its claims, which are volumes of its pods.
fn names(checker: &mut Checker<'_>, spec: &Value, claims: &[&str]) {
    if let Some(service) = text(spec, "serviceName").filter(|name| !name.is_empty())
        && let Some(what) = Name::Label.wrong(service)
    {
        report(
            checker,
            &rules::SCHEMA_WRONG_NAME,
            spec.get("serviceName"),
            format!("`spec.serviceName` is not {what}"),
        );
    }
    if claims.iter().any(|name| name.is_empty()) {
        report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            spec.get("volumeClaimTemplates"),
            "one of `spec.volumeClaimTemplates` has no `metadata.name`",
        );
    }
}

fn pods<'a>(
    checker: &mut Checker<'a>,
    template: &'a Value,
    keys: &[&'static str],
    restart: &[&str],
    claims: &[&str],
) {
    for key in keys {
        checker.path.push(Step::Key(key));
    }
    if let Some(meta) = template.get("metadata") {
        checker.below(Step::Key("metadata"), |checker| {
            metadata::labels(checker, meta);
        });
    }
    let Some(spec) = template.get("spec") else {
        for _ in keys {
            checker.path.pop();
        }
        return;
    };
    let path = checker.path.with("spec");
    for _ in keys {
        checker.path.pop();
    }
    if unknown::is_open(spec) {
        return;
    }
    let policy = spec.get("restartPolicy").and_then(Value::as_text);
    let default = restart.contains(&"Always").then_some("Always");
    if policy.or(default).is_none_or(|policy| {
        !restart.contains(&policy) && matches!(policy, "Always" | "OnFailure" | "Never")
    }) {
        let shown: Vec<String> = restart.iter().map(|one| format!("`{one}`")).collect();
        report(
            checker,
            &rules::SCHEMA_NOT_ALLOWED,
            spec.get("restartPolicy").or(Some(spec)),
            format!("`{path}.restartPolicy` takes {} here", shown.join(" or ")),
        );
    }
    pod::check(checker, spec, &path, claims);
}

/// The selector selects the pods of the template.
fn selector(checker: &mut Checker<'_>, spec: &Value, template: &Value) {
    let Some(selector) = spec.get("selector") else {
        return;
    };
    // Of a Job the selector is made by the server.
    let Some(wanted) = selector.get("matchLabels").and_then(Value::as_map) else {
        return;
    };
    let metadata = template.get("metadata");
    let labels = metadata.and_then(|metadata| metadata.get("labels"));
    if unknown::is_open(template) || metadata.is_some_and(unknown::is_open) {
        return;
    }
    for (key, field) in wanted {
        let label = labels.and_then(|labels| labels.get(key));
        let is_open = unknown::is(key)
            || unknown::within(&field.value)
            || label.or(labels).is_some_and(unknown::is_open);
        if !is_open && label.and_then(Value::as_text) != field.value.as_text() {
            report(
                checker,
                &rules::SCHEMA_CONTRADICTION,
                Some(&field.value),
                format!(
                    "`spec.selector.matchLabels[{key}]` is not among the labels of `spec.template`"
                ),
            );
        }
    }
}
