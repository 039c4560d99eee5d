//! Patches: of the strategic kind and of JSON 6902.

mod directive;
mod json;
mod list;
mod merge_keys;
mod strategic;
mod text;

use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::Dialect;

use crate::object::Id;
use crate::rules;
use crate::value::{self, Place, Value};

pub(super) use text::inline;

use super::context::{Context, placed};
use super::read;
use super::resource::{Resource, child, scalar_text, set};
use super::selector::Selector;
use super::set::Set;

/// What a patch consists of.
enum Patch {
    /// Objects to merge.
    Strategic(Vec<Value>),
    /// Operations.
    Json(Vec<Value>),
}

/// Applies an entry of `patches`.
///
/// # Errors
///
/// The entry is wrong, or fits no object.
pub(super) fn patches(
    context: &mut Context<'_>,
    folder: &str,
    entry: &Value,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    let place = entry.place.clone();
    let fail = |message: String| Box::new(failed(message, &place));
    let text = |key: &str| {
        entry
            .get(key)
            .filter(|value| value.as_text().is_some_and(|text| !text.trim().is_empty()))
    };
    let source = match (text("patch"), text("path")) {
        (None, None) => return Err(fail("a patch has `patch` or `path`".to_owned())),
        (Some(_), Some(_)) => {
            return Err(fail("a patch has `patch` or `path`, not both".to_owned()));
        }
        (Some(patch), None) => text::inline(patch, patch.as_text().unwrap_or_default()),
        (None, Some(path)) => {
            context.text(folder, path.as_text().unwrap_or_default(), &path.place)?
        }
    };
    let patch = parse(&source, &place)?;
    let target = match entry.get("target") {
        Some(target) => Some(Selector::read(target).map_err(fail)?),
        None => None,
    };
    let allows = |key: &str| entry.at(&["options", key]).and_then(Value::as_bool) == Some(true);
    let allowed = Allowed {
        name: allows("allowNameChange"),
        kind: allows("allowKindChange"),
    };
    match (patch, target) {
        (Patch::Strategic(objects), None) => objects
            .into_iter()
            .try_for_each(|object| one(set, object, allowed)),
        (Patch::Strategic(objects), Some(target)) => {
            let mut objects = objects.into_iter();
            let Some(object) = objects.next() else {
                return Ok(());
            };
            if objects.next().is_some() {
                return Err(fail("a patch with `target` is one object".to_owned()));
            }
            let object = flattened(object);
            for resource in set.change() {
                if !resource.is_deleted() && target.selects(resource) {
                    merge(resource, object.clone(), allowed)?;
                }
            }
            Ok(())
        }
        (Patch::Json(_), None) => Err(fail("a JSON 6902 patch has a `target`".to_owned())),
        (Patch::Json(operations), Some(target)) => {
            for resource in set.change() {
                if !resource.is_deleted() && target.selects(resource) {
                    resource.remember();
                    operate(resource, &operations, &place)?;
                }
            }
            Ok(())
        }
    }
}

/// Applies an entry of `patchesStrategicMerge`: a path, or the patch itself.
///
/// # Errors
///
/// It is wrong, or fits no object.
pub(super) fn strategic_merge(
    context: &mut Context<'_>,
    folder: &str,
    entry: &Value,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    let given = entry.as_text().unwrap_or_default();
    let inline = text::inline(entry, given);
    let source = match parse(&inline, &entry.place) {
        Ok(Patch::Strategic(objects)) if !objects.is_empty() => inline,
        _ => context.text(folder, given, &entry.place)?,
    };
    let Patch::Strategic(objects) = parse(&source, &entry.place)? else {
        return Err(Box::new(failed(
            "it is no strategic merge patch".to_owned(),
            &entry.place,
        )));
    };
    let allowed = Allowed::default();
    objects
        .into_iter()
        .try_for_each(|object| one(set, object, allowed))
}

/// Applies an entry of `patchesJson6902`.
///
/// # Errors
///
/// It is wrong, or cannot be done.
pub(super) fn json_6902(
    context: &mut Context<'_>,
    folder: &str,
    entry: &Value,
    set: &mut Set,
) -> Result<(), Box<Diagnostic>> {
    let place = entry.place.clone();
    let fail = |message: &str| Box::new(failed(message.to_owned(), &place));
    let target = entry
        .get("target")
        .ok_or_else(|| fail("a JSON 6902 patch has a `target`"))?;
    if target.get("name").is_none() {
        return Err(fail("the `target` of a JSON 6902 patch has a `name`"));
    }
    let target = Selector::read(target).map_err(|message| fail(&message))?;
    let source = match (entry.get("patch"), entry.get("path")) {
        (Some(patch), None) => text::inline(patch, patch.as_text().unwrap_or_default()),
        (None, Some(path)) => {
            context.text(folder, path.as_text().unwrap_or_default(), &path.place)?
        }
        _ => return Err(fail("a patch has `patch` or `path`")),
    };
    let Patch::Json(operations) = parse(&source, &place)? else {
        return Err(fail("it is no JSON 6902 patch"));
    };
    if operations.is_empty() {
        return Err(fail("the patch has no operation"));
    }
    for resource in set.change() {
        if target.selects(resource) {
            operate(resource, &operations, &place)?;
        }
    }
    Ok(())
}

/// What a patch may change beside the rest.
#[derive(Clone, Copy, Default)]
struct Allowed {
    name: bool,
    kind: bool,
}

