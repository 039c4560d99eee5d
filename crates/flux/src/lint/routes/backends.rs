//! The Services that a route passes on to.

use diagnostics::{Diagnostic, Diagnostics};

use super::{Route, list, text};
use crate::inventory::{Inventory, kinds};
use crate::lint::{at, is_open};
use crate::rules;
use crate::unknown;
use crate::value::Value;

pub(super) fn check(inventory: &Inventory<'_>, route: &Route<'_>, problems: &mut Diagnostics) {
    for backend in &route.backends {
        problems.extend(problem(inventory, route, backend));
    }
}

fn problem(inventory: &Inventory<'_>, route: &Route<'_>, backend: &Value) -> Option<Diagnostic> {
    let is_service =
        matches!(text(backend, "kind"), "" | "Service") && text(backend, "group").is_empty();
    let name = backend.get("name")?;
    let wanted = name.as_text()?;
    if !is_service || is_open(wanted) {
        return None;
    }
    let namespace = match text(backend, "namespace") {
        "" => route.namespace.as_str(),
        given => given,
    };
    if is_open(namespace) {
        return None;
    }
    if namespace != route.namespace && inventory.knows(namespace) {
        let is_granted = inventory.all(kinds::REFERENCE_GRANT).any(|grant| {
            let spec = grant.object.0.get("spec");
            let from = spec.map(|spec| list(spec, "from")).unwrap_or_default();
            let to = spec.map(|spec| list(spec, "to")).unwrap_or_default();
            grant.object.namespace() == namespace
                && from.iter().any(|from| {
                    text(from, "kind") == route.kind && text(from, "namespace") == route.namespace
                })
                && to.iter().any(|to| {
                    let name = text(to, "name");
                    text(to, "kind") == "Service" && (name.is_empty() || name == wanted)
                })
        });
        // A chart in that namespace may bring the grant with it.
        if !is_granted && inventory.releases_into(namespace).next().is_none() {
            let message = format!(
                "no ReferenceGrant in namespace `{namespace}` lets a {} of namespace `{}` use its Service `{wanted}`",
                route.kind, route.namespace
            );
            return Some(at(
                rules::FLUX_ROUTE_GRANT.report(message),
                backend.get("namespace").unwrap_or(name),
            ));
        }
    }
    let Some(service) = inventory.find(kinds::SERVICE, namespace, wanted) else {
        let may_be_made = !inventory.knows(namespace)
            || inventory.releases_into(namespace).next().is_some()
            || inventory.may_be_operated(namespace, wanted);
        if may_be_made {
            return None;
        }
        let message = format!("there is no Service `{wanted}` in namespace `{namespace}`");
        let services = inventory
            .all(kinds::SERVICE)
            .filter(|one| one.object.namespace() == namespace);
        let names: Vec<_> = services.map(|one| one.object.name()).collect();
        let problem = at(rules::FLUX_ROUTE_BACKEND.report(message), name);
        return Some(match diagnostics::closest(wanted, names) {
            Some(close) => problem.hint(format!("did you mean `{close}`?")),
            None => problem,
        });
    };
    let port = backend.get("port")?;
    let ports = service
        .object
        .0
        .at(&["spec", "ports"])
        .map(Value::items)
        .unwrap_or_default();
    let is_external = service.object.text(&["spec", "type"]) == "ExternalName";
    let is_known = !ports.iter().any(unknown::within) && !unknown::within(port);
    if is_external || !is_known || ports.iter().any(|one| one.get("port") == Some(port)) {
        return None;
    }
    let problem = at(
        rules::FLUX_ROUTE_BACKEND.report(format!(
            "the Service `{namespace}/{wanted}` has no such port"
        )),
        port,
    );
    Some(crate::lint::related(
        problem,
        &service.object.place(),
        "this is the Service",
    ))
}
