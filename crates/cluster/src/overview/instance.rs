//! What flux-operator makes of Flux.

use serde::Deserialize;

use super::facts::{Condition, Metadata, condition, or_nothing, text};
use crate::reconcile::{Said, State};

/// A `FluxInstance`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct Instance {
    /// Its namespace and name.
    pub at: (String, String),
    /// How it is.
    pub state: State,
    /// The version of Flux that it has installed.
    pub version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Raw {
    #[serde(deserialize_with = "or_nothing")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_nothing")]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "or_nothing")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "text")]
    last_applied_revision: String,
}

impl From<Raw> for Instance {
    fn from(raw: Raw) -> Self {
        let ready = condition(&raw.status.conditions, "Ready");
        let applied = &raw.status.last_applied_revision;
        let said = Said {
            is_suspended: false,
            handled: None,
            // flux-operator notes a generation in its conditions only.
            is_observed: { ready.and_then(|ready| ready.observed_generation) }
                .is_none_or(|observed| Some(observed) == raw.metadata.generation),
            attempted: None,
            applied: Some(applied.as_str()),
            artifact: None,
            ready: ready.map(Condition::said),
            stalled: condition(&raw.status.conditions, "Stalled").map(Condition::said),
        };
        let version = applied.split('@').next().unwrap_or_default();
        Self {
            state: said.verdict(None, None),
            version: version.to_owned(),
            at: (raw.metadata.namespace, raw.metadata.name),
        }
    }
}
