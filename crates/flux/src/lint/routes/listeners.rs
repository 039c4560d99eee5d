//! The Gateway and listener that a route asks for.

use diagnostics::{Diagnostic, Diagnostics};

use super::{Route, list, text};
use crate::inventory::{Inventory, kinds, values, walk};
use crate::lint::{at, is_open, related};
use crate::object::Object;
use crate::rules;
use crate::value::{Data, Number, Value};

pub(super) fn check(inventory: &Inventory<'_>, route: &Route<'_>, problems: &mut Diagnostics) {
    for parent in route.parents {
        problems.extend(parent_problem(inventory, route, parent));
    }
}

fn parent_problem(
    inventory: &Inventory<'_>,
    route: &Route<'_>,
    parent: &Value,
) -> Option<Diagnostic> {
    let is_gateway = matches!(text(parent, "kind"), "" | "Gateway")
        && matches!(text(parent, "group"), "" | "gateway.networking.k8s.io");
    let name = parent.get("name")?;
    let wanted = name.as_text()?;
    if !is_gateway || is_open(wanted) || is_open(text(parent, "namespace")) {
        return None;
    }
    let namespace = match text(parent, "namespace") {
        "" => route.namespace.as_str(),
        given => given,
    };
    let Some(gateway) = inventory.find(kinds::GATEWAY, namespace, wanted) else {
        if !inventory.knows(namespace) || may_be_made(inventory, namespace, wanted) {
            return None;
        }
        let message = format!("there is no Gateway `{wanted}` in namespace `{namespace}`");
        let problem = at(rules::FLUX_ROUTE_PARENT.report(message), name);
        if let Some(other) = inventory.find(kinds::GATEWAY, "", wanted) {
            let there = other.object.namespace();
            return Some(
                related(
                    problem,
                    &other.object.place(),
                    "there is one of this name in another namespace",
                )
                .hint(format!("write `namespace: {there}` beside the name")),
            );
        }
        let names: Vec<_> = inventory
            .all(kinds::GATEWAY)
            .map(|one| one.object.name())
            .collect();
        return Some(match diagnostics::closest(wanted, names) {
            Some(close) => problem.hint(format!("did you mean `{close}`?")),
            None => problem,
        });
    };
    let gateway = gateway.object;
    listener_problem(inventory, route, parent, name, gateway)
}

/// Whether a chart may make a Gateway of this name: its values say so.
fn may_be_made(inventory: &Inventory<'_>, namespace: &str, name: &str) -> bool {
    let mut releases = inventory.releases_into(namespace);
    releases.any(|release| {
        let Some(values) = values(release) else {
            return true;
        };
        let mut says = false;
        walk(values, &mut |path, value| {
            let is_reference = path.contains(&"parentRefs");
            says |= !is_reference && value.as_text() == Some(name);
            says |=
                matches!(path.last(), Some(&("gateway" | "gateways"))) && value.as_map().is_some();
        });
        says
    })
}

