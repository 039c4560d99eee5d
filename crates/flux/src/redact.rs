//! Objects as they may be shown: without any value of a Secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Diagnostic, MASK, MASK_OF_ANOTHER, Secrets};
use serde_json::{Map as JsonMap, Value as Json};

use crate::assembled::Assembled;
use crate::object::{Id, Object};
use crate::value::{Data, Value};

/// What may be shown and what may not.
#[derive(Clone, Default)]
pub struct Redaction {
    secrets: Secrets,
}

impl Redaction {
    /// Hides the values of every Secret, wherever substitution put them, but for the texts that
    /// are `public`, such as a domain that the configuration has in the clear.
    pub fn new(assembled: &Assembled, public: &[String]) -> Self {
        let mut texts = Vec::new();
        let objects = { assembled.kustomizations.iter() }.flat_map(|one| &one.objects);
        for object in objects.filter(|object| is_secret(object)) {
            for (key, is_encoded) in [("data", true), ("stringData", false)] {
                let fields = object.0.get(key).and_then(Value::as_map);
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
        texts.retain(|text| !public.iter().any(|one| one == text.trim()));
        Self {
            secrets: Secrets::new(texts),
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
        } else if is_in_the_clear(value, text) {
            text.to_owned()
        } else {
            self.secrets.mask(text)
        }
    }

    /// What names an object, as it may be shown.
    pub fn id(&self, object: &Object) -> Id {
        let part = |key: &str, given: &str| {
            let value = object.0.at(&["metadata", key]);
            value.map_or_else(|| given.to_owned(), |value| self.text(value))
        };
        let id = object.id();
        Id {
            name: part("name", &id.name),
            namespace: part("namespace", &id.namespace),
            ..id
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
                masked(&field.value, other)
            } else if secret && key == "metadata" {
                self.metadata(&field.value, other)
            } else {
                self.value(&field.value, other)
            };
            shown.insert(key.clone(), value);
        }
        Json::Object(shown)
    }

    /// Tools write the whole of a Secret into an annotation of it.
    fn metadata(&self, value: &Value, other: Option<&Value>) -> Json {
        let mut shown = self.value(value, other);
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
            _ if is_marked(value) => masked(value, other),
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
                    let key_shown = if is_clear_at(&field.key, key) {
                        key.clone()
                    } else {
                        self.secrets.mask(key)
                    };
                    shown.insert(key_shown, self.value(&field.value, other));
                }
                Json::Object(shown)
            }
            _ => value.to_json(),
        }
    }
}

/// Whether an object is a Secret, of whatever group it says it is.
pub fn is_secret(object: &Object) -> bool {
    object.kind() == "Secret"
}

/// Whether the file marks the value as a secret.
fn is_marked(value: &Value) -> bool {
    let range = value.place.range();
    value.place.source().is_some_and(|source| {
        let mut marked = source.secrets().iter();
        matches!(value.data, Data::Text(_) | Data::Number(_) | Data::Bool(_))
            && marked.any(|secret| secret.start < range.end && range.start < secret.end)
    })
}

fn is_in_the_clear(value: &Value, text: &str) -> bool {
    is_clear_at(&value.place, text)
}

fn is_clear_at(place: &crate::value::Place, text: &str) -> bool {
    place.source().is_some_and(|source| {
        let written = source.text().get(place.range());
        !source.is_made() && written.is_some_and(|written| written.contains(text))
    })
}

/// Everything below a value masked, its keys kept.
fn masked(value: &Value, other: Option<&Value>) -> Json {
    match &value.data {
        Data::Map(map) => {
            let entries = map.iter().map(|(key, field)| {
                let other = other.and_then(|other| other.get(key));
                (key.clone(), masked(&field.value, other))
            });
            Json::Object(entries.collect())
        }
        Data::List(items) => {
            let others = other.map(Value::items).unwrap_or_default();
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| masked(item, others.get(index)))
                .collect()
        }
        Data::Null => Json::Null,
        _ if other.is_some_and(|other| other != value) => Json::String(MASK_OF_ANOTHER.to_owned()),
        _ => Json::String(MASK.to_owned()),
    }
}
