//! Pods: what their parts say of each other.

use super::{has, report, text};
use crate::rules;
use crate::schema::check::Checker;
use crate::schema::names::is_label_value;
use crate::schema::quantity;
use crate::unknown;
use crate::value::Value;

/// Fields of a volume that are no source of it.
const NO_SOURCE: &[&str] = &["name"];

/// Checks the specification of pods at a path; `claims` are volumes that a template declares.
pub(super) fn check(checker: &mut Checker<'_>, spec: &Value, path: &str, claims: &[&str]) {
    let list = |name: &str| spec.get(name).map(Value::items).unwrap_or_default();
    let mut volumes: Vec<&str> = claims.to_vec();
    for (index, volume) in list("volumes").iter().enumerate() {
        volumes.extend(text(volume, "name"));
        let map = volume.as_map();
        let sources = map
            .into_iter()
            .flatten()
            .filter(|(name, field)| !NO_SOURCE.contains(&name.as_str()) && !field.value.is_null());
        if sources.count() > 1 && !unknown::is_open(volume) {
            report(
                checker,
                &rules::SCHEMA_CONTRADICTION,
                Some(volume),
                format!("`{path}.volumes[{index}]` has more than one source"),
            );
        }
    }
    // Volumes with names that are unknown may be any.
    let is_open = spec.get("volumes").is_some_and(unknown::is_open)
        || list("volumes").iter().any(|volume| {
            unknown::is_open(volume) || volume.get("name").is_some_and(unknown::is_open)
        })
        || claims.iter().any(|name| unknown::is(name));
    let volumes = (!is_open).then_some(volumes);
    let mut names: Vec<&str> = Vec::new();
    for group in ["initContainers", "containers"] {
        for (index, container) in list(group).iter().enumerate() {
            let path = format!("{path}.{group}[{index}]");
            if let Some(name) = text(container, "name") {
                // Twice in one list is told of by the keys of the list.
                if group == "containers" && names.contains(&name) {
                    report(
                        checker,
                        &rules::SCHEMA_DUPLICATE_ITEM,
                        container.get("name"),
                        format!("`{path}.name` is the name of another container"),
                    );
                }
                if group == "initContainers" {
                    names.push(name);
                }
            }
            if let Some(volumes) = &volumes {
                mounts(checker, container, &path, volumes);
            }
            resources(checker, container, &path);
            ports(checker, container, &path);
        }
    }
    node_terms(checker, spec, path);
    for (index, toleration) in list("tolerations").iter().enumerate() {
        if unknown::within(toleration) {
            continue;
        }
        let exists = text(toleration, "operator") == Some("Exists");
        let empty = text(toleration, "key").is_none_or(str::is_empty);
        let value = text(toleration, "value").is_some_and(|value| !value.is_empty());
        let wrong = if empty && !exists {
            Some("needs the operator `Exists`, for it has no key")
        } else if exists && value {
            Some("has a value that its operator `Exists` does not take")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            report(
                checker,
                &rules::SCHEMA_CONTRADICTION,
                Some(toleration),
                format!("`{path}.tolerations[{index}]` {wrong}"),
            );
        }
    }
}

/// What a node has to be: values of labels, as many as the operator takes.
fn node_terms(checker: &mut Checker<'_>, spec: &Value, path: &str) {
    const TERMS: &[&str] = &[
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    ];
    let path = format!("{path}.{}", TERMS.join("."));
    let terms = spec.at(TERMS).map(Value::items).unwrap_or_default();
    for (index, term) in terms.iter().enumerate() {
        let all = term.get("matchExpressions").map(Value::items);
        for (inner, requirement) in all.unwrap_or_default().iter().enumerate() {
            if unknown::within(requirement) {
                continue;
            }
            let path = format!("{path}[{index}].matchExpressions[{inner}].values");
            let written = requirement.get("values");
            let values = written.map(Value::items).unwrap_or_default();
            let wrong = match (text(requirement, "operator"), values.len()) {
                (Some("In" | "NotIn"), 0) => Some("has a value for this operator"),
                (Some("Exists" | "DoesNotExist"), 1..) => Some("is not for this operator"),
                (Some("Gt" | "Lt"), count) if count != 1 => Some("is one value for this operator"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                let message = format!("`{path}` {wrong}");
                let at = written.or(Some(requirement));
                report(checker, &rules::SCHEMA_CONTRADICTION, at, message);
            }
            for (place, value) in values.iter().enumerate() {
                if value.as_text().is_some_and(|text| !is_label_value(text)) {
                    let message = format!("`{path}[{place}]` is not the value of a label");
                    report(checker, &rules::SCHEMA_WRONG_NAME, Some(value), message);
                }
            }
        }
    }
}

fn mounts(checker: &mut Checker<'_>, container: &Value, path: &str, volumes: &[&str]) {
    for (list, what) in [("volumeMounts", "volume"), ("volumeDevices", "volume")] {
        let mounts = container.get(list).map(Value::items).unwrap_or_default();
        for (index, mount) in mounts.iter().enumerate() {
            if let Some(name) = text(mount, "name")
                && !volumes.contains(&name)
            {
                report(
                    checker,
                    &rules::SCHEMA_UNKNOWN_REFERENCE,
                    mount.get("name"),
                    format!("`{path}.{list}[{index}].name` is no {what} of the pod"),
                );
            }
        }
    }
}

/// What is requested is not more than what is allowed.
fn resources(checker: &mut Checker<'_>, container: &Value, path: &str) {
    let limits = container.at(&["resources", "limits"]);
    let requests = container.at(&["resources", "requests"]);
    let Some(requests) = requests.and_then(Value::as_map) else {
        return;
    };
    for (name, request) in requests {
        let limit = limits.and_then(|limits| limits.get(name));
        let amount = quantity::of;
        if let Some(limit) = limit
            && let (Some(request), Some(limit)) = (amount(&request.value), amount(limit))
            && request > limit
        {
            report(
                checker,
                &rules::SCHEMA_CONTRADICTION,
                requests.get(name).map(|field| &field.value),
                format!("`{path}.resources.requests.{name}` is more than its limit"),
            );
        }
    }
}

fn ports(checker: &mut Checker<'_>, container: &Value, path: &str) {
    let mut names = Vec::new();
    let ports = container.get("ports").map(Value::items).unwrap_or_default();
    for (index, port) in ports.iter().enumerate() {
        let Some(name) = text(port, "name").filter(|name| !name.is_empty()) else {
            continue;
        };
        if names.contains(&name) {
            report(
                checker,
                &rules::SCHEMA_DUPLICATE_ITEM,
                port.get("name"),
                format!("`{path}.ports[{index}].name` is the name of another port"),
            );
        }
        names.push(name);
    }
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    for probe in probes {
        let success = container.at(&[probe, "successThreshold"]);
        if probe != "readinessProbe"
            && has(container, probe)
            && success
                .and_then(super::whole)
                .is_some_and(|count| count > 1)
        {
            report(
                checker,
                &rules::SCHEMA_OUT_OF_RANGE,
                success,
                format!("`{path}.{probe}.successThreshold` is 1"),
            );
        }
    }
}
