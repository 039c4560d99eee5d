//! What nothing can be said of, since one of the two states is not known.
//!
//! A Kustomization that cannot be built, or is suspended, leaves the cluster as it is: what it
//! applies in the other state is neither new nor gone.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::named;
use crate::assembled::{Assembled, Kustomization, Outcome};
use crate::redact::Redaction;

/// A Kustomization of which one state is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unknown {
    /// Namespace and name, after the folder of the cluster where there are several.
    pub kustomization: String,
    /// Which state.
    pub state: State,
    /// Why.
    pub why: Why,
}

/// One of the two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// What was.
    Before,
    /// What will be.
    After,
}

/// Why it is not known what a Kustomization applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It cannot be built.
    Fails,
    /// It is suspended, or its source lies elsewhere.
    Elsewhere,
}

/// One state, as the other one's Kustomizations are looked for in it.
pub(super) struct Known<'a> {
    state: State,
    /// By cluster, namespace and name.
    outcomes: HashMap<(&'a str, &'a str, &'a str), Outcome>,
    /// What was asked for and is not known.
    pub(super) unknown: BTreeSet<Unknown>,
}

impl<'a> Known<'a> {
    pub(super) fn of(assembled: &'a Assembled, state: State) -> Self {
        let all = assembled.kustomizations.iter();
        Self {
            state,
            outcomes: all.map(|one| (place(one), one.outcome)).collect(),
            unknown: BTreeSet::new(),
        }
    }

    /// Whether it is known here what a Kustomization of the other state applies. It is not where
    /// it, or the first of those above it that is there, has not been built.
    pub(super) fn knows(
        &mut self,
        other: &Assembled,
        owner: &Kustomization,
        redaction: &Redaction,
    ) -> bool {
        let mut one = owner;
        // No more steps than there are Kustomizations.
        for _ in &other.kustomizations {
            let why = match self.outcomes.get(&place(one)) {
                Some(Outcome::Built) => return true,
                Some(Outcome::Failed) => Why::Fails,
                Some(Outcome::Elsewhere) => Why::Elsewhere,
                None => match one
                    .parent
                    .and_then(|parent| other.kustomizations.get(parent))
                {
                    Some(parent) => {
                        one = parent;
                        continue;
                    }
                    None => return true,
                },
            };
            let name = named(&redaction.id(&one.object));
            let kustomization = if other.has_several_clusters() {
                format!("{}: {name}", one.cluster.path)
            } else {
                name
            };
            self.unknown.insert(Unknown {
                kustomization,
                state: self.state,
                why,
            });
            return false;
        }
        true
    }
}

/// What tells Kustomizations apart.
fn place(one: &Kustomization) -> (&str, &str, &str) {
    (&one.cluster.path, &one.id.namespace, &one.id.name)
}
