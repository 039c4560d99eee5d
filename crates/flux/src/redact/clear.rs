//! The values of variables that are in the clear.

use std::collections::BTreeSet;

use crate::assembled::{Assembled, Kustomization};
use crate::object::Object;
use crate::value::{Map, Value};

/// Adds the values that Kustomizations give variables themselves or by `ConfigMaps`: a Secret in
/// which one of them is used does not make it secret.
pub(super) fn add(assembled: &Assembled, texts: &mut BTreeSet<String>) {
    let objects = { assembled.kustomizations.iter() }.flat_map(|one| &one.objects);
    let maps: Vec<&Object> = { objects.filter(|object| object.kind() == "ConfigMap") }.collect();
    for one in &assembled.kustomizations {
        let build = one.object.0.at(&["spec", "postBuild"]);
        let inline = build.and_then(|build| build.get("substitute"));
        add_map(inline, texts);
        for map in from(one, build, &maps) {
            add_map(map.0.get("data"), texts);
        }
    }
}

/// The `ConfigMaps` that a Kustomization takes variables from.
fn from<'a>(one: &Kustomization, build: Option<&Value>, maps: &[&'a Object]) -> Vec<&'a Object> {
    let references = build.and_then(|build| build.get("substituteFrom"));
    let references = references.map(Value::items).unwrap_or_default().iter();
    let text = |value: &Value, key: &str| {
        let text = value.get(key).and_then(Value::as_text);
        text.unwrap_or_default().to_owned()
    };
    references
        .filter(|reference| text(reference, "kind") == "ConfigMap")
        .flat_map(|reference| {
            let name = text(reference, "name");
            let namespace = one.object.namespace();
            { maps.iter().copied() }
                .filter(move |map| map.name() == name && map.namespace() == namespace)
        })
        .collect()
}

fn add_map(map: Option<&Value>, texts: &mut BTreeSet<String>) {
    let fields = map
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(Map::values);
    for field in fields {
        let value = &field.value;
        if !value.place.is_marked()
            && value.place.secret().is_none()
            && let Some(text) = value.as_text()
        {
            texts.insert(text.trim().to_owned());
        }
    }
}
