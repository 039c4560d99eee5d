//! What kustomize-controller makes of a folder before it builds it: the kustomization file that
//! is missing, and what a Flux Kustomization adds to one.
//!
//! Source of the behaviour: fluxcd/pkg `kustomize` 1.41.0.

use diagnostics::Diagnostics;

use super::ignore::join;
use crate::files::Files;
use crate::object::Object;
use crate::rules;
use crate::value::{Data, Field, Map, Place, Value};

/// The names of kustomization files.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How deep folders are looked through.
const DEEPEST: usize = 64;

/// The kustomization file of a folder that has none: every YAML file, hidden ones too, and
/// every folder below that has one.
pub(super) fn generated(files: &dyn Files, folder: &str) -> Value {
    let mut found = Vec::new();
    scan(files, folder, ".", 0, &mut found);
    let mut map = Map::default();
    let mut put = |key: &str, value: Value| {
        let key_place = Place::default();
        let field = Field {
            key: key_place,
            value,
        };
        map.insert(key.to_owned(), field);
    };
    put("apiVersion", Value::text("kustomize.config.k8s.io/v1beta1"));
    put("kind", Value::text("Kustomization"));
    if found.is_empty() {
        // kustomize refuses one that says nothing.
        put("namespace", Value::text("_placeholder"));
    } else {
        let resources = found.into_iter().map(Value::text).collect();
        put(
            "resources",
            Value::new(Data::List(resources), Place::default()),
        );
    }
    Value::new(Data::Map(map), Place::default())
}

fn scan(files: &dyn Files, folder: &str, shown: &str, depth: usize, found: &mut Vec<String>) {
    let mut names = files.list(folder);
    // As Go walks: by name, a folder like a file.
    names.sort_by(|one, other| one.trim_end_matches('/').cmp(other.trim_end_matches('/')));
    for name in names {
        if let Some(name) = name.strip_suffix('/') {
            let path = join(folder, name);
            let shown = format!("{shown}/{name}");
            let has_own = NAMES.iter().any(|own| files.is_file(&join(&path, own)));
            if has_own {
                found.push(shown);
            } else if depth < DEEPEST {
                scan(files, &path, &shown, depth + 1, found);
            }
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            found.push(format!("{shown}/{name}"));
        }
    }
}

/// A kustomization file with what a Flux Kustomization adds to it.
pub(super) fn edited(
    mut own: Value,
    is_generated: bool,
    flux: &Object,
    is_folder: impl Fn(&str) -> bool,
) -> Result<Value, Diagnostics> {
    let Some(spec) = flux.0.get("spec") else {
        return Ok(own);
    };
    if own.is_null() {
        // A file without anything in it.
        own.data = Data::Map(Map::default());
    }
    let Some(map) = own.as_map_mut() else {
        return Ok(own);
    };
    let resources = map.get("resources").map_or(0, |it| it.value.items().len());
    if !is_generated && resources == 0 {
        // kustomize refuses one that builds nothing, unless it does this.
        let metadata = Value::new(
            Data::List(vec![Value::text("originAnnotations")]),
            Place::default(),
        );
        put(map, "buildMetadata", metadata);
    }
    for (from, to) in [
        ("targetNamespace", "namespace"),
        ("namePrefix", "namePrefix"),
        ("nameSuffix", "nameSuffix"),
    ] {
        if let Some(value) = spec.get(from).filter(|value| value.as_text().is_some()) {
            put(map, to, value.clone());
        }
    }
    let patches = spec.get("patches").into_iter().flat_map(Value::items);
    let patches = patches.map(|patch| only(patch, &["patch", "target"]));
    extend(map, "patches", patches.collect());
    extend(map, "components", components(spec, is_folder)?);
    images(map, spec.get("images").into_iter().flat_map(Value::items));
    if let Some(metadata) = spec
        .get("buildMetadata")
        .filter(|it| !it.items().is_empty())
    {
        put(map, "buildMetadata", metadata.clone());
    }
    Ok(own)
}

fn put(map: &mut Map, key: &str, value: Value) {
    let key_place = value.place.clone();
    let field = Field {
        key: key_place,
        value,
    };
    map.insert(key.to_owned(), field);
}

/// A map with some of its keys.
fn only(value: &Value, keys: &[&str]) -> Value {
    let Some(map) = value.as_map() else {
        return value.clone();
    };
    let kept = map.iter().filter(|(key, _)| keys.contains(&key.as_str()));
    let kept = kept.map(|(key, field)| (key.clone(), field.clone()));
    Value::new(Data::Map(kept.collect()), value.place.clone())
}

/// Adds items to a list of a map.
fn extend(map: &mut Map, key: &str, items: Vec<Value>) {
    let Some(first) = items.first() else {
        return;
    };
    let place = first.place.clone();
    let field = map.entry(key.to_owned()).or_insert_with(|| Field {
        key: place.clone(),
        value: Value::new(Data::List(Vec::new()), place),
    });
    match &mut field.value.data {
        Data::List(all) => all.extend(items),
        other => *other = Data::List(items),
    }
}

/// The components that a Flux Kustomization adds.
fn components(spec: &Value, is_folder: impl Fn(&str) -> bool) -> Result<Vec<Value>, Diagnostics> {
    let may_miss = { spec.get("ignoreMissingComponents") }.and_then(Value::as_bool) == Some(true);
    let mut all = Vec::new();
    for component in spec.get("components").into_iter().flat_map(Value::items) {
        let path = component.as_text().unwrap_or_default();
        if !is_local(path) {
            let problem = rules::FLUX_COMPONENT_PATH.report(format!(
                "the component `{path}` is no path relative to the folder that is built"
            ));
            return Err(problem.at(component.place.location()).into());
        }
        if !may_miss || is_folder(path) {
            all.push(component.clone());
        }
    }
    Ok(all)
}

/// Whether Flux takes a path of a component as one of the repository.
fn is_local(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let remote = [
        "git::",
        "gh:",
        "ssh://",
        "https://",
        "http://",
        "git@",
        "github.com:",
        "github.com/",
    ];
    !remote
        .iter()
        .any(|prefix| lower.len() > prefix.len() && lower.starts_with(prefix))
        && !lower.starts_with('/')
        && !lower.starts_with("file:///")
}

/// Images of a Flux Kustomization over those of the file that have their name.
fn images<'a>(map: &mut Map, images: impl Iterator<Item = &'a Value>) {
    let mut added = Vec::new();
    for image in images {
        let image = only(image, &["name", "newName", "newTag", "digest"]);
        let set = |key: &str| {
            let text = image.get(key).and_then(Value::as_text);
            text.is_some_and(|text| !text.is_empty())
        };
        let same = map
            .get_mut("images")
            .and_then(|field| match &mut field.value.data {
                Data::List(own) => own
                    .iter_mut()
                    .find(|own| own.get("name") == image.get("name")),
                _ => None,
            });
        let Some(own) = same.and_then(Value::as_map_mut) else {
            added.push(image);
            continue;
        };
        let mut take = |key: &str| match image.get(key) {
            Some(value) => put(own, key, value.clone()),
            None => {
                own.shift_remove(key);
            }
        };
        if set("newName") {
            take("newName");
        }
        // A tag and a digest both choose the version, so they change together.
        if set("newTag") || set("digest") {
            take("newTag");
            take("digest");
        }
    }
    extend(map, "images", added);
}
