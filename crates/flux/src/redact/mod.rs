//! Objects as they may be shown: without any value of a Secret.

mod clear;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostic, MASK, MASK_OF_ANOTHER, SHORTEST_SECRET, Secrets};
use serde_json::{Map as JsonMap, Value as Json};

use crate::assembled::Assembled;
use crate::object::{Id, Object};
use crate::value::{Data, Place, Value};

/// What may be shown and what may not.
#[derive(Clone, Default)]
pub struct Redaction {
    secrets: Secrets,
    /// What is no secret, whoever has it.
    public: Arc<BTreeSet<String>>,
}

impl Redaction {
    /// Hides the values of every Secret, wherever substitution put them, but for the texts that
    /// are `public`, such as a domain that the configuration has in the clear.
    pub fn new(assembled: &Assembled, public: &[String]) -> Self {
        let mut public: BTreeSet<String> = public.iter().cloned().collect();
        clear::add(assembled, &mut public);
        let mut hidden = Self {
            secrets: Secrets::default(),
            public: Arc::new(public),
        };
        let mut texts = Vec::new();
        let objects = { assembled.kustomizations.iter() }.flat_map(|one| &one.objects);
        for object in objects.filter(|object| is_secret(object)) {
            data(object, &mut texts);
        }
        for object in { assembled.kustomizations.iter() }.flat_map(|one| &one.objects) {
            hidden.parts(&object.0, &mut texts);
        }
        for release in &assembled.releases {
            if let Some(values) = &release.values {
                leaves(values, &mut texts);
            }
            // What a chart puts into Secrets it may put elsewhere, too.
            for object in { release.rendered.iter().flatten() }.filter(|object| is_secret(object)) {
                data(object, &mut texts);
            }
        }
        texts.retain(|text| !hidden.public.contains(text.trim()));
        hidden.secrets = Secrets::new(texts);
        hidden
    }

    /// What was made of secrets: as it says no secret any more, it is one by itself.
    fn parts(&self, value: &Value, texts: &mut Vec<String>) {
        let is_part = |place: &Place| {
            place.secret().is_some_and(|secret| !secret.is_whole) && self.is_secret(place)
        };
        match &value.data {
            Data::List(items) => items.iter().for_each(|item| self.parts(item, texts)),
            Data::Map(map) => {
                for (key, field) in map {
                    if is_part(&field.key) {
                        texts.push(key.clone());
                    }
                    self.parts(&field.value, texts);
                }
            }
            Data::Text(text) if is_part(&value.place) => texts.push(text.clone()),
            Data::Number(number) if is_part(&value.place) => {
                texts.push(number.to_json().to_string());
            }
            _ => {}
        }
    }

    /// Whether something of a Secret stands at a place that is not public.
    fn is_secret(&self, place: &Place) -> bool {
        self.values(place).next().is_some()
    }

    fn values<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a str> {
        let values = place.secret().into_iter().flat_map(|it| &it.values);
        values
            .map(|value| value.trim())
            .filter(|value| !self.public.contains(*value))
    }

    /// A text that holds something of a Secret, without it.
    fn without(&self, place: &Place, text: &str) -> String {
        let values: Vec<&str> = self.values(place).filter(|it| !it.is_empty()).collect();
        let is_whole = place.secret().is_some_and(|secret| secret.is_whole);
        let is_found = |value: &&str| value.len() >= SHORTEST_SECRET && text.contains(*value);
        if self.public.contains(text) {
            text.to_owned()
        } else if is_whole && values.iter().all(is_found) {
            self.secrets.mask(&Secrets::new(values).mask(text))
        } else {
            MASK.to_owned()
        }
    }

    /// A text that stands at a place.
    fn at(&self, place: &Place, text: &str) -> String {
        if self.is_secret(place) {
            self.without(place, text)
        } else if is_clear_at(place, text) {
            text.to_owned()
        } else {
            self.secrets.mask(text)
        }
    }

    /// The texts that are hidden.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A text of a value, as it may be shown. What the file itself says in the clear, letter for
    /// letter, is no secret, even if a Secret has the same text.
    pub fn text(&self, value: &Value) -> String {
        let text = value.as_text().unwrap_or_default();
        if is_marked(value) {
            MASK.to_owned()
        } else {
            self.at(&value.place, text)
        }
    }