/// Merges a patch into the object that it names.
fn one(set: &mut Set, patch: Value, allowed: Allowed) -> Result<(), Box<Diagnostic>> {
    let id: Id = Resource::new(patch.clone()).id();
    let place = patch.place.clone();
    let is_partial = set.is_partial;
    let mut matching = set
        .change()
        .iter_mut()
        .filter(|item| !item.is_deleted() && item.was(&id));
    let shown = Resource::new(patch.clone()).shown();
    let Some(resource) = matching.next() else {
        // It may lie in what was not fetched.
        if is_partial {
            return Ok(());
        }
        let problem = rules::KUSTOMIZE_PATCH_WITHOUT_TARGET.report(format!(
            "the patch is for `{shown}`, and there is no such object"
        ));
        return Err(Box::new(placed(problem, &Resource::new(patch).place())));
    };
    if matching.next().is_some() {
        let problem = rules::KUSTOMIZE_PATCH_WITHOUT_TARGET.report(format!(
            "the patch is for `{shown}`, and there are several such objects"
        ));
        return Err(Box::new(placed(problem, &place)));
    }
    merge(resource, patch, allowed)
}

/// A patch with a target loses the types of its labels and annotations: all of them are text.
fn flattened(mut patch: Value) -> Value {
    for part in ["labels", "annotations"] {
        let Some(value) = child(&mut patch, "metadata").get_mut(part) else {
            continue;
        };
        let Some(map) = value.as_map_mut() else {
            continue;
        };
        let texts: Vec<_> = { map.iter() }
            .filter_map(|(key, field)| {
                Some((
                    key.clone(),
                    scalar_text(&field.value)?,
                    field.value.place.clone(),
                ))
            })
            .collect();
        for (key, text, place) in texts {
            set(map, &key, &text, &place);
        }
    }
    patch
}

fn merge(
    resource: &mut Resource,
    mut patch: Value,
    allowed: Allowed,
) -> Result<(), Box<Diagnostic>> {
    let keep = |resource: &Resource, keys: &[&str]| resource.value.at(keys).cloned();
    let kind = keep(resource, &["kind"]);
    let name = keep(resource, &["metadata", "name"]);
    let namespace = keep(resource, &["metadata", "namespace"]);
    let api_version = keep(resource, &["apiVersion"]);
    if allowed.name || allowed.kind {
        resource.remember();
    }
    let place = patch.place.clone();
    if let Some(map) = patch.as_map_mut()
        && let Some(api_version) = api_version
    {
        super::resource::put(map, "apiVersion", api_version);
    }
    let object = std::mem::take(&mut resource.value);
    match strategic::merge(object, patch) {
        Err(message) => return Err(Box::new(failed(message, &place))),
        Ok(None) => return Ok(()),
        Ok(Some(merged)) => resource.value = merged,
    }
    if resource.is_deleted() {
        return Ok(());
    }
    if !allowed.kind
        && let (Some(map), Some(kind)) = (resource.value.as_map_mut(), kind)
    {
        super::resource::put(map, "kind", kind);
    }
    if let Some(metadata) = resource.metadata() {
        if !allowed.name
            && let Some(name) = name
        {
            super::resource::put(metadata, "name", name);
        }
        match namespace {
            Some(namespace) => super::resource::put(metadata, "namespace", namespace),
            None => {
                metadata.shift_remove("namespace");
            }
        }
    }
    Ok(())
}

fn operate(
    resource: &mut Resource,
    operations: &[Value],
    place: &Place,
) -> Result<(), Box<Diagnostic>> {
    // kustomize's own notes are annotations, so that there are some.
    if resource.has_notes() {
        child(child(&mut resource.value, "metadata"), "annotations");
    }
    json::apply(&mut resource.value, operations).map_err(|message| {
        let message = format!("{message}, in `{}`", resource.shown());
        Box::new(failed(message, place))
    })
}

/// What the text of a patch holds.
pub(super) fn parsed(source: &Source) -> yaml::Parsed {
    yaml::parse(source, &yaml::Limits::default())
}

/// Reads a patch.
fn parse(source: &Arc<Source>, place: &Place) -> Result<Patch, Box<Diagnostic>> {
    let parsed = parsed(source);
    let whole = |problem: Option<&Diagnostic>, message: &str| {
        problem.map_or_else(
            || Box::new(failed(message.to_owned(), place)),
            |problem| Box::new(placed(problem.clone(), place)),
        )
    };
    if let Some(problem) = parsed.diagnostics.iter().find(|problem| problem.is_error()) {
        return Err(whole(Some(problem), "the patch cannot be read"));
    }
    let is_list = { parsed.documents.first() }
        .is_some_and(|root| matches!(root.value(), yaml::Value::Sequence(_)));
    if is_list {
        let mut problems = Diagnostics::new();
        let value = { parsed.documents.first() }
            .map(|root| value::read(root, source, Dialect::Kubernetes, &mut problems));
        if let Some(problem) = problems.iter().next() {
            return Err(whole(Some(problem), "the patch cannot be read"));
        }
        let operations = value.unwrap_or_default().items().to_vec();
        json::check(&operations).map_err(|message| Box::new(failed(message, place)))?;
        return Ok(Patch::Json(operations));
    }
    let (objects, problems) = read::objects(source, &parsed);
    if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
        return Err(whole(Some(problem), "the patch cannot be read"));
    }
    Ok(Patch::Strategic(objects))
}

fn failed(message: String, place: &Place) -> Diagnostic {
    placed(rules::KUSTOMIZE_FAILED_PATCH.report(message), place)
}
