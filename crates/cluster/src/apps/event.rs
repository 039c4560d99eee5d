//! What happens, for whoever watches.

use serde::Serialize;

use crate::reconcile;

/// A part of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The nodes are registered.
    Nodes,
    /// The charts are at hand.
    Charts,
    /// The namespaces are there.
    Namespaces,
    /// The secrets are there.
    Secrets,
    /// The kinds that charts bring are there.
    Definitions,
    /// The releases that Flux needs are installed.
    Releases,
    /// Flux has applied a revision, and what it brings is ready.
    Flux,
}

/// What happens, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A step begins.
    Begun {
        /// Which.
        step: Step,
    },
    /// A step has ended well.
    Done {
        /// Which.
        step: Step,
        /// How many were changed.
        changed: usize,
        /// How many were as they should be, or are somebody else's to change.
        kept: usize,
    },
    /// Flux has the cluster already: everything before that is left to it.
    HandedOver {
        /// The revision that it has applied.
        revision: String,
    },
    /// An object is made, or changed.
    Applied {
        /// Which, such as ``Secret `flux-system/sops-age` ``.
        object: String,
    },
    /// A release is installed or upgraded now.
    Installing {
        /// Which: `namespace/name`.
        release: String,
    },
    /// Helm says something.
    Said {
        /// Of which release.
        release: String,
        /// Its words.
        words: String,
    },
    /// A release is there.
    Installed {
        /// Which: `namespace/name`.
        release: String,
        /// Whether nothing had to be done for it.
        already: bool,
    },
    /// A release is not there.
    Failed {
        /// Which: `namespace/name`.
        release: String,
    },
    /// Nothing can be done but wait.
    Waiting {
        /// For what.
        what: String,
        /// Until what.
        until: String,
        /// For how long by now.
        seconds: u64,
    },
    /// Of what Flux brings.
    #[serde(untagged)]
    Flux(reconcile::Event),
}
