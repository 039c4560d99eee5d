//! From a folder to its objects: what kustomize does, in its order.

use crate::rules;
use crate::value::{Data, Place, Value};

use super::config::Config;
use super::context::Context;
use super::load::check;
use super::resource::{Resource, child, is_plain_key, quote_nothing, scalar_text, set};
use super::shape::Reader;
use super::target::{Built, Target};
use super::transform;

/// Annotations that say where an object comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// Builds a folder with a kustomization that is its own or stands in for it.
pub(super) fn build(
    context: &mut Context<'_>,
    folder: &str,
    file: &str,
    own: &Value,
) -> Vec<Resource> {
    let mut built = Built::default();
    let place = Place::default();
    if let Err(problem) = context.enter(folder, &place) {
        context.problems.push(*problem);
        return Vec::new();
    }
    let Some(kustomization) = check(context, own, context.reader) else {
        return Vec::new();
    };
    let target = Target {
        folder,
        file,
        origin: String::new(),
        metadata: kustomization
            .get("buildMetadata")
            .cloned()
            .unwrap_or_default(),
        kustomization: &kustomization,
    };
    target.accumulate(context, &mut built);
    context.leave();
    finish(context, built, &kustomization)
}

/// What is done once, at the end.
fn finish(context: &mut Context<'_>, mut built: Built, kustomization: &Value) -> Vec<Resource> {
    transform::hashes(&mut built.set);
    // What contradicts kustomize's own fields was told where it was met.
    if let Ok(config) = Config::with(&built.more)
        && let Err(problem) = transform::references(&mut built.set, &config.references)
    {
        context.problems.push(*problem);
    }
    built.set.change().retain(|resource| {
        let local = resource.value.at(&[
            "metadata",
            "annotations",
            "config.kubernetes.io/local-config",
        ]);
        let local = local.and_then(scalar_text);
        !resource.is_deleted() && local.is_none_or(|local| local == "false")
    });
    let options = kustomization.get("sortOptions");
    if let Err(message) = transform::sort(&mut built.set, options) {
        let problem = rules::KUSTOMIZE_INVALID_FIELD.report(message);
        let place = options.map(|options| options.place.clone());
        context.report(problem, &place.unwrap_or_default());
    }
    let metadata = kustomization.get("buildMetadata");
    let manager = match context.reader {
        Reader::Kustomize => "kustomize-v5.8.2",
        // As a library it does not know its version, and the API server takes no such label.
        Reader::Flux => "kustomize-(devel)",
    };
    let is_on = |name: &str| {
        metadata.is_some_and(|list| list.items().iter().any(|item| item.as_text() == Some(name)))
    };
    for resource in built.set.change() {
        if resource
            .value
            .at(&["metadata", "name"])
            .and_then(scalar_text)
            .is_none_or(|name| name.is_empty())
        {
            let message = format!("a patch takes the name of the {}", resource.kind());
            let problem = rules::KUSTOMIZE_NOT_A_RESOURCE.report(message);
            context.report(problem, &resource.place());
        }
        let origin = resource
            .origin
            .take()
            .filter(|_| is_on("originAnnotations"));
        if let Some(origin) = origin
            && let Some(map) =
                child(child(&mut resource.value, "metadata"), "annotations").as_map_mut()
        {
            set(map, ORIGIN, &origin, &Place::default());
        }
        if is_on("managedByLabel")
            && let Some(map) = child(child(&mut resource.value, "metadata"), "labels").as_map_mut()
        {
            set(
                map,
                "app.kubernetes.io/managed-by",
                manager,
                &Place::default(),
            );
        }
        quote_nothing(&mut resource.value);
        annotations_as_text(context, resource);
    }
    std::mem::take(built.set.change())
}

/// kustomize keeps its notes in annotations. When it takes them out, all of them become text,
/// and none are left where there were none.
fn annotations_as_text(context: &mut Context<'_>, resource: &mut Resource) {
    let Some(metadata) = resource.metadata() else {
        return;
    };
    let Some(field) = metadata.get_mut("annotations") else {
        return;
    };
    let Data::Map(map) = &mut field.value.data else {
        metadata.shift_remove("annotations");
        return;
    };
    for (key, field) in map.iter_mut() {
        if !is_plain_key(key) {
            let message = format!("the annotation `{key}` would not be text any more");
            let problem = rules::KUSTOMIZE_FAILED_TRANSFORMATION.report(message);
            context.report(problem, &field.key);
        }
        if !matches!(field.value.data, Data::Text(_)) {
            let text = scalar_text(&field.value).unwrap_or_default();
            field.value.data = Data::Text(text);
        }
    }
    if map.is_empty() {
        metadata.shift_remove("annotations");
    }
}
