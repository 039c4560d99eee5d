//! What a Kustomization gives to everything that it applies, and what is lost by that.
//!
//! Source of the behaviour: `fluxcd/pkg/ssa` 0.76.2, `SetOwnerLabels` and `SetCommonMetadata`: they read
//! labels and annotations as a map of texts, as which one with any other value cannot be read, and
//! write what they have.

use diagnostics::{Diagnostic, Diagnostics};

use crate::object::Object;
use crate::rules;
use crate::value::{Data, Map, Place, Value};

/// Sets the labels and annotations that a Kustomization gives to everything.
pub(super) fn give(flux: &Object, objects: &mut [Object], problems: &mut Diagnostics) {
    for part in ["labels", "annotations"] {
        let common = flux.0.at(&["spec", "commonMetadata", part]);
        let common = common.and_then(Value::as_map);
        // Labels are always given: those that say who applies it.
        let is_given = part == "labels" || common.is_some_and(|common| !common.is_empty());
        for object in objects.iter_mut().filter(|_| is_given) {
            problems.extend(settle(object, part));
            let Some(common) = common else {
                continue;
            };
            let metadata = object.0.as_map_mut().map(|map| entry(map, "metadata"));
            if let Some(metadata) = metadata.and_then(Value::as_map_mut)
                && let Some(fields) = entry(metadata, part).as_map_mut()
            {
                let common = common.iter();
                fields.extend(common.map(|(key, field)| (key.clone(), field.clone())));
            }
        }
    }
}

/// Leaves of the labels or annotations of an object what is read of them: all, nothing being the
/// empty text, or none.
fn settle(object: &mut Object, part: &str) -> Option<Diagnostic> {
    let id = object.id();
    let metadata = object.0.as_map_mut()?.get_mut("metadata")?;
    let metadata = metadata.value.as_map_mut()?;
    let written = &mut metadata.get_mut(part)?.value;
    let is_text = |value: &Value| value.is_null() || value.as_text().is_some();
    let wrong = match &written.data {
        Data::Null => return None,
        Data::Map(map) => { map.iter() }
            .find(|(_, field)| !is_text(&field.value))
            .map(|(key, field)| {
                let kind = field.value.kind_name();
                (format!("`{key}` of them is {kind}, not text"), &field.value)
            }),
        _ => Some((
            format!("they are {}, not a map", written.kind_name()),
            &*written,
        )),
    };
    let Some((why, value)) = wrong else {
        for field in written.as_map_mut()?.values_mut() {
            if field.value.is_null() {
                field.value.data = Data::Text(String::new());
            }
        }
        return None;
    };
    let problem = rules::FLUX_METADATA_DROPPED
        .report(format!("{id} is applied without its {part}: {why}"))
        .at(value.place.location());
    metadata.shift_remove(part);
    Some(problem)
}

/// A map within a map, made where there is none.
fn entry<'a>(map: &'a mut Map, key: &str) -> &'a mut Value {
    let field = map.entry(key.to_owned()).or_default();
    if field.value.is_null() {
        field.value = Value::new(Data::Map(Map::default()), Place::default());
    }
    &mut field.value
}
