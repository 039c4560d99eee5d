//! The namespace of all objects.

use diagnostics::Diagnostic;

use crate::value::{Data, Value};

use super::super::field::{FieldSpec, Make};
use super::super::resource::Resource;
use super::super::set::Set;
use super::failed;

/// Whose subjects move with a binding.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) enum Subjects {
    /// Those named `default`.
    #[default]
    Default,
    /// Every service account.
    Accounts,
    /// Nobody's.
    None,
}

/// How objects are put into a namespace.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Namespace {
    /// Only those that say no namespace.
    pub(in super::super) unset_only: bool,
    /// The subjects of bindings.
    pub(in super::super) subjects: Subjects,
}

/// Puts every object into the namespace.
///
/// # Errors
///
/// A field of the way to it is no map, or two objects become one.
pub(in super::super) fn namespace(
    set: &mut Set,
    namespace: &Value,
    specs: &[FieldSpec],
    options: Namespace,
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
            && let Err(message) = write(&own, resource, namespace, options)
        {
            return fail(message, resource);
        }
        if matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding") {
            subjects(resource, namespace, options);
        }
        for spec in specs {
            // The name of a Namespace is only that of the core kind.
            let skipped = spec.path == own.path
                || spec.path == "metadata/name" && resource.api_version() != "v1"
                || !spec.selects(resource);
            if !skipped && let Err(message) = write(spec, resource, namespace, options) {
                return fail(message, resource);
            }
        }
    }
    match set.duplicates().into_iter().next() {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

fn write(
    spec: &FieldSpec,
    resource: &mut Resource,
    namespace: &Value,
    options: Namespace,
) -> Result<(), String> {
    spec.visit(
        &mut resource.value,
        Make::Scalar,
        &mut |value| match &value.data {
            Data::List(_) | Data::Map(_) => Err(format!("`{}` is no text", spec.path)),
            Data::Text(text) if options.unset_only && !text.is_empty() => Ok(()),
            _ => {
                *value = namespace.clone();
                Ok(())
            }
        },
    )
}

fn subjects(resource: &mut Resource, namespace: &Value, options: Namespace) {
    let subjects = resource.value.get_mut("subjects");
    let Some(Data::List(subjects)) = subjects.map(|value| &mut value.data) else {
        return;
    };
    for subject in subjects {
        let is = |key: &str, text: &str| subject.get(key).and_then(Value::as_text) == Some(text);
        let moves = match options.subjects {
            Subjects::Default => is("name", "default"),
            Subjects::Accounts => is("kind", "ServiceAccount"),
            Subjects::None => false,
        };
        let set = subject.get("namespace").and_then(Value::as_text);
        let set = set.is_some_and(|text| !text.is_empty());
        if moves
            && !(options.unset_only && set)
            && let Some(map) = subject.as_map_mut()
        {
            super::super::resource::put(map, "namespace", namespace.clone());
        }
    }
}
