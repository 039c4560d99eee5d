//! `HorizontalPodAutoscalers`.
//!
//! Source of the behaviour: `pkg/apis/autoscaling/validation` of Kubernetes 1.36.3.

use super::{has, report, text, whole};
use crate::rules;
use crate::schema::check::Checker;
use crate::unknown;
use crate::value::Value;

/// Checks a `HorizontalPodAutoscaler` at the version `v2`.
pub(super) fn check(checker: &mut Checker<'_>, root: &Value) {
    let number = |name| root.at(&["spec", name]).and_then(whole);
    let (least, most) = (number("minReplicas"), number("maxReplicas"));
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            root.at(&["spec", "maxReplicas"]),
            "`spec.maxReplicas` is less than `spec.minReplicas`",
        );
    }
    let target = root.at(&["spec", "scaleTargetRef"]);
    if let Some(target) = target.filter(|target| !unknown::is_open(target))
        && let version = target.get("apiVersion")
        && !version.is_some_and(unknown::within)
        && !text(target, "apiVersion").is_some_and(|version| version.contains('/'))
    {
        report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            version.or(Some(target)),
            "`spec.scaleTargetRef.apiVersion` has no group, such as `apps/v1`",
        );
    }
    let metrics = root.at(&["spec", "metrics"]);
    let all = metrics.map(Value::items).unwrap_or_default();
    let is_open = metrics.is_some_and(unknown::within);
    let wakes = |metric: &Value| matches!(text(metric, "type"), Some("Object" | "External"));
    if least == Some(0) && !is_open && !all.iter().any(wakes) {
        report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            root.at(&["spec", "minReplicas"]),
            "`spec.minReplicas` is 0, and no metric of the type `Object` or `External` says when there is to be one again",
        );
    }
    for (index, metric) in all.iter().enumerate() {
        for source in ["resource", "containerResource"] {
            if let Some(target) = metric.at(&[source, "target"]) {
                let path = format!("spec.metrics[{index}].{source}.target");
                resource(checker, target, &path);
            }
        }
    }
}

/// A target of a metric of resources is one value or the other.
fn resource(checker: &mut Checker<'_>, target: &Value, path: &str) {
    if unknown::within(target) {
        return;
    }
    let share = target.get("averageUtilization");
    match (
        has(target, "averageUtilization"),
        has(target, "averageValue"),
    ) {
        (false, false) => report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            Some(target),
            format!("`{path}` has neither `averageUtilization` nor `averageValue`"),
        ),
        (true, true) => report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            Some(target),
            format!("`{path}` has both `averageUtilization` and `averageValue`"),
        ),
        _ if share.and_then(whole).is_some_and(|share| share < 1) => report(
            checker,
            &rules::SCHEMA_OUT_OF_RANGE,
            share,
            format!("`{path}.averageUtilization` takes a number of at least 1"),
        ),
        _ => {}
    }
}
