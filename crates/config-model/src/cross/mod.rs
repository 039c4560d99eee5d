//! Rules across keys and across the two files.

mod addresses;
mod bgp;
mod constraints;
mod domains;
mod features;
mod free;
mod networks;
mod nodes;
mod scope;

pub(crate) use domains::domains;
pub(crate) use scope::Scope;

use diagnostics::Diagnostics;

/// Checks all of them.
pub(crate) fn check(scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    networks::check(scope, diagnostics);
    addresses::check(scope, diagnostics);
    bgp::check(scope, diagnostics);
    domains::check(scope, diagnostics);
    nodes::check(scope, diagnostics);
    constraints::check(scope, diagnostics);
    features::check(scope, diagnostics);
}
