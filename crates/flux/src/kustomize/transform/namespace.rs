//! The namespace of all objects.

use diagnostics::Diagnostic;

use crate::value::{Data, Value};

use super::super::field::{FieldSpec, Make};
use super::super::resource::Resource;
use super::super::set::Set;
use super::failed;

/// Puts every object into the namespace.
///
/// # Errors
///
/// A field of the way to it is no map, or two objects become one.
pub(in super::super) fn namespace(
    set: &mut Set,
    namespace: &Value,
    specs: &[FieldSpec],
) -> Result<(), Box<Diagnostic>> {
    let own = FieldSpec {
        path: "metadata/namespace".to_owned(),
        create: true,
        ..FieldSpec::default()
    };
    for resource in set.change() {
        if resource.is_deleted() {
            continue;
        }
        resource.remember();
        let fail = |message: String, resource: &Resource| {
            Err(failed(&message, resource, &namespace.place))
        };
        if !resource.is_cluster_wide()
            && let Err(message) = write(&own, resource, namespace)
        {
            return fail(message, resource);
        }
        if matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding") {
            subjects(resource, namespace);
        }
        for spec in specs {
            // The name of a Namespace is only that of the core kind.
            let skipped = spec.path == own.path
                || spec.path == "metadata/name" && resource.api_version() != "v1"
                || !spec.selects(resource);
            if !skipped && let Err(message) = write(spec, resource, namespace) {
                return fail(message, resource);
            }
        }
    }
    match set.duplicates().into_iter().next() {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

fn write(spec: &FieldSpec, resource: &mut Resource, namespace: &Value) -> Result<(), String> {
    spec.visit(
        &mut resource.value,
        Make::Scalar,
        &mut |value| match &value.data {
            Data::List(_) | Data::Map(_) => Err(format!("`{}` is no text", spec.path)),
            _ => {
                *value = namespace.clone();
                Ok(())
            }
        },
    )
}

/// Of the subjects of a binding only those named `default` move.
fn subjects(resource: &mut Resource, namespace: &Value) {
    let subjects = resource.value.get_mut("subjects");
    let Some(Data::List(subjects)) = subjects.map(|value| &mut value.data) else {
        return;
    };
    for subject in subjects {
        if subject.get("name").and_then(Value::as_text) == Some("default")
            && let Some(map) = subject.as_map_mut()
        {
            super::super::resource::put(map, "namespace", namespace.clone());
        }
    }
}
