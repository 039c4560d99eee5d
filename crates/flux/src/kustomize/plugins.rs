//! Generators and transformers that a kustomization names: those that kustomize has built in, in
//! objects of their own. It runs no others unasked, and neither does Flux.

use diagnostics::{Diagnostic, Diagnostics};

use crate::rules;
use crate::value::{Data, Value};

use super::config::specs;
use super::context::{Context, placed};
use super::field::FieldSpec;
use super::resource::{Resource, scalar_text};
use super::set::Set;
use super::shape::{self, REPLACEMENT};
use super::{generate, patch, transform};

/// The API version of what is built in.
const BUILT_IN: &str = "builtin";

/// Annotations that name a function, which is a program in a container.
const FUNCTIONS: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];

/// Whether it is built in.
///
/// # Errors
///
/// It is a plugin, which is not run.
fn built_in(plugin: &Resource) -> Result<(), Box<Diagnostic>> {
    let named = |key: &str| plugin.value.at(&["metadata", "annotations", key]).is_some();
    if plugin.api_version() == BUILT_IN && !FUNCTIONS.iter().any(|key| named(key)) {
        return Ok(());
    }
    let message = format!(
        "`{}` is a plugin, and kustomize runs none unasked",
        plugin.kind()
    );
    let problem = rules::KUSTOMIZE_PLUGIN.report(message);
    Err(Box::new(placed(problem, &plugin.place())))
}

/// Runs what `generators` name.
///
/// # Errors
///
/// It is a plugin, or its object cannot be made.
pub(super) fn generate(
    context: &mut Context<'_>,
    folder: &str,
    plugin: &Resource,
) -> Result<Option<Resource>, Box<Diagnostic>> {
    built_in(plugin)?;
    let kind = match plugin.kind() {
        "ConfigMapGenerator" => "ConfigMap",
        "SecretGenerator" => "Secret",
        _ => {
            unsupported(context, plugin);
            return Ok(None);
        }
    };
    let mut entry = plugin.value.clone();
    for key in ["name", "namespace"] {
        let own = entry.get(key).is_some();
        let named = plugin.value.at(&["metadata", key]).cloned();
        if let (false, Some(named), Some(map)) = (own, named, entry.as_map_mut()) {
            super::resource::put(map, key, named);
        }
    }
    generate::generate(context, folder, kind, &entry, None).map(Some)
}

/// Runs what `transformers` name.
///
/// # Errors
///
/// It is a plugin, or it fails.
pub(super) fn transform(
    context: &mut Context<'_>,
    folder: &str,
    plugin: &Resource,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    built_in(plugin)?;
    let value = &plugin.value;
    let fields: Vec<FieldSpec> = specs(value.get("fieldSpecs"));
    let text = |key: &str| value.get(key).filter(|value| value.as_text() != Some(""));
    match plugin.kind() {
        "NamespaceTransformer" => match value.at(&["metadata", "namespace"]) {
            Some(namespace) => {
                let subjects = value.get("setRoleBindingSubjects").and_then(scalar_text);
                let options = transform::Namespace {
                    unset_only: value.get("unsetOnly").and_then(Value::as_bool) == Some(true),
                    subjects: match subjects.as_deref() {
                        Some("none") => transform::Subjects::None,
                        Some("allServiceAccounts") => transform::Subjects::Accounts,
                        _ => transform::Subjects::Default,
                    },
                };
                transform::namespace(set, namespace, &fields, options)
            }
            None => Ok(()),
        },
        "PrefixTransformer" => match text("prefix") {
            Some(prefix) => transform::prefix(set, prefix, &fields),
            None => Ok(()),
        },
        "SuffixTransformer" => match text("suffix") {
            Some(suffix) => transform::suffix(set, suffix, &fields),
            None => Ok(()),
        },
        "LabelTransformer" => match value.get("labels") {
            Some(pairs) => transform::annotations(set, pairs, &fields),
            None => Ok(()),
        },
        "AnnotationsTransformer" => match value.get("annotations") {
            Some(pairs) => transform::annotations(set, pairs, &fields),
            None => Ok(()),
        },
        "ImageTagTransformer" => match value.get("imageTag") {
            Some(entry) => transform::images(set, entry, &fields),
            None => Ok(()),
        },
        "ReplicaCountTransformer" => match value.get("replica") {
            Some(entry) => transform::replicas(set, entry, &fields),
            None => Ok(()),
        },
        "PatchTransformer" => patch::patches(context, folder, value, set),
        "ReplacementTransformer" => {
            let entries = value
                .get("replacements")
                .map(Value::items)
                .unwrap_or_default();
            for entry in entries {
                let mut ignored = Diagnostics::new();
                let entry = shape::checked(entry, &REPLACEMENT, &mut ignored);
                transform::replacements(set, &entry)?;
            }
            Ok(())
        }
        _ => {
            unsupported(context, plugin);
            Ok(())
        }
    }
}

fn unsupported(context: &mut Context<'_>, plugin: &Resource) {
    let problem =
        rules::KUSTOMIZE_UNSUPPORTED.report(format!("`{}` is not followed", plugin.kind()));
    context.report(problem, &plugin.place());
}

/// The objects within an entry that is no path: the text of objects.
pub(super) fn inline(entry: &Value) -> Option<Vec<Resource>> {
    let text = entry.as_text()?;
    let source = patch::inline(entry, text);
    let (objects, problems) = super::read::objects(&source, &patch::parsed(&source));
    let good = !problems.has_errors() && !objects.is_empty();
    good.then(|| objects.into_iter().map(Resource::new).collect())
}

/// Whether a list has anything in it.
pub(super) fn has_entries(value: &Value) -> bool {
    match &value.data {
        Data::List(items) => !items.is_empty(),
        Data::Map(map) => !map.is_empty(),
        _ => false,
    }
}
