//! Lists of values that replace a chart's own.

use std::collections::BTreeSet;

use diagnostics::Diagnostics;

use super::at;
use super::context::Context;
use crate::inventory::Inventory;
use crate::rules;
use crate::value::Value;

/// Compares lists that a release gives with those of its chart's defaults. One that shares an item
/// with the chart's and lacks another was meant to extend it.
pub(super) fn check(inventory: &Inventory<'_>, context: &Context<'_>, problems: &mut Diagnostics) {
    let Some(defaults) = context.defaults else {
        return;
    };
    for release in &inventory.assembled.releases {
        let values = release.object.0.at(&["spec", "values"]);
        if let Some((values, defaults)) = values.zip(defaults(release)) {
            compare(values, &defaults, &mut Vec::new(), problems);
        }
    }
}

fn compare<'v>(
    given: &'v Value,
    default: &Value,
    path: &mut Vec<&'v str>,
    problems: &mut Diagnostics,
) {
    if let (Some(map), Some(_)) = (given.as_map(), default.as_map()) {
        for (key, field) in map {
            if let Some(default) = default.get(key) {
                path.push(key);
                compare(&field.value, default, path, problems);
                path.pop();
            }
        }
        return;
    }
    let lists = names(given).zip(names(default));
    let Some((given_names, default_names)) = lists else {
        return;
    };
    let lacks: Vec<_> = default_names.difference(&given_names).collect();
    if lacks.is_empty() || default_names.is_disjoint(&given_names) {
        return;
    }
    let shown: Vec<_> = { lacks.iter().take(3) }
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match lacks.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    problems.push(
        at(
            rules::FLUX_LIST_REPLACED.report(format!(
                "the list `{}` replaces the chart's, which has {}{more} as well",
                path.join("."),
                shown.join(", "),
            )),
            given,
        )
        .hint("give the whole list"),
    );
}

/// What tells the items of a list apart: their names, or they themselves where they are texts.
fn names(value: &Value) -> Option<BTreeSet<&str>> {
    let items = value.as_list()?;
    let name = |item| Value::as_text(item).or_else(|| item.get("name")?.as_text());
    items.iter().map(name).collect()
}
