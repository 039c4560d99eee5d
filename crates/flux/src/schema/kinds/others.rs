//! Kinds of which there is little to say.
//!
//! Source of the behaviour: the packages `validation` of Kubernetes 1.36.3.

use super::{has, report, text};
use crate::rules;
use crate::schema::check::Checker;
use crate::schema::names::is_subdomain;
use crate::schema::quantity;
use crate::unknown;
use crate::value::Value;

/// Fields of a volume that are no source of it.
const NO_SOURCE: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// A volume lies somewhere, and at one place.
pub(super) fn volume(checker: &mut Checker<'_>, root: &Value) {
    let Some(spec) = root.get("spec").filter(|spec| !unknown::is_open(spec)) else {
        return;
    };
    let map = spec.as_map().into_iter().flatten();
    let sources = map
        .filter(|(name, field)| !NO_SOURCE.contains(&name.as_str()) && !field.value.is_null())
        .count();
    match sources {
        0 => report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            Some(spec),
            "`spec` does not say where the volume lies, such as `nfs` or `csi`",
        ),
        1 => {}
        _ => report(
            checker,
            &rules::SCHEMA_CONTRADICTION,
            Some(spec),
            "`spec` has more than one source of the volume",
        ),
    }
}

/// A type has one limit.
pub(super) fn limits(checker: &mut Checker<'_>, root: &Value) {
    let limits = root.at(&["spec", "limits"]).map(Value::items);
    let mut seen = Vec::new();
    for (index, limit) in limits.unwrap_or_default().iter().enumerate() {
        let Some(kind) = text(limit, "type") else {
            continue;
        };
        let is_known = matches!(kind, "Container" | "Pod" | "PersistentVolumeClaim");
        if !is_known && !kind.contains('/') {
            report(
                checker,
                &rules::SCHEMA_NOT_ALLOWED,
                limit.get("type"),
                format!(
                    "`spec.limits[{index}].type` takes `Container`, `Pod`, `PersistentVolumeClaim`, or a name with a domain"
                ),
            );
        }
        let defaults = limit.get("default");
        let requests = limit.get("defaultRequest").and_then(Value::as_map);
        for (name, request) in requests.into_iter().flatten() {
            let default = defaults.and_then(|defaults| defaults.get(name));
            if let (Some(request), Some(default)) =
                (quantity::of(&request.value), default.and_then(quantity::of))
                && request > default
            {
                report(
                    checker,
                    &rules::SCHEMA_CONTRADICTION,
                    limit.get("defaultRequest"),
                    format!(
                        "`spec.limits[{index}].defaultRequest.{name}` is more than its default"
                    ),
                );
            }
        }
        if seen.contains(&kind) {
            report(
                checker,
                &rules::SCHEMA_DUPLICATE_ITEM,
                limit.get("type"),
                format!("`spec.limits[{index}].type` is the type of another limit"),
            );
        }
        seen.push(kind);
    }
}

/// Paths begin at the root, unless the controller decides what they mean.
pub(super) fn ingress(checker: &mut Checker<'_>, root: &Value) {
    let rules = root.at(&["spec", "rules"]).map(Value::items);
    for (index, rule) in rules.unwrap_or_default().iter().enumerate() {
        let paths = rule.at(&["http", "paths"]).map(Value::items);
        for (inner, path) in paths.unwrap_or_default().iter().enumerate() {
            let kind = text(path, "pathType");
            let is_exact = matches!(kind, Some("Exact" | "Prefix"));
            let written = path.get("path");
            let is_open = unknown::is_open(path) || written.is_some_and(unknown::within);
            let text = text(path, "path").unwrap_or_default();
            if !is_open && !text.starts_with('/') && (is_exact || !text.is_empty()) {
                report(
                    checker,
                    &rules::SCHEMA_WRONG_PATTERN,
                    written.or(Some(path)),
                    format!(
                        "`spec.rules[{index}].http.paths[{inner}].path` does not begin with `/`"
                    ),
                );
            }
        }
    }
}

/// The path of a service that answers questions of admission.
pub(super) fn webhooks(checker: &mut Checker<'_>, root: &Value) {
    let hooks = root.get("webhooks").map(Value::items).unwrap_or_default();
    for (index, hook) in hooks.iter().enumerate() {
        let service = hook.at(&["clientConfig", "service"]);
        let Some(service) = service.filter(|service| has(service, "path")) else {
            continue;
        };
        let Some(path) = text(service, "path").filter(|path| !matches!(*path, "" | "/")) else {
            continue;
        };
        let rest = path.strip_prefix('/');
        let rest = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        let is_right = rest.is_some_and(|rest| rest.split('/').all(is_subdomain));
        if !is_right {
            report(
                checker,
                &rules::SCHEMA_WRONG_PATTERN,
                service.get("path"),
                format!(
                    "`webhooks[{index}].clientConfig.service.path` is no path whose parts are names of lower-case letters, digits, `-` and `.`"
                ),
            );
        }
    }
}
