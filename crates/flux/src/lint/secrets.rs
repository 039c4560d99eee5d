//! Values of Secrets that are nothing.

use diagnostics::Diagnostics;

use super::at_place;
use crate::inventory::{Inventory, kinds};
use crate::rules;
use crate::value::Value;

pub(super) fn check(inventory: &Inventory<'_>, problems: &mut Diagnostics) {
    for entry in inventory.all(kinds::SECRET) {
        for part in ["data", "stringData"] {
            let fields = entry.object.0.get(part).and_then(Value::as_map);
            for (key, field) in fields.into_iter().flatten() {
                let what = if field.value.is_null() {
                    "nothing"
                } else if field.value.as_text() == Some("") {
                    "an empty text"
                } else {
                    continue;
                };
                let name = format!("{}/{}", entry.object.namespace(), entry.object.name());
                let message = format!("`{part}.{key}` of the Secret `{name}` is {what}");
                let problem = rules::FLUX_SECRET_EMPTY.report(message);
                problems.push(at_place(problem, &field.key.or(&field.value.place)));
            }
        }
    }
}