fn listener_problem(
    inventory: &Inventory<'_>,
    route: &Route<'_>,
    parent: &Value,
    name: &Value,
    gateway: &Object,
) -> Option<Diagnostic> {
    let spec = gateway.0.get("spec")?;
    let listeners = list(spec, "listeners");
    let wanted = text(parent, "sectionName");
    let port = number(parent.get("port"));
    if listeners.is_empty() || is_open(wanted) {
        return None;
    }
    let shown = format!("the Gateway `{}/{}`", gateway.namespace(), gateway.name());
    let report = |message: String, value: &Value| {
        let problem = at(rules::FLUX_ROUTE_LISTENER.report(message), value);
        related(problem, &gateway.place(), "this is the Gateway")
    };
    let named: Vec<&Value> = { listeners.iter() }
        .filter(|one| wanted.is_empty() || text(one, "name") == wanted)
        .collect();
    if named.is_empty() {
        let section = parent.get("sectionName").unwrap_or(name);
        let names: Vec<_> = listeners
            .iter()
            .map(|one| format!("`{}`", text(one, "name")))
            .collect();
        let message = format!("{shown} has no listener `{wanted}`");
        return Some(
            report(message, section).hint(format!("its listeners are {}", names.join(", "))),
        );
    }
    let named: Vec<&Value> = { named.into_iter() }
        .filter(|one| port.is_none() || number(one.get("port")) == port)
        .collect();
    if named.is_empty() {
        return Some(report(
            format!("{shown} has no such listener on that port"),
            parent.get("port")?,
        ));
    }
    let of_kind: Vec<&Value> = named
        .into_iter()
        .filter(|one| takes_kind(one, route.kind))
        .collect();
    if of_kind.is_empty() {
        return Some(report(
            format!("no such listener of {shown} takes a {}", route.kind),
            name,
        ));
    }
    let near: Vec<&Value> = { of_kind.into_iter() }
        .filter(|one| takes_namespace(inventory, one, gateway, &route.namespace))
        .collect();
    if near.is_empty() {
        let message = format!(
            "no such listener of {shown} takes routes of namespace `{}`",
            route.namespace
        );
        return Some(report(message, name).hint("let the listener's `allowedRoutes` take them"));
    }
    let hosts: Vec<&str> = route
        .hostnames
        .iter()
        .filter_map(|host| host.as_text())
        .collect();
    let fits = near.iter().any(|one| {
        let host = text(one, "hostname");
        host.is_empty()
            || hosts.is_empty()
            || is_open(host)
            || hosts.iter().any(|one| is_open(one) || overlap(one, host))
    });
    if fits {
        return None;
    }
    let place = route.hostnames.first().copied().unwrap_or(name);
    let host = near
        .first()
        .map(|one| text(one, "hostname"))
        .unwrap_or_default();
    Some(report(
        format!("none of the host names is one of the listener's of {shown}, `{host}`"),
        place,
    ))
}

fn number(value: Option<&Value>) -> Option<i128> {
    match value?.data {
        Data::Number(Number::Integer(number)) => Some(number),
        _ => None,
    }
}

/// Whether a listener takes routes of a kind: by its protocol, unless it names kinds.
fn takes_kind(listener: &Value, kind: &str) -> bool {
    let kinds = { listener.at(&["allowedRoutes", "kinds"]) }
        .map(Value::items)
        .unwrap_or_default();
    if !kinds.is_empty() {
        return kinds.iter().any(|one| text(one, "kind") == kind);
    }
    match text(listener, "protocol") {
        "HTTP" | "HTTPS" => matches!(kind, "HTTPRoute" | "GRPCRoute"),
        "TLS" => matches!(kind, "TLSRoute" | "TCPRoute"),
        "TCP" => kind == "TCPRoute",
        "UDP" => kind == "UDPRoute",
        _ => true,
    }
}

fn takes_namespace(
    inventory: &Inventory<'_>,
    listener: &Value,
    gateway: &Object,
    namespace: &str,
) -> bool {
    let allowed = listener.at(&["allowedRoutes", "namespaces"]);
    match allowed
        .map(|allowed| text(allowed, "from"))
        .unwrap_or_default()
    {
        "" | "Same" => gateway.namespace() == namespace,
        "None" => false,
        "Selector" => {
            let object = inventory.find(kinds::NAMESPACE, "", namespace);
            let labels =
                allowed.and_then(|allowed| allowed.at(&["selector", "matchLabels"])?.as_map());
            // Labels of what the repository does not have are not known, nor are expressions read.
            let is_open = allowed
                .and_then(|one| one.at(&["selector", "matchExpressions"]))
                .is_some();
            let (Some(labels), false) = (labels, is_open) else {
                return true;
            };
            labels.iter().all(|(key, field)| {
                let wanted = field.value.as_text();
                match (key.as_str(), object) {
                    ("kubernetes.io/metadata.name", _) => wanted == Some(namespace),
                    (_, Some(object)) => object.object.label(key) == wanted,
                    (_, None) => true,
                }
            })
        }
        _ => true,
    }
}

/// Whether two host names, each perhaps with a leading `*.`, have one in common.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    match (one.strip_prefix('*'), other.strip_prefix('*')) {
        (None, None) => one == other,
        (Some(suffix), None) => other.ends_with(suffix),
        (None, Some(suffix)) => one.ends_with(suffix),
        (Some(one), Some(other)) => one.ends_with(other) || other.ends_with(one),
    }
}