    /// What names an object, as it may be shown.
    pub fn id(&self, object: &Object) -> Id {
        let part = |path: &[&str]| {
            let value = object.0.at(path).filter(|value| value.as_text().is_some());
            value.map_or_else(String::new, |value| self.open(value))
        };
        let version = part(&["apiVersion"]);
        let (group, version) = version.split_once('/').unwrap_or(("", &version));
        Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: part(&["kind"]),
            name: part(&["metadata", "name"]),
            namespace: part(&["metadata", "namespace"]),
        }
    }

    /// A text of what names an object: what is secret of a file that is encrypted as a whole is
    /// what the file does not say letter for letter.
    fn open(&self, value: &Value) -> String {
        let text = value.as_text().unwrap_or_default();
        if value.place.is_marked() && is_clear_at(&value.place, text) {
            self.at(&value.place, text)
        } else {
            self.text(value)
        }
    }

    /// A problem without any text of a Secret, unless the line it stands in has it in the clear.
    pub fn clean(&self, mut problem: Diagnostic) -> Diagnostic {
        if self.says_secret(&problem) {
            self.secrets.clean(&mut problem);
        }
        problem
    }

    fn says_secret(&self, problem: &Diagnostic) -> bool {
        let line = problem
            .location
            .as_ref()
            .and_then(|place| place.excerpt.as_ref());
        let shown = line.map_or("", |line| line.text.as_str());
        let hides_other = |text: &str| {
            let mut found = self.secrets.find(text).into_iter();
            found.any(|range| {
                text.get(range)
                    .is_some_and(|secret| !shown.contains(secret))
            })
        };
        let related = problem
            .related
            .iter()
            .map(|related| related.message.as_str());
        let hint = problem.hint.as_deref().unwrap_or_default();
        let mut texts = [problem.message.as_str(), hint].into_iter().chain(related);
        texts.any(hides_other)
    }

    /// What stands in messages without a place of its own, as it may be shown.
    pub fn mask(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// An object as it may be shown.
    pub fn object(&self, object: &Object) -> Json {
        self.shown(object, None)
    }

    /// Two states of an object as they may be shown: where a secret differs, the two masks do.
    pub fn pair(&self, before: &Object, after: &Object) -> (Json, Json) {
        (self.shown(before, None), self.shown(after, Some(before)))
    }

    fn shown(&self, object: &Object, other: Option<&Object>) -> Json {
        let secret = is_secret(object);
        let Some(map) = object.0.as_map() else {
            return self.value(&object.0, other.map(|other| &other.0));
        };
        let mut shown = JsonMap::with_capacity(map.len());
        for (key, field) in map {
            let other = other.and_then(|other| other.0.get(key));
            let hides = key == "sops" || (secret && matches!(key.as_str(), "data" | "stringData"));
            let value = if hides {
                self.masked(&field.value, other)
            } else if key == "metadata" {
                self.metadata(&field.value, other, secret)
            } else if matches!(key.as_str(), "kind" | "apiVersion") {
                self.named(&field.value, other)
            } else {
                self.value(&field.value, other)
            };
            insert(&mut shown, self.at(&field.key, key), value);
        }
        Json::Object(shown)
    }

    /// What names an object.
    fn named(&self, value: &Value, other: Option<&Value>) -> Json {
        match &value.data {
            Data::Map(map) => {
                let mut shown = JsonMap::with_capacity(map.len());
                for (key, field) in map {
                    let other = other.and_then(|other| other.get(key));
                    let value = self.named(&field.value, other);
                    insert(&mut shown, self.at(&field.key, key), value);
                }
                Json::Object(shown)
            }
            Data::Text(text) if self.open(value) == *text => Json::String(text.clone()),
            _ => self.value(value, other),
        }
    }

    /// Tools write the whole of a Secret into an annotation of it.
    fn metadata(&self, value: &Value, other: Option<&Value>, secret: bool) -> Json {
        let mut shown = self.named(value, other);
        if !secret {
            return shown;
        }
        let written = "kubectl.kubernetes.io/last-applied-configuration";
        if let Some(text) = shown
            .pointer_mut("/annotations")
            .and_then(|all| all.get_mut(written))
        {
            *text = Json::String(MASK.to_owned());
        }
        shown
    }

    fn value(&self, value: &Value, other: Option<&Value>) -> Json {
        match &value.data {
            Data::Text(text) => {
                let shown = self.text(value);
                let differs =
                    other.is_some_and(|other| other != value && self.text(other) == shown);
                if shown != *text && differs {
                    return Json::String(MASK_OF_ANOTHER.to_owned());
                }
                Json::String(shown)
            }
            Data::Null | Data::Bool(_) | Data::Number(_)
                if is_marked(value) || self.is_secret(&value.place) =>
            {
                self.masked(value, other)
            }
            Data::List(items) => {
                let others = other.map(Value::items).unwrap_or_default();
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.value(item, others.get(index)))
                    .collect()
            }
            Data::Map(map) => {
                let mut shown = JsonMap::with_capacity(map.len());
                for (key, field) in map {
                    let other = other.and_then(|other| other.get(key));
                    let value = self.value(&field.value, other);
                    insert(&mut shown, self.at(&field.key, key), value);
                }
                Json::Object(shown)
            }
            _ => value.to_json(),
        }
    }

    /// Everything below a value masked, its keys kept.
    fn masked(&self, value: &Value, other: Option<&Value>) -> Json {
        match &value.data {
            Data::Map(map) => {
                let mut shown = JsonMap::with_capacity(map.len());
                for (key, field) in map {
                    let other = other.and_then(|other| other.get(key));
                    let value = self.masked(&field.value, other);
                    insert(&mut shown, self.at(&field.key, key), value);
                }
                Json::Object(shown)
            }
            Data::List(items) => {
                let others = other.map(Value::items).unwrap_or_default();
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.masked(item, others.get(index)))
                    .collect()
            }
            Data::Null if value.place.secret().is_none() => Json::Null,
            _ if other.is_some_and(|other| other != value) => {
                Json::String(MASK_OF_ANOTHER.to_owned())
            }
            _ => Json::String(MASK.to_owned()),
        }
    }
}

