//! The objects of a build, each id once.

use std::collections::HashSet;

use diagnostics::Diagnostic;

use crate::object::Id;
use crate::rules;
use crate::value::{Data, Map, Place, Value};

use super::resource::{Behavior, Resource, put, scalar_text, set};

/// Objects in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) items: Vec<Resource>,
    /// Whether resources are missing that lie in another repository.
    pub(super) is_partial: bool,
    /// The ids of the first so many objects; none of them was changed since.
    ids: HashSet<Id>,
    known: usize,
}

impl Set {
    /// All of them, to change; none may get the id of another.
    pub(super) fn change(&mut self) -> &mut Vec<Resource> {
        self.ids.clear();
        self.known = 0;
        &mut self.items
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// There is one of its id.
    pub(super) fn append(&mut self, resource: Resource) -> Result<(), Box<Diagnostic>> {
        for item in self.items.iter().skip(self.known) {
            self.ids.insert(item.id());
        }
        self.known = self.items.len();
        let id = resource.id();
        if self.ids.contains(&id) {
            let first = self.items.iter().find(|item| item.id() == id);
            return Err(Box::new(duplicate(&resource, first)));
        }
        self.ids.insert(id);
        self.items.push(resource);
        self.known += 1;
        Ok(())
    }

    /// Says which objects have got the id of another; those whose names get a hash have not yet
    /// got theirs.
    pub(super) fn duplicates(&self) -> Vec<Diagnostic> {
        let mut seen: std::collections::HashMap<Id, &Resource> = std::collections::HashMap::new();
        let mut problems = Vec::new();
        for item in self.items.iter().filter(|item| !item.hashed) {
            if let Some(first) = seen.get(&item.id()) {
                problems.push(duplicate(item, Some(first)));
            } else {
                seen.insert(item.id(), item);
            }
        }
        problems
    }

    /// Adds a generated object, or joins it with the one that is there.
    ///
    /// # Errors
    ///
    /// Its behavior says otherwise.
    pub(super) fn absorb(&mut self, mut resource: Resource) -> Result<(), Box<Diagnostic>> {
        let id = resource.id();
        let behavior = resource.generated.unwrap_or_default();
        let mut matches = self.items.iter_mut().filter(|item| item.was(&id));
        let refused = |resource: &Resource, why: &str| {
            let problem = rules::KUSTOMIZE_GENERATOR.report(format!("{} {why}", resource.shown()));
            Err(Box::new(at(problem, resource)))
        };
        let Some(old) = matches.next() else {
            if behavior == Behavior::Create {
                return self.append(resource);
            }
            return refused(
                &resource,
                "is to be merged with, or to replace, an object that is not there",
            );
        };
        if matches.next().is_some() {
            return refused(&resource, "could be merged with several objects");
        }
        match behavior {
            Behavior::Create => return Err(Box::new(duplicate(&resource, Some(old)))),
            Behavior::Replace => inherit(&mut resource, old),
            Behavior::Merge => {
                inherit(&mut resource, old);
                let mut data = data_of(old, "data");
                if resource.kind() == "Secret" {
                    for (key, text) in data_of(old, "stringData") {
                        data.push((key, super::generate::base64(text.as_bytes())));
                    }
                }
                merge_texts(&mut resource, "data", data, old);
                merge_texts(&mut resource, "binaryData", data_of(old, "binaryData"), old);
            }
        }
        *old = resource;
        self.change();
        Ok(())
    }
}

/// What a generated object takes from the one that it joins.
fn inherit(new: &mut Resource, old: &Resource) {
    for part in ["labels", "annotations"] {
        let mut merged = texts(old.value.at(&["metadata", part]));
        merged.extend(texts(new.value.at(&["metadata", part])));
        if merged.is_empty() {
            continue;
        }
        let place = new.place();
        let mut map = Map::default();
        for (key, text) in merged {
            let find =
                |from: &Resource| Some(from.value.at(&["metadata", part, &key])?.place.clone());
            let place = find(new)
                .or_else(|| find(old))
                .unwrap_or_else(|| place.clone());
            set(&mut map, &key, &text, &place);
        }
        if let Some(metadata) = new.metadata() {
            put(metadata, part, Value::new(Data::Map(map), place));
        }
    }
    let place = old.place();
    new.set_metadata("name", old.name(), &place);
    let namespace = old.namespace().to_owned();
    if let Some(metadata) = new.metadata() {
        if namespace.is_empty() {
            metadata.shift_remove("namespace");
        } else {
            set(metadata, "namespace", &namespace, &place);
        }
    }
    new.hashed &= old.hashed;
    new.former.clone_from(&old.former);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.generated = old.generated;
    new.origin.clone_from(&old.origin);
}

/// The data of an object as text; nothing is the empty text.
fn data_of(old: &Resource, part: &str) -> Vec<(String, String)> {
    let mut data = texts(old.value.get(part));
    for (key, text) in &mut data {
        if old.value.at(&[part, key]).is_some_and(Value::is_null) {
            text.clear();
        }
    }
    data
}

/// The scalars of a map as text.
fn texts(value: Option<&Value>) -> Vec<(String, String)> {
    let map = value.and_then(Value::as_map);
    let entries = map.into_iter().flatten();
    entries
        .filter_map(|(key, field)| Some((key.clone(), scalar_text(&field.value)?)))
        .collect()
}

/// The place of a text without the quotes around it, which it has lost.
fn within_quotes(place: &Place) -> Place {
    let range = place.range();
    let Some(source) = place.source() else {
        return place.clone();
    };
    let written = source.text().get(range.clone()).unwrap_or_default();
    if written.len() >= 2 && written.starts_with(['"', '\'']) {
        Place::new(source, range.start + 1..range.end - 1)
    } else {
        place.clone()
    }
}

fn merge_texts(new: &mut Resource, part: &str, olds: Vec<(String, String)>, old: &Resource) {
    let mut map = Map::default();
    for (key, text) in olds {
        let place = old.value.at(&[part, &key]).map(|value| value.place.clone());
        let place = place.map_or_else(|| old.place(), |place| within_quotes(&place));
        set(&mut map, &key, &text, &place);
    }
    for (key, text) in texts(new.value.get(part)) {
        let place = new.value.at(&[part, &key]).map(|value| value.place.clone());
        set(&mut map, &key, &text, &place.unwrap_or_default());
    }
    let place = new.place();
    let Data::Map(object) = &mut new.value.data else {
        return;
    };
    if map.is_empty() {
        object.shift_remove(part);
    } else {
        put(object, part, Value::new(Data::Map(map), place));
    }
}

fn duplicate(resource: &Resource, first: Option<&Resource>) -> Diagnostic {
    let shown = resource.shown();
    let problem = at(
        rules::KUSTOMIZE_DUPLICATE_RESOURCE.report(format!("`{shown}` is there twice")),
        resource,
    );
    match first.and_then(|first| first.place().location()) {
        Some(location) => problem.related(location, "the first one"),
        None => problem,
    }
}

/// A problem at the place of an object.
pub(super) fn at(problem: Diagnostic, resource: &Resource) -> Diagnostic {
    problem.at(resource.place().location())
}
