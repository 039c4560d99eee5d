//! One Kubernetes object.

use std::fmt;

use crate::value::{Place, Value};

/// What names an object in a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The API group; empty for the core one.
    pub group: String,
    /// The version within the group.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty where the object says none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// As messages name it: `HelmRelease network/echo`.
impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(formatter, "{} {}", self.kind, self.name)
        } else {
            write!(formatter, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// An object: a map of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(pub Value);

impl Object {
    /// The kind; empty where there is none.
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    /// The API version, such as `apps/v1`; empty where there is none.
    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }

    /// The API group; empty for the core one.
    pub fn group(&self) -> &str {
        { self.api_version().split_once('/') }.map_or("", |(group, _)| group)
    }

    /// The name; empty where there is none.
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// The namespace; empty where the object says none.
    pub fn namespace(&self) -> &str {
        self.text(&["metadata", "namespace"])
    }

    /// What names it.
    pub fn id(&self) -> Id {
        let version = self.api_version();
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: self.kind().to_owned(),
            namespace: self.namespace().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// The text at a path; empty where there is none.
    pub fn text(&self, keys: &[&str]) -> &str {
        self.0.at(keys).and_then(Value::as_text).unwrap_or_default()
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.0.at(&["metadata", "annotations", key])?.as_text()
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.0.at(&["metadata", "labels", key])?.as_text()
    }

    /// Where it is written: its name, or the whole of it.
    pub fn place(&self) -> Place {
        let name = self.0.at(&["metadata", "name"]);
        name.map_or_else(Place::default, |name| name.place.clone())
            .or(&self.0.place)
    }
}
