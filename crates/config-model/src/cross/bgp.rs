//! The BGP session.

use diagnostics::Diagnostics;

use super::scope::{BGP_KEYS, Scope};
use crate::rules;

pub(super) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let (set, missing): (Vec<_>, Vec<_>) = BGP_KEYS
        .into_iter()
        .filter(|key| scope.cluster.counts(key))
        .partition(|key| scope.cluster.is_set(key));
    if let (Some(first), false) = (set.first(), missing.is_empty()) {
        let names: Vec<_> = missing.iter().map(|key| format!("`{key}`")).collect();
        diagnostics.push(
            scope
                .templates
                .report(
                    &rules::BGP_PARTIAL,
                    format!("`{first}` is set without {}", names.join(" and ")),
                )
                .at(scope.cluster.location(first))
                .hint("set all three BGP keys, or none"),
        );
    }
    if let Some((router, node, range)) = scope.asns()
        && router == node
    {
        diagnostics.push(
            rules::BGP_SAME_ASN
                .report(format!("router and nodes have the same number, `{node}`"))
                .at(scope.cluster.location_of(range)),
        );
    }
}
