//! What one key of a talconfig does to a configuration.

use std::collections::HashMap;

use diagnostics::{Diagnostics, Location, Source};
use serde_json::{Map, Value, json};

use crate::talconfig::Keys;
use talos::fields::document_name;
use talos::patch::{fill, merge_documents};

/// One key and its effect.
pub(super) struct Step {
    pub(super) key: &'static str,
    pub(super) effect: Effect,
}

/// Places are keys of the v1alpha1 document with dots.
pub(super) enum Effect {
    /// A value is set, whatever was there.
    Set(&'static str, Value),
    /// Items are added to a list.
    Append(&'static str, Vec<Value>),
    /// A map of texts is set, after the templates in it are filled; and where they are written.
    Filled(&'static str, Keys, HashMap<String, Location>),
    /// The same as a field of a document of this kind, into which it is merged.
    FilledInto(&'static str, &'static str, Keys, HashMap<String, Location>),
    /// Documents are merged in.
    Merge(Vec<Value>),
    /// The document of this name is taken out.
    Remove(&'static str),
}

impl Effect {
    /// Does it; the problems are those of templates.
    pub(super) fn apply(&self, documents: &mut Vec<Value>) -> Diagnostics {
        let mut problems = Diagnostics::new();
        match self {
            Self::Set(path, value) => {
                if let Some(place) = at(documents, path) {
                    *place = value.clone();
                }
            }
            Self::Append(path, more) => {
                if let Some(place) = at(documents, path) {
                    match place.as_array_mut() {
                        Some(items) => items.extend(more.iter().cloned()),
                        None => *place = more.clone().into(),
                    }
                }
            }
            Self::Filled(path, map, places) => {
                let filled = fill_all(map, places, documents, &mut problems);
                if let Some(place) = at(documents, path) {
                    *place = filled.into();
                }
            }
            Self::FilledInto(kind, field, map, places) => {
                let filled = fill_all(map, places, documents, &mut problems);
                let document = json!({"apiVersion": "v1alpha1", "kind": kind, *field: filled});
                problems.extend(merge_documents(documents, &[document]).err());
            }
            Self::Merge(more) => problems.extend(merge_documents(documents, more).err()),
            Self::Remove(name) => documents.retain(|document| document_name(document) != *name),
        }
        problems
    }
}

/// The values of a map, templates filled in those that have any.
fn fill_all(
    map: &Keys,
    places: &HashMap<String, Location>,
    documents: &[Value],
    problems: &mut Diagnostics,
) -> Map<String, Value> {
    map.iter()
        .map(|(key, value)| {
            let text = value.as_str().unwrap_or_default();
            let Some(place) = places.get(key) else {
                return (key.clone(), value.clone());
            };
            let (filled, found) = fill(&Source::new("", text), documents);
            problems.extend(found.into_iter().map(|problem| problem.at(place.clone())));
            (key.clone(), filled.text().into())
        })
        .collect()
}

/// The place in the v1alpha1 document, made if it is not there.
fn at<'a>(documents: &'a mut [Value], path: &str) -> Option<&'a mut Value> {
    let document = documents
        .iter_mut()
        .find(|document| document.get("kind").is_none())?;
    path.split('.').try_fold(document, |at, key| {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        Some(at.as_object_mut()?.entry(key).or_insert(Value::Null))
    })
}

/// Whether documents already have one of the same name.
pub(super) fn has(documents: &[Value], other: &Value) -> bool {
    let name = document_name(other);
    documents
        .iter()
        .any(|document| document_name(document) == name)
}
