//! What Helm makes of a release, as helm-controller applies it: changed by its post-renderers,
//! with the labels of who installs it.
//!
//! Source of the behaviour: helm-controller 1.6.0, held against the real one by `cargo xtask oracles flate`; Helm 4.3.1,
//! whose post-renderers see hooks, too, unless a release says otherwise.

use std::fmt::Write as _;
use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use sha2::{Digest as _, Sha256};
use yaml::{Dialect, Limits};

use crate::files::Memory;
use crate::kustomize;
use crate::object::Object;
use crate::rules;
use crate::value::{Data, Field, Map, Place, Value, documents_of};

/// The annotation of hooks, which says when they run.
const HOOK: &str = "helm.sh/hook";

/// The longest name of a release that Helm takes.
const LONGEST_NAME: usize = 53;

/// How much of the digest of a longer name stands at its end.
const DIGEST: usize = 12;

/// The name under which helm-controller installs a release.
pub fn release_name(release: &Object) -> String {
    let own = release.text(&["spec", "releaseName"]);
    let target = release.text(&["spec", "targetNamespace"]);
    let name = match (own, target) {
        ("", "") => release.name().to_owned(),
        ("", target) => format!("{target}-{}", release.name()),
        (own, _) => own.to_owned(),
    };
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let mut short: String = name.chars().take(LONGEST_NAME - DIGEST - 1).collect();
    short.push('-');
    for byte in Sha256::digest(name.as_bytes()).iter().take(DIGEST / 2) {
        let _ = write!(short, "{byte:02x}");
    }
    short
}

/// The namespace that helm-controller installs a release into.
pub fn release_namespace(release: &Object) -> &str {
    match release.text(&["spec", "targetNamespace"]) {
        "" => release.namespace(),
        namespace => namespace,
    }
}

/// The objects that a release is installed with, of what `helm template --include-crds` printed for it, all hooks
/// included: without definitions that its `install.crds` skips, hooks that it disables, and tests that it does not run.
///
/// All of them stand at the place of the release, since nobody wrote them.
///
/// # Errors
///
/// What helm-controller would fail on: text that is no YAML, post-renderers that do not fit.
pub fn rendered(release: &Object, text: &str) -> Result<Vec<Object>, Diagnostics> {
    let place = release.place();
    let Printed {
        definitions,
        objects,
        hooks,
    } = printed(release, text)?;
    let changed = |objects: Vec<Object>| changed(objects, release);
    let mut objects = match release.text(&["spec", "postRenderStrategy"]) {
        "nohooks" => [changed(objects)?, hooks].concat(),
        "separate" => [changed(objects)?, changed(hooks)?].concat(),
        // Read as one, since that is how they are given to kustomize.
        _ => changed([objects, hooks].concat())?,
    };
    objects.retain(|object| is_installed(object, release));
    if release.text(&["spec", "install", "crds"]) != "Skip" {
        let origin = origin(release);
        objects.extend(definitions.into_iter().map(|mut definition| {
            set(&mut definition, "labels", &origin);
            definition
        }));
    }
    for object in &mut objects {
        moved(&mut object.0, &place);
    }
    Ok(objects)
}

/// What `helm template` printed.
#[derive(Default)]
struct Printed {
    /// Those of the folder `crds`, which go to the API server as they are.
    definitions: Vec<Object>,
    objects: Vec<Object>,
    hooks: Vec<Object>,
}

fn printed(release: &Object, text: &str) -> Result<Printed, Diagnostics> {
    let source = Arc::new(Source::new("", text));
    // What passes kustomize is read as that does; the rest as the API server's clients do.
    let parsed = yaml::parse(&source, &Limits::default());
    let (values, problems) = documents_of(&parsed, &source, Dialect::Go);
    let (plain, _) = documents_of(&parsed, &source, Dialect::Kubernetes);
    let is_real =
        |problem: &&Diagnostic| problem.is_error() && !problem.is(&yaml::rules::YAML_DUPLICATE_KEY);
    if problems.iter().any(|problem| is_real(&problem)) {
        let message = format!("what the chart of {} makes is no YAML", release.id());
        return Err(at(rules::FLUX_CHART_RENDER.report(message), &release.place()).into());
    }
    let is_raw = release.text(&["spec", "postRenderStrategy"]) == "nohooks";
    let mut printed = Printed::default();
    for (value, plain) in values.into_iter().zip(plain) {
        let before = text.get(..value.place.range().start).unwrap_or_default();
        let is_definition = is_of_crds(before);
        let is_hook = plain.at(&["metadata", "annotations", HOOK]).is_some();
        let objects = if is_definition || (is_hook && is_raw) {
            flat(plain)
        } else {
            flat(value)
        };
        match (is_definition, is_hook) {
            (true, _) => printed.definitions.extend(objects),
            (false, true) => printed.hooks.extend(objects),
            (false, false) => printed.objects.extend(objects),
        }
    }
    Ok(printed)
}

