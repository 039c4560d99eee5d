//! Host names outside the configured domains.

use diagnostics::Diagnostics;

use super::context::Context;
use super::{at, is_open, routes};
use crate::inventory::Inventory;
use crate::rules;
use crate::value::Value;

pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    if context.domains.is_empty() {
        return;
    }
    let mut hosts: Vec<&Value> = Vec::new();
    for route in routes::all(inventory) {
        hosts.extend(route.hostnames);
    }
    for entry in &inventory.objects {
        let object = entry.object;
        match (object.group(), object.kind()) {
            ("networking.k8s.io", "Ingress") => {
                let rules = object.0.at(&["spec", "rules"]).map(Value::items);
                hosts.extend(
                    rules
                        .unwrap_or_default()
                        .iter()
                        .filter_map(|rule| rule.get("host")),
                );
            }
            ("gateway.networking.k8s.io", "Gateway") => {
                let listeners = object.0.at(&["spec", "listeners"]).map(Value::items);
                let listeners = listeners.unwrap_or_default().iter();
                hosts.extend(listeners.filter_map(|one| one.get("hostname")));
            }
            _ => {}
        }
    }
    for host in hosts {
        let Some(name) = host.as_text() else { continue };
        let name = name.trim_start_matches("*.");
        // `cluster.local` and single labels stay within the cluster.
        if name.is_empty() || is_open(name) || !name.contains('.') || name.ends_with(".local") {
            continue;
        }
        if !context.domains.iter().any(|domain| is_within(name, domain)) {
            let domains: Vec<_> = context
                .domains
                .iter()
                .map(|one| format!("`{one}`"))
                .collect();
            problems.push(at(
                rules::FLUX_HOST_OUTSIDE.report(format!(
                    "the host `{name}` lies outside the configured {} {}",
                    if domains.len() == 1 {
                        "domain"
                    } else {
                        "domains"
                    },
                    domains.join(", ")
                )),
                host,
            ));
        }
    }
}

/// Whether a name is a domain or lies in it, whatever the case of its letters.
fn is_within(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let rest = name.strip_suffix(&domain);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
