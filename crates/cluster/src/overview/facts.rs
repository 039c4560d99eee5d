//! What is read of every object: whose it is, and what it says of itself.
//!
//! An API server may say anything, or nothing: what is missing or null is empty, and every text
//! is one line without control characters, cut where it has no end.

use std::fmt;

use diagnostics::words;
use serde::{Deserialize, Deserializer, Serialize};

use crate::reconcile::{self, Subject};

/// A text on one line.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    Ok(text.map(|text| words(&text)).unwrap_or_default())
}

/// What is there, or nothing where it is null.
pub(super) fn or_nothing<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let found: Option<T> = Option::deserialize(from)?;
    Ok(found.unwrap_or_default())
}

/// An object of any kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    /// What it is, such as `Kustomization`.
    pub kind: String,
    /// Its namespace; empty where it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Object {
    /// An object by what it is called.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// `namespace/name`, or the name alone.
    pub fn path(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }
}

impl From<&Subject> for Object {
    fn from(subject: &Subject) -> Self {
        Self::new(subject.kind.name(), &subject.namespace, &subject.name)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`", self.kind, self.path())
    }
}

/// Who an object is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(deserialize_with = "text")]
    pub(super) namespace: String,
    #[serde(deserialize_with = "text")]
    pub(super) name: String,
    #[serde(deserialize_with = "text")]
    pub(super) creation_timestamp: String,
    #[serde(deserialize_with = "text")]
    pub(super) deletion_timestamp: String,
    pub(super) deletion_grace_period_seconds: Option<i64>,
    pub(super) generation: Option<i64>,
    #[serde(deserialize_with = "or_nothing")]
    pub(super) labels: Labels,
    #[serde(deserialize_with = "or_nothing")]
    pub(super) owner_references: Vec<Owner>,
    #[serde(deserialize_with = "or_nothing")]
    pub(super) finalizers: Vec<String>,
}

/// The labels that say where an object comes from; no other is kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Labels {
    #[serde(rename = "pod-template-hash", deserialize_with = "text")]
    pub(super) template: String,
    #[serde(rename = "app.kubernetes.io/instance", deserialize_with = "text")]
    pub(super) instance: String,
    #[serde(rename = "app.kubernetes.io/version", deserialize_with = "text")]
    pub(super) version: String,
    #[serde(rename = "kustomize.toolkit.fluxcd.io/name", deserialize_with = "text")]
    pub(super) kustomization: String,
    #[serde(
        rename = "kustomize.toolkit.fluxcd.io/namespace",
        deserialize_with = "text"
    )]
    pub(super) kustomization_namespace: String,
    #[serde(rename = "node-role.kubernetes.io/control-plane")]
    pub(super) control_plane: Option<String>,
}

/// Who looks after an object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    #[serde(deserialize_with = "text")]
    pub(super) kind: String,
    #[serde(deserialize_with = "text")]
    pub(super) name: String,
    pub(super) controller: Option<bool>,
}

/// What an object says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// Such as `Ready`.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// A word for why.
    #[serde(deserialize_with = "text")]
    pub reason: String,
    /// A sentence for why.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// Since when, in RFC 3339.
    #[serde(deserialize_with = "text")]
    pub last_transition_time: String,
    /// Of which generation that is, where it says so.
    pub observed_generation: Option<i64>,
}

impl Condition {
    pub(super) fn said(&self) -> reconcile::Condition<'_> {
        reconcile::Condition {
            status: &self.status,
            reason: &self.reason,
            message: &self.message,
        }
    }
}

/// The condition of a kind.
pub(super) fn condition<'c>(conditions: &'c [Condition], kind: &str) -> Option<&'c Condition> {
    conditions.iter().find(|one| one.kind == kind)
}
