//! The `ConfigMaps` and Secrets of a cluster, and the variables that Kustomizations take from
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::admission;
use crate::entries::{self, Entry};
use crate::helm::Found;
use crate::makers;
use crate::object::Object;
use crate::substitute::{Mode, Substitution, Variables};
use crate::unknown::Known;
use crate::value::{Place, Value};

/// `ConfigMaps` and Secrets by kind, namespace and name.
#[derive(Default, PartialEq)]
pub(super) struct Store {
    objects: BTreeMap<(String, String, String), Object>,
    /// Namespaces and names of the Secrets that controllers make.
    made: BTreeSet<(String, String)>,
    /// Whether something gives further variables to Kustomizations that are applied.
    is_open: bool,
}

/// Who decides what a `ConfigMap` or Secret holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// What is written is what is there.
    Flux,
    /// Others add to it.
    Both,
    /// Once it is there, somebody else: what is written is there at first, if ever.
    Others,
}

impl Store {
    /// Those among some objects.
    pub(super) fn of<'a>(objects: impl Iterator<Item = &'a Object>) -> Self {
        let mut store = Self::default();
        for object in objects {
            store.is_open |= admission::changes(object);
            let made = makers::secret_of(object);
            let made = made.map(|(namespace, name)| (namespace.to_owned(), name.to_owned()));
            store.made.extend(made);
            if object.group().is_empty() && matches!(object.kind(), "ConfigMap" | "Secret") {
                let key = [object.kind(), object.namespace(), object.name()].map(str::to_owned);
                store.objects.insert(key.into(), object.clone());
            }
        }
        store
    }

    /// Whether something in the cluster gives variables to Kustomizations beside those that they
    /// name.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        let key = [kind, namespace, name].map(str::to_owned);
        self.objects.get(&key.into())
    }

    /// What a release in a namespace finds. What is not in the repository may be in the
    /// cluster.
    pub(super) fn find(&self, namespace: &str, kind: &str, name: &str) -> Found<'_> {
        match self.get(kind, namespace, name) {
            Some(object) if self.holder(object) == Holder::Flux => Found::Object(object),
            _ => Found::Unknown,
        }
    }

    /// Who decides what an object holds.
    fn holder(&self, object: &Object) -> Holder {
        let name = (object.namespace().to_owned(), object.name().to_owned());
        let is_made = object.kind() == "Secret" && self.made.contains(&name);
        match object.annotation("kustomize.toolkit.fluxcd.io/ssa") {
            _ if is_made => Holder::Others,
            Some("IfNotPresent" | "Ignore") => Holder::Others,
            Some("Merge") => Holder::Both,
            _ => Holder::Flux,
        }
    }

    /// The substitution of a Flux Kustomization: objects of its namespace in their order, later
    /// ones over earlier ones, and what it says itself over all.
    pub(super) fn substitution(&self, flux: &Object, mode: Mode) -> Substitution {
        let mut variables = Variables::default();
        let build = flux.0.at(&["spec", "postBuild"]);
        let text = |value: &Value, key: &str| {
            let text = value.get(key).and_then(Value::as_text);
            text.unwrap_or_default().to_owned()
        };
        let from = build.and_then(|build| build.get("substituteFrom"));
        for reference in from.into_iter().flat_map(Value::items) {
            let (kind, name) = (text(reference, "kind"), text(reference, "name"));
            match self.get(&kind, flux.namespace(), &name) {
                Some(object) => {
                    let holder = self.holder(object);
                    if holder != Holder::Flux {
                        variables.open();
                    }
                    for (key, entry) in entries::of(object) {
                        let Entry { known, key: at, .. } = &entry;
                        let at = at.clone();
                        match known {
                            _ if holder == Holder::Others => variables.set_unknown(key, at),
                            Known::Value(value) if is_secret(object, &entry.place) => {
                                variables.set_secret(key, value, at);
                            }
                            Known::Value(value) => variables.set(key, value, at),
                            Known::Unknown => variables.set_unknown(key, at),
                        }
                    }
                }
                None => variables.open(),
            }
        }
        let inline = build.and_then(|build| build.get("substitute")?.as_map());
        for (key, field) in inline.into_iter().flatten() {
            match field.value.as_text() {
                Some(value) if is_secret(flux, &field.value.place) => {
                    variables.set_secret(key, value, field.key.clone());
                }
                Some(value) => variables.set(key, value, field.key.clone()),
                None => variables.set_unknown(key, field.key.clone()),
            }
        }
        if self.is_open {
            variables.open();
        }
        let always = flux.text(&["spec", "postBuild", "substituteStrategy"]) == "Always";
        Substitution {
            variables,
            mode,
            always: always && build.is_some(),
        }
    }
}

/// Whether a value of an object is a secret: that of a Secret, one that is marked as such, and
/// one that was made of another.
fn is_secret(object: &Object, place: &Place) -> bool {
    object.kind() == "Secret" || place.is_marked() || place.secret().is_some()
}
