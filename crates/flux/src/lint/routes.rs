//! Routes: the Gateways and listeners that they ask for, and the Services that they pass on to.

mod backends;
mod listeners;

use diagnostics::Diagnostics;

use crate::inventory::{Inventory, target_namespace, walk};
use crate::object::{Id, Object};
use crate::value::Value;

/// Kinds of routes.
const KINDS: &[&str] = &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// A route: an object, or values of a release of which its chart makes one.
#[derive(Debug, Clone)]
pub struct Route<'a> {
    /// The object, or the HelmRelease.
    pub object: &'a Object,
    /// What names it.
    pub id: Id,
    /// Which kind of route it is.
    pub kind: &'a str,
    /// The namespace that it stands in.
    pub namespace: String,
    /// Its `parentRefs`.
    pub parents: &'a [Value],
    /// Its host names.
    pub hostnames: Vec<&'a Value>,
    /// Its `backendRefs`; none where a chart adds them.
    pub backends: Vec<&'a Value>,
}

/// Every route.
pub(crate) fn all<'a>(inventory: &Inventory<'a>) -> Vec<Route<'a>> {
    let mut routes = Vec::new();
    for entry in &inventory.objects {
        let object = entry.object;
        if object.group() != "gateway.networking.k8s.io" || !KINDS.contains(&object.kind()) {
            continue;
        }
        let Some(spec) = object.0.get("spec") else {
            continue;
        };
        let mut backends = Vec::new();
        walk(spec, &mut |path, value| {
            if path.last() == Some(&"backendRefs") {
                backends.extend(value.items());
            }
        });
        routes.push(Route {
            object,
            id: object.id(),
            kind: object.kind(),
            namespace: object.namespace().to_owned(),
            parents: list(spec, "parentRefs"),
            hostnames: list(spec, "hostnames").iter().collect(),
            backends,
        });
    }
    for release in &inventory.assembled.releases {
        // Places are those of the object.
        let Some(values) = release.object.0.at(&["spec", "values"]) else {
            continue;
        };
        walk(values, &mut |path, value| {
            let is_off = value.get("enabled").and_then(Value::as_bool) == Some(false);
            let parents = list(value, "parentRefs");
            if parents.is_empty() || is_off || path.contains(&"[]") {
                return;
            }
            let kind = value.get("kind").and_then(Value::as_text);
            let kind = kind
                .filter(|kind| KINDS.contains(kind))
                .unwrap_or("HTTPRoute");
            routes.push(Route {
                object: &release.object,
                id: release.id.clone(),
                kind,
                namespace: target_namespace(release).to_owned(),
                parents,
                hostnames: list(value, "hostnames").iter().collect(),
                backends: Vec::new(),
            });
        });
    }
    routes
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).map(Value::items).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_text).unwrap_or_default()
}

pub(super) fn check(inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    for route in all(inventory) {
        listeners::check(inventory, &route, problems);
        backends::check(inventory, &route, problems);
    }
}
