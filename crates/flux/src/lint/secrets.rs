//! Values of Secrets that are nothing.

use diagnostics::Diagnostics;

use super::at_place;
use crate::inventory::{Inventory, kinds};
use crate::rules;
use crate::value::Value;

/// How many of them are named.
const SHOWN: usize = 5;

pub(super) fn check(inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    for entry in inventory.all(kinds::SECRET) {
        for part in ["data", "stringData"] {
            let fields = entry.object.0.get(part).and_then(Value::as_map);
            let mut empty = Vec::new();
            for (key, field) in fields.into_iter().flatten() {
                if field.value.is_null() || field.value.as_text() == Some("") {
                    empty.push((key, field));
                }
            }
            let Some((_, first)) = empty.first() else {
                continue;
            };
            let shown: Vec<_> = { empty.iter().take(SHOWN) }
                .map(|(key, _)| format!("`{part}.{key}`"))
                .collect();
            let more = match empty.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let name = format!("{}/{}", entry.object.namespace(), entry.object.name());
            let verb = if empty.len() == 1 { "is" } else { "are" };
            let message = format!(
                "{}{more} of the Secret `{name}` {verb} nothing",
                shown.join(", ")
            );
            let problem = rules::FLUX_SECRET_EMPTY.report(message);
            problems.push(at_place(problem, &first.key.or(&first.value.place)));
        }
    }
}