/// Adds the values of a Secret, decoded and as they are.
fn data(secret: &Object, texts: &mut Vec<String>) {
    for (key, is_encoded) in [("data", true), ("stringData", false)] {
        let fields = secret.0.get(key).and_then(Value::as_map);
        for field in fields.into_iter().flat_map(|map| map.values()) {
            let Some(text) = field.value.as_text() else {
                continue;
            };
            if is_encoded
                && let Ok(bytes) = STANDARD.decode(text)
                && let Ok(text) = String::from_utf8(bytes)
            {
                texts.push(text);
            }
            texts.push(text.to_owned());
        }
    }
}

/// Adds the texts among values of a release that come out of Secrets, and what charts make of
/// them there.
fn leaves(value: &Value, texts: &mut Vec<String>) {
    match &value.data {
        Data::List(items) => items.iter().for_each(|item| leaves(item, texts)),
        Data::Map(map) => map.values().for_each(|field| leaves(&field.value, texts)),
        Data::Text(text) if value.place.is_marked() || value.place.secret().is_some() => {
            texts.push(STANDARD.encode(text));
            texts.push(text.clone());
        }
        Data::Number(number) if value.place.is_marked() => {
            texts.push(number.to_json().to_string());
        }
        _ => {}
    }
}

/// Adds an entry; where several keys are shown as the same one, they are counted, so that each
/// entry keeps its place.
fn insert(map: &mut JsonMap<String, Json>, key: String, value: Json) {
    let mut free = key.clone();
    let mut count = 1;
    while map.contains_key(&free) {
        count += 1;
        free = format!("{key} {count}");
    }
    map.insert(free, value);
}

/// Whether an object is a Secret, of whatever group it says it is.
pub fn is_secret(object: &Object) -> bool {
    object.kind() == "Secret"
}

/// Whether the file marks the value as a secret.
fn is_marked(value: &Value) -> bool {
    matches!(value.data, Data::Text(_) | Data::Number(_) | Data::Bool(_)) && value.place.is_marked()
}

fn is_clear_at(place: &Place, text: &str) -> bool {
    place.source().is_some_and(|source| {
        let written = source.text().get(place.range());
        !source.is_made() && written.is_some_and(|written| written.contains(text))
    })
}
