//! What a Kustomization gives to everything that it applies.

use crate::object::Object;
use crate::value::{Data, Map, Place, Value};

/// Sets the labels and annotations that a Kustomization gives to everything.
pub(super) fn give(flux: &Object, objects: &mut [Object]) {
    for part in ["labels", "annotations"] {
        let Some(common) = flux
            .0
            .at(&["spec", "commonMetadata", part])
            .and_then(Value::as_map)
        else {
            continue;
        };
        for object in &mut *objects {
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

/// A map within a map, made where there is none.
fn entry<'a>(map: &'a mut Map, key: &str) -> &'a mut Value {
    let field = map.entry(key.to_owned()).or_default();
    if field.value.is_null() {
        field.value = Value::new(Data::Map(Map::default()), Place::default());
    }
    &mut field.value
}