/// Objects as the post-renderers of a release and what helm-controller itself adds change them.
fn changed(mut objects: Vec<Object>, release: &Object) -> Result<Vec<Object>, Diagnostics> {
    let renderers = release.0.at(&["spec", "postRenderers"]);
    for renderer in renderers.into_iter().flat_map(Value::items) {
        if let Some(kustomize) = renderer.get("kustomize") {
            objects = post_rendered(&objects, kustomize).map_err(|problems| {
                let problems = problems.into_iter();
                problems
                    .map(|problem| of_release(problem, release))
                    .collect::<Diagnostics>()
            })?;
        }
    }
    for part in ["labels", "annotations"] {
        let common = release.0.at(&["spec", "commonMetadata", part]);
        if let Some(common) = common.and_then(Value::as_map) {
            for object in &mut objects {
                set(object, part, common);
            }
        }
    }
    let origin = origin(release);
    for object in &mut objects {
        set(object, "labels", &origin);
    }
    Ok(objects)
}

/// The labels that say which release an object is of.
fn origin(release: &Object) -> Map {
    [("name", release.name()), ("namespace", release.namespace())]
        .into_iter()
        .map(|(key, value)| {
            let field = Field {
                key: Place::default(),
                value: Value::text(value),
            };
            (format!("helm.toolkit.fluxcd.io/{key}"), field)
        })
        .collect()
}

/// Whether an object gets into the cluster: what is no hook does, a hook where none are disabled, and a test where
/// tests are run.
fn is_installed(object: &Object, release: &Object) -> bool {
    let is_true = |path: &[&str]| release.0.at(path).and_then(Value::as_bool) == Some(true);
    let events = object.text(&["metadata", "annotations", HOOK]);
    let is_test = |event: &str| matches!(event.trim(), "test" | "test-success");
    events.is_empty()
        || events.split(',').any(|event| {
            if is_test(event) {
                is_true(&["spec", "test", "enable"])
            } else {
                !is_true(&["spec", "install", "disableHooks"])
            }
        })
}

fn at(problem: Diagnostic, place: &Place) -> Diagnostic {
    problem.at(place.location())
}

/// A problem of a post-renderer: what lies in no file of the repository stands at the release.
fn of_release(problem: Diagnostic, release: &Object) -> Diagnostic {
    let place = release.place();
    let own = place.source().map(|source| source.name().to_owned());
    let is_own =
        { problem.location.as_ref() }.is_some_and(|place| Some(&place.file) == own.as_ref());
    if is_own {
        return problem;
    }
    let message = format!(
        "the post-renderers of {}: {}",
        release.id(),
        problem.message
    );
    at(rules::FLUX_CHART_RENDER.report(message), &place)
}

/// Whether the document that follows comes from the folder `crds` of a chart, as Helm says.
fn is_of_crds(before: &str) -> bool {
    let line = before
        .rfind("# Source: ")
        .and_then(|start| before.get(start..)?.lines().next());
    let path = line.unwrap_or_default().trim_start_matches("# Source: ");
    let mut parts = path.split('/').rev().skip(1);
    parts.any(|part| part == "crds") && !path.contains("/templates/")
}

/// An object, or those of a list.
fn flat(value: Value) -> Vec<Object> {
    let object = Object(value);
    let items = object
        .0
        .get("items")
        .filter(|_| object.kind().ends_with("List"));
    match items.and_then(Value::as_list) {
        Some(items) => items.iter().cloned().map(Object).collect(),
        None if object.0.as_map().is_some() => vec![object],
        None => Vec::new(),
    }
}

/// What `kustomize` makes of objects with the patches and images of a post-renderer.
fn post_rendered(objects: &[Object], kustomize: &Value) -> Result<Vec<Object>, Diagnostics> {
    const FILE: &str = "rendered.yaml";
    let mut kustomization = Map::default();
    let mut put = |key: &str, value: Value| {
        let field = Field {
            key: value.place.clone(),
            value,
        };
        kustomization.insert(key.to_owned(), field);
    };
    put(
        "resources",
        Value::new(Data::List(vec![Value::text(FILE)]), Place::default()),
    );
    for key in ["patches", "images"] {
        if let Some(value) = kustomize.get(key) {
            put(key, value.clone());
        }
    }
    let files = Memory::from_iter([(FILE, kustomize::to_yaml(objects))]);
    let kustomization = Value::new(Data::Map(kustomization), kustomize.place.clone());
    let built = kustomize::build_as(&files, "", "kustomization.yaml", &kustomization);
    if built.problems.has_errors() {
        return Err(built.problems);
    }
    Ok(built.objects)
}

/// Sets labels or annotations.
fn set(object: &mut Object, part: &str, fields: &Map) {
    let entry = |map: &mut Map, key: &str| {
        let field = map.entry(key.to_owned()).or_default();
        if field.value.as_map().is_none() {
            field.value = super::package::empty();
        }
    };
    let Some(map) = object.0.as_map_mut() else {
        return;
    };
    entry(map, "metadata");
    let metadata = map
        .get_mut("metadata")
        .and_then(|field| field.value.as_map_mut());
    let Some(metadata) = metadata else { return };
    entry(metadata, part);
    if let Some(map) = metadata
        .get_mut(part)
        .and_then(|field| field.value.as_map_mut())
    {
        map.extend(
            fields
                .iter()
                .map(|(key, field)| (key.clone(), field.clone())),
        );
    }
}

/// Puts a value, however deep, at a place.
fn moved(value: &mut Value, place: &Place) {
    value.place = place.clone();
    match &mut value.data {
        Data::List(items) => items.iter_mut().for_each(|item| moved(item, place)),
        Data::Map(map) => {
            for field in map.values_mut() {
                field.key = place.clone();
                moved(&mut field.value, place);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
