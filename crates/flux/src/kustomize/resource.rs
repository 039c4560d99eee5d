//! An object on its way through a build, and the names that it had.

use yaml::{Dialect, Resolved, Scalar, Style};

use crate::object::Id;
use crate::value::{self, Data, Field, Map, Number, Place, Value};

use super::scope::is_cluster_wide;

/// What stands for the namespace of a cluster-wide object.
const CLUSTER: &str = "_non_namespaceable_";

/// How a generated object joins one that is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Behavior {
    /// It must be new.
    #[default]
    Create,
    /// It takes the place of the other.
    Replace,
    /// Its data are added to those of the other.
    Merge,
}

/// A name that an object had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Former {
    pub(super) kind: String,
    pub(super) name: String,
    /// `default` where there was none.
    pub(super) namespace: String,
}

/// An object with what kustomize remembers of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Resource {
    /// The object; nothing once it is deleted.
    pub(super) value: Value,
    /// The names that it had, oldest first.
    pub(super) former: Vec<Former>,
    /// Prefixes and suffixes that its name got, innermost first.
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    /// Whether its name gets a hash.
    pub(super) hashed: bool,
    /// Whether a generator made it, and to what end.
    pub(super) generated: Option<Behavior>,
    /// Where it comes from, as the annotation for it says.
    pub(super) origin: Option<String>,
}

impl Resource {
    pub(super) fn new(value: Value) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    /// The text at a path, as kustomize has it whatever its type; empty where there is none.
    fn text(&self, keys: &[&str]) -> &str {
        { self.value.at(keys) }
            .and_then(Value::as_text)
            .unwrap_or_default()
    }

    pub(super) fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }

    /// The API group and version.
    pub(super) fn group_version(&self) -> (&str, &str) {
        let whole = self.api_version();
        whole.split_once('/').unwrap_or(("", whole))
    }

    pub(super) fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    pub(super) fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    pub(super) fn namespace(&self) -> &str {
        self.text(&["metadata", "namespace"])
    }

    pub(super) fn is_cluster_wide(&self) -> bool {
        is_cluster_wide(self.api_version(), self.kind())
    }

    /// The namespace that tells it from others: `default` where it says none.
    pub(super) fn effective_namespace(&self) -> &str {
        if self.is_cluster_wide() {
            return CLUSTER;
        }
        match self.namespace() {
            "" => "default",
            namespace => namespace,
        }
    }

    /// What tells it from others now.
    pub(super) fn id(&self) -> Id {
        let (group, version) = self.group_version();
        Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: self.kind().to_owned(),
            namespace: self.effective_namespace().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// What told it from others in the beginning: kind, name, namespace.
    pub(super) fn original(&self) -> (&str, &str, &str) {
        match self.former.first() {
            Some(first) => (&first.kind, &first.name, &first.namespace),
            None => self.current(),
        }
    }

    fn current(&self) -> (&str, &str, &str) {
        (self.kind(), self.name(), self.effective_namespace())
    }

    /// Kind, name and namespace as they are and as they were.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let former = self.former.iter();
        former
            .map(|one| (&*one.kind, &*one.name, &*one.namespace))
            .chain(std::iter::once(self.current()))
    }

    /// Whether it is, or was, what the id says.
    pub(super) fn was(&self, id: &Id) -> bool {
        let (group, version) = self.group_version();
        (group, version) == (&*id.group, &*id.version)
            && self
                .names()
                .any(|one| one == (&*id.kind, &*id.name, &*id.namespace))
    }

    /// Remembers the name that it has.
    pub(super) fn remember(&mut self) {
        let (kind, name, namespace) = self.current();
        let former = Former {
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        };
        self.former.push(former);
    }

    /// Whether kustomize keeps notes on it, which it does in annotations.
    pub(super) fn has_notes(&self) -> bool {
        !self.former.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.generated.is_some()
            || self.origin.is_some()
    }

    pub(super) fn is_deleted(&self) -> bool {
        match &self.value.data {
            Data::Map(map) => map.is_empty(),
            _ => true,
        }
    }

    /// The map below `metadata`, made where there is none.
    pub(super) fn metadata(&mut self) -> Option<&mut Map> {
        child(&mut self.value, "metadata").as_map_mut()
    }

    /// Sets a text of `metadata`; the place is that of who says so.
    pub(super) fn set_metadata(&mut self, key: &str, text: &str, place: &Place) {
        if let Some(metadata) = self.metadata() {
            set(metadata, key, text, place);
        }
    }

    /// How messages name it.
    pub(super) fn shown(&self) -> String {
        let namespace = match self.namespace() {
            "" => String::new(),
            namespace => format!("{namespace}/"),
        };
        format!("{} {namespace}{}", self.kind(), self.name())
    }

    /// Where it is written.
    pub(super) fn place(&self) -> Place {
        let name = self.value.at(&["metadata", "name"]);
        name.map_or_else(Place::default, |name| name.place.clone())
            .or(&self.value.place)
    }
}

