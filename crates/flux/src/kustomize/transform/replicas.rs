//! How many replicas run.

use diagnostics::Diagnostic;

use crate::rules;
use crate::value::{Data, Number, Value};

use super::super::context::placed;
use super::super::field::{FieldSpec, Make};
use super::super::set::Set;
use super::failed;

/// An entry of `replicas`.
///
/// # Errors
///
/// There is no object of the name that can have replicas.
pub(in super::super) fn replicas(
    set: &mut Set,
    entry: &Value,
    specs: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    let name = entry
        .get("name")
        .and_then(Value::as_text)
        .unwrap_or_default();
    let count = entry
        .get("count")
        .cloned()
        .unwrap_or_else(|| Value::new(Data::Number(Number::Integer(0)), entry.place.clone()));
    let mut found = false;
    for spec in specs {
        for resource in set.change() {
            if resource.is_deleted() {
                continue;
            }
            let (group, version) = resource.group_version();
            let meant = { resource.names() }
                .any(|(kind, own, _)| own == name && spec.selects_kind(group, version, kind));
            if !meant {
                continue;
            }
            found = true;
            if !spec.selects(resource) {
                continue;
            }
            let outcome = spec.visit(&mut resource.value, Make::Scalar, &mut |value| {
                *value = count.clone();
                Ok(())
            });
            outcome.map_err(|message| failed(&message, resource, &entry.place))?;
        }
    }
    if found {
        return Ok(());
    }
    let message = format!("nothing that has replicas is named `{name}`");
    let problem = rules::KUSTOMIZE_FAILED_TRANSFORMATION.report(message);
    Err(Box::new(placed(problem, &entry.place)))
}
