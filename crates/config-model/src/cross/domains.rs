//! The domains.

use std::collections::HashMap;

use diagnostics::Diagnostics;

use super::scope::Scope;
use crate::fields::{Fields, Placed};
use crate::rules;
use crate::types::DomainName;

/// The domains in force: `cloudflare_domains`, or else `cloudflare_domain`.
pub(crate) fn domains(cluster: &Fields<'_>) -> Vec<Placed<DomainName>> {
    if cluster.is_set("cloudflare_domains") {
        cluster.list("cloudflare_domains")
    } else {
        cluster.list("cloudflare_domain")
    }
}

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let cluster = scope.cluster;
    let set = |key| cluster.is_set(key);
    if cluster.counts("cloudflare_domain")
        && !set("cloudflare_domains")
        && !set("cloudflare_domain")
    {
        diagnostics.push(
            rules::DOMAIN_MISSING
                .report("no domain is set")
                .at(cluster.whole())
                .hint("add `cloudflare_domains: […]`: the domains that Cloudflare manages for you"),
        );
    }
    let domains = domains(cluster);
    let mut first = HashMap::new();
    for domain in &domains {
        let Some(other) = first.insert(domain.value.clone(), domain) else {
            continue;
        };
        let mut problem = scope
            .templates
            .report(
                &rules::DOMAIN_DUPLICATE,
                format!("`{}` is listed twice", domain.value),
            )
            .at(cluster.location_of(domain.range.clone()))
            .hint("remove one of them");
        if let Some(range) = &other.range {
            problem = problem.related(
                cluster.source.location(range.clone()),
                "it is listed here first",
            );
        }
        diagnostics.push(problem);
    }
    if set("cloudflare_domains") && set("cloudflare_domain") {
        let older: Vec<_> = cluster
            .list::<DomainName>("cloudflare_domain")
            .into_iter()
            .map(|domain| domain.value)
            .collect();
        let newer: Vec<_> = domains.iter().map(|domain| domain.value.clone()).collect();
        if !older.is_empty() && !newer.is_empty() && !newer.starts_with(&older) {
            diagnostics.push(
                rules::DOMAIN_BOTH
                    .report(
                        "`cloudflare_domain` is not used: `cloudflare_domains` is set and differs",
                    )
                    .at(cluster.location("cloudflare_domain"))
                    .hint("remove the line"),
            );
        }
    }
}