/// Sets a text; its key keeps the place that it has.
pub(super) fn set(map: &mut Map, key: &str, text: &str, place: &Place) {
    put(
        map,
        key,
        Value::new(Data::Text(text.to_owned()), place.clone()),
    );
}

/// Sets a value; its key keeps the place that it has.
pub(super) fn put(map: &mut Map, key: &str, value: Value) {
    match map.get_mut(key) {
        Some(field) => field.value = value,
        None => {
            let field = Field {
                key: value.place.clone(),
                value,
            };
            map.insert(key.to_owned(), field);
        }
    }
}

/// The value of a key, made a map where there is none.
pub(super) fn child<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !matches!(value.data, Data::Map(_)) {
        value.data = Data::Map(Map::default());
    }
    let place = value.place.clone();
    match &mut value.data {
        Data::Map(map) => {
            let field = map.entry(key.to_owned()).or_insert_with(|| Field {
                key: place.clone(),
                value: Value::new(Data::Map(Map::default()), place),
            });
            if field.value.is_null() {
                field.value.data = Data::Map(Map::default());
            }
            &mut field.value
        }
        _ => unreachable!("it was just made a map"),
    }
}

/// A scalar as text, as kustomize has it where only text is asked for; none for lists and maps.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.clone()),
        Data::List(_) | Data::Map(_) => None,
        // As it is written, if it is: `~` and `0x1F` are not the same as `null` and `31`.
        Data::Null | Data::Bool(_) | Data::Number(_) => {
            let written = value.place.source().map(|source| {
                let text = source.text().get(value.place.range()).unwrap_or_default();
                text.trim()
            });
            let same = written.filter(|text| plain(text) == value.data);
            let text = same.map(str::to_owned);
            Some(text.unwrap_or_else(|| value.to_yaml().trim_end().to_owned()))
        }
    }
}

/// What a text is where nobody says that it is one.
pub(super) fn plain(text: &str) -> Data {
    match Scalar::new(text, Style::Plain).read(Dialect::Go) {
        Resolved::Null => Data::Null,
        Resolved::Bool(is) => Data::Bool(is),
        Resolved::Integer(number) => Data::Number(Number::Integer(number)),
        Resolved::Float(number) => Data::Number(value::whole(number)),
        _ => Data::Text(text.to_owned()),
    }
}

/// Where a map or list is written in brackets, Go writes a value that is left out as quotes
/// with nothing in them.
pub(super) fn quote_nothing(value: &mut Value) {
    match &mut value.data {
        Data::Null => {
            let range = value.place.range();
            let rest = value
                .place
                .source()
                .and_then(|source| source.text().get(range.end..));
            let next = rest.and_then(|rest| rest.trim_start().chars().next());
            if range.is_empty() && matches!(next, Some(',' | '}' | ']')) {
                value.data = Data::Text(String::new());
            }
        }
        Data::List(items) => items.iter_mut().for_each(quote_nothing),
        Data::Map(map) => { map.values_mut() }.for_each(|field| quote_nothing(&mut field.value)),
        _ => {}
    }
}

/// Whether a key that is written without quotes is read as text again: kustomize writes the keys
/// that it makes so.
pub(super) fn is_plain_key(key: &str) -> bool {
    let scalar = Scalar::new(key, Style::Plain);
    matches!(scalar.read(Dialect::Go), Resolved::Text(_))
}
