//! Services.

use super::{has, has_text, report, text};
use crate::rules;
use crate::schema::check::Checker;
use crate::unknown;
use crate::value::Value;

/// Checks a Service.
pub(super) fn check(checker: &mut Checker<'_>, root: &Value) {
    let Some(spec) = root.get("spec").filter(|spec| !spec.is_null()) else {
        return report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            Some(root),
            "`spec.ports` is missing",
        );
    };
    let open = |name| spec.get(name).is_some_and(unknown::is_open);
    if unknown::is_open(spec) || open("type") || open("clusterIP") || open("ports") {
        return;
    }
    let kind = text(spec, "type").unwrap_or("ClusterIP");
    let ports = spec.get("ports").map(Value::items).unwrap_or_default();
    let headless = text(spec, "clusterIP") == Some("None");
    if ports.is_empty() && kind != "ExternalName" && !headless {
        report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            Some(spec),
            "`spec.ports` is missing",
        );
    }
    if kind == "ExternalName" && !has_text(spec, "externalName") {
        report(
            checker,
            &rules::SCHEMA_MISSING_FIELD,
            Some(spec),
            "`spec.externalName` is missing",
        );
    }
    let mut names = Vec::new();
    for (index, port) in ports.iter().enumerate() {
        if unknown::is_open(port) {
            continue;
        }
        match text(port, "name").filter(|name| !name.is_empty()) {
            None if ports.len() > 1 && !has_text(port, "name") => report(
                checker,
                &rules::SCHEMA_MISSING_FIELD,
                Some(port),
                format!("`spec.ports[{index}].name` is missing, which each of several ports has"),
            ),
            Some(name) if names.contains(&name) => report(
                checker,
                &rules::SCHEMA_DUPLICATE_ITEM,
                port.get("name"),
                format!("`spec.ports[{index}].name` is the name of another port"),
            ),
            Some(name) => names.push(name),
            None => {}
        }
    }
    let balanced = kind == "LoadBalancer";
    let outside = balanced || kind == "NodePort";
    let mut only = |name: &str, fine: bool, types: &str| {
        let empty = spec.get(name).is_some_and(|value| {
            value.as_text() == Some("") || value.as_list().is_some_and(<[Value]>::is_empty)
        });
        if has(spec, name) && !fine && !empty {
            report(
                checker,
                &rules::SCHEMA_CONTRADICTION,
                spec.get(name),
                format!("`spec.{name}` is for Services of the type {types}"),
            );
        }
    };
    only("loadBalancerSourceRanges", balanced, "`LoadBalancer`");
    only("loadBalancerClass", balanced, "`LoadBalancer`");
    let external = outside || has(spec, "externalIPs");
    only(
        "externalTrafficPolicy",
        external,
        "`LoadBalancer` or `NodePort`",
    );
}
